/** The home check's form: its steps, what it begins with, and what is sent of it. */
import type { components } from "../../api/client";
import type { Dictionaries, Option } from "../../lib/session";
import { count, fen, many, said, yuan, type Field, type Step, type Values } from "../form-model";

type Check = components["schemas"]["HomeCheckRequest"];
type Member = components["schemas"]["MemberRequest"];
type Known = Member & { id_masked?: string };
/** What is known of the family before anybody asks, as the server fills it in. */
export type Content = Partial<Omit<Check, "members">> & { members: Known[] };

const MONEY = [
  ["wages", "打工、上班的工资"],
  ["business", "种地、养殖、做买卖的收入"],
  ["property", "地租、分红等财产收入"],
  ["transfer", "低保、养老金、补贴、子女给的"],
  ["costs", "种地、养殖、做买卖的成本"],
  ["claims", "医保、保险报销了多少"],
  ["out_of_pocket", "看病、上学等自己掏了多少"],
] as const;
const VIEWS = [
  ["income", "收入", "assess_income"],
  ["expense", "支出", "assess_expense"],
  ["difficulty", "困难", "assess_difficulty"],
  ["coping", "自己应对的能力", "assess_coping"],
] as const;

/** What stands in the form when it opens. */
export function valuesOf(before: Content): Values {
  const values: Values = {
    way: "home",
    companion: before.companion ?? "",
    risks: before.risks ?? [],
    wishes: before.wishes ?? "",
    guardian: before.guardian ?? "",
    language: before.language ?? "",
    assets: (before.assets ?? []).filter((each) => each.hit).map((each) => each.item),
  };
  for (const [name] of MONEY) values[name] = yuan(before.income?.[name]);
  for (const [name] of VIEWS) values[`assess_${name}`] = before.assessments?.[name] ?? "";
  for (const [item, seen] of Object.entries((before.safety ?? {}) as Record<string, { state: string; note: string }>)) {
    values[`safety_${item}`] = seen.state;
    values[`note_${item}`] = seen.note;
  }
  before.members.forEach((member, place) => {
    values[`health_${place}`] = member.health ?? [];
    for (const name of ["labour", "student", "education", "medical_insurance", "pension"] as const) values[`${name}_${place}`] = member[name] ?? "";
    values[`school_${place}`] = member.student ? "yes" : member.education ? "no" : "";
    values[`paper_${place}`] = member.no_document ?? "";
    values[`months_${place}`] = member.work_months ? String(member.work_months) : "";
  });
  return values;
}

export function stepsOf(head: string, before: Content, known: Dictionaries, options: (of: Record<string, string> | undefined) => Option[]): Step[] {
  const asksHealth = (before.consents as Record<string, boolean> | undefined)?.health !== false;
  return [
    {
      title: `${head}家`,
      say: "上次记下的都在里面，只改变了的。",
      fields: [
        { name: "visited_on", label: "哪天核实的", kind: "date", need: true },
        { name: "way", label: "怎样核实", kind: "choice", options: options(known.visit_ways), need: true },
        { name: "why", label: "为什么没有入户", kind: "text", need: true, when: { name: "way", is: ["video", "phone"] } },
        { name: "witnesses", label: "两位知情人，用逗号隔开", kind: "text", need: true, when: { name: "way", is: ["video", "phone"] } },
        { name: "house_seen_by", label: "房子是谁去看的", kind: "text", need: true, when: { name: "way", is: ["video", "phone"] } },
        { name: "companion", label: "同去的另一位", kind: "text", hint: "核实要两个人去", need: true, most: 50 },
      ],
    },
    ...before.members.flatMap((member, place) => memberSteps(member, place, asksHealth, known, options)),
    {
      title: "一年的收入",
      say: "按一年算，填多少元；没有的空着。",
      fields: MONEY.map(([name, label]): Field => ({ name, label, kind: "number", most: 12 })),
    },
    {
      title: "吃穿住和看病上学",
      fields: Object.entries(known.safety_items ?? {}).flatMap(([item, label]): Field[] => [
        { name: `safety_${item}`, label, kind: "choice", options: options(known.safety), need: true },
        { name: `note_${item}`, label: `${label}：是什么问题`, kind: "text", need: true, most: 200, when: { name: `safety_${item}`, is: ["concern", "unsafe"] } },
      ]),
    },
    {
      title: "家里的财产",
      say: "有的不等于不能帮，写一句是怎么回事。",
      fields: [
        { name: "assets", label: "有没有这些", kind: "many", options: options(known.asset_items) },
        ...Object.entries(known.asset_items ?? {}).map(
          ([item, label]): Field => ({ name: `asset_${item}`, label: `${label}：怎么回事`, kind: "text", need: true, most: 200, when: { name: "assets", is: [item] } }),
        ),
      ],
    },
    {
      title: "四项看法",
      fields: VIEWS.map(([name, label, words]): Field => ({ name: `assess_${name}`, label, kind: "choice", options: options(known[words]), need: true })),
    },
    {
      title: "核实结论",
      fields: [
        { name: "conclusion", label: "有没有风险", kind: "choice", options: options(known.visit_conclusions), need: true },
        { name: "risks", label: "是哪些困难", kind: "many", options: options(known.risks), when: { name: "conclusion", is: ["risk"] }, need: true },
        { name: "category", label: "您看该定为哪一类", kind: "choice", options: options(known.categories), when: { name: "conclusion", is: ["risk"] }, need: true },
        { name: "category_reason", label: "为什么这样看", kind: "text", hint: "系统也会算一遍，和您看的不一样时，别人看这一句", most: 500, when: { name: "conclusion", is: ["risk"] }, need: true },
      ],
    },
    {
      title: "写下来",
      fields: [
        { name: "findings", label: "写几句核实到的情况", kind: "long", need: true, most: 4000 },
        { name: "wishes", label: "这家人希望得到什么帮助", kind: "long", most: 1000 },
        { name: "guardian", label: "孩子或老人由谁照看", kind: "text", hint: "家里没有能干活的大人时填", most: 50 },
        { name: "photos", label: "照片（不拍也可以）", kind: "photos", most: 9 },
      ],
    },
  ];
}

