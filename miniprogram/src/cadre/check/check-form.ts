/** The home check's form: its steps, what it begins with, and what is sent of it. */
import type { components } from "../../api/client";
import type { Dictionaries, Option } from "../../lib/session";
import { fen, many, said, yuan, type Field, type Step, type Values } from "../form-model";
import { memberSteps, memberValues, membersOf, whoElse, type Known } from "./check-members";

type Check = components["schemas"]["HomeCheckRequest"];
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
type Consent = "health" | "minors";
/** PIPL 29 and 31: asked one by one, and neither is a gate. */
const CONSENTS: Record<Consent, Field> = {
  health: {
    name: "consent_health",
    label: "同意写下家人的健康情况吗",
    kind: "choice",
    options: [
      { code: "yes", name: "同意" },
      { code: "no", name: "不同意" },
    ],
    need: true,
  },
  minors: {
    name: "consent_minors",
    label: "同意写下不满十四岁孩子的情况吗",
    kind: "choice",
    options: [
      { code: "none", name: "家里没有这样的孩子" },
      { code: "yes", name: "监护人同意" },
      { code: "no", name: "监护人不同意" },
    ],
    need: true,
  },
};

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
  return { ...values, ...memberValues(before.members) };
}

export function stepsOf(head: string, before: Content, known: Dictionaries, options: (of: Record<string, string> | undefined) => Option[]): Step[] {
  const toAsk = unasked(before);
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
    {
      title: "家里的人",
      say: toAsk.length ? "当面问清楚。不同意也照样核实，那一样就不问、不记。" : "",
      fields: [whoElse(before.members), ...toAsk.map((code) => CONSENTS[code])],
    },
    ...memberSteps(before.members, wordOn(before, "health"), known, options),
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
    members: membersOf(before.members, values, tellsHealth(before, values)),
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
    consents: answered(before, values),
  };
}

/** What the family has said before; null where nobody has asked it. */
function wordOn(before: Content, code: Consent): boolean | null {
  return before.consents?.[code] ?? null;
}

/** What must be asked at the table, for nobody has. */
function unasked(before: Content): Consent[] {
  return (["health", "minors"] as const).filter((code) => wordOn(before, code) === null);
}

function tellsHealth(before: Content, values: Values): boolean {
  return wordOn(before, "health") ?? said(values, "consent_health") === "yes";
}

/** Only what was asked and answered at this table: what the family said elsewhere may be newer than this phone knows. */
function answered(before: Content, values: Values): Check["consents"] {
  const heard = unasked(before).filter((code) => ["yes", "no"].includes(said(values, `consent_${code}`)));
  return Object.fromEntries(heard.map((code) => [code, said(values, `consent_${code}`) === "yes"]));
}
