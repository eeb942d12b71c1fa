/** A look by the office whose matter it is: whether the hardship is what it seems, and what it would do. */
import { call, type BodyOf } from "../../api/client";
import { options, words } from "../../lib/session";
import { cached } from "../desk";
import { formPage } from "../form";
import { said, today } from "../form-model";

formPage(async ({ case_id = "", version = "0", about = "" }) => {
  const [{ value: file }, known] = await Promise.all([
    cached(`case:${case_id}`, () => call("GET", "/api/v1/cases/{case_id}", { path: { case_id } })),
    words(),
  ]);
  return {
    draft: `office:${case_id}:${about}`,
    kind: "office",
    title: "归口核查",
    values: { checked_on: today() },
    steps: [
      {
        title: `${file.head_name}家`,
        say: decodeURIComponent(about),
        fields: [
          { name: "opinion", label: "核查意见", kind: "choice", options: options(known.check_opinions), need: true },
          { name: "findings", label: "看到了什么、建议怎么帮", kind: "long", need: true, most: 2000 },
          { name: "second_name", label: "同去的另一位", kind: "text", hint: "核查要两个人", need: true, most: 50 },
          { name: "checked_on", label: "哪天核查的", kind: "date", need: true },
        ],
      },
    ],
    build(values) {
      const body: BodyOf<"/api/v1/cases/{case_id}/department-checks"> = {
        version: Number(version),
        opinion: said(values, "opinion"),
        findings: said(values, "findings"),
        second_name: said(values, "second_name"),
        checked_on: said(values, "checked_on"),
      };
      return { title: `${file.head_name}家 归口核查`, path: `/api/v1/cases/${case_id}/department-checks`, body };
    },
  };
});
