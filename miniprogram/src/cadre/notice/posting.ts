/** Recording that a sheet hangs: the one that is on the wall, found among those made for the family; a new one only when asked for. */
import type { BodyOf } from "../../api/client";
import { dayWords, momentWords } from "../../lib/page";
import type { Option } from "../../lib/session";
import { digests } from "../desk";
import { Wrong, type Filed, type Form } from "../form";
import { many, said, today, type Field, type Step, type Values } from "../form-model";
import type { PreparedSheet } from "../sheets";

const NEW = "new";
const ON_ITS_DAY = "then";
const LATER = "昨天贴的，公示期照纸上印的算；更早贴的，从今天算起，纸要多贴几天，哪天取下看待办。";
const RENEWED: Option[] = [{ code: ON_ITS_DAY, name: "纸上印的那天" }, { code: "later", name: "后来才贴的" }];

/** The form for a family's posting; `sheets` are those that may be said to hang, the newest first. */
export function postingOf(case_id: string, head: string, sheets: PreparedSheet[]): Omit<Form, "kind"> {
  const past = sheets.filter((sheet) => sheet.posts_on < today()).map((sheet) => sheet.id);
  return {
    draft: `posting:${case_id}`,
    title: "张贴公示",
    submit: sheets.length ? "已经贴好" : "做一张公示",
    values: { sheet: sheets.length ? (sheets.length === 1 ? sheets[0]!.id : "") : NEW },
    fit: ({ sheet, ...draft }) => (sheets.some((each) => each.id === sheet) ? { ...draft, sheet } : draft),
    steps: sheets.length ? [whichStep(head, sheets), hangingStep(sheets, past)] : [makingStep(head)],
    build: (values) => (said(values, "sheet") === NEW ? making(case_id, head) : posting(case_id, sheets, past, values)),
  };
}

function makingStep(head: string): Step {
  return {
    title: `${head}家`,
    say: "这家还没有做好的公示。墙上贴的是电脑上做的，先连上网再打开这一页。要在手机上做一张，点下面的按钮；做好了打印出来、贴好了再登记。",
    fields: [{ name: "none", label: "做一张", kind: "info", hint: "做好以前什么也不会登记。" }],
  };
}

function whichStep(head: string, sheets: PreparedSheet[]): Step {
  const choices = sheets.map((sheet) => ({ code: sheet.id, name: `${nameOf(sheet)}（${momentWords(sheet.prepared_at)} 做的）` }));
  return {
    title: `${head}家`,
    say: "请对着墙上的纸，点是哪一张。",
    fields: [
      { name: "sheet", label: "墙上贴的是", kind: "choice", options: [...choices, { code: NEW, name: "都不是，另做一张" }], need: true },
      ...sheets.map((sheet): Field => ({ name: `text_${sheet.id}`, label: "公示全文", kind: "info", hint: sheet.text, when: { name: "sheet", is: [sheet.id] } })),
    ],
  };
}

function hangingStep(sheets: PreparedSheet[], past: string[]): Step {
  const when = { name: "sheet", is: sheets.map((sheet) => sheet.id) };
  return {
    title: "贴好了",
    say: "拍一张贴好的公示；不便拍照的，写一位看见张贴的人。要另做一张的，直接点下面的按钮。",
    fields: [
      ...(past.length ? [{ name: "hung", label: "是哪天贴的", kind: "choice" as const, hint: LATER, options: RENEWED, need: true, when: { name: "sheet", is: past } }] : []),
      { name: "place", label: "贴在哪里", kind: "text", need: true, most: 100, when },
      { name: "photos", label: "贴好的公示", kind: "photos", most: 1, when },
      { name: "witness", label: "看见张贴的人", kind: "text", most: 50, when },
    ],
  };
}

function making(case_id: string, head: string): Filed {
  const body: BodyOf<"/api/v1/notices"> = { case_ids: [case_id] };
  return { title: `${head}家 做公示`, path: "/api/v1/notices", body };
}

async function posting(case_id: string, sheets: PreparedSheet[], past: string[], values: Values): Promise<Filed> {
  const sheet = sheets.find((each) => each.id === said(values, "sheet"));
  if (!sheet) throw new Wrong({ sheet: "请点墙上贴的是哪一张。" });
  const unheard = sheet.families.find((each) => !each.has_heard);
  if (unheard) throw new Wrong({ sheet: `纸上第${unheard.number}户（${unheard.duty.head_name}家）还没有听过，先从他家的待办里念给他家听。` });
  if (sheet.posts_on > today()) throw new Wrong({ sheet: `纸上印的是${dayWords(sheet.posts_on)}，到那天贴好了再登记。` });
  if (past.includes(sheet.id) && said(values, "hung") !== ON_ITS_DAY) throw new Wrong({ hung: "纸上印的日期不对了，请另做一张再贴。" });
  const photos = many(values, "photos");
  if (!photos.length && !said(values, "witness")) throw new Wrong({ witness: "请拍一张贴好的公示，或者写一位看见张贴的人。" });
  const body: BodyOf<"/api/v1/notices/{notice_id}/postings"> = {
    place: said(values, "place"),
    witness: said(values, "witness"),
    photo_sha256: (await digests(photos))[0] ?? null,
    posted_on: sheet.posts_on,
    seen: sheet.families.map(({ case_id: family, duty }) => ({ case_id: family, version: duty.version })),
  };
  return {
    title: `张贴公示　${nameOf(sheet)}`,
    path: `/api/v1/notices/${sheet.id}/postings`,
    body,
    owed: sheet.families.map(({ case_id: family, duty }) => ({ case_id: family, id: duty.id, version: duty.version, own: duty.is_own })),
    photosTo: [`/api/v1/cases/${case_id}/files`],
    photos: photos.map((file) => ({ file, label: "贴好的公示" })),
  };
}

function nameOf({ posts_on, families }: PreparedSheet): string {
  const heads = families.slice(0, 3).map(({ duty }) => duty.head_name).join("、");
  return `${heads}${families.length > 3 ? "等" : ""} ${families.length} 户，纸上印${dayWords(posts_on)}`;
}
