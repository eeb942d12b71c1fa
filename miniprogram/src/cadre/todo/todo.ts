/** What a cadre owes, the most pressing first; without a network, what was read the last time. */
import { call, type components } from "../../api/client";
import { isStaff } from "../../api/ticket";
import { dayWords, momentWords, page } from "../../lib/page";
import { deedUrl } from "../deed/model";
import { cached, emptyWhereNotMine, hasNoDesk, nothingKept, outbox, permissions, readAhead, sendWaiting, vault, watchOutbox } from "../desk";
import { hangingSheets, preparedSheets } from "../sheets";

type Task = components["schemas"]["Task"];
type Round = components["schemas"]["DueRounds"]["items"][number];

interface Row {
  id: string;
  url: string;
  head: string;
  village: string;
  what: string;
  due: string;
  day: string;
  late: boolean;
  pressing: boolean;
  done: boolean;
}

const AHEAD = 40;
const NEEDS_FORM = new Set(["visit", "check_anew", "removal_check"]);
const HELPS = new Set(["plan", "measure"]);

page({
  data: { rows: [] as Row[], said: "", loaded: false, asked: false, waiting: 0, troubled: 0, sealed: 0, links: [] as unknown[] },
  stop: (() => undefined) as () => void,

  async onShow() {
    if (!isStaff()) return void wx.redirectTo({ url: "/cadre/login/login" });
    this.stop();
    this.stop = watchOutbox(() => this.count());
    this.count();
    const before = outbox.unsent().length;
    void sendWaiting().then(() => (outbox.unsent().length < before ? this.read() : undefined)).catch(() => undefined);
    void this.isAsked();
    await this.read();
  },
  onHide() {
    this.stop();
  },
  onUnload() {
    this.stop();
  },

  /** Whether the console waits for this phone just now; without a network there is nothing to answer. */
  async isAsked() {
    const { items } = await call("GET", "/api/v1/phone-confirmations").catch(() => ({ items: [] }));
    this.setData({ asked: items.length > 0 });
  },

  async read() {
    try {
      const tasks = await cached("tasks", () => call("GET", "/api/v1/tasks", { query: { whose: "mine", size: 100 } }));
      const rounds = await cached("rounds", () => call("GET", "/api/v1/rounds")).catch(emptyWhereNotMine<Round>);
      if (!isStaff()) return void wx.reLaunch({ url: "/pages/home/home" });
      const rows = [...tasks.value.items.filter((task) => task.kind !== "regular_visit").map(rowOf), ...rounds.value.items.slice(0, 100).map(roundOf)].sort((a, b) => a.due.localeCompare(b.due));
      this.setData({ links: linksOf(await permissions()) });
      const filed = new Set(outbox.unsent().map((work) => work.form?.page ?? ""));
      for (const row of rows) row.done = [...filed].some((address) => isSame(address, row.url));
      this.setData({ rows, loaded: true, said: tasks.isFresh ? "" : `现在没有网络，这是 ${momentWords(new Date(tasks.at).toISOString())} 存下的。照样能看、能填，有网时自动交上去。` });
      if (tasks.isFresh) void prepare(tasks.value.items, rounds.value.items);
    } catch (error) {
      if (!isStaff()) return void wx.reLaunch({ url: "/pages/home/home" });
      if (hasNoDesk(error)) return void wx.redirectTo({ url: "/cadre/confirm/confirm" });
      this.setData({ said: nothingKept(error), loaded: true });
    }
  },

  count() {
    const unsent = outbox.unsent();
    this.setData({
      waiting: unsent.filter((work) => work.standing === "waiting" || work.standing === "sending").length,
      troubled: unsent.filter((work) => work.standing !== "waiting" && work.standing !== "sending").length,
      sealed: outbox.sealedCount(),
    });
  },

  open(event: WechatMiniprogram.TouchEvent) {
    const url = event.currentTarget.dataset.url as string;
    if (url) wx.navigateTo({ url });
  },
});

