/** The families that this phone knows without asking for one: watched ones, and those whose visit is owed. */
import { call, type components } from "../api/client";
import type { Option } from "../lib/session";
import { cached, emptyWhereNotMine } from "./desk";

type Family = Pick<components["schemas"]["Watch"], "household_id" | "head_name" | "village_name">;

export interface Homes {
  all: Option[];
  /** Those of which a suspicion becomes a clue; of watched families one reports a new danger instead. */
  unwatched: Option[];
}

export async function homes(): Promise<Homes> {
  const rounds = await cached("rounds", () => call("GET", "/api/v1/rounds")).catch(emptyWhereNotMine<Family>);
  const watches = await cached("watches", () => call("GET", "/api/v1/watches", { query: { size: 100 } })).catch(emptyWhereNotMine<Family>);
  const watched = new Set(watches.value.items.map((each) => each.household_id));
  const found = new Map<string, Option>();
  for (const { household_id, head_name, village_name } of [...rounds.value.items, ...watches.value.items]) {
    found.set(household_id, { code: household_id, name: `${head_name}家　${village_name}` });
  }
  const all = [...found.values()];
  return { all, unwatched: all.filter(({ code }) => !watched.has(code)) };
}
