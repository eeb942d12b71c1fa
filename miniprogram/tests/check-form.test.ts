/** What the home check's form promises: its answers stay with their people, and only what was answered is sent. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { idFaults } from "../src/cadre/check/check-members";
import { isAsked as isStepAsked, missing, shown } from "../src/cadre/form-model";
import { bodyOf, stepsOf, valuesOf, type Content } from "../src/cadre/check/check-form";

const person = (person_id: string, name: string) => ({ person_id, name, relation: "son", id_number: "", id_masked: "1371***" });
const TOLD = { health: true, minors: true };
const family = (...members: Content["members"]): Content => ({ members, consents: TOLD });
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

const stepsFor = (before: Content) => stepsOf("张三", before, WORDS, () => []);
const isAsked = (name: string, before: Content, values: object) =>
  stepsFor(before).some((step) => (shown(step, { ...values }, {}) as Array<{ name: string }>).some((field) => field.name === name));

test("a family that was never asked is asked at its table, and only its answers are sent", () => {
  const before = { ...family(person("11", "张三")), consents: { health: null, minors: null } };
  const open = Object.assign({}, ...stepsFor(before).map((step) => missing(step, {})));
  const values = { ...valuesOf(before), health_11: ["serious_illness"], consent_health: "yes", consent_minors: "none" };

  const sent = bodyOf(values, before, WORDS, []);

  assert.deepEqual([open.consent_health, open.consent_minors], ["请选一项。", "请选一项。"]);
  assert.ok(isAsked("health_11", before, values));
  assert.deepEqual([sent.consents, sent.members[0]?.health], [{ health: true }, ["serious_illness"]]);
});

test("a family that says no at its table is asked nothing of its health", () => {
  const before = { ...family(person("11", "张三")), consents: { health: null, minors: null } };
  const values = { ...valuesOf(before), health_11: ["serious_illness"], consent_health: "no", consent_minors: "no" };

  const sent = bodyOf(values, before, WORDS, []);

  assert.ok(!isAsked("health_11", before, values));
  assert.deepEqual([sent.consents, sent.members[0]?.health], [{ health: false, minors: false }, []]);
});

test("what a family said before is not asked again and not said in its name", () => {
  const before = family(person("11", "张三"));

  assert.ok(!isAsked("consent_health", before, {}));
  assert.deepEqual(bodyOf({ ...valuesOf(before), health_11: ["healthy"] }, before, WORDS, []).consents, {});
});

test("who stands in no list yet is written down with a number or with the reason why there is none", () => {
  const before = family({ person_id: "11", name: "张三", relation: "head", id_number: "" });
  const numbers = { has_id_11: "yes", id_11: "11010519491231002x", has_id_new0: "no", paper_new0: "not_registered" };
  const values = { ...valuesOf(before), ...numbers, more: "1", name_new0: "张小三", relation_new0: "son", name_new1: "没有这一位" };

  const sent = bodyOf(values, before, WORDS, []).members;

  assert.deepEqual(idFaults(before.members, values), {});
  assert.deepEqual(idFaults(before.members, { ...values, id_11: "110105" }), { id_11: "身份证号是 18 位，现在是 6 位。" });
  assert.deepEqual(sent.map((each) => [each.name, each.relation, each.id_number, each.no_document]), [
    ["张三", "head", "11010519491231002X", ""],
    ["张小三", "son", "", "not_registered"],
  ]);
});

test("the pages of those who were not named are not asked", () => {
  const before = family(person("11", "张三"));
  const asked = (more: string) => stepsFor(before).filter((step) => isStepAsked(step, { more })).length;

  assert.equal(asked("2") - asked("0"), 6);
  assert.deepEqual(stepsFor(before).filter((step) => step.title.startsWith("第 1 位")).map((step) => missing(step, { more: "0" })), [{}, {}, {}]);
});
