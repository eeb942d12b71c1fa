/** What a form of short steps is made of: plain data, and the few rules about it. */
import type { Option } from "../lib/session";

export type Values = Record<string, unknown>;

export interface Field {
  name: string;
  label: string;
  /** "pick" is a choice with too many answers to write them all out. */
  kind: "text" | "number" | "long" | "choice" | "pick" | "many" | "date" | "photos" | "info";
  hint?: string;
  options?: Option[];
  /** Characters, or photos. */
  most?: number;
  /** A day that is still to come. */
  ahead?: boolean;
  /** Must be answered before one goes on. */
  need?: boolean;
  /** Asked only while another field holds one of these, or has it among its choices. */
  when?: { name: string; is: string[] };
}

export interface Step {
  title: string;
  say?: string;
  fields: Field[];
  /** A page that is turned to only while a field of an earlier one holds one of these. */
  when?: Field["when"];
}

/** Whether a field or a whole step is asked, as the other answers stand. */
export function isAsked({ when }: Pick<Field, "when">, values: Values): boolean {
  if (!when) return true;
  const held = values[when.name];
  return (Array.isArray(held) ? (held as string[]) : [String(held ?? "")]).some((each) => when.is.includes(each));
}

/** The fields of a step as the page shows them. */
export function shown(step: Step, values: Values, wrong: Record<string, string>): unknown[] {
  return step.fields
    .filter((field) => isAsked(field, values))
    .map((field) => {
      const value = values[field.name];
      return {
        ...field,
        hint: field.hint ?? "",
        options: field.options ?? [],
        most: field.most ?? (field.kind === "photos" ? 9 : field.kind === "long" ? 1000 : 100),
        from: field.ahead ? today() : "2000-01-01",
        until: field.ahead ? "2099-12-31" : today(),
        type: field.kind === "number" ? "digit" : "text",
        value: Array.isArray(value) || value === undefined || value === null ? "" : String(value),
        chosen: field.options?.find((each) => each.code === value)?.name ?? "",
        values: Array.isArray(value) ? value : [],
        error: wrong[field.name] ?? "",
      };
    });
}

/** What of a step still has to be answered. */
export function missing(step: Step, values: Values): Record<string, string> {
  const wrong: Record<string, string> = {};
  for (const field of isAsked(step, values) ? step.fields : []) {
    if (!field.need || !isAsked(field, values)) continue;
    const value = values[field.name];
    const empty = Array.isArray(value) ? value.length === 0 : String(value ?? "").trim() === "";
    if (empty) wrong[field.name] = ["choice", "pick", "many"].includes(field.kind) ? "请选一项。" : "这一项要填。";
  }
  return wrong;
}

/** A filled form in words, for its author to read or copy: each question that was answered, and the answer. */
export function inWords(steps: Step[], values: Values): string {
  return steps
    .filter((step) => isAsked(step, values))
    .map((step) => [step.title, ...step.fields.filter((field) => isAsked(field, values)).map((field) => answered(field, values))].filter(Boolean))
    .filter((lines) => lines.length > 1)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function answered({ name, kind, label, options = [] }: Field, values: Values): string {
  if (kind === "info" || kind === "photos") return "";
  const spoken = (code: string) => options.find((each) => each.code === code)?.name ?? code;
  const answer = kind === "many" ? many(values, name).map(spoken).join("、") : spoken(said(values, name));
  return answer && `${label}：${answer}`;
}

export const said = (values: Values, name: string): string => String(values[name] ?? "").trim();
export const many = (values: Values, name: string): string[] => (Array.isArray(values[name]) ? (values[name] as string[]) : []);
export const count = (values: Values, name: string): number => Math.max(0, Math.round(Number(said(values, name)) || 0));

/** Money is typed in yuan and sent in fen. */
export const fen = (values: Values, name: string): number => Math.max(0, Math.round((Number(said(values, name)) || 0) * 100));
export const yuan = (amount: unknown): string => (Number(amount) ? String(Number(amount) / 100) : "");

export const YES_NO: Option[] = [
  { code: "yes", name: "是" },
  { code: "no", name: "不是" },
];

/** Today in China, as the server writes a day. */
export const today = (): string => new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10);
