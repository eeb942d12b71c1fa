/** A campaign's questions as a step of a form, and what is sent of them. */
import { addressed, call, type BodyOf } from "../../api/client";
import { options, type Dictionaries } from "../../lib/session";
import { cached } from "../desk";
import { many, said, type Field, type Step, type Values } from "../form-model";

type Answer = BodyOf<"/api/v1/campaigns/{campaign_id}/families/{household_id}/answers">;

const GOES_ON = [
  { code: "nothing", name: "不用" },
  { code: "clue", name: "像是有返贫风险，报上去" },
  { code: "rectification", name: "要整改，定个期限" },
];

/** The step that asks; `when` says under which answer of the form it is asked at all. */
export async function questionsOf(campaign_id: string, known: Dictionaries): Promise<Step> {
  const { value } = await cached("campaigns", () => call("GET", "/api/v1/campaigns"));
  const campaign = value.items.find((each) => each.id === campaign_id);
  if (!campaign) throw { status: 404, code: "not_found", message: "这个专项已经结束。", fields: {} };
  const asked: Field[] = campaign.questions.length
    ? [{ name: "is_so", label: "是的点上，不是的不点", kind: "many", options: campaign.questions.map((name, place) => ({ code: String(place), name })) }]
    : [];
  return {
    title: campaign.name,
    say: campaign.questions.length ? "" : "这个专项没有另外的问题。",
    fields: [
      ...asked,
      { name: "goes_on", label: "发现了什么要接着办的吗", kind: "choice", options: GOES_ON, need: true },
      { name: "seen", label: "写一句看到了什么", kind: "long", most: 500, need: true, when: { name: "goes_on", is: ["clue", "rectification"] } },
      { name: "kind", label: "是哪种困难", kind: "pick", options: options(known.risk_words), need: true, when: { name: "goes_on", is: ["clue"] } },
      { name: "put_right_by", label: "哪天以前改好", kind: "date", ahead: true, need: true, when: { name: "goes_on", is: ["rectification"] } },
    ],
  };
}

/** What the answers become. */
export function answerOf(campaign_id: string, household_id: string, values: Values): { path: string; body: unknown } {
  const goes_on = said(values, "goes_on") as NonNullable<Answer>["goes_on"];
  const body: Answer = {
    is_so: many(values, "is_so").map(Number),
    goes_on,
    words: goes_on === "nothing" ? "" : said(values, "seen"),
    risk: goes_on === "clue" ? said(values, "kind") : "other",
    put_right_by: goes_on === "rectification" ? said(values, "put_right_by") : null,
  };
  return addressed("/api/v1/campaigns/{campaign_id}/families/{household_id}/answers", { campaign_id, household_id }, body);
}
