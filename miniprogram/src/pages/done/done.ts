/** What a family holds after declaring: the number, the promised day, what happens next, whom to call. */
import { call, type components } from "../../api/client";
import { left, sendWaiting, type Left } from "../../lib/attachments";
import { dayWords, page, sayRefused, telephone } from "../../lib/page";

page({
  data: { id: "", receipt: null as components["schemas"]["Receipt"] | null, promised: "", next: [] as string[], told: false, left: [] as Left[], mayRetry: false, busy: false },

  async onLoad(query: { id: string; told?: string }) {
    this.setData({ id: query.id, told: query.told === "1" });
    this.countLeft();
    try {
      const receipt = await call("GET", "/api/v1/declarations/{declaration_id}", { path: { declaration_id: query.id } });
      const next = receipt.awaiting.map((each) => `${each.whom}：${each.what}，${dayWords(each.due_on)}以前`);
      this.setData({ receipt, promised: dayWords(receipt.promised_on), next });
    } catch (error) {
      sayRefused(error, "已经送到，回执还打不开");
    }
  },

  countLeft() {
    const found = left(this.data.id);
    this.setData({ left: found, mayRetry: found.some((each) => !each.why) });
  },

  async sendRest() {
    this.setData({ busy: true });
    await sendWaiting();
    this.countLeft();
    this.setData({ busy: false });
  },

  call() {
    telephone(this.data.receipt?.call ?? "");
  },

  progress() {
    wx.redirectTo({ url: `/pages/detail/detail?id=${this.data.id}` });
  },

  home() {
    wx.reLaunch({ url: "/pages/home/home" });
  },
});
