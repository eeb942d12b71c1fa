/** The console asks whether it is really this phone's owner who sits there: yes with its number, or no. */
import { call, isRefusal, type components } from "../../api/client";
import { isStaff } from "../../api/ticket";
import { ask, momentWords, page, sayRefused, wordsOf } from "../../lib/page";
import { endBinding } from "../binding";
import { isOut } from "../desk";

type Confirmation = components["schemas"]["Confirmation"];

const LOOK_AGAIN = 3000;

page({
  data: { asked: null as (Confirmation & { at: string; until: string }) | null, number: "", error: "", said: "", done: "", loaded: false, busy: false },
  timer: 0 as unknown as ReturnType<typeof setTimeout>,
  here: false,

  async onShow() {
    if (!isStaff()) return void wx.redirectTo({ url: "/cadre/login/login" });
    this.here = true;
    await this.look();
  },
  onHide() {
    this.rest();
  },
  onUnload() {
    this.rest();
  },
  rest() {
    this.here = false;
    clearTimeout(this.timer);
  },

  /** The console may ask while this page is open: it looks every few seconds, and never takes away what is typed. */
  async look() {
    clearTimeout(this.timer);
    try {
      const { items } = await call("GET", "/api/v1/phone-confirmations");
      const first = items[0];
      if (first?.id !== this.data.asked?.id) this.setData({ number: "", error: "", ...(first ? { done: "" } : {}) });
      this.setData({ asked: first ? { ...first, at: momentWords(first.asked_at), until: momentWords(first.expires_at).slice(-5) } : null, said: "", loaded: true });
    } catch (error) {
      this.setData({ said: isOut(error) ? "现在没有网络，不能确认。请到有网的地方，或者在电脑上用动态码、恢复码。" : wordsOf(error), loaded: true });
    }
    if (this.here) this.timer = setTimeout(() => void this.look(), LOOK_AGAIN);
  },

  typed(event: WechatMiniprogram.CustomEvent<{ value: string }>) {
    this.setData({ number: event.detail.value, error: "" });
  },

  async agree() {
    const { asked, number } = this.data;
    if (!asked || this.data.busy) return;
    if (!number.trim()) return this.setData({ error: "请填电脑上显示的两位数字。" });
    await this.answer("已同意。请看电脑，它会自己往下走。", () =>
      call("POST", "/api/v1/phone-confirmations/{confirmation_id}/consents", { path: { confirmation_id: asked.id }, body: { number } }),
    );
  },

  async refuse() {
    const { asked } = this.data;
    if (!asked || this.data.busy) return;
    if (!(await ask("不是您本人？", "电脑那边会马上退出，并告诉县里的安全管理员。", "不是我"))) return;
    await this.answer("已经拦下，电脑那边退出了，安全管理员会看到。有人知道您的密码：请马上找管理员重新发密码链接。", () =>
      call("POST", "/api/v1/phone-confirmations/{confirmation_id}/refusals", { path: { confirmation_id: asked.id } }),
    );
  },

  async answer(done: string, send: () => Promise<unknown>) {
    this.setData({ busy: true, error: "" });
    try {
      await send();
      this.setData({ done, asked: null, number: "" });
    } catch (error) {
      if (isRefusal(error) && error.fields.number) this.setData({ error: error.fields.number });
      else sayRefused(error);
    }
    this.setData({ busy: false });
    await this.look();
  },

  /** Whose role has no other page on the phone takes it off their name here. */
  async unbind() {
    if (this.data.busy || !(await ask("解除绑定？", "以后不能再用这部手机确认，电脑上要用恢复码。", "解除"))) return;
    this.setData({ busy: true });
    try {
      await endBinding();
    } catch (error) {
      this.setData({ busy: false });
      sayRefused(error);
    }
  },
});
