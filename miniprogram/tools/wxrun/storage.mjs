/** The phone's storage: JSON values under keys, 1 MB a key and 10 MB in all, kept over a restart. */

const PREFIX = "wx:";
const KEY_LIMIT = 1024 * 1024;
const LIMIT = 10 * 1024 * 1024;

const bytes = (text) => new TextEncoder().encode(text).length;
const keys = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
const used = () => keys().reduce((sum, key) => sum + bytes(localStorage.getItem(key)), 0);

function write(key, value) {
  const text = JSON.stringify({ value });
  if (bytes(text) > KEY_LIMIT) throw new Error("exceed storage item max length");
  if (used() + bytes(text) - bytes(localStorage.getItem(PREFIX + key) ?? "") > LIMIT) throw new Error("exceed storage max size 10Mb");
  localStorage.setItem(PREFIX + key, text);
}

function read(key) {
  const text = localStorage.getItem(PREFIX + key);
  return text === null ? undefined : JSON.parse(text).value;
}

const info = () => ({ keys: keys().map((key) => key.slice(PREFIX.length)), currentSize: Math.ceil(used() / 1024), limitSize: LIMIT / 1024 });
const clear = () => keys().forEach((key) => localStorage.removeItem(key));
const found = (key) => {
  if (read(key) === undefined) throw new Error("data not found");
  return { data: read(key) };
};

/** Returns the functions of `wx` about storage; reading an absent key says "" at once, or fails with callbacks. */
export const storage = (tell) => ({
  setStorageSync: write,
  getStorageSync: (key) => read(key) ?? "",
  removeStorageSync: (key) => localStorage.removeItem(PREFIX + key),
  clearStorageSync: clear,
  getStorageInfoSync: info,
  setStorage: (options) => tell("setStorage", options, () => write(options.key, options.data)),
  getStorage: (options) => tell("getStorage", options, () => found(options.key)),
  removeStorage: (options) => tell("removeStorage", options, () => localStorage.removeItem(PREFIX + options.key)),
  clearStorage: (options) => tell("clearStorage", options, clear),
  getStorageInfo: (options) => tell("getStorageInfo", options, info),
});
