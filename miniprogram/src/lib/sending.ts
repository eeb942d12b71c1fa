/** A form that is sent once, however often its button is tapped. */
import { isRefusal, newKey } from "../api/client";
import { sayRefused } from "./page";
import { isOpen } from "./refusals";

interface Form {
  data: { key: string; busy: boolean };
  setData(shown: Record<string, unknown>): void;
}

/**
 * Send what a form holds unless the phone itself finds `faults` in it; `send` gets the key of this try and returns what
 * the page shows then. What the server refuses stands at its field, and the next try has a key of its own; a try of which
 * nobody knows what became of it keeps its key, so that it counts once. Returns whether it was sent.
 */
export async function sendForm(form: Form, faults: Record<string, string>, send: (key: string) => Promise<Record<string, unknown>>): Promise<boolean> {
  form.setData({ faults });
  if (Object.keys(faults).length || form.data.busy) return false;
  form.setData({ busy: true });
  try {
    form.setData({ ...(await send(form.data.key)), key: newKey(), busy: false });
    wx.pageScrollTo({ scrollTop: 0, duration: 0 });
    return true;
  } catch (error) {
    const fields = isRefusal(error) ? error.fields : {};
    form.setData({ faults: fields, busy: false, ...(isRefusal(error) && !isOpen(error) ? { key: newKey() } : {}) });
    if (!Object.keys(fields).length) sayRefused(error);
    return false;
  }
}
