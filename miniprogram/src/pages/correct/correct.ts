/** Asking that a stored fact be put right; nothing typed here stays on the phone. */
import { call, newKey } from "../../api/client";
import { idFault, phoneFault, tidyId } from "../../lib/idcard";
import { dayWords, page, sayRefused } from "../../lib/page";
import { sendForm } from "../../lib/sending";
import { options, words, type Option } from "../../lib/session";

type Edited = WechatMiniprogram.CustomEvent<{ name: string; value: string }>;

const OF_A_MEMBER = ["name", "id_number"];
const ASKED: Record<string, string> = {
  name: "对的姓名是",
  phone: "对的电话是",
  id_number: "对的身份证号是",
  place: "对的村、组、住址是",
  members: "家里多写了谁、少写了谁",
};

page({
  data: { head: "", facts: [] as Option[], fact: "", whose: "", right: "", asked: "", ofMember: false, kind: "text", long: false, faults: {} as Record<string, string>, key: newKey(), busy: false, sent: "" },
  target: {} as { declaration_id?: string; case_id?: string },

  async onLoad(query: Record<string, string>) {
    this.target = query.declaration ? { declaration_id: query.declaration } : { case_id: query.case ?? "" };
    this.setData({ head: decodeURIComponent(query.head ?? "") });
    try {
      this.setData({ facts: options((await words()).correction_facts) });
    } catch (error) {
      sayRefused(error, "还打不开");
    }
  },

  choose(event: Edited) {
    const fact = event.detail.value;
    const isNumber = fact === "phone" || fact === "id_number";
    this.setData({ fact, asked: ASKED[fact] ?? "哪里不对，对的是什么", ofMember: OF_A_MEMBER.includes(fact), kind: fact === "phone" ? "number" : "text", long: !isNumber && fact !== "name", right: "", faults: {} });
  },

  edit(event: Edited) {
    this.setData({ [event.detail.name]: event.detail.value, [`faults.${event.detail.name}`]: "" });
  },

  async send() {
    const { fact, whose, right } = this.data;
    const fault = fact === "phone" ? phoneFault(right) : fact === "id_number" ? idFault(right) : "";
    const faults = { ...(fact ? {} : { fact: "请点一项。" }), ...(right.trim() ? (fault ? { right: fault } : {}) : { right: "请写对的应该是什么。" }) };
    await sendForm(this, faults, async (key) => {
      const body = { ...this.target, fact, whose: whose.trim(), right: fact === "id_number" ? tidyId(right) : right.trim() };
      const asked = await call("POST", "/api/v1/me/corrections", { key, body });
      return { sent: asked.due_on ? `${asked.whom}会在${dayWords(asked.due_on)}前核实，答复写在“我的信息”里。` : "已经收到。", right: "", whose: "" };
    });
  },

  back() {
    wx.redirectTo({ url: "/pages/mydata/mydata" });
  },
});
