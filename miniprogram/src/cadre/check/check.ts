/** The home check at a family's table: last time's values stand there, and one types what changed. */
import { call } from "../../api/client";
import { options, words } from "../../lib/session";
import { cached, digestOf, digests } from "../desk";
import { formPage, Wrong } from "../form";
import { many, missing, today } from "../form-model";
import { idFaults } from "./check-members";
import { bodyOf, valuesOf, stepsOf, type Content } from "./check-form";

formPage(async ({ case_id = "", version = "0" }) => {
  const path = { path: { case_id } };
  const [{ value: file }, { value: prefill }, known] = await Promise.all([
    cached(`case:${case_id}`, () => call("GET", "/api/v1/cases/{case_id}", path)),
    cached(`prefill:${case_id}`, () => call("GET", "/api/v1/cases/{case_id}/checks/prefill", path)),
    words(),
  ]);
  const before = prefill.content as Content;
  const steps = stepsOf(file.head_name, before, known, options);
  return {
    draft: `check:${case_id}`,
    kind: "check",
    title: "入户核实",
    madeOf: { path: `/api/v1/cases/${case_id}/checks/prefill`, digest: digestOf(prefill) },
    values: { visited_on: today(), ...valuesOf(before) },
    steps,
    async build(values) {
      // A draft may have been begun before a question was there.
      const open: Record<string, string> = Object.assign(idFaults(before.members, values), ...steps.map((step) => missing(step, values)));
      if (Object.keys(open).length) throw new Wrong(open);
      const photos = many(values, "photos");
      return {
        title: `${file.head_name}家 入户核实`,
        path: `/api/v1/cases/${case_id}/checks`,
        body: { version: Number(version), form: bodyOf(values, before, known, await digests(photos)) },
        photosTo: [`/api/v1/cases/${case_id}/files`],
        photos: photos.map((photo) => ({ file: photo, label: "核实照片" })),
      };
    },
  };
});
