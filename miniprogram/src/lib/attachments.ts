/** Files of a declaration that is already with the village: sent one by one, and kept until each has arrived. */
import { isRefusal, upload } from "../api/client";
import { isOpen } from "./refusals";

export interface Attachment {
  declaration: string;
  file: string;
  kind: "picture" | "recording";
  /** Why the server will not have it; it is not sent again by itself. */
  why?: string;
}

/** One of them as a page lists it. */
export interface Left {
  file: string;
  name: string;
  why: string;
}

const SHELF = "attachments";

export const waiting = (): Attachment[] => (wx.getStorageSync(SHELF) as Attachment[]) || [];

export function keep(more: Attachment[]): void {
  if (more.length) wx.setStorageSync(SHELF, [...waiting(), ...more]);
}

/** What has not arrived of one declaration, or of all. */
export function left(declaration?: string): Left[] {
  const held = waiting().filter((each) => !declaration || each.declaration === declaration);
  return held.map(({ file, kind, why }) => ({ file, name: kind === "picture" ? "照片" : "录音", why: why ?? "" }));
}

/** Send what waits and was not refused. The same file again changes nothing at the server. */
export async function sendWaiting(): Promise<void> {
  for (const each of waiting().filter(({ why }) => !why)) {
    try {
      await upload(`/api/v1/declarations/${each.declaration}/files`, each.file, { kind: each.kind });
      drop(each.file);
    } catch (error) {
      // What was refused says why and waits for its owner's word; anything else stays on the list as it was.
      if (isRefusal(error) && !isOpen(error)) note(each.file, error.message);
    }
  }
}

/** Take one off the list and off the phone: it has arrived, or its owner does not want to send it any more. */
export function drop(file: string): void {
  wx.setStorageSync(SHELF, waiting().filter((other) => other.file !== file));
  wx.getFileSystemManager().unlink({ filePath: file, fail: () => undefined });
}

function note(file: string, why: string): void {
  wx.setStorageSync(SHELF, waiting().map((each) => (each.file === file ? { ...each, why } : each)));
}
