/** The only place that speaks to a server: one request or one file, and what came back. */
import { ADDRESS } from "./address";

export interface Refusal {
  /** The answer's status; 0 when no answer came. */
  status: number;
  code: string;
  message: string;
  fields: Record<string, string>;
  /** With `key_reused`: what the first request under this key made. */
  done_id?: string;
}

export interface Answer {
  status: number;
  data: unknown;
}

export interface Sending {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  headers: Record<string, string>;
  body?: unknown;
}

const PATIENCE = 30_000;
export const OFFLINE: Refusal = {
  status: 0,
  code: "offline",
  message: "现在没有网络，或网络太慢。填好的内容还在，有网时再试。",
  fields: {},
};

/** Send one request; rejects with a `Refusal` of status 0 when no answer comes. */
export function send(given: Sending): Promise<Answer> {
  return new Promise((resolve, reject) => {
    wx.request({
      url: ADDRESS + given.path,
      method: given.method as "GET",
      header: { ...(given.body === undefined ? {} : { "Content-Type": "application/json" }), ...given.headers },
      data: given.body === undefined ? undefined : JSON.stringify(given.body),
      dataType: "json",
      timeout: PATIENCE,
      success: (got) => resolve({ status: got.statusCode, data: got.data }),
      fail: () => reject(OFFLINE),
    });
  });
}

/** Send one file; the answer of `wx.uploadFile` is always text. */
export function sendFile(path: string, file: string, form: Record<string, string>, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    wx.uploadFile({
      url: ADDRESS + path,
      filePath: file,
      name: "file",
      formData: form,
      header: headers,
      timeout: 60_000,
      success: (got) => resolve({ status: got.statusCode, data: readable(got.data) }),
      fail: () => reject(OFFLINE),
    });
  });
}

/** Turn whatever a server or something between answered into the one shape of an error. */
export function refusalOf(answer: Answer): Refusal {
  const told = (answer.data ?? {}) as Partial<Refusal>;
  const known = typeof told.code === "string" && typeof told.message === "string";
  return {
    status: answer.status,
    code: known ? told.code! : "unreadable",
    message: known ? told.message! : "服务器暂时不能办理，请过一会儿再试。",
    fields: known ? (told.fields ?? {}) : {},
    ...(known && told.done_id ? { done_id: told.done_id } : {}),
  };
}

function readable(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
