/** Not run, only compiled: what the typed client must refuse. */
import { call } from "../src/api/client";

export async function types(): Promise<string> {
  const page = await call("GET", "/api/v1/tasks", { query: { whose: "mine" } });
  const opened = await call("POST", "/api/v1/cases/{case_id}/visits", {
    path: { case_id: page.items[0]!.case_id ?? "" },
    body: { version: 1, findings: "", conclusion: "risk" },
  });
  // @ts-expect-error: there is no such address
  await call("GET", "/api/v1/nowhere");
  // @ts-expect-error: this address is not asked like that
  await call("DELETE", "/api/v1/tasks");
  // @ts-expect-error: no such word in the description
  await call("GET", "/api/v1/tasks", { query: { whose: "yours" } });
  // @ts-expect-error: a field is missing
  await call("POST", "/api/v1/bindings", { body: {} });
  return opened.visited_on;
}
