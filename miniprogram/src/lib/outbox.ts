/** Work that waits for a network: kept sealed on the phone, sent once, and never dropped without somebody's word. */
import { hex, sha256 } from "./bytes";
import { isOpen } from "./refusals";
import { pageWithVersion, withVersion, type MadeOf, type Owed } from "./owed";
import type { Vault } from "./vault";

/**
 * "conflict": somebody else has done it. "moved": it is another desk's now. "changed": what the form asks is no longer
 * what was asked when it was filled in. None of the three removes anything.
 */
export type Standing = "waiting" | "sending" | "failed" | "conflict" | "moved" | "changed" | "sent";

export interface Photo {
  file: string;
  sha256: string;
  /** What it shows; for the list only. */
  label: string;
  /** At how many of the places in `photosTo` it is. */
  reached: number;
  sent: boolean;
  /** Sealed because access was lost; opened again before it is sent. */
  sealed: boolean;
  why: string;
}

export interface Work {
  /** The idempotency key: one intention, the same over restarts and repeats. */
  key: string;
  kind: string;
  /** What it is, for its author: "张三家 入户核实". */
  title: string;
  path: string;
  body: unknown;
  /** Where each of its photos goes; `{id}` and `{case_id}` are filled from the answer. */
  photosTo: string[];
  photos: Photo[];
  /** What the form held, so that refused work can be mended instead of typed anew. */
  form: { page: string; values: unknown } | null;
  /** The key of what must have arrived before this makes sense. */
  after?: string;
  /** The duties that it answers, and what its form was made of; work kept by an older version of this program has none. */
  owed?: Owed[];
  madeOf?: MadeOf;
  /** What was typed, in words, for its author to read and copy where it cannot be sent. */
  told?: string;
  standing: Standing;
  why: string;
  fields: Record<string, string>;
  madeAt: string;
  posted: boolean;
  /** What the answer refused of a sitting over several families; the others stand. */
  left: Refused[];
}

export type NewWork = Pick<Work, "key" | "kind" | "title" | "path" | "body" | "photosTo" | "form" | "after" | "owed" | "madeOf" | "told"> & {
  photos: Array<{ file: string; label: string }>;
};

export interface Files {
  read(file: string): Promise<Uint8Array>;
  write(file: string, content: Uint8Array): Promise<void>;
  remove(file: string): Promise<void>;
}

export interface Line {
  /** Reject with a refusal: `{status, code, message, fields}`; status 0 means that no answer came. */
  post(path: string, body: unknown, key: string): Promise<unknown>;
  upload(path: string, file: string): Promise<void>;
  /** A duty as it stands now: its version and whose it is; null once nobody owes it. Rejects as `post` does. */
  find(duty: Owed): Promise<Pick<Owed, "version" | "own"> | null>;
  /** The digest of what a form would be made of now. */
  digest(path: string): Promise<string>;
}

export interface Refused {
  status: number;
  code: string;
  message: string;
  fields: Record<string, string>;
}

const PREFIX = "outbox:";
const KEPT_SENT = 20;
/** What has come between, where it is not that somebody else has done it. */
const BETWEEN: Record<string, Standing> = { out_of_date: "conflict", moved: "moved", changed: "changed" };
const MOVED = { status: 409, code: "moved", message: "这件事现在归别人办。您填的话和照片还在手机里。", fields: {} };
const CHANGED = { status: 409, code: "changed", message: "填好以后，这家的情况有了变化，要填的也变了。打开来看一看，改好再交。", fields: {} };

export class Outbox {
  private running: Promise<void> | null = null;
  /** From the moment that access is lost: what an answer says then is about the access, not about the work. */
  private shut = false;

