/** What the offline queue promises, on a phone and a server made of plain objects. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { base64, hex, sha256, text, unbase64, utf8 } from "../src/lib/bytes";
import { Outbox, type Files, type Line, type NewWork } from "../src/lib/outbox";
import type { Owed } from "../src/lib/owed";
import { seal, unseal, Vault, type Store } from "../src/lib/vault";

const MINE = [{ name: "k1", key: "11".repeat(32) }];
const ANOTHERS = [{ name: "k1", key: "22".repeat(32) }];
const OFFLINE = { status: 0, code: "offline", message: "", fields: {} };
const refusal = (status: number, code: string, message: string) => ({ status, code, message, fields: { findings: message } });

class Drawer implements Store {
  kept = new Map<string, string>();
  room = Infinity;
  get = (name: string) => this.kept.get(name) ?? null;
  set = (name: string, value: string) => {
    if (value.length > this.room) throw new Error("exceed storage max size");
    this.kept.set(name, value);
  };
  remove = (name: string) => void this.kept.delete(name);
  names = () => [...this.kept.keys()];
}

class Disk implements Files {
  kept = new Map<string, Uint8Array>();
  read = async (file: string) => {
    const found = this.kept.get(file);
    if (!found) throw new Error(`no such file ${file}`);
    return found;
  };
  write = async (file: string, content: Uint8Array) => void this.kept.set(file, content);
  remove = async (file: string) => void this.kept.delete(file);
}

/** One phone: what it keeps survives `restart`, what it held in memory does not. */
class Phone {
  drawer = new Drawer();
  disk = new Disk();
  outbox!: Outbox;
  vault!: Vault;
  private ticks = 0;
  readonly line: Line;
  constructor(line: Pick<Line, "post" | "upload"> & Partial<Line>) {
    this.line = { find: async () => null, digest: async () => "", ...line };
    this.restart();
    this.vault.open(MINE);
  }
  restart() {
    this.vault = new Vault(this.drawer);
    this.outbox = new Outbox(this.vault, this.disk, this.line, () => undefined, () => new Date(1e12 + this.ticks++));
  }
  work(key: string, body: unknown = { findings: key }, files: string[] = []): NewWork {
    for (const file of files) this.disk.kept.set(file, utf8(`picture ${file} of ${key}`));
    const photos = files.map((file) => ({ file, label: "房屋" }));
    return { key, kind: "visit", title: "张三家 入户", path: "/cases/7/visits", body, photosTo: ["/cases/{case_id}/files"], photos, form: { page: "/cadre/visit/visit", values: body } };
  }
}

const standings = (phone: Phone) => phone.outbox.list().map((work) => work.standing);

test("the digest is SHA-256 and text survives its way through bytes", () => {
  for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 70_001]) {
    const data = Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 255);
    assert.equal(hex(sha256(data)), createHash("sha256").update(data).digest("hex"));
    assert.deepEqual(unbase64(base64(data)), data);
  }
  assert.equal(text(utf8("屋顶漏雨 🏠 100%")), "屋顶漏雨 🏠 100%");
});

test("what is sealed opens with its own key only, and not after somebody touched it", () => {
  const key = sha256(utf8("mine"));
  const sealed = seal(key, utf8("张三的存折"));
  assert.equal(text(unseal(key, sealed)!), "张三的存折");
  assert.equal(unseal(sha256(utf8("another's")), sealed), null);
  for (let at = 0; at < sealed.length; at++) {
    const touched = sealed.slice();
    touched[at]! ^= 1;
    assert.equal(unseal(key, touched), null);
  }
});

