/** The phone's network: ten requests at once, https addresses only, sixty seconds at most, and nothing while offline. */
import { fault } from "./strict.mjs";
import { fileAt, temporaryFile } from "./files.mjs";

const AT_ONCE = 10;
const PATIENCE = 60_000;
let running = 0;
const queue = [];
const listeners = new Set();

export const isOnline = () => navigator.onLine;
for (const name of ["online", "offline"]) {
  window.addEventListener(name, () => {
    for (const tell of listeners) tell({ isConnected: isOnline(), networkType: isOnline() ? "4g" : "none" });
  });
}
export const network = { on: (tell) => listeners.add(tell), off: (tell) => (tell ? listeners.delete(tell) : listeners.clear()) };

/** A phone calls the county's own address; here the same path on the server that served the page. */
function here(url) {
  const given = new URL(url, "https://relative.invalid");
  if (given.protocol !== "https:") fault(`${url} is no https address`);
  return location.origin + given.pathname + given.search;
}

function queued(work) {
  return new Promise((resolve) => {
    queue.push(() => work().then(resolve));
    next();
  });
}

function next() {
  if (running >= AT_ONCE || queue.length === 0) return;
  running += 1;
  queue.shift()().finally(() => {
    running -= 1;
    next();
  });
}

function task(name, options, send) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort("timeout"), Math.min(options.timeout ?? PATIENCE, PATIENCE));
  const fail = (why) => {
    const told = { errMsg: `${name}:fail ${why}`, errno: why === "timeout" ? 5 : 600001 };
    options.fail?.(told);
    options.complete?.(told);
  };
  queued(async () => {
    try {
      if (!isOnline()) throw new Error("internet disconnected");
      const told = await send(stop.signal);
      options.success?.({ errMsg: `${name}:ok`, ...told });
      options.complete?.({ errMsg: `${name}:ok`, ...told });
    } catch (error) {
      fail(stop.signal.aborted ? String(stop.signal.reason) : (error.message ?? "unknown"));
    } finally {
      clearTimeout(timer);
    }
  });
  return { abort: () => stop.abort("abort"), onProgressUpdate() {}, offProgressUpdate() {}, onHeadersReceived() {} };
}

export function request(options) {
  return task("request", options, async (signal) => {
    const method = (options.method ?? "GET").toUpperCase();
    const header = { "content-type": "application/json", ...lower(options.header) };
    let url = here(options.url);
    let body;
    if (method === "GET" && options.data) url += (url.includes("?") ? "&" : "?") + new URLSearchParams(options.data);
    else if (options.data !== undefined) body = typeof options.data === "string" ? options.data : JSON.stringify(options.data);
    const answer = await fetch(url, { method, headers: header, body, signal });
    const sent = Object.fromEntries(answer.headers);
    if (options.responseType === "arraybuffer") return { statusCode: answer.status, header: sent, data: await answer.arrayBuffer() };
    const text = await answer.text();
    return { statusCode: answer.status, header: sent, data: parsed(text, options.dataType ?? "json") };
  });
}

const lower = (header = {}) => Object.fromEntries(Object.entries(header).map(([name, value]) => [name.toLowerCase(), value]));

function parsed(text, kind) {
  if (kind !== "json") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function uploadFile(options) {
  return task("uploadFile", options, async (signal) => {
    const blob = fileAt(options.filePath);
    if (!blob) throw new Error("file not found");
    const form = new FormData();
    for (const [name, value] of Object.entries(options.formData ?? {})) form.append(name, value);
    form.append(options.name, blob, options.filePath.split("/").at(-1));
    const header = lower(options.header);
    delete header["content-type"];
    const answer = await fetch(here(options.url), { method: "POST", headers: header, body: form, signal });
    return { statusCode: answer.status, data: await answer.text() }; // always a string, as on a phone
  });
}

export function downloadFile(options) {
  return task("downloadFile", options, async (signal) => {
    const answer = await fetch(here(options.url), { headers: lower(options.header), signal });
    return { statusCode: answer.status, tempFilePath: temporaryFile(await answer.blob()) };
  });
}