  constructor(
    private readonly vault: Vault,
    private readonly files: Files,
    private readonly line: Line,
    private readonly changed: () => void = () => undefined,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** Keep a piece of work. It is on the phone when this returns; the same key again changes nothing. */
  async add(work: NewWork): Promise<Work> {
    const held = this.list();
    const known = held.find((each) => each.key === work.key);
    if (known) return known;
    const photos: Photo[] = [];
    for (const { file, label } of work.photos) {
      photos.push({ file, label, sha256: hex(sha256(await this.files.read(file))), reached: 0, sent: false, sealed: false, why: "" });
    }
    const begun = { standing: "waiting" as const, why: "", fields: {}, posted: false, left: [] };
    const kept: Work = { ...work, photos, ...begun, madeAt: later(this.now(), held) };
    this.vault.put(this.nameOf(kept), kept);
    this.changed();
    return kept;
  }

  /** Everything that its author may see, the oldest first. */
  list(): Work[] {
    return this.vault
      .names(PREFIX)
      .map((name) => this.vault.get<Work>(name))
      .filter((work): work is Work => work !== null);
  }

  /** How many pieces lie here sealed under keys that this phone does not hold: another's, or its own before a new binding. */
  sealedCount(): number {
    return this.vault.names(PREFIX).filter((name) => this.vault.get(name) === null).length;
  }

  unsent(): Work[] {
    return this.list().filter((work) => work.standing !== "sent");
  }

  /** Send what waits, one after the other; a second call while one runs joins it. */
  run(): Promise<void> {
    this.running ??= this.sendAll().finally(() => {
      this.running = null;
      this.changed();
    });
    return this.running;
  }

  /** Put failed work back into the queue, as it is. */
  retry(key: string): void {
    const work = this.find(key);
    if (!work || work.standing !== "failed") return;
    this.save({ ...work, standing: "waiting", why: "", fields: {}, posted: work.posted && !work.left.length, left: [] });
  }

  retryAll(): void {
    for (const work of this.list()) this.retry(work.key);
  }

  /** Take refused work out, because somebody said so: to mend its form, or to give it up after a conflict. */
  async takeOut(key: string, { keepPhotos = false } = {}): Promise<Work | null> {
    const work = this.find(key);
    if (!work || work.standing === "waiting" || work.standing === "sending") return null;
    this.vault.remove(this.nameOf(work));
    if (!keepPhotos) for (const photo of work.photos) if (!photo.sent) await this.files.remove(photo.file);
    this.changed();
    return work;
  }

  /** Access was lost: seal the photos too, then let the keys go. Nothing is removed. */
  async lock(): Promise<void> {
    if (!this.vault.isOpen()) return;
    this.shut = true;
    for (const work of this.list()) {
      for (const photo of work.photos.filter((each) => !each.sent && !each.sealed)) {
        const clear = photo.file;
        await this.files.write(clear + ".sealed", this.vault.hide(await this.files.read(clear)));
        photo.file = clear + ".sealed";
        photo.sealed = true;
        this.save(work);
        await this.files.remove(clear);
      }
    }
    this.vault.lock();
    this.changed();
  }

  /** The author is bound again, and the vault has its keys: what lay sealed waits for the line once more. */
  reopen(): void {
    this.shut = false;
    this.changed();
  }

  private async sendAll(): Promise<void> {
    const waiting = this.list().filter((work) => work.standing === "waiting" || work.standing === "sending");
    for (const work of waiting) {
      const first = work.after ? this.find(work.after) : undefined;
      if (first && !first.posted) continue;
      const goOn = await this.sendOne(work);
      if (!goOn) return;
    }
    await this.forgetOld();
  }

  /** Return whether the line still carries. Work that says "sending" after a restart is sent again under its key. */
  private async sendOne(work: Work): Promise<boolean> {
    if (this.shut || !this.vault.isOpen()) return false;
    this.save({ ...work, standing: "sending", why: "" });
    try {
      if (!work.posted) {
        const answer = await this.post(work);
        work.photosTo = work.photosTo.map((to) => to.replace(/\{(\w+)\}/g, (_, name: string) => String(answer?.[name] ?? "")));
        work.left = leftOf(answer);
        work.posted = true;
        this.save({ ...work, standing: "sending" });
      }
      await this.sendPhotos(work);
      this.save(ended(work));
      return true;
    } catch (error) {
      return this.settle(work, error as Refused);
    }
  }

  /**
   * Post the work; where its duty is still owed and only its version has risen (another day, another urgency), post it
   * again with that. The key stays: nothing is kept under it of a post that came out of date, and of a sitting what is
   * written down already is only read.
   */
  private async post(work: Work): Promise<Record<string, unknown> | null> {
    for (;;) {
      try {
        const answer = (await this.line.post(work.path, work.body, work.key)) as Record<string, unknown> | null;
        if (!(await this.renewLeft(work, leftOf(answer)))) return answer;
      } catch (error) {
        if (!isOutOfDate(error as Refused) || !(await this.renew(work, work.owed ?? []))) throw error;
      }
    }
  }

  /** Of a sitting each family is for itself: one that is now another desk's keeps none of the others. */
  private async renewLeft(work: Work, left: Left[]): Promise<boolean> {
    let risen = false;
    for (const { case_id } of left.filter(isOutOfDate)) {
      const late = (work.owed ?? []).filter((duty) => duty.case_id === String(case_id));
      const again = await this.renew(work, late).catch((error) => {
        if (error !== MOVED) throw error;
        return false;
      });
      risen ||= again;
    }
    return risen;
  }

  /** Look for those of the work's duties that came too late, and take over their versions of now; says whether any has risen. */
  private async renew(work: Work, late: Owed[]): Promise<boolean> {
    const risen: Array<{ duty: Owed; version: number }> = [];
    for (const duty of late) {
      const version = await this.versionNow(duty);
      if (version !== null && version !== duty.version) risen.push({ duty, version });
    }
    if (!risen.length) return false;
    const changed = work.madeOf && (await this.line.digest(work.madeOf.path)) !== work.madeOf.digest;
    for (const { duty, version } of risen) {
      duty.version = version;
      work.body = withVersion(work.body, duty.case_id, version);
      if (work.form) work.form = { ...work.form, page: pageWithVersion(work.form.page, version) };
    }
    this.save({ ...work, standing: changed ? "changed" : "sending" });
    if (changed) throw CHANGED;
    return true;
  }

  private async versionNow(duty: Owed): Promise<number | null> {
    try {
      const now = await this.line.find(duty);
      if (now && duty.own && !now.own) throw MOVED;
      return now && now.version;
    } catch (error) {
      throw isOutOfReach(error as Refused) ? MOVED : error;
    }
  }

  private async sendPhotos(work: Work): Promise<void> {
    for (const photo of work.photos.filter((each) => !each.sent)) {
      try {
        const file = await this.clear(photo);
        while (photo.reached < work.photosTo.length) {
          await this.line.upload(work.photosTo[photo.reached]!, file);
          photo.reached++;
        }
        photo.sent = true;
        photo.why = "";
      } catch (error) {
        const refused = error as Refused;
        if (isOpen(refused)) throw error;
        photo.why = refused.message ?? String(error);
      }
      this.save({ ...work, standing: "sending" });
      if (photo.sent) await this.files.remove(photo.file);
    }
  }

  private async clear(photo: Photo): Promise<string> {
    if (!photo.sealed) return photo.file;
    const content = this.vault.show(await this.files.read(photo.file));
    if (content === null) throw { status: 422, code: "sealed", message: "这张照片打不开。", fields: {} };
    const file = photo.file.replace(/\.sealed$/, "");
    await this.files.write(file, content);
    return file;
  }

  private settle(work: Work, refused: Refused): boolean {
    if (this.shut || !this.vault.isOpen()) return false;
    if (isOpen(refused)) {
      this.save({ ...work, standing: "waiting", why: refused.status ? refused.message : "" });
      return false;
    }
    const known = typeof refused.status === "number";
    this.save({
      ...work,
      standing: BETWEEN[refused.code] ?? "failed",
      why: known ? refused.message : `没有办成：${String(refused)}`,
      fields: refused.fields ?? {},
    });
    return true;
  }

  private async forgetOld(): Promise<void> {
    const sent = this.list().filter((work) => work.standing === "sent");
    for (const work of sent.slice(0, Math.max(0, sent.length - KEPT_SENT))) this.vault.remove(this.nameOf(work));
  }

  private find(key: string): Work | undefined {
    return this.list().find((work) => work.key === key);
  }

  /** A name sorts by when the work was made, and says nothing about it. */
  private nameOf(work: Work): string {
    return `${PREFIX}${work.madeAt}:${work.key}`;
  }

  private save(work: Work): void {
    this.vault.put(this.nameOf(work), work);
    this.changed();
  }
}

/** Two pieces made in one moment keep their order. */
function later(now: Date, held: Work[]): string {
  const last = Math.max(0, ...held.map((each) => Date.parse(each.madeAt)));
  return new Date(Math.max(now.getTime(), last + 1)).toISOString();
}

function ended(work: Work): Work {
  const photo = work.photos.find((each) => !each.sent);
  const why = work.left.map((each) => each.message).join("；");
  if (work.left.length) return { ...work, standing: work.left.every(isOutOfDate) ? "conflict" : "failed", why };
  if (photo) return { ...work, standing: "failed", why: `内容已送到，有照片没传上：${photo.why}` };
  return { ...work, standing: "sent", why: "", body: null, form: null, told: "" };
}

type Left = Refused & { case_id?: string };
const leftOf = (answer: Record<string, unknown> | null): Left[] => ((answer?.results ?? []) as Left[]).filter((each) => each.code);
const isOutOfDate = ({ code }: Pick<Refused, "code">): boolean => code === "out_of_date";

/** Whose reach a family has left finds it no more: the two answers are never told apart. */
const isOutOfReach = ({ status }: Refused): boolean => status === 403 || status === 404;