test("three phones in any order, with lines that break before and after: each field arrives once or is listed as a conflict", async () => {
  let seed = 20_260_301;
  const chance = (n: number) => ((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) >>> 12) % n;

  for (let round = 0; round < 1000; round++) {
    const duties = new Map<string, { version: number; by: string; body: unknown }>();
    const answered = new Map<string, unknown>();
    let effects = 0;
    const line: Pick<Line, "post" | "upload"> = {
      async post(path, body, key) {
        if (chance(4) === 0) throw OFFLINE;
        if (!answered.has(key)) {
          const { version, duty } = body as { version: number; duty: string };
          const standing = duties.get(duty) ?? { version: 1, by: "", body: null };
          if (standing.version !== version) throw refusal(409, "out_of_date", `这件事刚刚由${standing.by}办过了`);
          duties.set(duty, { version: version + 1, by: key, body });
          effects++;
          answered.set(key, { case_id: "7" });
        }
        if (chance(4) === 0) throw OFFLINE;
        return answered.get(key);
      },
      upload: async () => undefined,
    };
    const phones = [new Phone(line), new Phone(line), new Phone(line)];
    const wanted = new Map<string, { phone: Phone; duty: string; body: unknown }>();
    for (let step = 0; step < 10; step++) {
      const phone = phones[chance(3)]!;
      const what = chance(4);
      if (what < 2) {
        const duty = `duty ${chance(5)}`;
        const key = `${round}-${step}`;
        const body = { version: 1, duty, findings: `看到的 ${key}`, persons: [chance(9), "老伴"] };
        wanted.set(key, { phone, duty, body });
        await phone.outbox.add(phone.work(key, body));
        if (chance(3) === 0) await phone.outbox.add(phone.work(key, { ...body, findings: "第二次点" }));
      } else if (what === 2) phone.restart();
      else await phone.outbox.run();
    }
    for (const phone of phones) {
      for (let tries = 0; phone.outbox.list().some((work) => work.standing === "waiting" || work.standing === "sending"); tries++) {
        assert.ok(tries < 200);
        await phone.outbox.run();
      }
    }
    for (const [key, { phone, duty, body }] of wanted) {
      const mine = phone.outbox.list().filter((work) => work.key === key);
      assert.equal(mine.length, 1);
      if (duties.get(duty)!.by === key) {
        assert.equal(mine[0]!.standing, "sent");
        assert.deepEqual(duties.get(duty)!.body, body);
      } else {
        assert.equal(mine[0]!.standing, "conflict");
        assert.match(mine[0]!.why, /刚刚由.+办过了/);
        assert.deepEqual(mine[0]!.body, body);
      }
    }
    assert.equal(effects, duties.size);
  }
});

test("whichever of nine photos break, the rest of the work stands, and each photo arrives once with its own content", async () => {
  for (let missing = 0; missing < 512; missing += 17) {
    const arrived: string[] = [];
    let tries = 0;
    let posts = 0;
    const phone = new Phone({
      post: async () => (posts++, { id: "1", case_id: "7" }),
      upload: async (path, file) => {
        assert.equal(path, "/cases/7/files");
        if (missing & (1 << tries++ % 9) && tries <= 9) throw OFFLINE;
        arrived.push(hex(sha256(await phone.disk.read(file))));
      },
    });
    const names = Array.from({ length: 9 }, (_, i) => `usr/${i}.jpg`);
    const work = await phone.outbox.add(phone.work("nine", {}, names));
    for (let again = 0; again < 12; again++) {
      phone.restart();
      await phone.outbox.run();
    }
    assert.deepEqual(standings(phone), ["sent"]);
    assert.deepEqual([...arrived].sort(), work.photos.map((photo) => photo.sha256).sort());
    assert.equal(posts, 1);
    assert.equal(phone.disk.kept.size, 0);
  }
});

test("a refused photo is named, and the work is not called sent until it is in", async () => {
  let refuse = true;
  const phone = new Phone({
    post: async () => ({ case_id: "7" }),
    upload: async () => {
      if (refuse) throw refusal(413, "too_large", "照片太大了");
    },
  });
  await phone.outbox.add(phone.work("one", {}, ["usr/a.jpg"]));
  await phone.outbox.run();
  assert.deepEqual(standings(phone), ["failed"]);
  assert.match(phone.outbox.list()[0]!.why, /内容已送到，有照片没传上：照片太大了/);

  refuse = false;
  phone.outbox.retryAll();
  await phone.outbox.run();
  assert.deepEqual(standings(phone), ["sent"]);
});

