/** Every receipt that this phone holds, each in a sentence; one from paper or a lost phone can be added. */
import { call } from "../../api/client";
import { momentWords, page, sayRefused, wordsOf } from "../../lib/page";

page({
  data: {
    rows: [] as Array<{ id: string; no: string; status: string; whose: string; when: string; asked: boolean }>,
    slips: [] as Array<{ id: string; words: string; call: string }>,
    loaded: false,
    trouble: "",
    adding: false,
    receipt_no: "",
    last_four: "",
    faults: {} as Record<string, string>,
    busy: false,
  },

  /** A message names its receipt: it opens at once, with this list behind it. */
  onLoad(query: { id?: string }) {
    if (query.id) wx.navigateTo({ url: `/pages/detail/detail?id=${query.id}` });
  },

  async onShow() {
    try {
      const found = await call("GET", "/api/v1/declarations", { query: { size: 50 } });
      const slips = await call("GET", "/api/v1/slips", { query: { size: 20 } });
      this.setData({
        rows: found.items.map((each) => ({
          id: String(each.id),
          no: each.receipt_no,
          status: each.status,
          whose: `${each.village_name} ${each.head_name}家`,
          when: momentWords(each.declared_at),
          asked: each.actions.includes("supplement"),
        })),
        slips: slips.items.map((each) => ({ id: String(each.id), words: each.message, call: each.call })),
        loaded: true,
        trouble: "",
      });
    } catch (error) {
      this.setData({ trouble: wordsOf(error) });
    }
  },

  open(event: WechatMiniprogram.TouchEvent) {
    wx.navigateTo({ url: `/pages/detail/detail?id=${event.currentTarget.dataset.id}` });
  },

  startAdding() {
    this.setData({ adding: true });
  },

  edit(event: WechatMiniprogram.CustomEvent<{ name: string; value: string }>) {
    this.setData({ [event.detail.name]: event.detail.value });
  },

  async claim() {
    this.setData({ busy: true, faults: {} });
    try {
      const { receipt_no, last_four } = this.data;
      const found = await call("POST", "/api/v1/declarations/claims", { body: { receipt_no, last_four } });
      this.setData({ adding: false, receipt_no: "", last_four: "" });
      wx.navigateTo({ url: `/pages/detail/detail?id=${found.id}` });
    } catch (error) {
      const fields = (error as { fields?: Record<string, string> }).fields ?? {};
      this.setData({ faults: fields });
      if (Object.keys(fields).length === 0) sayRefused(error, "没有找到");
    }
    this.setData({ busy: false });
  },
});
