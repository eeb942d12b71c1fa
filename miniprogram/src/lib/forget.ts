/** What a family's phone holds of the program, taken off it: everything but a cadre's unsent work, which stays sealed. */
import { waiting } from "./attachments";
import { keptDraft } from "./draft";

const SEALED_WORK = "v:outbox:";

export function forgetEverything(): void {
  const draft = keptDraft();
  for (const file of [...waiting().map((each) => each.file), ...(draft?.photos ?? []), ...(draft?.voice ? [draft.voice] : [])]) {
    wx.getFileSystemManager().unlink({ filePath: file, fail: () => undefined });
  }
  for (const key of wx.getStorageInfoSync().keys) if (!key.startsWith(SEALED_WORK)) wx.removeStorageSync(key);
}
