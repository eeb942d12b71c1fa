/** Whatever a short form does: which one stands in the address, its questions in a table. */
import { words } from "../../lib/session";
import { formPage } from "../form";
import { many } from "../form-model";
import { CASE_DEEDS } from "./case-deeds";
import { FAMILY_DEEDS } from "./family-deeds";
import type { MakeDeed } from "./model";
import { WATCH_DEEDS } from "./watch-deeds";

const DEEDS: Record<string, MakeDeed> = { ...CASE_DEEDS, ...FAMILY_DEEDS, ...WATCH_DEEDS };

formPage(async (given) => {
  const query = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, decodeURIComponent(value)]));
  const { deed: name = "", head = "", case_id = "" } = query;
  const make = DEEDS[name];
  if (!make) throw { status: 404, code: "not_found", message: "没有这一项，请从待办里点进来。", fields: {} };
  const { title, submit, values, steps, send } = await make(query, await words());
  const about = Object.entries(query).filter(([key]) => key.endsWith("_id")).map(([, id]) => id);
  return {
    draft: [name, ...about].join(":"),
    kind: name,
    title,
    submit,
    values: values ?? {},
    steps,
    build(filled) {
      const photos = many(filled, "photos");
      return {
        title: head ? `${head}家 ${title}` : title,
        ...send(filled),
        photosTo: photos.length ? [`/api/v1/cases/${case_id}/files`] : [],
        photos: photos.map((file) => ({ file, label: title })),
      };
    },
  };
});
