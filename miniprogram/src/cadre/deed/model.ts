/** What a deed is made of: its questions, and the address and body that its answers become. */
import { call } from "../../api/client";
import type { Dictionaries, Option } from "../../lib/session";
import type { Content } from "../check/check-form";
import { cached, emptyWhereNotMine } from "../desk";
import type { Field, Step, Values } from "../form-model";

export interface Deed {
  title: string;
  submit?: string;
  values?: Values;
  steps: Step[];
  send: (values: Values) => { path: string; body: unknown };
}

/** Make a deed for what the address names: the ids, the duty's version, the family's head. */
export type MakeDeed = (query: Record<string, string>, known: Dictionaries) => Deed | Promise<Deed>;

export const YES: Option[] = [{ code: "yes", name: "是" }, { code: "no", name: "还没有" }];

export const wordsField = (label: string, most = 500, more: Partial<Field> = {}): Field => ({ name: "words", label, kind: "long", need: true, most, ...more });

/** A link to a deed's page. */
export function deedUrl(deed: string, query: Record<string, string | number>): string {
  const said = Object.entries({ deed, ...query }).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return `/cadre/deed/deed?${said.join("&")}`;
}

/** Who lives there, as the last form knew them; nobody where it is not for this role, or no signal and nothing kept: the rest can be filed. */
export async function members(case_id: string): Promise<Content["members"]> {
  if (!case_id) return [];
  try {
    const { value } = await cached(`prefill:${case_id}`, () => call("GET", "/api/v1/cases/{case_id}/checks/prefill", { path: { case_id } }));
    return (value.content as Content).members;
  } catch (error) {
    emptyWhereNotMine(error);
    return [];
  }
}
