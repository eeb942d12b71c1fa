/** What the head of a station looks after: everything due in the village, whoever owes it, and who works at the station. */
import { call, newKey, type components } from "../../api/client";
import { dayWords, momentWords, page, wordsOf } from "../../lib/page";
import { cached, nothingKept } from "../desk";

type Task = components["schemas"]["Task"];
type Station = components["schemas"]["Station"];
type Row = Task & { due: string; url: string; pressed: string };

const MOST = 100;

page({
  data: { duties: [] as Row[], late: 0, more: false, station: null as Station | null, members: [] as unknown[], loaded: false, said: "" },

  async onShow() {
    try {
      const all = await cached("all-tasks", () => call("GET", "/api/v1/tasks", { query: { whose: "all", size: MOST } }));
      const { value: station } = await cached("station", () => call("GET", "/api/v1/station"));
      const duties = [...all.value.items].sort((a, b) => a.due_on.localeCompare(b.due_on)).map((task) => ({ ...task, due: dayWords(task.due_on), url: task.case_id ? `/cadre/case/case?case_id=${task.case_id}` : "", pressed: "" }));
      this.setData({
        duties,
        late: duties.filter((each) => each.is_overdue).length,
        more: all.value.after !== null,
        station,
        members: station.members.map((each) => ({ ...each, who: each.identities.join("、"), what: each.posts.join("、") })),
        loaded: true,
        said: all.isFresh ? "" : `现在没有网络，这是 ${momentWords(new Date(all.at).toISOString())} 存下的。`,
      });
    } catch (error) {
      this.setData({ said: nothingKept(error) });
    }
  },

  /** Whoever owes it hears at once; a second time on one day is refused in words. */
  async press(event: WechatMiniprogram.TouchEvent) {
    const id = event.currentTarget.dataset.id as string;
    const tell = (pressed: string) => this.setData({ duties: this.data.duties.map((each) => (each.id === id ? { ...each, pressed } : each)) });
    try {
      await call("POST", "/api/v1/tasks/{task_id}/nudges", { path: { task_id: id }, key: newKey() });
      tell("已经催了，对方马上会收到");
    } catch (error) {
      tell(wordsOf(error));
    }
  },

  open(event: WechatMiniprogram.TouchEvent) {
    wx.navigateTo({ url: event.currentTarget.dataset.url as string });
  },
});
