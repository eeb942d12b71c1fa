/** One campaign: whom to go to still, and what was found where somebody was; a visit and its questions are one form. */
import { call } from "../../api/client";
import { dayWords, page } from "../../lib/page";
import { deedUrl } from "../deed/model";
import { cached, nothingKept, outbox } from "../desk";
import { familiesOf } from "./families";

page({
  data: { name: "", waiting: [] as unknown[], reached: [] as unknown[], loaded: false, said: "" },
  id: "",

  onLoad({ campaign_id = "" }: Record<string, string>) {
    this.id = campaign_id;
  },

  async onShow() {
    const campaign_id = this.id;
    try {
      const { value: campaigns } = await cached("campaigns", () => call("GET", "/api/v1/campaigns"));
      const { value: families, isFresh } = await familiesOf(campaign_id);
      const filed = outbox.unsent().map((work) => `${work.form?.page ?? ""}&`);
      const rows = families.map((row) => {
        const about = { household_id: row.household_id, campaign_id, head: row.head_name };
        const said = Object.entries(about).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
        return {
          ...row,
          day: dayWords(row.reached_on),
          url: row.reached_on ? deedUrl("answer", about) : `/cadre/round/round?${said}`,
          found: row.is_so.length ? `，${row.is_so.length} 个问题是` : "",
          done: filed.some((address) => address.includes(`household_id=${row.household_id}&`)),
        };
      });
      this.setData({
        name: campaigns.items.find((each) => each.id === campaign_id)?.name ?? "专项排查",
        waiting: rows.filter((row) => !row.reached_on),
        reached: rows.filter((row) => row.reached_on),
        loaded: true,
        said: isFresh ? "" : "现在没有网络，这是以前存下的。照样能填，有网时自动交上去。",
      });
    } catch (error) {
      this.setData({ said: nothingKept(error) });
    }
  },

  open(event: WechatMiniprogram.TouchEvent) {
    wx.navigateTo({ url: event.currentTarget.dataset.url as string });
  },
});
