/** Who this phone is to the server: the token, how it is renewed without anybody noticing, and when access was lost. */
import { refusalOf, send } from "./http";
import type { components } from "./schema";

export type Ticket = components["schemas"]["Ticket"];

const SHELF = "ticket";
const LOGIN = "/api/v1/login";
const losses: Array<() => void> = [];
let renewing: Promise<Ticket> | null = null;

/** The ticket that this phone holds, or null before the first signing in. */
export function ticket(): Ticket | null {
  return (wx.getStorageSync(SHELF) as Ticket) || null;
}

export function isStaff(held: Ticket | null = ticket()): boolean {
  return held !== null && held.role !== "FARMER";
}

/** Keep a ticket that an answer brought; a phone that was staff's and is not any more has lost its access. */
export function keepTicket(fresh: Ticket): Ticket {
  const lost = isStaff() && !isStaff(fresh);
  wx.setStorageSync(SHELF, fresh);
  if (lost) for (const tell of losses) tell();
  return fresh;
}

/** Call `tell` whenever this phone stops being a member of staff's. */
export function onLoss(tell: () => void): void {
  losses.push(tell);
}

/** Sign in with WeChat's own code; several callers at once share one attempt. */
export function signIn(): Promise<Ticket> {
  renewing ??= begin().finally(() => {
    renewing = null;
  });
  return renewing;
}

async function begin(): Promise<Ticket> {
  const code = await new Promise<string>((resolve, reject) => {
    const fail = () => reject({ status: 0, code: "offline", message: "现在连不上微信，请检查网络。", fields: {} });
    wx.login({ success: (got) => (got.code ? resolve(got.code) : fail()), fail });
  });
  const answer = await send({ method: "POST", path: LOGIN, headers: {}, body: { code } });
  if (answer.status !== 200) throw refusalOf(answer);
  return keepTicket(answer.data as Ticket);
}
