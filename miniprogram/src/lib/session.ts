/** What this phone knows of the county before anybody signs in: its villages, its words, whom to call. */
import { call, type components } from "../api/client";

export type Welcome = components["schemas"]["Welcome"];
export type Dictionaries = components["schemas"]["Dictionaries"]["dictionaries"];
export interface Option {
  code: string;
  name: string;
}

const WELCOME = "welcome";
const WORDS = "words";
const VILLAGE = "village";

async function fresh<T>(shelf: string, ask: () => Promise<T>): Promise<T> {
  try {
    const found = await ask();
    wx.setStorageSync(shelf, found);
    return found;
  } catch (error) {
    const kept = wx.getStorageSync(shelf) as T | "";
    if (kept) return kept;
    throw error;
  }
}

/** The county and its villages; without a network what was read the last time. */
export const welcome = (): Promise<Welcome> => fresh(WELCOME, () => call("GET", "/api/v1/welcome"));

/** What was read the last time, for the first look of a page. */
export const keptWelcome = (): Welcome | null => (wx.getStorageSync(WELCOME) as Welcome) || null;

/** The dictionaries of the county's rules in force; without a network those of the last time. */
export const words = (): Promise<Dictionaries> =>
  fresh(WORDS, async () => (await call("GET", "/api/v1/dictionaries")).dictionaries as Dictionaries);

/** The entries of a dictionary as a person chooses among them. */
export function options(dictionary: Record<string, string> | undefined): Option[] {
  return Object.entries(dictionary ?? {}).map(([code, name]) => ({ code, name }));
}

/** Remember the village whose poster was scanned: `scene` is its code, perhaps escaped. */
export function rememberScene(scene: string | undefined): void {
  const code = /\d{12}/.exec(decodeURIComponent(scene ?? ""))?.[0];
  if (code) wx.setStorageSync(VILLAGE, code);
}

export const rememberVillage = (code: string): void => wx.setStorageSync(VILLAGE, code);
export const scannedVillage = (): string => (wx.getStorageSync(VILLAGE) as string) || "";

/** Whom to call about this village, else the county. */
export async function telephoneOf(code: string): Promise<string> {
  const known = await welcome();
  if (!code) return known.phone;
  const village = await call("GET", "/api/v1/villages/{code}", { path: { code } });
  return village.phone || known.phone;
}
