/** A family's public notice on the phone: read its line to the family, then record with a photo that the sheet hangs. */
import { call, type BodyOf } from "../../api/client";
import { options, words } from "../../lib/session";
import { cached } from "../desk";
import { formPage } from "../form";
import { said, today, type Values } from "../form-model";
import { preparedSheets } from "../sheets";
import { postingOf } from "./posting";

formPage(async ({ case_id = "", head = "" }) => {
  const known = await words();
  const name = decodeURIComponent(head);
  const { value: preview } = await cached(`sheet:${case_id}`, () => call("GET", "/api/v1/notices/preview", { query: { case_id: [case_id] } }));
  const line = preview.lines.find((each) => each.case_id === case_id);
  const shared = { kind: "notice" };
  if (!line?.has_heard) {
    return {
      ...shared,
      values: {},
      draft: `reading:${case_id}`,
      title: "念给这家人听",
      submit: "已经念过",
      steps: [
        { title: `${name}家`, say: "贴出去以前，先把要写的念给这家人听。", fields: [{ name: "line", label: "公示上这样写", kind: "info", hint: line?.line ?? preview.text }] },
        {
          title: "怎样念的",
          fields: [
            { name: "way", label: "怎样告诉的", kind: "choice", options: options(known.notice_ways), need: true },
            { name: "told_whom", label: "念给谁听的", kind: "choice", options: options(known.relations), need: true, when: { name: "way", is: ["in_person", "phone", "video"] } },
            { name: "words", label: "他们说了什么，或为什么联系不上", kind: "long", most: 500 },
          ],
        },
      ],
      build(values: Values) {
        const told = said(values, "way") === "unreachable" ? "" : said(values, "told_whom");
        const body: BodyOf<"/api/v1/cases/{case_id}/notice-readings"> = { way: said(values, "way"), told_whom: told, words: said(values, "words"), read_on: today() };
        return { title: `${name}家 公示念给农户听`, path: `/api/v1/cases/${case_id}/notice-readings`, body };
      },
    };
  }
  return { ...shared, ...postingOf(case_id, name, (await preparedSheets(case_id)).value) };
});
