/** A family's public notice on the phone: read its line to the family, then record with a photo that the sheet hangs. */
import { call, type BodyOf } from "../../api/client";
import { options, words } from "../../lib/session";
import { cached, digests } from "../desk";
import { formPage, Wrong } from "../form";
import { many, said, today, type Values } from "../form-model";

formPage(async ({ case_id = "", version = "0", head = "" }) => {
  const known = await words();
  const name = decodeURIComponent(head);
  const { value: preview } = await cached(`sheet:${case_id}`, () => call("GET", "/api/v1/notices/preview", { query: { case_id: [case_id] } }));
  const line = preview.lines.find((each) => each.case_id === case_id);
  const shared = { kind: "notice", values: { read_on: today() } };
  if (!line?.has_heard) {
    return {
      ...shared,
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
        const body: BodyOf<"/api/v1/cases/{case_id}/notice-readings"> = { way: said(values, "way"), told_whom: told, words: said(values, "words") };
        return { title: `${name}家 公示念给农户听`, path: `/api/v1/cases/${case_id}/notice-readings`, body };
      },
    };
  }
  const { value: sheet } = await cached(`notice:${case_id}:${preview.posts_on}`, () => call("POST", "/api/v1/notices", { body: { case_ids: [case_id] } }));
  return {
    ...shared,
    draft: `posting:${case_id}`,
    title: "张贴公示",
    submit: "已经贴好",
    steps: [
      { title: `${name}家`, say: `从 ${sheet.posts_on} 贴到 ${sheet.until}。`, fields: [{ name: "text", label: "公示全文", kind: "info", hint: preview.text }] },
      {
        title: "贴好了",
        say: "拍一张贴好的公示；不便拍照的，写一位看见张贴的人。",
        fields: [
          { name: "place", label: "贴在哪里", kind: "text", need: true, most: 100 },
          { name: "photos", label: "贴好的公示", kind: "photos", most: 1 },
          { name: "witness", label: "看见张贴的人", kind: "text", most: 50 },
        ],
      },
    ],
    async build(values: Values) {
      const photos = many(values, "photos");
      if (!photos.length && !said(values, "witness")) throw new Wrong({ witness: "请拍一张贴好的公示，或者写一位看见张贴的人。" });
      const body: BodyOf<"/api/v1/notices/{notice_id}/postings"> = {
        place: said(values, "place"),
        witness: said(values, "witness"),
        photo_sha256: (await digests(photos))[0] ?? null,
        seen: [{ case_id, version: Number(version) }],
      };
      return {
        title: `${name}家 张贴公示`,
        path: `/api/v1/notices/${sheet.id}/postings`,
        body,
        photosTo: [`/api/v1/cases/${case_id}/files`],
        photos: photos.map((file) => ({ file, label: "贴好的公示" })),
      };
    },
  };
});
