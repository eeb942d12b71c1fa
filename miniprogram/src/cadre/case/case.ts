/** One household's card: masked, with what is owed for it and what was done, also without a network. */
import { call, newKey, type components } from "../../api/client";
import { ask, dayWords, momentWords, page, sayRefused } from "../../lib/page";
import { cached, nothingKept, outbox, permissions, sendWaiting } from "../desk";
import { buttonsOf, linksOf, SIMPLE, type Button } from "./offers";

type Case = components["schemas"]["Case"];

const MASKED: Record<string, string> = { phone: "电话", id_number: "身份证", declared_phone: "申报时留的电话" };

page({
  data: { file: null as Case | null, said: "", buttons: [] as Button[], links: [] as unknown[], masked: [] as Array<{ name: string; value: string }>, events: [] as unknown[], promised: "", canCall: false },
  id: "",

  async onLoad({ case_id = "" }: Record<string, string>) {
    this.id = case_id;
    try {
      const { value, isFresh, at } = await cached(`case:${case_id}`, () => call("GET", "/api/v1/cases/{case_id}", { path: { case_id } }));
      const may = await permissions();
      wx.setNavigationBarTitle({ title: `${value.head_name}家` });
      const masked = Object.entries(value.masked as Record<string, string>).filter(([, shown]) => shown);
      this.setData({
        file: value,
        said: isFresh ? "" : `现在没有网络，这是 ${momentWords(new Date(at).toISOString())} 存下的。`,
        buttons: value.duties.flatMap((duty) => buttonsOf(duty, value, may)),
        links: linksOf(value, may),
        masked: masked.map(([name, shown]) => ({ name: MASKED[name] ?? "", value: shown })).filter((each) => each.name),
        events: [...value.events].reverse().slice(0, 20).map((each, index) => ({ ...each, key: `${index}`, day: momentWords(each.at) })),
        promised: dayWords(value.promised_on),
        canCall: masked.some(([name]) => name !== "id_number"),
      });
    } catch (error) {
      this.setData({ said: nothingKept(error) });
    }
  },

  /** The number is shown to the dialler only; the server notes who asked for it and why. */
  async telephone() {
    const { file } = this.data;
    const fields = (["phone", "declared_phone"] as const).filter((each) => (file?.masked as Record<string, string>)[each]);
    try {
      const { value } = await call("POST", "/api/v1/cases/{case_id}/reveals", { path: { case_id: this.id }, body: { field: fields[0] ?? "phone", reason: "打电话联系农户" } });
      wx.makePhoneCall({ phoneNumber: value, fail: () => undefined });
    } catch (error) {
      sayRefused(error, "没有打成");
    }
  },

  open(event: WechatMiniprogram.TouchEvent) {
    const { url, act } = event.currentTarget.dataset as { url: string; act: string };
    if (url) wx.navigateTo({ url });
    else void this.act(act);
  },

  follow(event: WechatMiniprogram.TouchEvent) {
    wx.navigateTo({ url: event.currentTarget.dataset.url as string });
  },

  async act(act: string) {
    const duty = this.data.file?.duties.find((each) => each.kind === act);
    const head = this.data.file?.head_name ?? "";
    const simple = duty && SIMPLE[duty.kind];
    if (!duty || !simple || !(await ask(simple.text, `${head}家：${simple.ask}`))) return;
    await outbox.add({
      key: newKey(), kind: duty.kind, title: `${head}家 ${simple.text}`, path: simple.path(this.id), body: simple.body(duty), photosTo: [], photos: [],
      form: { page: `/cadre/case/case?case_id=${this.id}`, values: null },
      owed: [{ case_id: this.id, id: duty.id, version: duty.version, own: duty.is_own }],
    });
    void sendWaiting().catch(() => undefined);
    wx.redirectTo({ url: "/cadre/outbox/outbox?filed=1" });
  },
});