test("refused work says why, lets the next one through, and gives its form back to be mended", async () => {
  const phone = new Phone({
    post: async (_, body) => {
      if ((body as { findings: string }).findings === "") throw refusal(422, "invalid", "请写看到了什么。");
      return {};
    },
    upload: async () => undefined,
  });
  await phone.outbox.add(phone.work("empty", { findings: "" }));
  await phone.outbox.add(phone.work("good"));
  await phone.outbox.run();

  assert.deepEqual(standings(phone), ["failed", "sent"]);
  assert.equal(phone.outbox.list()[0]!.why, "请写看到了什么。");
  assert.deepEqual((await phone.outbox.takeOut("empty"))!.form, { page: "/cadre/visit/visit", values: { findings: "" } });
});

test("work that waits cannot be thrown away, and a server in trouble changes nothing", async () => {
  const phone = new Phone({ post: () => Promise.reject(refusal(503, "try_later", "请稍后")), upload: async () => undefined });
  await phone.outbox.add(phone.work("kept"));
  await phone.outbox.run();

  assert.equal(await phone.outbox.takeOut("kept"), null);
  assert.deepEqual(standings(phone), ["waiting"]);
});

test("losing access hides everything unsent, and a new binding hands it in once", async () => {
  const posted: unknown[] = [];
  const uploaded: string[] = [];
  let access = true;
  const phone = new Phone({
    post: async (_, body) => {
      if (!access) {
        void phone.outbox.lock();
        throw refusal(403, "not_allowed", "您的岗位不能办这件事。");
      }
      posted.push(body);
      return { case_id: "7" };
    },
    upload: async (_, file) => void uploaded.push(text(await phone.disk.read(file))),
  });
  await phone.outbox.add(phone.work("secret", { findings: "张三患病" }, ["usr/a.jpg"]));
  access = false;
  await phone.outbox.run();
  await phone.outbox.lock();
  await new Promise((done) => setImmediate(done));

  const written = [...phone.drawer.kept.values(), ...[...phone.disk.kept.values()].map((each) => Buffer.from(each).toString("latin1"))].join();
  assert.doesNotMatch(written, /张三|picture|findings/);
  assert.equal(phone.vault.isOpen(), false);
  assert.equal(phone.outbox.sealedCount(), 1);

  phone.restart();
  phone.vault.open(ANOTHERS);
  await phone.outbox.run();
  assert.deepEqual([phone.outbox.list().length, phone.outbox.sealedCount(), posted.length], [0, 1, 0]);

  access = true;
  phone.vault.open(MINE);
  phone.outbox.reopen();
  await phone.outbox.run();
  assert.deepEqual(standings(phone), ["sent"]);
  assert.deepEqual(posted, [{ findings: "张三患病" }]);
  assert.deepEqual(uploaded, ["picture usr/a.jpg of secret"]);
});

test("a phone without room says so and loses nothing that it held", async () => {
  const phone = new Phone({ post: () => Promise.reject(OFFLINE), upload: async () => undefined });
  await phone.outbox.add(phone.work("first"));
  phone.drawer.room = 10;

  await assert.rejects(phone.outbox.add(phone.work("second")), /exceed storage/);
  assert.deepEqual(phone.outbox.list().map((work) => work.key), ["first"]);
});

test("what follows from a piece of work is sent after it, and not before it has arrived", async () => {
  const posted: string[] = [];
  let refuse = true;
  const phone = new Phone({
    post: async (path, _, key) => {
      if (key === "first" && refuse) throw refusal(422, "invalid", "请写看到了什么。");
      posted.push(key);
      return {};
    },
    upload: async () => undefined,
  });
  const still = new Outbox(phone.vault, phone.disk, phone.line, () => undefined, () => new Date(1e12));
  await still.add(phone.work("first"));
  await still.add({ ...phone.work("a follower"), after: "first" });
  await still.run();
  assert.deepEqual([still.list().map((work) => work.standing), posted], [["failed", "waiting"], []]);

  refuse = false;
  still.retryAll();
  await still.run();
  assert.deepEqual([still.list().map((work) => work.standing), posted], [["sent", "sent"], ["first", "a follower"]]);
});

