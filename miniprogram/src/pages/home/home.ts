/** The first page: declare, see how far it is, telephone; below that what else a family may want. */
import { call } from "../../api/client";
import { ticket, isStaff } from "../../api/ticket";
import { page, telephone } from "../../lib/page";
import { keptWelcome, scannedVillage, telephoneOf, welcome } from "../../lib/session";
import { chooseSpeech, chosenSpeech, speeches } from "../../lib/recordings";

page({
  data: { known: keptWelcome(), village: "", unread: 0, offline: false, isStaff: false, speeches: speeches().map((code) => ({ code, name: code })), speech: chosenSpeech() },

  async onShow() {
    this.setData({ isStaff: isStaff() });
    try {
      const known = await welcome();
      const mine = known.villages.find((each) => each.code === scannedVillage());
      this.setData({ known, village: mine ? `${mine.township_name}${mine.name}` : "", offline: false });
      if (ticket()) this.setData({ unread: (await call("GET", "/api/v1/inbox/unread")).unread });
    } catch {
      this.setData({ offline: this.data.known === null });
    }
  },

  declare: () => void wx.navigateTo({ url: "/pages/apply/apply" }),
  progress: () => void wx.navigateTo({ url: "/pages/progress/progress" }),
  inbox: () => void wx.navigateTo({ url: "/pages/inbox/inbox" }),
  explain: () => void wx.navigateTo({ url: "/pages/explain/explain" }),
  articles: () => void wx.navigateTo({ url: "/pages/articles/articles" }),
  mydata: () => void wx.navigateTo({ url: "/pages/mydata/mydata" }),
  complain: () => void wx.navigateTo({ url: "/pages/complaints/complaints" }),
  objection: () => void wx.navigateTo({ url: "/pages/objections/objections" }),
  cadre: () => void wx.navigateTo({ url: isStaff() ? "/cadre/todo/todo" : "/cadre/login/login" }),

  async telephone() {
    try {
      telephone(await telephoneOf(scannedVillage()));
    } catch {
      telephone(keptWelcome()?.phone ?? "");
    }
  },

  speak(event: WechatMiniprogram.CustomEvent<{ value: string }>) {
    chooseSpeech(event.detail.value);
    this.setData({ speech: event.detail.value });
  },
});
