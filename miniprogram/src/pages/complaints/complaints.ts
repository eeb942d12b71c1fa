/** Complaining or proposing, with or without a name; what was sent and what was answered. */
import { call, newKey } from "../../api/client";
import { momentWords, page, sayRefused } from "../../lib/page";
import { sendForm } from "../../lib/sending";
import { options, scannedVillage, words, type Option } from "../../lib/session";

type Edited = WechatMiniprogram.CustomEvent<{ name: string; value: string }>;

page({
  data: {
    kinds: [] as Option[],
    targets: [] as Option[],
    kind: "",
    target: "",
    text: "",
    name: "",
    phone: "",
    faults: {} as Record<string, string>,
    key: newKey(),
    busy: false,
    sent: "",
    spoken: "",
    own: [] as Array<{ no: string; kind: string; status: string; lines: unknown[] }>,
    sought: "",
  },

  async onLoad() {
    try {
      const said = await words();
      this.setData({ kinds: options(said.complaint_kinds), targets: options(said.complaint_targets) });
      await this.list();
    } catch (error) {
      sayRefused(error, "还打不开");
    }
  },

  async list() {
    const found = await call("GET", "/api/v1/complaints/mine");
    this.setData({ own: found.items.map((each) => this.row(each)) });
  },

  row(each: { receipt_no: string; kind_name: string; status: string; timeline: Array<{ sentence: string; detail: string; at: string }> }) {
    const lines = each.timeline.map((line, index) => ({ key: `${index}`, when: momentWords(line.at), sentence: line.sentence, detail: line.detail }));
    return { no: each.receipt_no, kind: each.kind_name, status: each.status, lines: lines.reverse() };
  },

  edit(event: Edited) {
    this.setData({ [event.detail.name]: event.detail.value, [`faults.${event.detail.name}`]: "" });
  },

  async send() {
    const { kind, target, text, name, phone } = this.data;
    const faults = {
      ...(kind ? {} : { kind: "请点一项。" }),
      ...(target ? {} : { target: "请点说的是哪里。" }),
      ...(text.trim() ? {} : { text: "请写几个字，说清楚就行。" }),
    };
    const isSent = await sendForm(this, faults, async (key) => {
      const sent = await call("POST", "/api/v1/complaints", { key, body: { kind, target, text: text.trim(), name: name.trim(), phone, said_place: scannedVillage() } });
      return { sent: sent.receipt_no, spoken: sent.receipt_spoken, text: "" };
    });
    if (isSent) await this.list().catch((error) => sayRefused(error, "记录还打不开"));
  },

  async lookUp() {
    try {
      const found = await call("POST", "/api/v1/complaints/lookups", { body: { receipt_no: this.data.sought } });
      this.setData({ own: [this.row(found), ...this.data.own.filter((each) => each.no !== found.receipt_no)] });
    } catch (error) {
      sayRefused(error, "没有找到");
    }
  },
});
