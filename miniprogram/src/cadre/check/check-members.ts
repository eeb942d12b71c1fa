/** The people in the home check's form: what is asked of each, kept by who they are, and what is sent of each. */
import type { components } from "../../api/client";
import type { Dictionaries, Option } from "../../lib/session";
import { idFault, tidyId } from "../../lib/idcard";
import { count, many, said, type Field, type Step, type Values } from "../form-model";

type Member = components["schemas"]["MemberRequest"];
export type Known = Member & { id_masked?: string };
type Options = (of: Record<string, string> | undefined) => Option[];

const MOST_NEW = 8;
/** A disability card's number: an ID number and two or four signs more. */
const DISABILITY_CARD = [20, 22];
const HAS_ID: Option[] = [
  { code: "yes", name: "有，现在填" },
  { code: "no", name: "没有，或者不在手边" },
];

/** Each with the key of its answers: never the place in the list, which moves when somebody dies or leaves. */
function keyed(members: Known[]): Array<[Known, string]> {
  return members.map((member, place) => {
    const namesakes = members.slice(0, place).filter((each) => each.name === member.name).length;
    return [member, member.person_id ?? `${member.name}${namesakes}`];
  });
}

/** What stands in the form of each when it opens. */
export function memberValues(members: Known[]): Values {
  const values: Values = { more: "0" };
  for (const [member, key] of keyed(members)) {
    values[`health_${key}`] = member.health ?? [];
    for (const name of ["labour", "student", "education", "medical_insurance", "pension"] as const) values[`${name}_${key}`] = member[name] ?? "";
    values[`school_${key}`] = member.student ? "yes" : member.education ? "no" : "";
    values[`has_id_${key}`] = member.no_document ? "no" : "";
    values[`paper_${key}`] = member.no_document ?? "";
    values[`months_${key}`] = member.work_months ? String(member.work_months) : "";
  }
  return values;
}

/** How many of the family stand in no list yet: each of them has pages of its own. */
export function whoElse(members: Known[]): Field {
  const options = Array.from({ length: MOST_NEW + 1 }, (_, many) => ({ code: String(many), name: many ? `还有 ${many} 位` : "没有了" }));
  return { name: "more", label: `除了${members.map((each) => each.name).join("、")}，家里还有谁`, kind: "pick", options, need: true };
}

/** `onHealth` is the family's word on its health: where there is none yet, what it says at the table decides. */
export function memberSteps(members: Known[], onHealth: boolean | null, known: Dictionaries, options: Options): Step[] {
  const newcomers = Array.from({ length: MOST_NEW }, (_, place) => {
    const when = { name: "more", is: Array.from({ length: MOST_NEW - place }, (_, more) => String(place + more + 1)) };
    const who: Step = {
      title: `第 ${place + 1} 位没有列上的家人`,
      fields: [
        { name: `name_new${place}`, label: "姓名", kind: "text", most: 50, need: true },
        { name: `relation_new${place}`, label: "和户主的关系", kind: "pick", options: options(known.relations), need: true },
      ],
    };
    return [who, ...stepsOfOne({ name: who.title, relation: "" }, `new${place}`, onHealth, known, options)].map((step) => ({ ...step, when }));
  });
  return [...keyed(members).flatMap(([member, key]) => stepsOfOne(member, key, onHealth, known, options)), ...newcomers.flat()];
}

/** What is wrong with the numbers that were typed, field by field. */
export function idFaults(members: Known[], values: Values): Record<string, string> {
  const typed = everybody(members, values).filter(([member, key]) => !member.id_masked && said(values, `has_id_${key}`) === "yes");
  const faults = typed.map(([, key]) => [`id_${key}`, DISABILITY_CARD.includes(numberOf(key, values).length) ? "" : idFault(numberOf(key, values))]);
  return Object.fromEntries(faults.filter(([, fault]) => fault));
}

/** What is sent of each: what was known and not asked stays as it was. */
export function membersOf(members: Known[], values: Values, tellsHealth: boolean): Member[] {
  return everybody(members, values).map(([member, key]) => memberOf(member, key, values, tellsHealth));
}

/** Those who were known, and those who were named at the table. */
function everybody(members: Known[], values: Values): Array<[Known, string]> {
  const added = Array.from({ length: Math.min(MOST_NEW, count(values, "more")) }, (_, place): [Known, string] => {
    const key = `new${place}`;
    return [{ name: said(values, `name_${key}`), relation: said(values, `relation_${key}`) }, key];
  });
  return [...keyed(members), ...added];
}

const numberOf = (key: string, values: Values): string => tidyId(said(values, `id_${key}`));

function stepsOfOne(member: Known, key: string, onHealth: boolean | null, known: Dictionaries, options: Options): Step[] {
  const relation = known.relations?.[member.relation] ?? "";
  const asked = onHealth === null ? { when: { name: "consent_health", is: ["yes"] } } : {};
  const title = `${member.name}${relation ? `（${relation}）` : ""}`;
  return [
    {
      title,
      say: member.id_masked ? `身份证 ${member.id_masked}` : "",
      fields: [
        ...(member.id_masked ? [] : idFields(key, options(known.no_document))),
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

function idFields(key: string, reasons: Option[]): Field[] {
  const has = `has_id_${key}`;
  return [
    { name: has, label: "身份证", kind: "choice", options: HAS_ID, need: true },
    { name: `id_${key}`, label: "身份证号", kind: "text", most: 22, when: { name: has, is: ["yes"] }, need: true },
    { name: `paper_${key}`, label: "没有身份证号，是因为", kind: "pick", options: reasons, when: { name: has, is: ["no"] }, need: true },
  ];
}

function memberOf(member: Known, key: string, values: Values, tellsHealth: boolean): Member {
  const { id_masked, ...plain } = member;
  const hasNumber = said(values, `has_id_${key}`) === "yes";
  const studies = said(values, `school_${key}`) === "yes";
  return {
    ...plain,
    ...(id_masked ? {} : { id_number: hasNumber ? numberOf(key, values) : "", no_document: hasNumber ? "" : said(values, `paper_${key}`) }),
    health: tellsHealth ? many(values, `health_${key}`) : [],
    labour: said(values, `labour_${key}`),
    student: studies ? said(values, `student_${key}`) : "",
    education: studies ? "" : said(values, `education_${key}`),
    work_months: said(values, `months_${key}`) ? Math.min(12, count(values, `months_${key}`)) : null,
    medical_insurance: said(values, `medical_insurance_${key}`),
    pension: said(values, `pension_${key}`),
  };
}
