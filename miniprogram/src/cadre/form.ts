/** A page that is one form: loaded from the network or from what is kept, its draft sealed, filed through the outbox. */
import { newKey } from "../api/client";
import { owedBy, type MadeOf, type Owed } from "../lib/owed";
import { page } from "../lib/page";
import { nothingKept, outbox, sendWaiting, vault } from "./desk";
import { inWords, type Step, type Values } from "./form-model";

export interface Form {
  /** Which draft this is: the same form for the same family goes on where it stopped. */
  draft: string;
  kind: string;
  title: string;
  steps: Step[];
  values: Values;
  submit?: string;
  /** What the questions were made of, where they may change before the answers arrive. */
  madeOf?: MadeOf;
  /** Fit a draft to what is asked now; without it a draft goes on as it is. */
  fit?: (draft: Values) => Values;
  /** Turn what was typed into what is sent; raises `Wrong` for what cannot be. */
  build: (values: Values) => Filed | Promise<Filed>;
}

export interface Filed {
  title: string;
  path: string;
  body: unknown;
  /** The duties that it answers; without it the one that the page's address names. */
  owed?: Owed[];
  photosTo?: string[];
  photos?: Array<{ file: string; label: string }>;
  /** What the same form also does, once this has arrived. */
  then?: { title: string; path: string; body: unknown };
}

/** What was typed cannot be sent: a sentence for each field. */
export class Wrong extends Error {
  constructor(readonly fields: Record<string, string>) {
    super(Object.values(fields)[0]);
  }
}

interface Draft {
  key: string;
  values: Values;
  at: number;
}

/** The key of what follows from a form: as steady as its own. */
const siblingOf = (key: string): string => (key[0] === "0" ? "1" : "0") + key.slice(1);

const nameOf = (draft: string): string => `draft:${draft}`;

/** Put values back as a draft, with a key of their own: what was refused is mended, not typed anew. */
export function restoreDraft(draft: string, values: Values): void {
  vault.put(nameOf(draft), { key: newKey(), values, at: 0 });
}

/** Register the page of a form. */
export function formPage(load: (query: Record<string, string>) => Promise<Form>): void {
  page({
    data: { said: "", title: "", steps: [] as Step[], values: {} as Values, begin: 0, submit: "交上去", errors: {}, busy: false, ready: false },
    form: null as Form | null,
    draft: null as Draft | null,
    address: "",
    owed: [] as Owed[],

    async onLoad(query: Record<string, string>) {
      this.address = `/${this.route}?${Object.entries(query).map(([name, value]) => `${name}=${value}`).join("&")}`;
      this.owed = owedBy(query);
      try {
        const form = await load(query);
        const kept = vault.get<Draft>(nameOf(form.draft));
        this.form = form;
        this.draft = kept ?? { key: newKey(), values: form.values, at: 0 };
        wx.setNavigationBarTitle({ title: form.title });
        const values = { ...form.values, ...(form.fit?.(this.draft.values) ?? this.draft.values) };
        this.setData({ title: form.title, begin: this.draft.at, values, steps: form.steps, submit: form.submit ?? "交上去", ready: true });
      } catch (error) {
        this.setData({ said: nothingKept(error) });
      }
    },

    typed(event: WechatMiniprogram.CustomEvent<{ values: Values; at: number }>) {
      if (!this.form || !this.draft || this.data.busy) return;
      this.draft = { ...this.draft, ...event.detail };
      try {
        vault.put(nameOf(this.form.draft), this.draft);
      } catch {
        this.setData({ said: "手机里没有地方存草稿了，请尽快交上去，中途不要退出。" });
      }
    },

    async finish(event: WechatMiniprogram.CustomEvent<{ values: Values }>) {
      if (!this.form || !this.draft || this.data.busy) return;
      const { values } = event.detail;
      this.setData({ busy: true, errors: {}, said: "" });
      try {
        const filed = await this.form.build(values);
        await outbox.add({
          key: this.draft.key,
          kind: this.form.kind,
          title: filed.title,
          path: filed.path,
          body: filed.body,
          photosTo: filed.photosTo ?? [],
          photos: filed.photos ?? [],
          form: { page: this.address, values: { draft: this.form.draft, values } },
          owed: filed.owed ?? this.owed,
          madeOf: this.form.madeOf,
          told: inWords(this.form.steps, values),
        });
        if (filed.then) {
          const both = { kind: this.form.kind, photosTo: [], photos: [], form: { page: this.address, values: null } };
          await outbox.add({ ...filed.then, ...both, key: siblingOf(this.draft.key), after: this.draft.key });
        }
        vault.remove(nameOf(this.form.draft));
        void sendWaiting().catch(() => undefined);
        wx.redirectTo({ url: "/cadre/outbox/outbox?filed=1" });
      } catch (error) {
        const fields = error instanceof Wrong ? error.fields : { "": "手机里没有存下来，请清理一些空间再交。填的内容还在。" };
        this.setData({ busy: false, errors: fields });
      }
    },
  });
}
