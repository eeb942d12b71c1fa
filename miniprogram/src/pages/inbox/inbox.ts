/** Everything that was sent to this account, whether or not WeChat showed it; reading it here is what counts. */
import { call } from "../../api/client";
import { momentWords, page, wordsOf } from "../../lib/page";

page({
  data: { rows: [] as Array<{ id: string; title: string; words: string; when: string; page: string; fresh: boolean }>, before: "", loaded: false, trouble: "" },

  onShow() {
    this.setData({ rows: [], before: "" });
    return this.more();
  },

  async more() {
    try {
      const found = await call("GET", "/api/v1/inbox", { query: { size: 20, ...(this.data.before ? { before: this.data.before } : {}) } });
      const rows = found.items.map((each) => {
        const data = each.data as Record<string, string>;
        return {
          id: String(each.id),
          title: data.status ?? data.what ?? "给您的消息",
          words: [data.office ?? data.where, data.number ?? data.hint].filter(Boolean).join("　"),
          when: momentWords(each.at),
          page: each.page,
          fresh: !each.is_read,
        };
      });
      this.setData({ rows: [...this.data.rows, ...rows], before: String(found.before ?? ""), loaded: true, trouble: "" });
      const fresh = found.items.filter((each) => !each.is_read).map((each) => each.id);
      if (fresh.length) await call("POST", "/api/v1/inbox/reads", { body: { ids: fresh } });
    } catch (error) {
      this.setData({ trouble: wordsOf(error) });
    }
  },

  open(event: WechatMiniprogram.TouchEvent) {
    const target = event.currentTarget.dataset.page as string;
    if (target) wx.navigateTo({ url: `/${target}` });
  },
});
