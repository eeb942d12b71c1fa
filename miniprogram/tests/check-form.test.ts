/** What the home check's form promises: its answers stay with their people, and only what was answered is sent. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyOf, valuesOf, type Content } from "../src/cadre/check/check-form";

const person = (person_id: string, name: string) => ({ person_id, name, relation: "son", id_number: "", id_masked: "1371***" });
const family = (...members: Content["members"]): Content => ({ members });
const WORDS = { safety_items: {}, asset_items: {} };

test("a draft's answers stay with their people when somebody has died meanwhile", () => {
  const [father, son] = [person("11", "张三"), person("12", "张小三")];
  const typed = { ...valuesOf(family(father, son)), health_11: ["serious_illness"], labour_11: "lost", health_12: ["healthy"], labour_12: "ordinary" };

  const restored = { ...valuesOf(family(son)), ...typed };
  const [sent] = bodyOf(restored, family(son), WORDS, []).members;

  assert.deepEqual([sent?.person_id, sent?.health, sent?.labour], ["12", ["healthy"], "ordinary"]);
});

test("two namesakes who are no people of the household keep answers of their own", () => {
  const daughter = () => ({ name: "张花", relation: "daughter", split_off: true, id_number: "" });
  const values = valuesOf(family({ ...daughter(), labour: "lost" }, { ...daughter(), labour: "ordinary" }));

  const sent = bodyOf(values, family(daughter(), daughter()), WORDS, []).members;

  assert.deepEqual(sent.map((each) => each.labour), ["lost", "ordinary"]);
});
