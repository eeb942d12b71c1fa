/** A clue in three taps: which village and family, what it is about, off it goes. */
import type { BodyOf } from "../../api/client";
import { ticket } from "../../api/ticket";
import { options, welcome, words } from "../../lib/session";
import { formPage } from "../form";
import { said, today } from "../form-model";

/** Why a clue is entered later than it was found: one waits for a signal, the other was begun or seen on an earlier day. */
const LATE = { waited: "在手机上离线填写，联网后补报", begun: "发现当天没有报上来，后来在手机上补报" };

formPage(async () => {
  const [known, county] = await Promise.all([words(), welcome()]);
  const mine = county.villages.filter((village) => inside(village.code, ticket()?.region_code ?? ""));
  return {
    draft: "clue",
    kind: "clue",
    title: "报线索",
    submit: "报上去",
    values: { village_code: mine.length === 1 ? mine[0]!.code : "", urgency: "normal", discovered_on: today() },
    steps: [
      {
        title: "哪一家",
        fields: [
          ...(mine.length > 1 ? [{ name: "village_code", label: "哪个村", kind: "choice" as const, options: mine, need: true }] : []),
          { name: "head_name", label: "户主姓名", kind: "text", need: true, most: 50 },
        ],
      },
      { title: "是哪种困难", fields: [{ name: "risk", label: "点一项", kind: "choice", options: options(known.risk_words), need: true }] },
      {
        title: "说一句情况",
        fields: [
          { name: "what", label: "看到或听到什么", kind: "long", need: true, most: 500 },
          { name: "urgency", label: "急不急", kind: "choice", options: options(known.urgency), need: true },
          { name: "discovered_on", label: "哪天发现的", kind: "date", need: true },
        ],
      },
    ],
    build(values) {
      const body: BodyOf<"/api/v1/clues"> = {
        channel: "grid_find",
        village_code: said(values, "village_code"),
        head_name: said(values, "head_name"),
        what: said(values, "what"),
        risk: said(values, "risk"),
        urgency: said(values, "urgency"),
        discovered_on: said(values, "discovered_on"),
        // Always said, for it may arrive on another day; the server keeps it only where it arrives late.
        late_because: said(values, "discovered_on") < today() ? LATE.begun : LATE.waited,
      };
      return { title: `${body.head_name}家 线索`, path: "/api/v1/clues", body };
    },
  };
});

/** A village lies in a region whose code begins its own; a grid's region is longer and names its village. */
function inside(village: string, region: string): boolean {
  return village.startsWith(region) || region.startsWith(village);
}
