/** Binding this phone to a cadre, once, with a code from the administrator; no password is ever typed on a phone. */
import { call } from "../../api/client";
import { isStaff, keepTicket, signIn, ticket } from "../../api/ticket";
import { page, wordsOf } from "../../lib/page";
import { hasNoDesk, openDesk, sendWaiting } from "../desk";

page({
  data: { code: "", error: "", busy: false },

  onShow() {
    if (isStaff()) wx.redirectTo({ url: "/cadre/todo/todo" });
  },

  typed(event: WechatMiniprogram.CustomEvent<{ value: string }>) {
    this.setData({ code: event.detail.value, error: "" });
  },

  async attach() {
    if (this.data.busy) return;
    if (!this.data.code.trim()) return this.setData({ error: "请填绑定码。没有的话，向管理员要一个。" });
    this.setData({ busy: true, error: "" });
    try {
      if (!ticket()) await signIn();
      if (!isStaff()) keepTicket(await call("POST", "/api/v1/bindings", { body: { code: this.data.code } }));
      try {
        await openDesk();
      } catch (error) {
        if (!hasNoDesk(error)) throw error;
        return void wx.redirectTo({ url: "/cadre/confirm/confirm" });
      }
      void sendWaiting().catch(() => undefined);
      wx.redirectTo({ url: "/cadre/todo/todo" });
    } catch (error) {
      this.setData({ busy: false, error: wordsOf(error) });
    }
  },
});
