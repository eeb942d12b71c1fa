/** The phone's files: temporary ones vanish on a restart, saved ones stay, and no more than 200 MB of them. */

export const USER_DATA_PATH = "wxfile://usr";
const MOST = 200 * 1024 * 1024;
const temporary = new Map();
const saved = new Map();
let database = null;
let serial = 0;

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Reads what was saved before; called once, before the first page. */
export async function loadFiles() {
  const opening = indexedDB.open("wxrun", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("files");
  database = await done(opening);
  const store = database.transaction("files").objectStore("files");
  const [keys, values] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
  keys.forEach((key, index) => saved.set(key, values[index]));
}

const write = (path, blob) => {
  saved.set(path, blob);
  return done(database.transaction("files", "readwrite").objectStore("files").put(blob, path));
};

const remove = (path) => {
  saved.delete(path);
  return done(database.transaction("files", "readwrite").objectStore("files").delete(path));
};

/** Keeps a blob as a temporary file and returns its path, which begins as on a phone: the tools' begins otherwise. */
export function temporaryFile(blob, ending = "jpg") {
  const path = `wxfile://tmp_${Date.now()}_${(serial += 1)}.${ending}`;
  temporary.set(path, blob);
  return path;
}

/** Returns a file's content, or undefined when there is none under this path. */
export const fileAt = (path) => temporary.get(path) ?? saved.get(path);

/** Returns an address under which the browser can show a file. */
export const fileUrl = (path) => (fileAt(path) ? URL.createObjectURL(fileAt(path)) : undefined);

const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const used = () => [...saved.values()].reduce((sum, blob) => sum + blob.size, 0);

function encoded(buffer, encoding) {
  if (!encoding) return buffer;
  if (encoding === "base64") {
    let text = "";
    for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte);
    return btoa(text);
  }
  if (encoding === "hex") return hex(buffer);
  return new TextDecoder().decode(buffer);
}

function decoded(data, encoding) {
  if (typeof data !== "string") return new Blob([data]);
  if (encoding === "base64") return new Blob([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))]);
  return new Blob([data]);
}

const WORK = {
  async saveFile({ tempFilePath, filePath }) {
    const blob = temporary.get(tempFilePath);
    if (!blob) throw new Error("tempFilePath file not exist");
    if (used() + blob.size > MOST) throw new Error("the maximum size of the file storage limit is exceeded");
    const path = filePath ?? `wxfile://store_${Date.now()}_${(serial += 1)}.jpg`;
    await write(path, blob);
    temporary.delete(tempFilePath);
    return { savedFilePath: path };
  },
  async readFile({ filePath, encoding }) {
    if (!fileAt(filePath)) throw new Error(`no such file or directory, open ${filePath}`);
    return { data: encoded(await fileAt(filePath).arrayBuffer(), encoding) };
  },
  async writeFile({ filePath, data, encoding }) {
    if (!filePath.startsWith(USER_DATA_PATH)) throw new Error(`permission denied, open ${filePath}`);
    await write(filePath, decoded(data, encoding));
    return {};
  },
  async unlink({ filePath }) {
    if (!fileAt(filePath)) throw new Error(`no such file or directory ${filePath}`);
    temporary.delete(filePath);
    await remove(filePath);
    return {};
  },
  async access({ path }) {
    if (!fileAt(path)) throw new Error(`no such file or directory ${path}`);
    return {};
  },
  async getFileInfo({ filePath, digestAlgorithm = "md5" }) {
    const blob = fileAt(filePath);
    if (!blob) throw new Error("file not exist");
    const named = { sha1: "SHA-1", sha256: "SHA-256" }[digestAlgorithm];
    return { size: blob.size, digest: named ? hex(await crypto.subtle.digest(named, await blob.arrayBuffer())) : "" };
  },
  async getSavedFileList() {
    const fileList = [...saved].map(([filePath, blob]) => ({ filePath, size: blob.size, createTime: 0 }));
    return { fileList };
  },
};
WORK.removeSavedFile = WORK.unlink;

/** FileSystemManager, asynchronous: each call tells success or fail, then complete. */
export function fileSystem() {
  return Object.fromEntries(
    Object.entries(WORK).map(([name, work]) => [
      name,
      (options = {}) => {
        work(options).then(
          (result) => {
            options.success?.({ errMsg: `${name}:ok`, ...result });
            options.complete?.({ errMsg: `${name}:ok`, ...result });
          },
          (error) => {
            const told = { errMsg: `${name}:fail ${error.message}`, errCode: 1300002 };
            options.fail?.(told);
            options.complete?.(told);
          },
        );
      },
    ]),
  );
}
