/** What was filed on this phone: waiting, sending, not done and why, or arrived. Nothing leaves this list by itself unsent. */
import { ask, momentWords, page } from "../../lib/page";
import type { Standing, Work } from "../../lib/outbox";
import { restoreDraft } from "../form";
import { outbox, sendWaiting, watchOutbox } from "../desk";
import type { Values } from "../form-model";

const WORDS: Record<Standing, string> = {
  waiting: "等着发，有网自动发",
  sending: "正在发",
  failed: "没有办成",
  conflict: "别人已经办过了",
  moved: "现在归别人办",
  changed: "要填的有变化",
  sent: "已送到",
};

page({
  data: { filed: false, rows: [] as unknown[], open: "", sealed: 0, waiting: 0, failed: 0 },
  stop: (() => undefined) as () => void,

  onLoad(query: Record<string, string>) {
    this.setData({ filed: query.filed === "1" });
  },
  onShow() {
    this.stop();
    this.stop = watchOutbox(() => this.show());
    this.show();
    void sendWaiting().catch(() => undefined);
  },
  onHide() {
    this.stop();
  },
  onUnload() {
    this.stop();
  },

  show() {
    const list = outbox.list();
    this.setData({
      rows: [...list].reverse().map(rowOf),
      sealed: outbox.sealedCount(),
      waiting: list.filter((work) => work.standing === "waiting" || work.standing === "sending").length,
      failed: list.filter((work) => work.standing === "failed").length,
    });
  },

  again() {
    outbox.retryAll();
    void sendWaiting().catch(() => undefined);
  },

  retry(event: WechatMiniprogram.TouchEvent) {
    outbox.retry(event.currentTarget.dataset.key as string);
    void sendWaiting().catch(() => undefined);
  },

  async mend(event: WechatMiniprogram.TouchEvent) {
    const key = event.currentTarget.dataset.key as string;
    const held = outbox.list().find((work) => work.key === key);
    const form = held?.form?.values as { draft: string; values: Values } | null | undefined;
    if (!held?.form || !form) return;
    restoreDraft(form.draft, form.values);
    await outbox.takeOut(key, { keepPhotos: true });
    wx.navigateTo({ url: held.form.page });
  },

  /** What was typed, to be read and copied: nothing of it goes because somebody else was quicker. */
  read(event: WechatMiniprogram.TouchEvent) {
    const key = event.currentTarget.dataset.key as string;
    this.setData({ open: this.data.open === key ? "" : key });
  },

  /** WeChat's own viewer keeps a photo in the phone's album where somebody presses long on it. */
  look(event: WechatMiniprogram.TouchEvent) {
    const held = outbox.list().find((work) => work.key === (event.currentTarget.dataset.key as string));
    const urls = (held?.photos ?? []).filter(isHere).map((photo) => photo.file);
    if (urls.length) wx.previewImage({ urls });
  },

  async giveUp(event: WechatMiniprogram.TouchEvent) {
    const key = event.currentTarget.dataset.key as string;
    if (await ask("不要这一件了？", "填的内容和照片会从手机里删掉，找不回来。", "不要了")) await outbox.takeOut(key);
  },

  todo() {
    wx.reLaunch({ url: "/cadre/todo/todo" });
  },
});

function rowOf(work: Work): unknown {
  const stuck = !["waiting", "sending", "sent"].includes(work.standing);
  const cameTooLate = work.standing === "conflict";
  const arrived = work.photos.filter((photo) => photo.sent).length;
  const fields = Object.values(work.fields).filter((each) => each !== work.why);
  return {
    key: work.key,
    title: work.title,
    madeAt: momentWords(work.madeAt),
    standing: WORDS[work.standing],
    why: [work.why, ...fields, cameTooLate ? "您填的话和照片还在手机里，您不点“不要这一件了”就不会删。" : ""].filter(Boolean).join("；"),
    photos: work.photos.length ? `照片 ${work.photos.length} 张，送到 ${arrived} 张` : "",
    isSent: work.standing === "sent",
    canRetry: work.standing === "failed",
    canMend: (work.standing === "failed" || work.standing === "changed") && !work.posted && work.form?.values != null,
    told: stuck ? (work.told ?? "") : "",
    canLook: stuck && work.photos.some(isHere),
    isStuck: stuck,
  };
}

const isHere = (photo: Work["photos"][number]): boolean => !photo.sent && !photo.sealed;
