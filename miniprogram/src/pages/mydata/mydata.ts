/** What is stored of one's own, what was allowed, the help that came, and how to take a consent back. */
import { call, newKey } from "../../api/client";
import { ask, dayWords, page, sayRefused, telephone, wordsOf } from "../../lib/page";
import { dropDraft } from "../../lib/draft";
import { keptWelcome } from "../../lib/session";

interface Consent {
  code: string;
  name: string;
  on: boolean;
  since: string;
}
interface Row {
  id: string;
  no: string;
  head: string;
  may: boolean;
  consequence: string;
  consents: Consent[];
}

page({
  data: { rows: [] as Row[], looks: [] as Array<{ on: string; who: string; what: string }>, help: [] as Array<{ id: string; what: string; office: string; due: string; progress: string; funds: string; says: string; open: boolean }>, loaded: false, trouble: "", busy: false },

  async onShow() {
    try {
      const found = await call("GET", "/api/v1/me/data");
      this.setData({
        loaded: true,
        trouble: "",
        rows: found.items.map((each) => ({
          id: String(each.declaration_id),
          no: each.receipt_no,
          head: each.head_name,
          may: each.may_change,
          consequence: each.consequence,
          consents: each.consents.map((consent) => ({ code: consent.code, name: consent.name, on: consent.is_given, since: dayWords(consent.history.slice(-1)[0]?.changed_on) })),
        })),
      });
      this.setData({ looks: found.looks.map((each) => ({ on: dayWords(each.looked_on), who: each.who, what: each.what })) });
      const help = await call("GET", "/api/v1/help");
      this.setData({
        help: help.items.map((each) => ({ id: String(each.id), what: each.what, office: each.department_name, due: dayWords(each.due_on), progress: each.progress_name, funds: each.funds_name, says: each.family_says, open: !each.family_says })),
      });
    } catch (error) {
      this.setData({ trouble: wordsOf(error) });
    }
  },

  async turn(event: WechatMiniprogram.CustomEvent<{ name: string; checked: boolean }>) {
    const [row, code] = event.detail.name.split("/");
    const known = this.data.rows.find((each) => each.id === row);
    const { checked } = event.detail;
    if (!known || this.data.busy) return;
    if (!checked && !(await ask("要收回同意吗？", known.consequence, "收回"))) return;
    this.setData({ busy: true });
    try {
      await call("POST", "/api/v1/declarations/{declaration_id}/consents", { path: { declaration_id: known.id }, key: newKey(), body: { consent: code!, is_given: checked, consequence_told: !checked } });
      await this.onShow();
    } catch (error) {
      sayRefused(error);
    }
    this.setData({ busy: false });
  },

  async received(event: WechatMiniprogram.TouchEvent) {
    const { id, yes } = event.currentTarget.dataset as { id: string; yes: string };
    if (!(await ask(yes === "1" ? "收到帮扶了吗？" : "没有收到帮扶吗？", yes === "1" ? "点“收到了”，这项帮扶就记为已收到。" : "村里会去查，为什么没有到您手上。", yes === "1" ? "收到了" : "没收到"))) return;
    try {
      await call("POST", "/api/v1/measures/{measure_id}/words", { path: { measure_id: id }, key: newKey(), body: { received: yes === "1", words: "" } });
      await this.onShow();
    } catch (error) {
      sayRefused(error);
    }
  },

  async clearPhone() {
    if (!(await ask("清掉手机里的草稿吗？", "没有填完的申报会清掉；已经提交的不受影响。", "清掉"))) return;
    dropDraft();
    wx.showToast({ title: "已清掉", icon: "none" });
  },

  call() {
    telephone(keptWelcome()?.phone ?? "");
  },
});
