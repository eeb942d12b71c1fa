/** Who this phone is, how large its text is, which identity one acts in, and taking the phone off one's name. */
import { call, type components } from "../../api/client";
import { keepTicket, ticket } from "../../api/ticket";
import { ask, page, sayRefused } from "../../lib/page";
import { look } from "../../lib/fontscale";
import { endBinding } from "../binding";
import { cached, outbox, wipeCache } from "../desk";

type Me = components["schemas"]["Me"];

const SIZES = [
  { code: "", name: "跟着微信的字号" },
  { code: "1", name: "大" },
  { code: "1.2", name: "更大" },
  { code: "1.4", name: "最大" },
];

page({
  data: { me: null as Me | null, sizes: SIZES, size: "", identities: [] as Array<{ code: string; name: string }>, unsent: 0, busy: false, said: "" },

  async onShow() {
    this.setData({ size: String(wx.getStorageSync("textsize") || ""), unsent: outbox.unsent().length });
    try {
      const { value } = await cached("me", () => call("GET", "/api/v1/me"));
      this.setData({ me: value, identities: value.identities.map((each) => ({ code: each.id, name: `${each.role_name}　${each.region_name}` })) });
    } catch {
      this.setData({ said: "现在没有网络，看不到岗位。" });
    }
  },

  resize(event: WechatMiniprogram.CustomEvent<{ value: string }>) {
    const { value } = event.detail;
    if (value) wx.setStorageSync("textsize", value);
    else wx.removeStorageSync("textsize");
    this.setData({ size: value, look: look() });
  },

  async turn(event: WechatMiniprogram.CustomEvent<{ value: string }>) {
    const held = ticket();
    const next = this.data.me?.identities.find((each) => each.id === event.detail.value);
    if (!next || (held?.role === next.role && held.region_code === next.region_code)) return;
    if (outbox.unsent().some((work) => work.standing !== "conflict" && work.standing !== "moved")) {
      return void wx.showModal({ title: "先把活交上去", content: "待发箱里还有没交的，交完再换岗位。", showCancel: false, confirmText: "知道了" });
    }
    try {
      keepTicket(await call("POST", "/api/v1/me/identity", { body: { identity_id: next.id } }));
      wipeCache();
      wx.reLaunch({ url: "/cadre/todo/todo" });
    } catch (error) {
      sayRefused(error);
    }
  },

  confirm: () => void wx.navigateTo({ url: "/cadre/confirm/confirm" }),

  async unbind() {
    const kept = this.data.unsent ? `还有 ${this.data.unsent} 件没交，会封存在手机里，您重新绑定后自动交上去。` : "";
    if (this.data.busy || !(await ask("解除绑定？", `手机里存的农户资料会删掉。${kept}`, "解除"))) return;
    this.setData({ busy: true });
    try {
      await endBinding();
    } catch (error) {
      this.setData({ busy: false });
      sayRefused(error);
    }
  },
});
