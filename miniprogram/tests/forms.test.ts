/** What a form keeps of its answers: all of them in words, for their author. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inWords } from "../src/cadre/form-model";

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
