/** The short forms about any household: who joined or left, what was handed out, a campaign's questions, a group's meeting. */
import { addressed, call } from "../../api/client";
import { answerOf, questionsOf } from "../campaign/questions";
import { dayWords } from "../../lib/page";
import { options, type Option } from "../../lib/session";
import { cached } from "../desk";
import { count, many, said, today } from "../form-model";
import { homes } from "../homes";
import { members, wordsField, type MakeDeed } from "./model";

const COMES = ["birth", "married_in", "moved_in", "left_army", "released"];
const NOT_ON_PHONE = ["merged", "off_roster"];

export const FAMILY_DEEDS: Record<string, MakeDeed> = {
  change: async ({ household_id = "", case_id = "", head = "" }, known) => {
    const people: Option[] = (await members(case_id)).filter((each) => each.person_id).map((each) => ({ code: String(each.person_id), name: each.name }));
    const kinds = options(known.member_changes).filter(({ code }) => !NOT_ON_PHONE.includes(code) && (people.length > 0 || COMES.includes(code)));
    const leaves = kinds.map(({ code }) => code).filter((code) => !COMES.includes(code));
    return {
      title: "家里添人、走人",
      values: { happened_on: today() },
      steps: [
        {
          title: `${head}家`,
          say: "登记以后，村里确认了才算数。",
          fields: [
            { name: "kind", label: "是什么变动", kind: "pick", options: kinds, need: true },
            { name: "happened_on", label: "哪天", kind: "date", need: true },
            { name: "person_id", label: "是家里哪一位", kind: "choice", options: people, need: true, when: { name: "kind", is: leaves } },
            { name: "name", label: "姓名", kind: "text", need: true, most: 50, when: { name: "kind", is: COMES } },
            { name: "relation", label: "和户主的关系", kind: "pick", options: options(known.relations).filter(({ code }) => code !== "head"), need: true, when: { name: "kind", is: COMES } },
            wordsField("还要说明的", 500, { need: false }),
          ],
        },
      ],
      send: (values) => {
        const comes = COMES.includes(said(values, "kind"));
        return addressed("/api/v1/households/{household_id}/changes", { household_id }, {
          kind: said(values, "kind"),
          happened_on: said(values, "happened_on"),
          person_id: comes ? null : said(values, "person_id"),
          name: comes ? said(values, "name") : "",
          relation: comes ? said(values, "relation") : "other",
          words: said(values, "words"),
        });
      },
    };
  },

  settle: ({ change_id = "", version, head = "" }) => ({
    title: "确认人口变动",
    steps: [
      {
        title: `${head}家`,
        say: "有人登记了这家添人或走人。问清楚再选，确认了才算数。",
        fields: [{ name: "confirmed", label: "是这样吗", kind: "choice", options: [{ code: "yes", name: "是这样" }, { code: "no", name: "不是这样" }], need: true }],
      },
    ],
    send: (values) => addressed("/api/v1/changes/{change_id}/verdict", { change_id }, { version: Number(version), confirmed: said(values, "confirmed") === "yes" }),
  }),

  assignment: async ({ assignment_id = "", version }) => {
    const { value: handed } = await cached(`assignment:${assignment_id}`, () => call("GET", "/api/v1/assignments/{assignment_id}", { path: { assignment_id } }));
    return {
      title: "交办的事",
      submit: "报办理结果",
      steps: [
        {
          title: `${dayWords(handed.due_on)}以前办好`,
          fields: [{ name: "what", label: `${handed.made_by_name}交办的`, kind: "info", hint: handed.what }, wordsField(handed.answered_by_name ? "已经报过一次，再报的写在这里" : "办得怎么样", 1000)],
        },
      ],
      send: (values) => addressed("/api/v1/assignments/{assignment_id}/answers", { assignment_id }, { version: Number(version), words: said(values, "words") }),
    };
  },

  answer: async ({ campaign_id = "", household_id = "", head = "" }, known) => {
    const step = await questionsOf(campaign_id, known);
    return {
      title: "专项的问题",
      values: { goes_on: "nothing" },
      steps: [{ ...step, title: `${head}家　${step.title}` }],
      send: (values) => answerOf(campaign_id, household_id, values),
    };
  },

  group: async (_, known) => {
    const { all, unwatched } = await homes();
    const codes = unwatched.map(({ code }) => code);
    return {
      title: "村民小组会",
      values: { held_on: today(), families: [] },
      steps: [
        {
          title: "什么时候、多少人",
          fields: [
            { name: "group_name", label: "哪个小组", kind: "text", need: true, most: 10 },
            { name: "held_on", label: "哪天开的", kind: "date", need: true },
            { name: "people", label: "来了多少人", kind: "number", need: true, most: 4 },
            { name: "topics", label: "说了什么事", kind: "text", need: true, most: 50 },
            wordsField("还要记的", 250, { need: false }),
          ],
        },
        {
          title: "说到了哪几户",
          say: "这里没有的户有困难，用待办里的“报线索”；正在监测的户，在那一户的页面上报新的风险。",
          fields: [
            { name: "families", label: "点说到的户（没有就不点）", kind: "many", options: all },
            { name: "suspected", label: "哪一户像是有困难", kind: "pick", options: [{ code: "", name: "没有" }, ...unwatched] },
            { name: "why", label: "是怎么回事，会转成线索", kind: "long", most: 250, need: true, when: { name: "suspected", is: codes } },
            { name: "risk", label: "是哪种困难", kind: "pick", options: options(known.risk_words), need: true, when: { name: "suspected", is: codes } },
          ],
        },
      ],
      send: (values) => {
        const suspected = said(values, "suspected");
        const spoken = [...new Set([...many(values, "families"), ...(suspected ? [suspected] : [])])];
        return addressed("/api/v1/group-meetings", {}, {
          group_name: said(values, "group_name"),
          held_on: said(values, "held_on"),
          topics: said(values, "topics"),
          people: count(values, "people"),
          words: said(values, "words"),
          families: spoken.map((household_id) => (household_id === suspected ? { household_id, suspected: said(values, "why"), risk: said(values, "risk") } : { household_id, suspected: "", risk: "other" })),
        });
      },
    };
  },
};
