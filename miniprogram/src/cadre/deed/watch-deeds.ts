/** The short forms about a watched family: how far its help is, what it says of it, a new danger, its plan, the way out. */
import { addressed, call } from "../../api/client";
import { dayWords } from "../../lib/page";
import { options } from "../../lib/session";
import { cached } from "../desk";
import { count, fen, many, said, today, type Field } from "../form-model";
import { members, wordsField, type MakeDeed } from "./model";

const MONEY = [
  ["wages", "打工、上班的工资"],
  ["business", "种地、养殖、做买卖的收入"],
  ["property", "地租、分红等财产收入"],
  ["transfer", "低保、养老金、补贴、子女给的"],
  ["costs", "种地、养殖、做买卖的成本"],
  ["claims", "医保、保险报销了多少"],
  ["out_of_pocket", "看病、上学等自己掏了多少"],
] as const;

export const WATCH_DEEDS: Record<string, MakeDeed> = {
  measure: async ({ case_id = "", measure_id = "", head = "" }, known) => {
    const { value: family } = await cached(`watch:${case_id}`, () => call("GET", "/api/v1/cases/{case_id}/watch", { path: { case_id } }));
    const measure = family.measures.find((each) => each.id === measure_id);
    if (!measure) throw { status: 404, code: "not_found", message: "没有找到这一项措施，请回上一页再点。", fields: {} };
    const names = { ...known.measure_states, ...known.fund_states };
    return {
      title: "帮扶进展",
      values: { on: today() },
      steps: [
        {
          title: `${head}家`,
          say: `${measure.what}，${dayWords(measure.due_on)}以前。现在是：${measure.progress_name}。`,
          fields: [
            { name: "what", label: "到了哪一步", kind: "choice", options: measure.next_steps.map((code) => ({ code, name: names[code] ?? code })), need: true },
            { name: "on", label: "哪天", kind: "date", need: true },
            { name: "money", label: "拨付了多少元", kind: "number", most: 10, need: true, when: { name: "what", is: ["paid"] } },
            wordsField("写一句情况", 500, { need: false }),
            wordsField("写明原因", 500, { name: "why", when: { name: "what", is: ["stopped", "wrong"] } }),
          ],
        },
      ],
      send: (values) =>
        addressed("/api/v1/measures/{measure_id}/progress", { measure_id }, {
          version: measure.version,
          what: said(values, "what"),
          on: said(values, "on"),
          words: ["stopped", "wrong"].includes(said(values, "what")) ? said(values, "why") : said(values, "words"),
          paid_fen: said(values, "what") === "paid" ? fen(values, "money") : null,
        }),
    };
  },

  says: ({ measure_id = "", head = "", what = "" }) => ({
    title: "收没收到帮扶",
    values: { on: today() },
    steps: [
      {
        title: `${head}家`,
        say: `问家里人：“${what}”，收到了吗？谁给的帮扶，不能由谁来登记。`,
        fields: [
          { name: "received", label: "家里人说", kind: "choice", options: [{ code: "yes", name: "收到了" }, { code: "no", name: "没有收到" }], need: true },
          { name: "on", label: "哪天问的", kind: "date", need: true },
          wordsField("他们的原话", 500, { need: false }),
        ],
      },
    ],
    send: (values) => addressed("/api/v1/measures/{measure_id}/words", { measure_id }, { received: said(values, "received") === "yes", on: said(values, "on"), words: said(values, "words") }),
  }),

  warn: ({ watch_id = "", head = "" }, known) => ({
    title: "又有新的风险",
    submit: "报上去",
    steps: [
      {
        title: `${head}家`,
        fields: [{ name: "items", label: "哪一样出了问题", kind: "many", options: options(known.warning_items), need: true }, wordsField("写一句是怎么回事")],
      },
    ],
    send: (values) => addressed("/api/v1/watches/{watch_id}/warnings", { watch_id }, { items: many(values, "items"), words: said(values, "words") }),
  }),

  plan: ({ watch_id = "", head = "", risks = "" }, known) => ({
    title: "帮扶计划",
    values: { heard_on: today(), risks: risks.split(",").filter(Boolean), needs_care: "no" },
    steps: [
      {
        title: `${head}家`,
        say: "和家里人商量着定。一项一项的措施，定好以后在电脑上加。",
        fields: [
          { name: "heard_whom", label: "和谁商量的", kind: "pick", options: options(known.relations), need: true },
          { name: "heard_on", label: "哪天", kind: "date", need: true },
          { name: "labour", label: "家里的劳动能力", kind: "choice", options: options(known.family_labour), need: true },
          { name: "needs_care", label: "有人生活不能自理吗", kind: "choice", options: [{ code: "yes", name: "有，要上门照料" }, { code: "no", name: "没有" }], need: true },
        ],
      },
      {
        title: "要帮什么",
        fields: [
          { name: "risks", label: "是哪些困难", kind: "many", options: options(known.risks), need: true },
          { name: "needs", label: "需要哪几类帮扶", kind: "many", options: options(known.measures) },
          { name: "wishes", label: "家里人自己想要什么", kind: "long", most: 1000 },
        ],
      },
    ],
    send: (values) =>
      addressed("/api/v1/watches/{watch_id}/plans", { watch_id }, {
        risks: many(values, "risks"),
        labour: said(values, "labour"),
        heard_whom: said(values, "heard_whom"),
        heard_on: said(values, "heard_on"),
        needs: many(values, "needs"),
        wishes: said(values, "wishes"),
        needs_care: said(values, "needs_care") === "yes",
        measures: [],
      }),
  }),

  propose: ({ watch_id = "", head = "" }) => ({
    title: "提出风险消除",
    steps: [{ title: `${head}家`, say: "提出以后，要两个人上门核实、开会评议、公示，都过了才算。", fields: [wordsField("为什么说风险已经消除")] }],
    send: (values) => addressed("/api/v1/watches/{watch_id}/removals", { watch_id }, { words: said(values, "words") }),
  }),

  keep: ({ case_id = "", version, head = "" }, known) => ({
    title: "还要继续监测",
    steps: [
      {
        title: `${head}家`,
        fields: [{ name: "reasons", label: "为什么还不能消除", kind: "many", options: options(known.kept_reasons), need: true }, wordsField("写几句情况")],
      },
    ],
    send: (values) => addressed("/api/v1/cases/{case_id}/kept", { case_id }, { version: Number(version), reasons: many(values, "reasons"), words: said(values, "words") }),
  }),

  removal: async ({ case_id = "", version, head = "" }, known) => {
    const checklist = options(known.removal_checklist);
    const items = options(known.safety_items);
    return {
      title: "风险消除核实",
      values: { checked_on: today(), mode: "assisted", heads: String((await members(case_id)).length || "") },
      steps: [
        {
          title: `${head}家`,
          fields: [
            { name: "checked_on", label: "哪天去的", kind: "date", need: true },
            { name: "second_name", label: "同去的另一位", kind: "text", hint: "核实要两个人去", need: true, most: 50 },
            { name: "mode", label: "怎样消除的", kind: "choice", options: options(known.removal_modes), need: true },
          ],
        },
        { title: "一条一条对", say: "做到的点上。有没做到的，应当选“还要继续监测”。", fields: [{ name: "met", label: "做到了哪几条", kind: "many", options: checklist, need: true }] },
        { title: "吃穿住和看病上学", fields: items.map(({ code, name }): Field => ({ name: `safety_${code}`, label: name, kind: "choice", options: options(known.safety), need: true })) },
        {
          title: "一年的收入",
          say: "按一年算，填多少元；没有的空着。",
          fields: [{ name: "heads", label: "几口人一起过", kind: "number", need: true, most: 2 }, ...MONEY.map(([name, label]): Field => ({ name, label, kind: "number", most: 12 }))],
        },
        {
          title: "家里人的意见",
          fields: [
            { name: "heard_whom", label: "听了谁的", kind: "pick", options: options(known.relations), need: true },
            { name: "view", label: "同意消除吗", kind: "choice", options: options(known.family_views), need: true },
            wordsField("他们的原话，或怎样联系过", 1000, { when: { name: "view", is: ["disagrees", "unreachable"] } }),
          ],
        },
      ],
      send: (values) =>
        addressed("/api/v1/cases/{case_id}/removal-check", { case_id }, {
          version: Number(version),
          mode: said(values, "mode"),
          met: Object.fromEntries(checklist.map(({ code }) => [code, many(values, "met").includes(code)])),
          safety: Object.fromEntries(items.map(({ code }) => [code, said(values, `safety_${code}`)])),
          income: Object.fromEntries(MONEY.map(([name]) => [name, fen(values, name)])),
          heads: count(values, "heads"),
          view: said(values, "view"),
          heard_whom: said(values, "heard_whom"),
          second_name: said(values, "second_name"),
          view_words: ["disagrees", "unreachable"].includes(said(values, "view")) ? said(values, "words") : "",
          checked_on: said(values, "checked_on"),
        }),
    };
  },
};
