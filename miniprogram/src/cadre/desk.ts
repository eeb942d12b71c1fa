/** A cadre's desk on the phone: what is kept for the hours without signal, and what waits to be sent. */
import { call, isRefusal, readAgain, sendKept, upload, type components, type Refusal } from "../api/client";
import { isStaff, onLoss } from "../api/ticket";
import { hex, sha256, utf8 } from "../lib/bytes";
import { Outbox, type Files, type Line } from "../lib/outbox";
import type { Owed } from "../lib/owed";
import { welcome, words } from "../lib/session";
import { Vault, type Store } from "../lib/vault";

const SHELF = "v:";
const CACHE = "cache:";

const store: Store = {
  get: (name) => (wx.getStorageSync(SHELF + name) as string) || null,
  set: (name, value) => wx.setStorageSync(SHELF + name, value),
  remove: (name) => wx.removeStorageSync(SHELF + name),
  names: () => wx.getStorageInfoSync().keys.filter((key) => key.startsWith(SHELF)).map((key) => key.slice(SHELF.length)),
};

const disk = () => wx.getFileSystemManager();
const files: Files = {
  read: (filePath) =>
    new Promise((resolve, reject) =>
      disk().readFile({ filePath, success: ({ data }) => resolve(new Uint8Array(data as ArrayBuffer)), fail: reject }),
    ),
  write: (filePath, content) =>
    new Promise((resolve, reject) =>
      disk().writeFile({ filePath, data: content.slice().buffer as ArrayBuffer, success: () => resolve(), fail: reject }),
    ),
  // A file that is gone already is gone: nothing else could be meant.
  remove: (filePath) => new Promise((resolve) => disk().unlink({ filePath, complete: () => resolve() })),
};

const listeners = new Set<() => void>();
export const vault = new Vault(store);
const line: Line = { post: sendKept, upload: (path, file) => upload(path, file, { kind: "picture" }), find, digest: async (path) => digestOf(await readAgain(path)) };
export const outbox = new Outbox(vault, files, line, () => {
  for (const tell of listeners) tell();
});

/** Find a duty as it stands now; the family's card is read for it, and kept. */
async function find({ case_id, id }: Owed): Promise<Pick<Owed, "version" | "own"> | null> {
  const file = await call("GET", "/api/v1/cases/{case_id}", { path: { case_id } });
  keep(`case:${case_id}`, file);
  const duty = file.duties.find((each) => each.id === id);
  return duty ? { version: duty.version, own: duty.is_own } : null;
}

/** The digest of what a form was made of, to see whether it is still the same. */
export const digestOf = (value: unknown): string => hex(sha256(utf8(JSON.stringify(value))));

/** Call `tell` whenever something in the outbox changes, until the returned function is called. */
export function watchOutbox(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

onLoss(() => {
  wipeCache();
  void outbox.lock();
});
wx.onNetworkStatusChange(({ isConnected }) => {
  if (isConnected) void sendWaiting();
});

/** Open the vault with the server's keys after a binding, and hand in what lay sealed. */
export async function openDesk(): Promise<void> {
  const { items } = await call("GET", "/api/v1/me/outbox-keys");
  vault.open(items);
  outbox.reopen();
  await readAhead().catch(() => undefined);
}

/** What every page needs that a cadre opens where there is no signal. */
export async function readAhead(): Promise<void> {
  await words();
  await welcome();
  await cached("me", () => call("GET", "/api/v1/me"));
}

type Action = components["schemas"]["Me"]["may"][number];

/** Whether this phone's role covers something, by the server's own table; read ahead for the hours without signal. */
export async function permissions(): Promise<(action: Action) => boolean> {
  const { value } = await cached("me", () => call("GET", "/api/v1/me"));
  return (action) => (value.may ?? []).includes(action); // kept by an older version of this program: nothing yet
}

/** Send what waits, if this phone is a member of staff's. */
export async function sendWaiting(): Promise<void> {
  if (!isStaff()) return;
  if (!vault.isOpen()) await openDesk();
  await outbox.run();
}

/** Forget what was read of families; unsent work and drafts are not touched. */
export function wipeCache(): void {
  for (const name of vault.names(CACHE)) vault.remove(name);
}

export interface Kept<T> {
  value: T;
  /** When it was read, as milliseconds; now, unless there is no network. */
  at: number;
  isFresh: boolean;
}

/** Read something, or what was read the last time where no answer comes. */
export async function cached<T>(name: string, load: () => Promise<T>): Promise<Kept<T>> {
  try {
    const value = await load();
    keep(name, value);
    return { value, at: Date.now(), isFresh: true };
  } catch (error) {
    const kept = isOut(error) ? vault.get<{ value: T; at: number }>(CACHE + name) : null;
    if (kept === null) throw error;
    return { ...kept, isFresh: false };
  }
}

/** Whose role reads no such list has none; without a network there is that of the last time, or none. */
export function emptyWhereNotMine<T>(error: unknown): { value: { items: T[] }; isFresh: boolean } {
  if (!isOut(error) && (error as { status?: number }).status !== 403) throw error;
  return { value: { items: [] }, isFresh: false };
}

/** Whose role has no duties on the phone only confirms there what is done at the console. */
export function hasNoDesk(error: unknown): boolean {
  return isRefusal(error) && error.status === 403;
}

export function isOut(error: unknown): boolean {
  return isRefusal(error) && (error.status === 0 || error.status >= 500);
}

/** A phone without room keeps less for the hours without signal; nothing that was typed is in here. */
function keep(name: string, value: unknown): void {
  try {
    vault.put(CACHE + name, { value, at: Date.now() });
  } catch {
    vault.remove(CACHE + name);
  }
}

/** Copy a temporary photo to where it stays over a restart. */
export function keepPhoto(tempFilePath: string): Promise<string> {
  const filePath = `${wx.env.USER_DATA_PATH}/photo-${Date.now()}-${Math.random().toString(36).slice(2)}.jpg`;
  return new Promise((resolve, reject) =>
    disk().saveFile({ tempFilePath, filePath, success: ({ savedFilePath }) => resolve(savedFilePath), fail: reject }),
  );
}

/** The digests of kept photos, by which the server knows what still has to come. */
export async function digests(photos: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const photo of photos) found.push(hex(sha256(await files.read(photo))));
  return found;
}

export const dropPhoto = (file: string): Promise<void> => files.remove(file);

/** What a person should read where even the cache has nothing. */
export function nothingKept(error: unknown): string {
  return isOut(error) ? "现在没有网络，这一页以前没有打开过，手机里没有存。到有网的地方打开一次，以后没网也能看。" : (error as Refusal).message;
}
