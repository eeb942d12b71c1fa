/** The SHA-256 of a file: the name under which the server knows it. */
import { hex, sha256 } from "./bytes";

export function hash(file: string): Promise<string> {
  return new Promise((resolve, reject) =>
    wx.getFileSystemManager().readFile({
      filePath: file,
      success: (told) => resolve(hex(sha256(new Uint8Array(told.data as ArrayBuffer)))),
      fail: reject,
    }),
  );
}
