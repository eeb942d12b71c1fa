/** Files of a declaration that is already with the village: sent one by one, and kept until each has arrived. */
import { upload } from "../api/client";

export interface Attachment {
  declaration: string;
  file: string;
  kind: "picture" | "recording";
}

const SHELF = "attachments";

export const waiting = (): Attachment[] => (wx.getStorageSync(SHELF) as Attachment[]) || [];

export function keep(more: Attachment[]): void {
  if (more.length) wx.setStorageSync(SHELF, [...waiting(), ...more]);
}

/** Send what waits; returns how many are still here. The same file again changes nothing at the server. */
export async function sendWaiting(): Promise<number> {
  for (const each of waiting()) {
    try {
      await upload(`/api/v1/declarations/${each.declaration}/files`, each.file, { kind: each.kind });
    } catch {
      continue; // it stays on the list, and the page says so
    }
    wx.setStorageSync(SHELF, waiting().filter((other) => other.file !== each.file));
    wx.getFileSystemManager().unlink({ filePath: each.file, fail: () => undefined });
  }
  return waiting().length;
}
