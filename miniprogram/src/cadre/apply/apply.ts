/** Declaring for a farmer who cannot: by a cadre, who says who they are and how they relate. */
import type { BodyOf } from "../../api/client";
import { ticket } from "../../api/ticket";
import { idFault, nameFault, phoneFault, tidyId } from "../../lib/idcard";
import { options, welcome, words } from "../../lib/session";
import { formPage, Wrong } from "../form";
import { many, said } from "../form-model";

formPage(async () => {
  const [known, county] = await Promise.all([words(), welcome()]);
  const region = ticket()?.region_code ?? "";
  const mine = county.villages.filter(({ code }) => code.startsWith(region) || region.startsWith(code));
  return {
    draft: "apply",
    kind: "apply",
    title: "代农户申报",
    submit: "申报",
    values: { village_code: mine.length === 1 ? mine[0]!.code : "", relation: "village_cadre", declarer_name: ticket()?.name ?? "", consents: [] },
    steps: [
      {
        title: "谁家",
        fields: [
          ...(mine.length > 1 ? [{ name: "village_code", label: "哪个村", kind: "choice" as const, options: mine, need: true }] : []),
          { name: "head_name", label: "户主姓名", kind: "text", need: true, most: 50 },
          { name: "phone", label: "这家的电话", kind: "text", hint: "没有电话的，写能联系上的人的电话", need: true, most: 20 },
          { name: "id_number", label: "身份证号（没有也能报）", kind: "text", most: 20 },
        ],
      },
      {
        title: "什么难处",
        fields: [
          { name: "risk", label: "最主要的一项", kind: "choice", options: options(known.risk_words), need: true },
          { name: "hardship", label: "用自己的话说说", kind: "long", need: true, most: 200 },
        ],
      },
      {
        title: "问过这家人",
        say: "一项一项念给他们听，同意的才点。都不同意也能申报。",
        fields: [
          { name: "consents", label: "他们同意的", kind: "many", options: options(known.consents) },
          { name: "relation", label: "您是他们的", kind: "choice", options: options(known.relations_for_others), need: true },
          { name: "declarer_name", label: "您的姓名", kind: "text", need: true, most: 50 },
        ],
      },
    ],
    build(values) {
      const faults = { head_name: nameFault(said(values, "head_name")), phone: phoneFault(said(values, "phone")), id_number: idFault(said(values, "id_number")) };
      const wrong = Object.fromEntries(Object.entries(faults).filter(([, fault]) => fault));
      if (Object.keys(wrong).length) throw new Wrong(wrong);
      const agreed = many(values, "consents");
      const body: BodyOf<"/api/v1/declarations"> = {
        village_code: said(values, "village_code"),
        head_name: said(values, "head_name"),
        phone: said(values, "phone"),
        hardship: said(values, "hardship"),
        risk: said(values, "risk"),
        id_number: tidyId(said(values, "id_number")) || null,
        relation: said(values, "relation"),
        declarer_name: said(values, "declarer_name"),
        consents: { health: agreed.includes("health"), assets: agreed.includes("assets"), minors: agreed.includes("minors") },
      };
      return { title: `${body.head_name}家 代申报`, path: "/api/v1/declarations", body };
    },
  };
});
