/** The campaigns that run in one's place, kept for where there is no signal. */
import { call } from "../../api/client";
import { dayWords, page } from "../../lib/page";
import { cached, nothingKept } from "../desk";
import { familiesOf } from "../campaign/families";

page({
  data: { rows: [] as unknown[], loaded: false, said: "" },

  async onShow() {
    try {
      const { value, isFresh } = await cached("campaigns", () => call("GET", "/api/v1/campaigns"));
      const rows = value.items.map((each) => ({ ...each, days: `${dayWords(each.from_on)}到${dayWords(each.until_on)}` }));
      this.setData({ rows, loaded: true, said: isFresh ? "" : "现在没有网络，这是以前存下的。" });
      if (isFresh) for (const { id } of value.items) await familiesOf(id);
    } catch (error) {
      if (!this.data.loaded) this.setData({ said: nothingKept(error), loaded: true });
    }
  },

  open(event: WechatMiniprogram.TouchEvent) {
    wx.navigateTo({ url: `/cadre/campaign/campaign?campaign_id=${event.currentTarget.dataset.id as string}` });
  },
});
