/** What a family has typed so far, kept on the phone over a restart; never the ID number, which is only ever sent. */

export interface Draft {
  /** The idempotency key of this declaration: one intention, however often it is sent. */
  key: string;
  step: number;
  forSelf: boolean;
  relation: string;
  declarer_name: string;
  village_code: string;
  risk: string;
  hardship: string;
  head_name: string;
  phone: string;
  consents: { health: boolean; assets: boolean; minors: boolean };
  photos: string[];
  voice: string;
}

const SHELF = "draft";

/** An empty form under a fresh key. */
export function emptyDraft(key: string, village: string): Draft {
  return {
    key,
    step: 0,
    forSelf: true,
    relation: "",
    declarer_name: "",
    village_code: village,
    risk: "",
    hardship: "",
    head_name: "",
    phone: "",
    consents: { health: false, assets: false, minors: false },
    photos: [],
    voice: "",
  };
}

export const keptDraft = (): Draft | null => (wx.getStorageSync(SHELF) as Draft) || null;

/** Keep exactly the fields of a draft, whatever else the page holds. */
export function keepDraft(from: Draft): void {
  const empty = emptyDraft(from.key, from.village_code);
  const kept = Object.fromEntries(Object.keys(empty).map((name) => [name, from[name as keyof Draft]]));
  wx.setStorageSync(SHELF, kept);
}

export const dropDraft = (): void => wx.removeStorageSync(SHELF);

/** The path of a saved file, on phones and in the developers' tools; `wxfile://tmp…` is gone after a restart. */
const SAVED = /^(wxfile|http):\/\/(store|usr)/;

/** Make a chosen photo or recording survive a restart; a file that is saved already stays where it is. */
export function saved(path: string): Promise<string> {
  if (SAVED.test(path)) return Promise.resolve(path);
  return new Promise((resolve, reject) =>
    wx.getFileSystemManager().saveFile({ tempFilePath: path, success: (told) => resolve(told.savedFilePath), fail: reject }),
  );
}
