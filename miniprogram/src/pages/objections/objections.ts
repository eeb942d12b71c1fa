/** Objecting to a family on a public notice, by the sheet's code and the family's number on it; a name is optional. */
import { call, newKey, type components } from "../../api/client";
import { dayWords, momentWords, page, sayRefused } from "../../lib/page";
import { sendForm } from "../../lib/sending";
import { options, words, type Option } from "../../lib/session";

type Edited = WechatMiniprogram.CustomEvent<{ name: string; value: string }>;

page({
  data: {
    token: "",
    notice: null as components["schemas"]["PublicNotice"] | null,
    until: "",
    numbers: [] as Option[],
    grounds: [] as Option[],
    number: "",
    ground: "",
    text: "",
    name: "",
    phone: "",
    faults: {} as Record<string, string>,
    key: newKey(),
    busy: false,
    sent: "",
    spoken: "",
    sought: "",
    own: [] as Array<{ no: string; status: string; answer: string; when: string }>,
  },

  async onLoad(query: { token?: string }) {
    try {
      this.setData({ grounds: options((await words()).objection_grounds) });
      if (query.token) await this.read(query.token);
      await this.list();
    } catch (error) {
      sayRefused(error, "还打不开");
    }
  },

  async list() {
    const found = await call("GET", "/api/v1/objections/mine");
    this.setData({ own: found.items.map((each) => this.row(each)) });
  },

  row(each: components["schemas"]["ObjectorsView"]) {
    return { no: each.receipt_no, status: each.status, answer: each.answer, when: momentWords(each.objected_at) };
  },

  /** The code on the sheet holds the sheet's address; its last part is what names it. */
  scan() {
    wx.scanCode({
      success: (told) => {
        const token = told.result.split(/[/=?]/).filter(Boolean).pop() ?? "";
        this.read(token).catch((error) => sayRefused(error, "还不能提意见"));
      },
      fail: () => undefined,
    });
  },

  async read(token: string) {
    const notice = await call("GET", "/api/v1/public-notices/{token}", { path: { token } });
    const numbers = Array.from({ length: notice.families }, (_, index) => ({ code: String(index + 1), name: `第 ${index + 1} 户` }));
    this.setData({ token, notice, numbers, until: dayWords(notice.until) });
  },

  edit(event: Edited) {
    this.setData({ [event.detail.name]: event.detail.value, [`faults.${event.detail.name}`]: "" });
  },

  async send() {
    const { number, ground, text, name, phone, token } = this.data;
    const faults = { ...(number ? {} : { number: "请点公示单上的哪一户。" }), ...(ground ? {} : { ground: "请点一项。" }) };
    const isSent = await sendForm(this, faults, async (key) => {
      const sent = await call("POST", "/api/v1/objections", { key, body: { token, number: Number(number), ground, text: text.trim(), name: name.trim(), phone } });
      return { sent: sent.receipt_no, spoken: sent.receipt_spoken, notice: null, text: "", number: "", ground: "" };
    });
    if (isSent) await this.list().catch((error) => sayRefused(error, "记录还打不开"));
  },

  async lookUp() {
    try {
      const found = await call("POST", "/api/v1/objections/lookups", { body: { receipt_no: this.data.sought } });
      this.setData({ own: [this.row(found), ...this.data.own.filter((each) => each.no !== found.receipt_no)] });
    } catch (error) {
      sayRefused(error, "没有找到");
    }
  },
});
