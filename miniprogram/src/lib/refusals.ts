/** What an answer says about the work that was sent, or that it says nothing about it. */

/** Answers that leave open whether the work was done: sent again, it goes under the key that it had. */
const OPEN = new Set([0, 401, 408, 425, 429]);
const OPEN_CODES = new Set(["still_running", "offline"]);

/** Whether a refusal leaves open what became of the work; any other is the server's last word on it. */
export function isOpen(refused: { status: number; code: string }): boolean {
  return OPEN.has(refused.status) || refused.status >= 500 || OPEN_CODES.has(refused.code);
}
