/** A village meeting as it happened: who came, and how the votes fell on each family of the agenda. */
import { call, type BodyOf } from "../../api/client";
import { options, words } from "../../lib/session";
import { cached } from "../desk";
import { formPage, Wrong } from "../form";
import { count, many, said, today, type Step } from "../form-model";

const KINDS = ["consult", "meeting"];

formPage(async ({ kind = "meeting" }) => {
  const [{ value: agenda }, known] = await Promise.all([cached("agenda", () => call("GET", "/api/v1/meetings/agenda")), words()]);
  const lines = agenda.items.filter((line) => line.duty.kind === kind && KINDS.includes(kind));
  if (lines.length === 0) throw { status: 404, code: "not_found", message: "现在没有等着开会的户。", fields: {} };
  const votes = kind === "meeting";
  const forms = lines[0]!.forms;
  return {
    draft: `meeting:${kind}`,
    kind,
    title: votes ? "民主评议" : "会商",
    submit: "登记这次会",
    values: { held_on: today(), form: forms[0] ?? "", families: lines.map((line) => line.duty.case_id) },
    steps: [
      {
        title: "在哪里开的",
        fields: [
          { name: "held_on", label: "哪天", kind: "date", need: true },
          { name: "place", label: "地点", kind: "text", need: true, most: 100 },
          { name: "chair", label: "主持人", kind: "text", need: true, most: 50 },
          { name: "recorder", label: "记录人", kind: "text", need: true, most: 50 },
          ...(forms.length > 1 ? [{ name: "form", label: "什么会", kind: "choice" as const, options: options(known.meeting_form).filter((each) => forms.includes(each.code)), need: true }] : []),
        ],
      },
      {
        title: "到会的人",
        say: "一行写一个名字。",
        fields: [
          { name: "standing", label: "到会的是", kind: "choice", options: options(known.attendee_standings), need: true },
          { name: "present", label: "到会的", kind: "long", need: true },
          { name: "absent", label: "请了没到的", kind: "long" },
          { name: "supervisor", label: "村务监督委员会到会的", kind: "text", most: 50 },
          { name: "photos", label: "会议照片（不拍也可以）", kind: "photos", most: 3 },
        ],
      },
      { title: "议了哪几家", fields: [{ name: "families", label: "点议过的", kind: "many", options: lines.map((line) => ({ code: line.duty.case_id!, name: `${line.duty.head_name}家（${line.risk_name}）` })), need: true }] },
      ...lines.map(
        (line): Step => ({
          title: `${line.duty.head_name}家`,
          say: "没有议这一家的，直接点下一步。",
          fields: [
            ...(votes
              ? ([["agree", "同意几票"], ["against", "不同意几票"], ["abstained", "弃权几票"]] as const).map(([name, label]) => ({ name: `${name}_${line.duty.case_id}`, label, kind: "number" as const, most: 3 }))
              : [
                  { name: `category_${line.duty.case_id}`, label: "建议定为", kind: "choice" as const, options: options(known.categories) },
                  { name: `help_${line.duty.case_id}`, label: "打算怎么帮", kind: "long" as const },
                ]),
            { name: `words_${line.duty.case_id}`, label: "大家说了什么", kind: "long" as const },
          ],
        }),
      ),
      { title: "会议记录", fields: [{ name: "minutes", label: "还要记的", kind: "long", most: 4000 }] },
    ],
    build(values) {
      const chosen = lines.filter((line) => many(values, "families").includes(line.duty.case_id!));
      if (chosen.length === 0) throw new Wrong({ families: "请至少点一家。" });
      const attendance = [
        ...names(values, "present").map((name) => ({ name, standing: said(values, "standing"), presence: "present" })),
        ...names(values, "absent").map((name) => ({ name, standing: said(values, "standing"), presence: "absent" })),
        ...names(values, "supervisor").map((name) => ({ name, standing: "supervision", presence: "present" })),
      ];
      const body: BodyOf<"/api/v1/meetings"> = {
        sitting: {
          held_on: said(values, "held_on"),
          place: said(values, "place"),
          chair: said(values, "chair"),
          recorder: said(values, "recorder"),
          form: votes ? said(values, "form") : "",
          minutes: said(values, "minutes"),
          attendance,
        },
        items: chosen.map(({ duty, category, risks }) => ({
          case_id: duty.case_id!,
          version: duty.version,
          words: said(values, `words_${duty.case_id}`),
          ...(votes
            ? { votes: { agree: count(values, `agree_${duty.case_id}`), against: count(values, `against_${duty.case_id}`), abstained: count(values, `abstained_${duty.case_id}`) } }
            : { category: said(values, `category_${duty.case_id}`) || category, risks, help: said(values, `help_${duty.case_id}`) }),
        })),
      };
      return {
        title: `${votes ? "民主评议" : "会商"} ${chosen.length} 户`,
        path: votes ? "/api/v1/meetings" : "/api/v1/meetings/consultations",
        body,
        owed: chosen.map(({ duty }) => ({ case_id: duty.case_id!, id: duty.id, version: duty.version, own: duty.is_own })),
        photosTo: chosen.map(({ duty }) => `/api/v1/cases/${duty.case_id}/files`),
        photos: many(values, "photos").map((file) => ({ file, label: "会议照片" })),
      };
    },
  };
});

const names = (values: Record<string, unknown>, name: string): string[] => said(values, name).split(/[\n，,、]+/).map((each) => each.trim()).filter(Boolean);
