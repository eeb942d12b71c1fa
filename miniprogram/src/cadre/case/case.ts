/** One household's card: masked, with what is owed for it and what was done, also without a network. */
import { call, newKey, type components } from "../../api/client";
import { ask, dayWords, momentWords, page, sayRefused } from "../../lib/page";
import { cached, nothingKept, outbox, sendWaiting } from "../desk";

type Case = components["schemas"]["Case"];
type Duty = Case["duties"][number];

interface Button {
  text: string;
  sub: string;
  url: string;
  act: string;
}

const MASKED: Record<string, string> = { phone: "电话", id_number: "身份证", declared_phone: "申报时留的电话" };

page({
  data: { file: null as Case | null, said: "", buttons: [] as Button[], masked: [] as Array<{ name: string; value: string }>, events: [] as unknown[], promised: "", canCall: false },
  id: "",

  async onLoad({ case_id = "" }: Record<string, string>) {
    this.id = case_id;
    try {
      const { value, isFresh, at } = await cached(`case:${case_id}`, () => call("GET", "/api/v1/cases/{case_id}", { path: { case_id } }));
      wx.setNavigationBarTitle({ title: `${value.head_name}家` });
      const masked = Object.entries(value.masked as Record<string, string>).filter(([, shown]) => shown);
      this.setData({
        file: value,
        said: isFresh ? "" : `现在没有网络，这是 ${momentWords(new Date(at).toISOString())} 存下的。`,
        buttons: value.duties.flatMap((duty) => buttonsOf(duty, value)),
        masked: masked.map(([name, shown]) => ({ name: MASKED[name] ?? "", value: shown })).filter((each) => each.name),
        events: [...value.events].reverse().slice(0, 20).map((each) => ({ ...each, day: momentWords(each.at) })),
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

  async act(act: string) {
    const duty = this.data.file?.duties.find((each) => each.kind === act);
    const head = this.data.file?.head_name ?? "";
    const simple = duty && SIMPLE[duty.kind];
    if (!duty || !simple || !(await ask(simple.text, `${head}家：${simple.ask}`))) return;
    await outbox.add({
      key: newKey(), kind: duty.kind, title: `${head}家 ${simple.text}`, path: simple.path(this.id), body: simple.body(duty), photosTo: [], photos: [],
      form: { page: `/cadre/case/case?case_id=${this.id}`, values: null },
    });
    void sendWaiting().catch(() => undefined);
    wx.redirectTo({ url: "/cadre/outbox/outbox?filed=1" });
  },
});

interface Simple {
  text: string;
  ask: string;
  path: (id: string) => string;
  body: (duty: Duty) => unknown;
}

/** Duties that one tap does: what the tap says, and what is sent. */
const SIMPLE: Record<string, Simple> = {
  accept: { text: "受理", ask: "受理以后，要按期上门核实。", path: (id) => `/api/v1/cases/${id}/decisions`, body: ({ version }) => ({ action: "accept", version }) },
  watch_notice: { text: "公示期满，登记", ask: "公示贴满了天数，没有人提意见？", path: (id) => `/api/v1/cases/${id}/notice-closings`, body: ({ version }) => ({ version }) },
};

/** Which page does which duty; others are done at a desk, and the card says so by showing no button. */
function buttonsOf(duty: Duty, file: Case): Button[] {
  const head = encodeURIComponent(file.head_name);
  const query = `case_id=${file.id}&version=${duty.version}&head=${head}`;
  const pages: Record<string, string> = {
    visit: file.procedure.startsWith("short") ? `/cadre/visit/visit?${query}` : `/cadre/check/check?${query}`,
    check_anew: `/cadre/check/check?${query}`,
    consult: "/cadre/meeting/meeting?kind=consult",
    meeting: "/cadre/meeting/meeting?kind=meeting",
    post_notice: `/cadre/notice/notice?${query}`,
    department_check: `/cadre/office/office?${query}&about=${encodeURIComponent(duty.about)}`,
  };
  const url = pages[duty.kind] ?? "";
  const text = SIMPLE[duty.kind]?.text ?? duty.kind_name;
  const sub = `${duty.is_overdue ? "！已超期，期限是" : "期限"} ${duty.due_on}${duty.about ? `　${duty.about}` : ""}`;
  return url || SIMPLE[duty.kind] ? [{ text, sub, url, act: duty.kind }] : [];
}
