/** What a household's card offers: the duties that this phone does, and what else one may want at a family's door. */
import type { components } from "../../api/client";
import { asOwed } from "../../lib/owed";
import { dayWords } from "../../lib/page";
import { deedUrl } from "../deed/model";
import type { permissions } from "../desk";

type Case = components["schemas"]["Case"];
type Duty = Case["duties"][number];
type Action = Case["actions"][number];
type May = Awaited<ReturnType<typeof permissions>>;

export interface Button {
  text: string;
  sub: string;
  url: string;
  act: string;
}

/** Where a case stands whose family is watched. */
const WATCHED = ["monitored", "kept", "removed"];

interface Simple {
  text: string;
  ask: string;
  path: (id: string) => string;
  body: (duty: Duty) => unknown;
}

/** Duties that one tap does: what the tap says, and what is sent. */
export const SIMPLE: Record<string, Simple> = {
  accept: { text: "受理", ask: "受理以后，要按期上门核实。", path: (id) => `/api/v1/cases/${id}/decisions`, body: ({ version }) => ({ action: "accept", version }) },
  watch_notice: { text: "公示期满，登记", ask: "公示贴满了天数，没有人提意见？", path: (id) => `/api/v1/cases/${id}/notice-closings`, body: ({ version }) => ({ version }) },
};

/** What a duty takes, where this phone does it: the action that it is, and a page or a short form. */
const DOES: Record<string, { action: Action; page?: string; deed?: string }> = {
  accept: { action: "accept" },
  watch_notice: { action: "close_notice" },
  check_anew: { action: "check_anew", page: "check/check" },
  consult: { action: "hold_consultation", page: "meeting/meeting" },
  meeting: { action: "hold_meeting", page: "meeting/meeting" },
  post_notice: { action: "post_notice", page: "notice/notice" },
  take_down_notice: { action: "take_down_notice", deed: "take_down" },
  department_check: { action: "check_department", page: "office/office" },
  fetch_information: { action: "supplement", deed: "fetch" },
  confirm_check: { action: "confirm_check", deed: "confirm" },
  in_person: { action: "see_in_person", deed: "in_person" },
  tell: { action: "tell_in_person", deed: "tell" },
  join: { action: "join_declaration", deed: "join" },
  deliver_aid: { action: "deliver_aid", deed: "aid" },
  care: { action: "give_care", deed: "care" },
  plan: { action: "make_plan", page: "family/family" },
  measure: { action: "note_measure", page: "family/family" },
  removal_check: { action: "check_removal", deed: "removal" },
};

/** The buttons of a duty; others are done at a desk, and the card says so by showing none. */
export function buttonsOf(duty: Duty, file: Case, may: May): Button[] {
  const about = { case_id: file.id, ...asOwed(duty), head: file.head_name, about: duty.about, kind: duty.kind, declaration_id: duty.declaration_id ?? "", clue_id: duty.clue_id ?? "" };
  const visit = file.procedure.startsWith("short") ? "visit/visit" : "check/check";
  const does = duty.kind === "visit" ? { action: "file_visit" as const, page: visit } : DOES[duty.kind];
  if (!does || !may(does.action)) return [];
  const url = does.page ? `/cadre/${does.page}?${asked(about)}` : "deed" in does && does.deed ? deedUrl(does.deed, about) : "";
  const sub = `${duty.is_overdue ? "！已超期，期限是" : "期限"} ${dayWords(duty.due_on)}${duty.about ? `　${duty.about}` : ""}`;
  return [{ text: SIMPLE[duty.kind]?.text ?? duty.kind_name, sub, url, act: duty.kind }];
}

/** What else one may want at a family's door. */
export function linksOf(file: Case, may: May): Array<{ text: string; url: string }> {
  const about = { case_id: file.id, household_id: file.household_id, head: file.head_name };
  const owed = (kind: string) => {
    const duty = file.duties.find((each) => each.kind === kind);
    return duty ? asOwed(duty) : null;
  };
  const [accept, visit, removal] = [owed("accept"), owed("visit"), owed("removal_check")];
  const can = (action: Action) => file.actions.includes(action);
  return [
    { text: "家里没人，另约时间", url: deedUrl("not_home", { ...about, ...visit }), shown: visit !== null && can("reschedule") },
    { text: "约上门时间", url: deedUrl("appoint", about), shown: (visit ?? removal) !== null && may("appoint_visit") },
    { text: "还差材料，请农户补充", url: deedUrl("return", { ...about, ...accept }), shown: accept !== null && can("return_for_information") },
    { text: "等不及手续，先帮急的", url: deedUrl("green", about), shown: can("ask_green_channel") },
    { text: "还不能消除，继续监测", url: deedUrl("keep", { ...about, ...removal }), shown: removal !== null && can("keep_watching") },
    { text: "日常走访", url: `/cadre/round/round?${asked(about)}`, shown: may("file_round") },
    { text: "记一次联系", url: deedUrl("talk", about), shown: may("note_talk") },
    { text: "家里添人、走人", url: deedUrl("change", about), shown: may("tell_change") },
    { text: "确认这家的手机", url: deedUrl("phone", about), shown: file.declarations.length > 0 && may("confirm_phone") },
    { text: "看帮扶措施", url: `/cadre/family/family?case_id=${file.id}`, shown: WATCHED.includes(file.state) && may("read_watches") },
  ].filter((each) => each.shown);
}

const asked = (given: Record<string, string | number>): string => Object.entries(given).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&");
