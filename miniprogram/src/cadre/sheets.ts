/** The public notices of the village, with the families that each names; kept for where there is no signal. */
import { call, type components } from "../api/client";
import { cached, type Kept } from "./desk";

type Listed = components["schemas"]["Notices"]["items"][number];
export type Sheet = Listed & { case_ids: string[] };

export type PreparedSheet = components["schemas"]["PreparedSheets"]["items"][number];

/** The sheets with this family that were made, here or at a desk, and may now be said to hang. */
export function preparedSheets(case_id: string): Promise<Kept<PreparedSheet[]>> {
  return cached(`prepared:${case_id}`, async () => (await call("GET", "/api/v1/cases/{case_id}/prepared-notices", { path: { case_id } })).items);
}

export function hangingSheets(): Promise<Kept<Sheet[]>> {
  return cached("sheets", async () => {
    const { items } = await call("GET", "/api/v1/notices", { query: { size: 30 } });
    const found: Sheet[] = [];
    for (const sheet of items.filter((each) => each.posted_on && !each.taken_down_on)) {
      const { lines } = await call("GET", "/api/v1/notices/{notice_id}", { path: { notice_id: sheet.id } });
      found.push({ ...sheet, case_ids: lines.map((line) => line.case_id) });
    }
    return found;
  });
}
