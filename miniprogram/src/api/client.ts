/** The API as functions of its description: a wrong path, method, field or value does not compile. */
import { refusalOf, send, sendFile, type Answer, type Refusal } from "./http";
import type { paths } from "./schema";
import { signIn, ticket } from "./ticket";

export type { Refusal } from "./http";
export type { components } from "./schema";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
type Operation<M extends Method, P extends keyof paths> = paths[P][Lowercase<M> & keyof paths[P]];
type Offered<M extends Method> = {
  [P in keyof paths]: Operation<M, P> extends { responses: unknown } ? P : never;
}[keyof paths];

type Json<C> = C extends { content: { "application/json": infer B } } ? B : void;
type Success<O> = O extends { responses: infer R }
  ? Json<R[keyof R & (200 | 201 | 204)]>
  : never;
type Body<O> = O extends { requestBody: { content: { "application/json": infer B } } } ? B : undefined;
type Query<O> = O extends { parameters: { query?: infer Q } } ? Q : undefined;
type InPath<O> = O extends { parameters: { path: infer I } } ? { [K in keyof I]: string | number } : undefined;

interface Given<O> {
  /** Ids are strings; the description calls a path's id a number. */
  path?: InPath<O>;
  query?: Query<O>;
  body?: Body<O>;
  /** The key of one intention, kept over repeats; without it a fresh one is made. */
  key?: string;
}

/** What anybody may read: opening the program, or having left it, signs nobody in. */
const OPEN: ReadonlySet<string> = new Set<keyof paths>(["/api/v1/welcome", "/api/v1/dictionaries", "/api/v1/villages/{code}"]);

/** Ask the server once, signing in first or again where that is what it takes; rejects with a `Refusal`. */
export async function call<M extends Method, P extends Offered<M> & string>(
  method: M,
  path: P,
  given: Given<Operation<M, P>> = {},
): Promise<Success<Operation<M, P>>> {
  const target = filled(path, (given.path ?? {}) as Record<string, string>) + asked(given.query);
  const key = method === "GET" ? undefined : (given.key ?? newKey());
  const ask = (headers: Record<string, string>) =>
    send({ method, path: target, body: given.body, headers: key ? { ...headers, "Idempotency-Key": key } : headers });
  const answer = OPEN.has(path) && ticket() === null ? unrefused(await ask({})) : await signed(ask);
  return answer.data as Success<Operation<M, P>>;
}

/** Send one file of a case or declaration; the same content again changes nothing. */
export async function upload(path: string, file: string, form: { kind: string; what?: string }): Promise<void> {
  await signed((headers) => sendFile(path, file, { kind: form.kind, what: form.what ?? "" }, headers));
}

/** An address with its ids, and the body that it takes, for work that is kept before it is sent. */
export function addressed<P extends Offered<"POST"> & string>(path: P, ids: Record<string, string>, body: BodyOf<P>): { path: string; body: unknown } {
  return { path: filled(path, ids), body };
}

/** The body of one address, for work that is kept before it is sent. */
export type BodyOf<P extends Offered<"POST">> = Body<Operation<"POST", P>>;

/** Send what was kept as it was kept, under its own key. */
export async function sendKept(path: string, body: unknown, key: string): Promise<unknown> {
  return (await signed((headers) => send({ method: "POST", path, body, headers: { ...headers, "Idempotency-Key": key } }))).data;
}

/** Read what was read before, by the address that was kept with it. */
export async function readAgain(path: string): Promise<unknown> {
  return (await signed((headers) => send({ method: "GET", path, headers }))).data;
}

/** Make a key in the form of a UUID; it need not be secret, only never the same twice. */
export function newKey(): string {
  const digit = (mask: number, set: number) => ((Math.floor(Math.random() * 16) & mask) | set).toString(16);
  return "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx".replace(/[xy]/g, (each) => (each === "x" ? digit(15, 0) : digit(3, 8)));
}

async function signed(ask: (headers: Record<string, string>) => Promise<Answer>): Promise<Answer> {
  const held = ticket() ?? (await signIn());
  let answer = await ask({ Authorization: `Bearer ${held.token}` });
  if (answer.status === 401) {
    const renewed = await signIn();
    answer = await ask({ Authorization: `Bearer ${renewed.token}` });
  }
  return unrefused(answer);
}

function unrefused(answer: Answer): Answer {
  if (answer.status >= 400) throw refusalOf(answer);
  return answer;
}

function filled(path: string, ids: Record<string, string>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(ids[name])));
}

function asked(query: unknown): string {
  const pairs = Object.entries((query ?? {}) as Record<string, unknown>).filter(([, value]) => value !== undefined && value !== null);
  const said = pairs.flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((each) => `${name}=${encodeURIComponent(String(each))}`),
  );
  return said.length ? `?${said.join("&")}` : "";
}

/** Whether `error` is what `call` rejects with. */
export function isRefusal(error: unknown): error is Refusal {
  return typeof error === "object" && error !== null && "status" in error && "message" in error;
}
