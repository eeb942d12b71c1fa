/** What those who work with families read up on, kept for where there is no signal; each opens where it stands. */
import { call } from "../../api/client";
import { page } from "../../lib/page";
import { cached, nothingKept } from "../desk";

interface Row {
  id: string;
  title: string;
  paragraphs: string[];
}

page({
  data: { rows: [] as Row[], open: "", loaded: false, said: "" },

  async onShow() {
    try {
      const guides = await cached("guides", () => call("GET", "/api/v1/guides"));
      const cards = await cached("cards", () => call("GET", "/api/v1/cards"));
      const rows = [...guides.value.items, ...cards.value.items].map(({ id, title, text }) => ({ id, title, paragraphs: text.split("\n").map((each) => each.trim()).filter(Boolean) }));
      this.setData({ rows, loaded: true, said: guides.isFresh ? "" : "现在没有网络，这是以前存下的。" });
    } catch (error) {
      this.setData({ said: nothingKept(error) });
    }
  },

  turn(event: WechatMiniprogram.TouchEvent) {
    const id = event.currentTarget.dataset.id as string;
    this.setData({ open: this.data.open === id ? "" : id });
  },

  leaflet: () => void wx.navigateTo({ url: "/cadre/leaflet/leaflet" }),
});
