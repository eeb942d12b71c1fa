/** The people in the home check's form: what is asked of each, kept by who they are, and what is sent of each. */
import type { components } from "../../api/client";
import type { Dictionaries, Option } from "../../lib/session";
import { count, many, said, type Step, type Values } from "../form-model";

type Member = components["schemas"]["MemberRequest"];
export type Known = Member & { id_masked?: string };
type Options = (of: Record<string, string> | undefined) => Option[];

/** Each with the key of its answers: never the place in the list, which moves when somebody dies or leaves. */
function keyed(members: Known[]): Array<[Known, string]> {
  return members.map((member, place) => {
    const namesakes = members.slice(0, place).filter((each) => each.name === member.name).length;
    return [member, member.person_id ?? `${member.name}${namesakes}`];
  });
}

/** What stands in the form of each when it opens. */
export function memberValues(members: Known[]): Values {
  const values: Values = {};
  for (const [member, key] of keyed(members)) {
    values[`health_${key}`] = member.health ?? [];
    for (const name of ["labour", "student", "education", "medical_insurance", "pension"] as const) values[`${name}_${key}`] = member[name] ?? "";
    values[`school_${key}`] = member.student ? "yes" : member.education ? "no" : "";
    values[`paper_${key}`] = member.no_document ?? "";
    values[`months_${key}`] = member.work_months ? String(member.work_months) : "";
  }
  return values;
}

/** `onHealth` is the family's word on its health: where there is none yet, what it says at the table decides. */
export function memberSteps(members: Known[], onHealth: boolean | null, known: Dictionaries, options: Options): Step[] {
  return keyed(members).flatMap(([member, key]) => stepsOfOne(member, key, onHealth, known, options));
}

/** What is sent of each: what was known and not asked stays as it was. */
export function membersOf(members: Known[], values: Values, tellsHealth: boolean): Member[] {
  return keyed(members).map(([member, key]) => memberOf(member, key, values, tellsHealth));
}

function stepsOfOne(member: Known, key: string, onHealth: boolean | null, known: Dictionaries, options: Options): Step[] {
  const relation = known.relations?.[member.relation] ?? "";
  const asked = onHealth === null ? { when: { name: "consent_health", is: ["yes"] } } : {};
  const title = `${member.name}${relation ? `（${relation}）` : ""}`;
  return [
    {
      title,
      say: member.id_masked ? `身份证 ${member.id_masked}` : "",
      fields: [
        ...(member.id_masked ? [] : [{ name: `paper_${key}`, label: "没有身份证号，是因为", kind: "pick" as const, options: options(known.no_document), need: true }]),
        ...(onHealth === false ? [] : [{ name: `health_${key}`, label: "身体", kind: "many" as const, options: options(known.health), need: true, ...asked }]),
        { name: `labour_${key}`, label: "劳动能力", kind: "choice", options: options(known.labour), need: true },
        { name: `months_${key}`, label: "一年打工几个月", kind: "number", hint: "没有打工的空着", most: 2 },
      ],
    },
    {
      title,
      fields: [
        { name: `school_${key}`, label: "现在上学吗", kind: "choice", options: [{ code: "yes", name: "在上学，或该上没上" }, { code: "no", name: "不上学了" }], need: true },
        { name: `student_${key}`, label: "上到哪里", kind: "pick", options: options(known.students), when: { name: `school_${key}`, is: ["yes"] }, need: true },
        { name: `education_${key}`, label: "文化程度", kind: "pick", options: options(known.education), when: { name: `school_${key}`, is: ["no"] }, need: true },
        { name: `medical_insurance_${key}`, label: "医保", kind: "choice", options: options(known.medical_insurance), need: true },
        { name: `pension_${key}`, label: "养老保险（未满十八岁的不用选）", kind: "choice", options: options(known.pension) },
      ],
    },
  ];
}

function memberOf(member: Known, key: string, values: Values, tellsHealth: boolean): Member {
  const { id_masked, ...plain } = member;
  const studies = said(values, `school_${key}`) === "yes";
  return {
    ...plain,
    no_document: id_masked ? plain.no_document : said(values, `paper_${key}`),
    health: tellsHealth ? many(values, `health_${key}`) : [],
    labour: said(values, `labour_${key}`),
    student: studies ? said(values, `student_${key}`) : "",
    education: studies ? "" : said(values, `education_${key}`),
    work_months: said(values, `months_${key}`) ? Math.min(12, count(values, `months_${key}`)) : null,
    medical_insurance: said(values, `medical_insurance_${key}`),
    pension: said(values, `pension_${key}`),
  };
}
