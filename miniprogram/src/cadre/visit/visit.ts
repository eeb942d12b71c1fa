/** The short home visit: whom one met, what one saw, what one thinks of it. */
import { call, type BodyOf } from "../../api/client";
import { options, words } from "../../lib/session";
import { cached, digests } from "../desk";
import { formPage } from "../form";
import { many, said, today } from "../form-model";

formPage(async ({ case_id = "", version = "0" }) => {
  const [{ value: file }, known] = await Promise.all([
    cached(`case:${case_id}`, () => call("GET", "/api/v1/cases/{case_id}", { path: { case_id } })),
    words(),
  ]);
  const last = file.visits[file.visits.length - 1];
  return {
    draft: `visit:${case_id}`,
    kind: "visit",
    title: "入户走访",
    values: { visited_on: today(), way: "home" },
    steps: [
      {
        title: `${file.head_name}家`,
        say: last ? `上次 ${last.visited_on} ${last.visitor_name}去过：${last.findings}` : "以前还没有走访过。",
        fields: [
          { name: "visited_on", label: "哪天去的", kind: "date", need: true },
          { name: "way", label: "怎样见到的", kind: "choice", options: options(known.visit_ways), need: true },
          { name: "companion", label: "同去的人", kind: "text", hint: "一个人去的不用填", most: 50 },
        ],
      },
      {
        title: "看到了什么",
        fields: [
          { name: "findings", label: "写几句看到、听到的", kind: "long", need: true, most: 4000 },
          { name: "photos", label: "照片（不拍也可以）", kind: "photos", most: 9 },
        ],
      },
      { title: "您的看法", fields: [{ name: "conclusion", label: "走访结论", kind: "choice", options: options(known.visit_conclusions), need: true }] },
    ],
    async build(values) {
      const photos = many(values, "photos");
      const body: BodyOf<"/api/v1/cases/{case_id}/visits"> = {
        version: Number(version),
        findings: said(values, "findings"),
        conclusion: said(values, "conclusion"),
        way: said(values, "way"),
        visited_on: said(values, "visited_on"),
        companion: said(values, "companion"),
        photos: await digests(photos),
      };
      return {
        title: `${file.head_name}家 入户走访`,
        path: `/api/v1/cases/${case_id}/visits`,
        body,
        photosTo: [`/api/v1/cases/${case_id}/files`],
        photos: photos.map((photo) => ({ file: photo, label: "走访照片" })),
      };
    },
  };
});
