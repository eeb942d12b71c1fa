/** The watched families: those for whom one answers first, each with when its next visit is due. */
import { call, type components } from "../../api/client";
import { dayWords, momentWords, page } from "../../lib/page";
import { members } from "../deed/model";
import { cached, emptyWhereNotMine, nothingKept, outbox } from "../desk";

type Watch = components["schemas"]["Watch"];
type Round = components["schemas"]["DueRounds"]["items"][number];

const MOST_AHEAD = 40;
const AGAIN_AFTER = 10 * 60_000;
let readAt = 0;

page({
  data: { mine: [] as unknown[], others: [] as unknown[], loaded: false, said: "" },

  async onShow() {
    try {
      const mine = await cached("mine", () => call("GET", "/api/v1/watches/mine"));
      const watches = await cached("watches", () => call("GET", "/api/v1/watches", { query: { size: 100 } }));
      const rounds = await cached("rounds", () => call("GET", "/api/v1/rounds")).catch(emptyWhereNotMine<Round>);
      const due = new Map(rounds.value.items.map((round) => [round.household_id, round]));
      const own = new Set(mine.value.items.map((each) => each.id));
      const filed = outbox.unsent().map((work) => `${work.form?.page ?? ""}&`);
      const row = (watch: Watch) => rowOf(watch, due.get(watch.household_id), filed);
      this.setData({
        mine: mine.value.items.map(row),
        others: watches.value.items.filter((each) => !own.has(each.id)).map(row),
        loaded: true,
        said: mine.isFresh ? "" : `现在没有网络，这是 ${momentWords(new Date(mine.at).toISOString())} 存下的。照样能看、能填。`,
      });
      if (mine.isFresh) void readAhead([...mine.value.items, ...(watches.value.items.length > MOST_AHEAD ? [] : watches.value.items.filter((each) => !own.has(each.id)))]);
    } catch (error) {
      this.setData({ said: nothingKept(error), loaded: true });
    }
  },

  open(event: WechatMiniprogram.TouchEvent) {
    wx.navigateTo({ url: event.currentTarget.dataset.url as string });
  },
});

function rowOf(watch: Watch, due: Round | undefined, filed: string[]): unknown {
  return {
    id: watch.id,
    url: `/cadre/family/family?case_id=${watch.case_id}`,
    head: watch.head_name,
    village: watch.village_name,
    category: watch.category_name,
    due: dayWords(due?.due_on),
    late: due?.is_overdue ?? false,
    done: filed.some((address) => address.includes(`household_id=${watch.household_id}&`)),
  };
}

/** What the cards need where there is no signal: one's own families, and a village's others; a county's are too many. */
async function readAhead(watches: Watch[]): Promise<void> {
  if (Date.now() - readAt < AGAIN_AFTER) return;
  readAt = Date.now();
  try {
    for (const { case_id, household_id } of watches.slice(0, MOST_AHEAD)) {
      await cached(`watch:${case_id}`, () => call("GET", "/api/v1/cases/{case_id}/watch", { path: { case_id } }));
      await cached(`picture:${household_id}`, () => call("GET", "/api/v1/households/{household_id}/picture", { path: { household_id } }));
      await members(case_id);
    }
  } catch {
    // What is not read ahead now is read when it is opened.
  }
}