function memberSteps(member: Known, place: number, asksHealth: boolean, known: Dictionaries, options: (of: Record<string, string> | undefined) => Option[]): Step[] {
  const relation = known.relations?.[member.relation] ?? "";
  const title = `${member.name}${relation ? `（${relation}）` : ""}`;
  return [
    {
      title,
      say: member.id_masked ? `身份证 ${member.id_masked}` : "",
      fields: [
        ...(member.id_masked ? [] : [{ name: `paper_${place}`, label: "没有身份证号，是因为", kind: "pick" as const, options: options(known.no_document), need: true }]),
        ...(asksHealth ? [{ name: `health_${place}`, label: "身体", kind: "many" as const, options: options(known.health), need: true }] : []),
        { name: `labour_${place}`, label: "劳动能力", kind: "choice", options: options(known.labour), need: true },
        { name: `months_${place}`, label: "一年打工几个月", kind: "number", hint: "没有打工的空着", most: 2 },
      ],
    },
    {
      title,
      fields: [
        { name: `school_${place}`, label: "现在上学吗", kind: "choice", options: [{ code: "yes", name: "在上学，或该上没上" }, { code: "no", name: "不上学了" }], need: true },
        { name: `student_${place}`, label: "上到哪里", kind: "pick", options: options(known.students), when: { name: `school_${place}`, is: ["yes"] }, need: true },
        { name: `education_${place}`, label: "文化程度", kind: "pick", options: options(known.education), when: { name: `school_${place}`, is: ["no"] }, need: true },
        { name: `medical_insurance_${place}`, label: "医保", kind: "choice", options: options(known.medical_insurance), need: true },
        { name: `pension_${place}`, label: "养老保险（未满十八岁的不用选）", kind: "choice", options: options(known.pension) },
      ],
    },
  ];
}

/** What is sent: what was known and not asked stays as it was. */
export function bodyOf(values: Values, before: Content, known: Dictionaries, photos: string[]): Check {
  const away = said(values, "way") !== "home";
  const risk = said(values, "conclusion") === "risk";
  const held = new Map((before.assets ?? []).map((each) => [each.item, each]));
  return {
    conclusion: said(values, "conclusion"),
    visited_on: said(values, "visited_on"),
    findings: said(values, "findings"),
    way: said(values, "way"),
    companion: said(values, "companion"),
    was_lifted: before.was_lifted ?? false,
    members: before.members.map((member, place) => memberOf(member, place, values)),
    income: Object.fromEntries(MONEY.map(([name]) => [name, fen(values, name)])),
    safety: Object.fromEntries(
      Object.keys(known.safety_items ?? {}).map((item) => {
        const state = said(values, `safety_${item}`);
        return [item, { state, note: state === "safe" ? "" : said(values, `note_${item}`) }];
      }),
    ) as Check["safety"],
    risks: risk ? many(values, "risks") : [],
    assessments: Object.fromEntries(VIEWS.map(([name]) => [name, said(values, `assess_${name}`)])),
    assets: Object.keys(known.asset_items ?? {}).map((item) => {
      const hit = many(values, "assets").includes(item);
      return { item, hit, explanation: hit ? said(values, `asset_${item}`) || (held.get(item)?.explanation ?? "") : "", reasonable: hit ? true : null };
    }),
    category: risk ? said(values, "category") : "",
    category_reason: risk ? said(values, "category_reason") : "",
    wishes: said(values, "wishes"),
    guardian: said(values, "guardian"),
    language: said(values, "language"),
    off_site: away
      ? { why: said(values, "why"), witnesses: said(values, "witnesses").split(/[，,、\s]+/).filter(Boolean), house_seen_by: said(values, "house_seen_by") }
      : null,
    photos,
    consents: before.consents ?? {},
  };
}

function memberOf(member: Known, place: number, values: Values): Member {
  const { id_masked, ...plain } = member;
  const studies = said(values, `school_${place}`) === "yes";
  return {
    ...plain,
    no_document: id_masked ? plain.no_document : said(values, `paper_${place}`),
    health: many(values, `health_${place}`),
    labour: said(values, `labour_${place}`),
    student: studies ? said(values, `student_${place}`) : "",
    education: studies ? "" : said(values, `education_${place}`),
    work_months: said(values, `months_${place}`) ? Math.min(12, count(values, `months_${place}`)) : null,
    medical_insurance: said(values, `medical_insurance_${place}`),
    pension: said(values, `pension_${place}`),
  };
}
