/** The short forms of a case: what a village completes, confirms, tells, joins, hands over or takes down. */
import { addressed, call } from "../../api/client";
import { options } from "../../lib/session";
import { dayWords } from "../../lib/page";
import { cached } from "../desk";
import { Wrong } from "../form";
import { fen, many, said, today, type Field } from "../form-model";
import { hangingSheets } from "../sheets";
import { wordsField, YES, type MakeDeed } from "./model";

const PHOTOS: Field = { name: "photos", label: "照片（不拍也可以）", kind: "photos", most: 3 };

const fileOf = async (case_id: string) => (await cached(`case:${case_id}`, () => call("GET", "/api/v1/cases/{case_id}", { path: { case_id } }))).value;

export const CASE_DEEDS: Record<string, MakeDeed> = {
  "return": ({ case_id = "", version, head = "" }, known) => ({
    title: "请农户补充",
    submit: "发给这家",
    steps: [
      {
        title: `${head}家`,
        say: "材料不全也先受理更好。实在缺了办不下去的，写清楚缺什么、去哪里拿。",
        fields: [{ name: "reasons", label: "缺什么", kind: "many", options: options(known.return_reasons), need: true }, wordsField("写给这家人看的话")],
      },
    ],
    send: (values) =>
      addressed("/api/v1/cases/{case_id}/decisions", { case_id }, { action: "return_for_information", version: Number(version), reasons: many(values, "reasons"), words: said(values, "words") }),
  }),

  fetch: async ({ case_id = "", version, head = "" }) => {
    const asked = (await fileOf(case_id)).duties.find((duty) => duty.kind === "fetch_information")?.asked ?? [];
    return {
      title: "帮农户补充",
      steps: [{ title: `${head}家`, say: asked.length ? `要补的：${asked.join("、")}。` : "", fields: [wordsField("补来了什么；拿不到的，写明为什么", 1000), PHOTOS] }],
      send: (values) => addressed("/api/v1/cases/{case_id}/supplements", { case_id }, { version: Number(version), words: said(values, "words") }),
    };
  },

  not_home: ({ case_id = "", version, head = "" }) => ({
    title: "家里没人",
    submit: "记下来",
    values: { visited_on: today() },
    steps: [{ title: `${head}家`, say: "另约时间，期限不变。", fields: [{ name: "visited_on", label: "哪天去的", kind: "date", need: true }, wordsField("写一句当时的情况", 500, { hint: "例如：敲门没有人，邻居说去县城了" })] }],
    send: (values) =>
      addressed("/api/v1/cases/{case_id}/visits", { case_id }, { version: Number(version), conclusion: "not_home", way: "home", visited_on: said(values, "visited_on"), findings: said(values, "words"), companion: "", photos: [] }),
  }),

  appoint: ({ case_id = "", head = "" }, known) => ({
    title: "约上门时间",
    submit: "告诉这家",
    values: { on: today() },
    steps: [
      {
        title: `${head}家`,
        fields: [
          { name: "on", label: "哪天去", kind: "date", ahead: true, need: true },
          { name: "day_part", label: "什么时候", kind: "choice", options: options(known.day_parts), need: true },
          { name: "words", label: "请他们准备什么", kind: "text", hint: "没有的不用填", most: 100 },
        ],
      },
    ],
    send: (values) => addressed("/api/v1/cases/{case_id}/appointments", { case_id }, { on: said(values, "on"), day_part: said(values, "day_part"), words: said(values, "words") }),
  }),

  talk: ({ case_id = "", head = "" }, known) => ({
    title: "记一次联系",
    values: { talked_on: today() },
    steps: [
      {
        title: `${head}家`,
        fields: [
          { name: "way", label: "怎样联系的", kind: "choice", options: options(known.talk_ways), need: true },
          { name: "talked_on", label: "哪天", kind: "date", need: true },
          wordsField("说了什么"),
        ],
      },
    ],
    send: (values) => addressed("/api/v1/cases/{case_id}/talks", { case_id }, { way: said(values, "way"), words: said(values, "words"), talked_on: said(values, "talked_on") }),
  }),

  tell: ({ case_id = "", version, head = "" }, known) => ({
    title: "当面告知",
    submit: "已经告知",
    values: { told_on: today() },
    steps: [
      {
        title: `${head}家`,
        say: "微信和短信都没有送到，要您去说一声。",
        fields: [
          { name: "way", label: "怎样告诉的", kind: "choice", options: options(known.notice_ways).filter(({ code }) => code !== "unreachable"), need: true },
          { name: "told_whom", label: "告诉了谁", kind: "pick", options: options(known.relations), need: true },
          { name: "told_on", label: "哪天", kind: "date", need: true },
          wordsField("他们说了什么"),
        ],
      },
    ],
    send: (values) =>
      addressed("/api/v1/cases/{case_id}/tellings", { case_id }, { version: Number(version), way: said(values, "way"), told_whom: said(values, "told_whom"), told_on: said(values, "told_on"), words: said(values, "words") }),
  }),

  confirm: async ({ case_id = "", version, head = "" }) => {
    const { value } = await cached(`checks:${case_id}`, () => call("GET", "/api/v1/cases/{case_id}/checks", { path: { case_id } }));
    const [last] = value.items;
    const found = last ? [last.content.findings, ...last.formula].filter(Boolean).join("\n") : "";
    return {
      title: "同去的人确认",
      submit: "确认",
      steps: [
        {
          title: `${head}家`,
          say: "您是同去的另一位，看看写的和您见到的一样不一样。",
          fields: [
            { name: "found", label: "核实表上写的", kind: "info", hint: String(found) },
            { name: "agrees", label: "和您看到的一样吗", kind: "choice", options: [{ code: "yes", name: "一样" }, { code: "no", name: "不一样" }], need: true },
            wordsField("哪里不一样", 1000, { when: { name: "agrees", is: ["no"] } }),
          ],
        },
      ],
      send: (values) => {
        const agrees = said(values, "agrees") === "yes";
        return addressed("/api/v1/cases/{case_id}/checks/confirmations", { case_id }, { version: Number(version), agrees, words: agrees ? "" : said(values, "words") });
      },
    };
  },

  in_person: ({ case_id = "", version, head = "" }) => ({
    title: "当面见过",
    steps: [{ title: `${head}家`, say: "上次是电话或视频核实的，要当面见一次。", fields: [wordsField("见到了谁，情况和核实的一样吗", 1000)] }],
    send: (values) => addressed("/api/v1/cases/{case_id}/checks/answers", { case_id }, { action: "see_in_person", version: Number(version), words: said(values, "words") }),
  }),

  join: async ({ case_id = "", version, head = "", declaration_id = "", clue_id = "" }) => {
    const file = await fileOf(case_id);
    const hardship = file.declarations.find((each) => each.id === declaration_id)?.hardship;
    return {
      title: "确认是同一家",
      submit: "是同一家，并入",
      steps: [
        {
          title: `${head}家`,
          say: "这一户正在办，又收到一件。是同一家的，并在一起办，期限从早的算。不是同一家的，请打电话给乡镇。",
          fields: [{ name: "said", label: clue_id ? "新收到的是线索" : "新收到的申报", kind: "info", hint: hardship || "请在电脑上看内容。" }],
        },
      ],
      send: () =>
        clue_id
          ? addressed("/api/v1/cases/{case_id}/clues/{clue_id}/joins", { case_id, clue_id }, { version: Number(version) })
          : addressed("/api/v1/cases/{case_id}/joins", { case_id }, { version: Number(version), declaration_id }),
    };
  },

  take_down: async ({ case_id = "", head = "" }) => {
    const { value: sheets } = await hangingSheets();
    const meant = sheets.filter((sheet) => (case_id ? sheet.case_ids.includes(case_id) : sheet.until < today()));
    if (meant.length === 0) throw { status: 404, code: "not_found", message: "现在没有到期要取下的公示。", fields: {} };
    const early = meant.some((sheet) => sheet.until >= today());
    return {
      title: "取下公示",
      submit: early ? "已经遮住" : "已经取下",
      values: { sheet: meant.length === 1 ? meant[0]!.id : "" },
      steps: [
        {
          title: early ? `遮住${head}家那一行` : "取下了哪一张",
          say: early ? "这一户不再往下办了。公示期没有满，别的户的还要贴着，只遮住这一户的。" : "",
          fields: [{ name: "sheet", label: early ? "是这一张" : "点取下的", kind: "choice", need: true, options: meant.map((sheet) => ({ code: sheet.id, name: `${sheet.place}，${dayWords(sheet.posted_on)}贴的，${sheet.families} 户` })) }],
        },
      ],
      send: (values) => addressed("/api/v1/notices/{notice_id}/removals", { notice_id: said(values, "sheet") }, undefined),
    };
  },

  green: ({ case_id = "", head = "" }, known) => ({
    title: "先帮急的",
    submit: "报给乡镇",
    values: { studied_on: today() },
    steps: [
      {
        title: `${head}家`,
        say: "等不及手续的，村两委先研究，乡镇、县里同意后先帮，手续后补。",
        fields: [
          { name: "cause", label: "因为什么", kind: "choice", options: options(known.green_causes), need: true },
          { name: "studied_on", label: "哪天研究的", kind: "date", need: true },
          { name: "studied", label: "村两委怎么说的", kind: "long", need: true, most: 500 },
        ],
      },
    ],
    send: (values) => addressed("/api/v1/cases/{case_id}/green-channel", { case_id }, { cause: said(values, "cause"), studied: said(values, "studied"), studied_on: said(values, "studied_on") }),
  }),

  aid: ({ case_id = "", version, head = "" }) => ({
    title: "急难帮扶已送到",
    values: { delivered_on: today() },
    steps: [
      {
        title: `${head}家`,
        fields: [
          { name: "what", label: "送了什么", kind: "text", need: true, most: 150 },
          { name: "how_much", label: "多少", kind: "text", hint: "例如 2 袋米、1 桶油", most: 50 },
          { name: "money", label: "是钱的，多少元", kind: "number", hint: "不是钱的空着", most: 9 },
          { name: "delivered_on", label: "哪天送到的", kind: "date", need: true },
          { name: "confirmed", label: "家里人说收到了吗", kind: "choice", options: YES, need: true },
          { name: "checked", label: "核对过该给谁了吗", kind: "choice", options: YES, need: true },
          PHOTOS,
        ],
      },
    ],
    send(values) {
      if (!said(values, "how_much") && !fen(values, "money")) throw new Wrong({ how_much: "请写明给了多少：数量或者金额。" });
      return addressed("/api/v1/cases/{case_id}/green-channel/aid", { case_id }, {
        version: Number(version), what: said(values, "what"),
        how_much: said(values, "how_much"),
        cents: fen(values, "money") || null, delivered_on: said(values, "delivered_on"),
        family_confirmed: said(values, "confirmed") === "yes",
        receiver_checked: said(values, "checked") === "yes",
      });
    },
  }),

  care: ({ case_id = "", version, head = "" }) => ({
    title: "上门照料",
    values: { action: "give_care" },
    steps: [
      {
        title: `${head}家`,
        fields: [
          { name: "action", label: "这一次", kind: "choice", options: [{ code: "give_care", name: "去照料过了" }, { code: "end_care", name: "以后不用再照料了" }], need: true },
          wordsField("做了什么，或者为什么不用了"),
        ],
      },
    ],
    send: (values) => addressed("/api/v1/cases/{case_id}/care", { case_id }, { action: said(values, "action"), version: Number(version), words: said(values, "words") }),
  }),

  phone: async ({ case_id = "", head = "" }) => {
    const file = await fileOf(case_id);
    return {
      title: "确认这家的手机",
      submit: "就是这家的",
      values: { declaration_id: file.declarations.length === 1 ? file.declarations[0]!.id : "" },
      steps: [
        {
          title: `${head}家`,
          say: "请他们拿出申报用的手机，打开“查看进度”，对一对回执号。确认以后，这部手机能看本户的办理情况、改同意、确认收到帮扶。",
          fields: [{ name: "declaration_id", label: "手机上的回执号是", kind: "choice", need: true, options: file.declarations.map((each) => ({ code: each.id, name: each.receipt_no })) }],
        },
      ],
      send: (values) => addressed("/api/v1/cases/{case_id}/phones", { case_id }, { declaration_id: said(values, "declaration_id") }),
    };
  },
};
