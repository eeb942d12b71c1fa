/** What a cadre owes, the most pressing first; without a network, what was read the last time. */
import { call, type components } from "../../api/client";
import { isStaff } from "../../api/ticket";
import { momentWords, page } from "../../lib/page";
import { cached, isOut, nothingKept, outbox, readAhead, sendWaiting, vault, watchOutbox } from "../desk";

type Task = components["schemas"]["Task"];
type Round = components["schemas"]["DueRounds"]["items"][number];

interface Row {
  id: string;
  url: string;
  head: string;
  village: string;
  what: string;
  due: string;
  late: boolean;
  pressing: boolean;
  done: boolean;
}

const AHEAD = 40;
const NEEDS_FORM = new Set(["visit", "check_anew"]);

page({
  data: { rows: [] as Row[], said: "", loaded: false, waiting: 0, troubled: 0, sealed: 0 },
  stop: (() => undefined) as () => void,

  async onShow() {
    if (!isStaff()) return void wx.redirectTo({ url: "/cadre/login/login" });
    this.stop();
    this.stop = watchOutbox(() => this.count());
    this.count();
    void sendWaiting().catch(() => undefined);
    await this.read();
  },
  onHide() {
    this.stop();
  },
  onUnload() {
    this.stop();
  },

  async read() {
    try {
      const tasks = await cached("tasks", () => call("GET", "/api/v1/tasks", { query: { whose: "mine", size: 100 } }));
      const rounds = await cached("rounds", () => call("GET", "/api/v1/rounds")).catch(noRounds);
      if (!isStaff()) return void wx.reLaunch({ url: "/pages/home/home" });
      const rows = [...tasks.value.items.map(rowOf), ...rounds.value.items.slice(0, 100).map(roundOf)].sort((a, b) => a.due.localeCompare(b.due));
      const filed = new Set(outbox.unsent().map((work) => work.form?.page ?? ""));
      for (const row of rows) row.done = [...filed].some((address) => isSame(address, row.url));
      this.setData({ rows, loaded: true, said: tasks.isFresh ? "" : `现在没有网络，这是 ${momentWords(new Date(tasks.at).toISOString())} 存下的。照样能看、能填，有网时自动交上去。` });
      if (tasks.isFresh) void prepare(tasks.value.items, rounds.value.items);
    } catch (error) {
      if (!isStaff()) return void wx.reLaunch({ url: "/pages/home/home" });
      this.setData({ said: nothingKept(error), loaded: true });
    }
  },

  count() {
    const unsent = outbox.unsent();
    this.setData({
      waiting: unsent.filter((work) => work.standing === "waiting" || work.standing === "sending").length,
      troubled: unsent.filter((work) => work.standing === "failed" || work.standing === "conflict").length,
      sealed: outbox.sealedCount(),
    });
  },

  open(event: WechatMiniprogram.TouchEvent) {
    wx.navigateTo({ url: event.currentTarget.dataset.url as string });
  },
});

function rowOf(task: Task): Row {
  const url = task.case_id ? `/cadre/case/case?case_id=${task.case_id}` : "";
  const what = task.about ? `${task.kind_name}（${task.about}）` : task.kind_name;
  return { id: task.id, url, head: task.head_name, village: task.village_name, what, due: task.due_on, late: task.is_overdue, pressing: task.is_pressing, done: false };
}

function roundOf(round: Round): Row {
  const url = `/cadre/round/round?household_id=${round.household_id}&head=${encodeURIComponent(round.head_name)}`;
  return { id: `round${round.household_id}`, url, head: round.head_name, village: round.village_name, what: `日常走访（${round.class_name}）`, due: round.due_on, late: round.is_overdue, pressing: false, done: false };
}

/** Whether filed work is about this row: the same family, whatever page it was filed on. */
function isSame(address: string, url: string): boolean {
  const id = /(?:case_id|household_id)=\d+/.exec(url)?.[0];
  return id !== undefined && `${address}&`.includes(`${id}&`);
}

/** Whose role visits nobody has no rounds; without a network there are those of the last time, or none. */
function noRounds(error: unknown): { value: { items: Round[] }; isFresh: boolean } {
  if (!isOut(error) && (error as { status?: number }).status !== 403) throw error;
  return { value: { items: [] }, isFresh: false };
}

/** Read ahead what the day's work needs, one after the other, so that a village without signal finds it here. */
async function prepare(tasks: Task[], rounds: Round[]): Promise<void> {
  try {
    await readAhead();
    for (const task of tasks.filter((each) => each.case_id).slice(0, AHEAD)) {
      const path = { path: { case_id: task.case_id! } };
      await cached(`case:${task.case_id}`, () => call("GET", "/api/v1/cases/{case_id}", path));
      if (NEEDS_FORM.has(task.kind)) await cached(`prefill:${task.case_id}`, () => call("GET", "/api/v1/cases/{case_id}/checks/prefill", path));
    }
    for (const { household_id } of rounds.slice(0, AHEAD)) {
      await cached(`picture:${household_id}`, () => call("GET", "/api/v1/households/{household_id}/picture", { path: { household_id } }));
    }
    if (tasks.some((task) => task.kind === "consult" || task.kind === "meeting")) await cached("agenda", () => call("GET", "/api/v1/meetings/agenda"));
    vault.put("cache:prepared", Date.now());
  } catch {
    // What is not read ahead now is read when it is opened, or at the next look at this page.
  }
}
