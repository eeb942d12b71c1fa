/** What a form keeps of its answers: each with its person, and all of them in words for their author. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { peopleOf, placedAnew } from "../src/cadre/check/placing";
import { inWords } from "../src/cadre/form-model";

test("an answer about a person stays with that person when the family is another by now", () => {
  const begun = peopleOf([{ person_id: "1", name: "张三" }, { name: "李四" }, { person_id: "3", name: "小张" }]);
  const draft = { people: begun, findings: "房顶漏雨", health_0: ["ill"], health_1: ["healthy"], labour_2: "none" };

  assert.deepEqual(placedAnew(draft, ["3", "9", "1"]), { findings: "房顶漏雨", health_2: ["ill"], labour_0: "none" });
  assert.deepEqual(placedAnew({ findings: "旧版存的", health_0: ["ill"] }, ["9"]), { findings: "旧版存的", health_0: ["ill"] });
});

test("a filled form reads as its questions with their answers, without those that were not asked", () => {
  const options = [{ code: "risk", name: "有风险" }, { code: "none", name: "没有风险" }];
  const steps = [
    { title: "张三家", fields: [{ name: "photos", label: "照片", kind: "photos" as const }] },
    {
      title: "结论",
      fields: [
        { name: "conclusion", label: "怎样", kind: "choice" as const, options },
        { name: "both", label: "哪些", kind: "many" as const, options },
        { name: "why", label: "为什么", kind: "text" as const, when: { name: "conclusion", is: ["none"] } },
      ],
    },
  ];

  assert.equal(inWords(steps, { photos: ["a"], conclusion: "risk", both: ["risk", "none"], why: "不该看到" }), "结论\n怎样：有风险\n哪些：有风险、没有风险");
});
