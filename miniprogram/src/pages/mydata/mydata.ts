/** What is stored of one's own, what was allowed, the help that came, and how to take a consent back. */
import { call, isRefusal, newKey } from "../../api/client";
import { isStaff } from "../../api/ticket";
import { ask, dayWords, page, sayRefused, telephone, wordsOf } from "../../lib/page";
import { dropDraft } from "../../lib/draft";
import { forgetEverything } from "../../lib/forget";
import { idFault, tidyId } from "../../lib/idcard";
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

const correctAt = (what: string, id: unknown, head: string): string => `/pages/correct/correct?${what}=${String(id)}&head=${encodeURIComponent(head)}`;

page({
  data: { rows: [] as Row[], targets: [] as Array<{ url: string; head: string; no: string }>, corrections: [] as Array<{ id: string; fact: string; status: string; whose: string; right: string; on: string; due: string; whom: string; answer: string; phones: Array<{ whose: string; number: string }> }>, looks: [] as Array<{ on: string; who: string; what: string }>, asked: "", adding: false, settled: false, fields: { id_number: "", name: "", code: "" } as Record<string, string>, faults: {} as Record<string, string>, help: [] as Array<{ id: string; what: string; office: string; due: string; progress: string; funds: string; says: string; open: boolean }>, loaded: false, trouble: "", busy: false, isStaff: isStaff() },

  async onShow() {
    try {
      const found = await call("GET", "/api/v1/me/data");
      this.setData({
        loaded: true,
        trouble: "",
        settled: found.items.length > 0 && found.items.every((each) => each.may_change),
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
      this.setData({
        corrections: found.corrections.map((each) => ({ id: String(each.id), fact: each.fact_name, status: each.status_name, whose: each.whose, right: each.right, on: dayWords(each.asked_on), due: dayWords(each.due_on), whom: each.whom, answer: each.answer, phones: each.phones })),
      });
      const receipts = found.items.map((each) => ({ url: correctAt("declaration", each.declaration_id, each.head_name), head: each.head_name, no: found.items.length > 1 ? each.receipt_no : "" }));
      const families = receipts.length ? [] : (await call("GET", "/api/v1/me")).cases;
      this.setData({ targets: [...receipts, ...families.map((each) => ({ url: correctAt("case", each.id, each.head_name), head: each.head_name, no: "" }))] });
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

  startAdding() {
    this.setData({ adding: true });
  },

  edit(event: WechatMiniprogram.CustomEvent<{ name: string; value: string }>) {
    this.setData({ [`fields.${event.detail.name}`]: event.detail.value, [`faults.${event.detail.name}`]: "" });
  },

  /** The answer is the same whoever is meant: nobody learns here who is on file. */
  async askCode() {
    const { id_number, name } = this.data.fields as Record<string, string>;
    const faults = { id_number: idFault(id_number!) || (id_number ? "" : "请填身份证号。"), name: name!.trim() ? "" : "请填姓名。" };
    if (faults.id_number || faults.name) return this.setData({ faults });
    await this.tryCode(async () => {
      const { message } = await call("POST", "/api/v1/phone-codes", { body: { id_number: tidyId(id_number!), name: name!.trim() } });
      this.setData({ asked: message });
    });
  },

  async confirmCode() {
    const code = this.data.fields.code!.trim();
    if (!code) return this.setData({ faults: { code: "请填短信里的六位数。" } });
    const isConfirmed = await this.tryCode(async () => {
      await call("POST", "/api/v1/phone-codes/confirmations", { body: { code } });
      this.setData({ adding: false, asked: "", fields: { id_number: "", name: "", code: "" } });
      wx.showToast({ title: "已确认", icon: "none" });
    });
    if (isConfirmed) await this.onShow();
  },

  async tryCode(work: () => Promise<void>): Promise<boolean> {
    if (this.data.busy) return false;
    this.setData({ busy: true, faults: {} });
    try {
      await work();
      return true;
    } catch (error) {
      const fields = isRefusal(error) ? error.fields : {};
      if (Object.keys(fields).length) this.setData({ faults: fields });
      else sayRefused(error);
      return false;
    } finally {
      this.setData({ busy: false });
    }
  },

  /** Whatever this phone holds is let go, one after the other; broken off, the next tap goes on where it stopped. */
  async leave() {
    if (this.data.busy) return;
    if (!(await ask("注销这部手机上的账号？", "这部手机不再看得到申报和本户的情况，也不再收消息；手机里存的都清掉。已经交的申报照常办，以后可以用回执号找回。", "注销"))) return;
    this.setData({ busy: true });
    try {
      const { cases } = await call("GET", "/api/v1/me");
      for (const { id } of cases) await call("POST", "/api/v1/cases/{case_id}/phones/leavings", { path: { case_id: id }, key: newKey() });
      for (let left = 1; left; ) {
        const { items } = await call("GET", "/api/v1/declarations", { query: { size: 50 } });
        for (const { id } of items) await call("POST", "/api/v1/declarations/{declaration_id}/releases", { path: { declaration_id: String(id) }, key: newKey() });
        left = items.length;
      }
      await call("POST", "/api/v1/logout");
      forgetEverything();
      wx.reLaunch({ url: "/pages/home/home" });
    } catch (error) {
      this.setData({ busy: false });
      sayRefused(error, "还没有注销完");
    }
  },

  async clearPhone() {
    if (!(await ask("清掉手机里的草稿吗？", "没有填完的申报会清掉；已经提交的不受影响。", "清掉"))) return;
    dropDraft();
    wx.showToast({ title: "已清掉", icon: "none" });
  },

  correct(event: WechatMiniprogram.TouchEvent) {
    wx.navigateTo({ url: (event.currentTarget.dataset as { url: string }).url });
  },

  dial(event: WechatMiniprogram.TouchEvent) {
    telephone((event.currentTarget.dataset as { number: string }).number);
  },

  call() {
    telephone(keptWelcome()?.phone ?? "");
  },
});