/** A server that refuses every version of a duty but that of now. */
class Desk {
  posted: unknown[] = [];
  now: (Pick<Owed, "version" | "own"> & { gone?: boolean }) | null = { version: 5, own: true };
  made = "as it was";
  signal = true;
  phone = new Phone({
    post: async (_, body) => {
      if ((body as { version: number }).version !== this.now?.version) throw refusal(409, "out_of_date", "李站长已于3月6日办理“入户核实”。");
      this.posted.push(body);
      return { case_id: "7" };
    },
    upload: async () => undefined,
    find: async () => {
      if (!this.signal) throw OFFLINE;
      if (this.now?.gone) throw refusal(404, "not_found", "没有找到");
      return this.now;
    },
    digest: async () => {
      if (!this.signal) throw OFFLINE;
      return this.made;
    },
  });
  work(): NewWork {
    const owed = [{ case_id: "7", id: "70", version: 1, own: true }];
    const kept = this.phone.work("mine", { version: 1, findings: "房顶漏雨" }, ["usr/a.jpg"]);
    return { ...kept, owed, madeOf: { path: "/prefill", digest: "as it was" }, told: "看到了什么：房顶漏雨", form: { page: "/cadre/check/check?case_id=7&version=1&head=x", values: {} } };
  }
  async run() {
    await this.phone.outbox.run();
    return this.phone.outbox.list()[0]!;
  }
}

test("work whose duty was only asked anew goes out again by itself, with the version of now", async () => {
  const desk = new Desk();
  await desk.phone.outbox.add(desk.work());

  const done = await desk.run();

  assert.equal(done.standing, "sent");
  assert.deepEqual(desk.posted, [{ version: 5, findings: "房顶漏雨" }]);
});

test("a signal that breaks while the duty is looked for leaves the work waiting, and nothing unlooked at is sent", async () => {
  const desk = new Desk();
  desk.made = "another family";
  desk.signal = false;
  await desk.phone.outbox.add(desk.work());
  assert.equal((await desk.run()).standing, "waiting");

  desk.signal = true;

  assert.equal((await desk.run()).standing, "changed");
  assert.deepEqual(desk.posted, []);
});

test("a form that would ask something else by now is opened again under the version of now", async () => {
  const desk = new Desk();
  desk.made = "one more in the family";
  await desk.phone.outbox.add(desk.work());

  const changed = await desk.run();
  assert.deepEqual([changed.standing, changed.posted], ["changed", false]);
  assert.match(changed.form!.page, /[?&]version=5&/);
  await desk.phone.outbox.takeOut("mine", { keepPhotos: true });

  assert.ok(desk.phone.disk.kept.has("usr/a.jpg"));
});

test("what somebody else did, and what is another desk's now, is said so and stays until its author gives it up", async () => {
  const cases: Array<[Desk["now"], string]> = [
    [null, "conflict"],
    [{ version: 5, own: false }, "moved"],
    [{ version: 5, own: true, gone: true }, "moved"],
  ];
  for (const [now, standing] of cases) {
    const desk = new Desk();
    desk.now = now;
    await desk.phone.outbox.add(desk.work());

    await desk.run();
    const kept = await desk.run();

    assert.deepEqual([kept.standing, kept.told, kept.body], [standing, "看到了什么：房顶漏雨", { version: 1, findings: "房顶漏雨" }]);
    assert.ok(desk.phone.disk.kept.has("usr/a.jpg"));
  }
});

test("of a sitting the families whose duty was asked anew go again under its key, and only one that is done stays left", async () => {
  const versions: Record<string, number | null> = { "1": 1, "2": 4, "3": null };
  const keys: string[] = [];
  const phone = new Phone({
    post: async (_, body, key) => {
      keys.push(key);
      const { items } = body as { items: Array<{ case_id: string; version: number }> };
      return { meeting_id: "9", results: items.map(({ case_id, version }) => ({ case_id, code: versions[case_id] === version ? "" : "out_of_date", message: `${case_id}已经办过` })) };
    },
    upload: async () => undefined,
    find: async ({ case_id }) => (versions[case_id] ? { version: versions[case_id]!, own: true } : null),
  });
  const items = ["1", "2", "3"].map((case_id) => ({ case_id, version: 1 }));
  await phone.outbox.add({ ...phone.work("sitting", { sitting: {}, items }), photosTo: [], owed: items.map((each) => ({ ...each, id: each.case_id + "0", own: true })) });

  await phone.outbox.run();

  const [kept] = phone.outbox.list();
  assert.deepEqual([kept!.standing, kept!.why, keys], ["conflict", "3已经办过", ["sitting", "sitting"]]);
});