/** What somebody in this role does besides what is owed. */
function linksOf(may: Awaited<ReturnType<typeof permissions>>): unknown[] {
  return [
    { text: "报线索", url: "/cadre/clue/clue", shown: may("report_clue") },
    { text: "代农户申报", url: "/cadre/apply/apply", shown: may("declare") },
    { text: "帮扶的户", url: "/cadre/families/families", shown: may("read_watches") },
    { text: "专项排查", url: "/cadre/campaigns/campaigns", shown: may("file_round") },
    { text: "登记会商", url: "/cadre/meeting/meeting?kind=consult", shown: may("hold_consultation") },
    { text: "登记民主评议", url: "/cadre/meeting/meeting?kind=meeting", shown: may("hold_meeting") },
    { text: "村民小组会", url: deedUrl("group", {}), shown: may("hold_group_meeting") },
    { text: "站里的事、催办", url: "/cadre/station/station", shown: may("nudge") && may("read_stations") },
    { text: "知识手册、讲明白卡", url: "/cadre/guides/guides", shown: may("read_guides") },
  ].filter((each) => each.shown);
}

function rowOf(task: Task): Row {
  const { id, version, head_name: head } = task;
  const lone = task.change_id ? deedUrl("settle", { change_id: task.change_id, version, head }) : task.assignment_id ? deedUrl("assignment", { assignment_id: task.assignment_id, version }) : "";
  const url = task.case_id ? `/cadre/case/case?case_id=${task.case_id}` : lone;
  const what = task.about ? `${task.kind_name}（${task.about}）` : task.kind_name;
  return { id, url, head, village: task.village_name, what, due: task.due_on, day: dayWords(task.due_on), late: task.is_overdue, pressing: task.is_pressing, done: false };
}

function roundOf(round: Round): Row {
  const url = `/cadre/round/round?household_id=${round.household_id}&head=${encodeURIComponent(round.head_name)}`;
  return { id: `round${round.household_id}`, url, head: round.head_name, village: round.village_name, what: `日常走访（${round.class_name}）`, due: round.due_on, day: dayWords(round.due_on), late: round.is_overdue, pressing: false, done: false };
}

/** Whether filed work is about this row: the same family, whatever page it was filed on. */
function isSame(address: string, url: string): boolean {
  const id = /(?:case_id|household_id|change_id|assignment_id)=\d+/.exec(url)?.[0];
  return id !== undefined && `${address}&`.includes(`${id}&`);
}

/** Read ahead what the day's work needs, one after the other, so that a village without signal finds it here. */
async function prepare(tasks: Task[], rounds: Round[]): Promise<void> {
  try {
    await readAhead();
    for (const task of tasks.filter((each) => each.case_id).slice(0, AHEAD)) {
      const path = { path: { case_id: task.case_id! } };
      await cached(`case:${task.case_id}`, () => call("GET", "/api/v1/cases/{case_id}", path));
      if (task.kind === "confirm_check") await cached(`checks:${task.case_id}`, () => call("GET", "/api/v1/cases/{case_id}/checks", path));
      if (HELPS.has(task.kind)) await cached(`watch:${task.case_id}`, () => call("GET", "/api/v1/cases/{case_id}/watch", path));
      if (task.kind === "post_notice") {
        await cached(`sheet:${task.case_id}`, () => call("GET", "/api/v1/notices/preview", { query: { case_id: [task.case_id!] } }));
        await preparedSheets(task.case_id!);
      }
      if (NEEDS_FORM.has(task.kind)) await cached(`prefill:${task.case_id}`, () => call("GET", "/api/v1/cases/{case_id}/checks/prefill", path));
    }
    for (const { household_id } of rounds.slice(0, AHEAD)) {
      await cached(`picture:${household_id}`, () => call("GET", "/api/v1/households/{household_id}/picture", { path: { household_id } }));
    }
    for (const { assignment_id } of tasks) {
      if (assignment_id) await cached(`assignment:${assignment_id}`, () => call("GET", "/api/v1/assignments/{assignment_id}", { path: { assignment_id } }));
    }
    await cached("watches", () => call("GET", "/api/v1/watches", { query: { size: 100 } })).catch(emptyWhereNotMine);
    if (tasks.some((task) => task.kind === "take_down_notice")) await hangingSheets();
    if (tasks.some((task) => task.kind === "consult" || task.kind === "meeting")) await cached("agenda", () => call("GET", "/api/v1/meetings/agenda"));
    vault.put("cache:prepared", Date.now());
  } catch {
    // What is not read ahead now is read when it is opened, or at the next look at this page.
  }
}
