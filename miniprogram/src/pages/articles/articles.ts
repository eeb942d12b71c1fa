/** What the county published for everybody, the newest first; each opens on a page of its own. */
import { call } from "../../api/client";
import { dayWords, page, wordsOf } from "../../lib/page";
import { words } from "../../lib/session";

page({
  data: { rows: [] as Array<{ id: string; title: string; what: string }>, loaded: false, trouble: "" },

  async onShow() {
    try {
      const [{ items }, known] = await Promise.all([call("GET", "/api/v1/articles"), words()]);
      const rows = items.map((each) => ({ id: each.id, title: each.title, what: `${known.article_kinds?.[each.kind] ?? ""}　${dayWords(each.published_on)}` }));
      this.setData({ rows, loaded: true, trouble: "" });
    } catch (error) {
      this.setData({ trouble: wordsOf(error) });
    }
  },

  open(event: WechatMiniprogram.TouchEvent) {
    wx.navigateTo({ url: `/pages/article/article?id=${event.currentTarget.dataset.id}` });
  },
});
