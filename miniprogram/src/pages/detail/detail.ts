/** One declaration: where it stands, what is waited for, everything that happened, and what its sender can do now. */
import { call, isRefusal, newKey, type components } from "../../api/client";
import { drop, keep, left, sendWaiting, type Left } from "../../lib/attachments";
import { saved } from "../../lib/draft";
import { ask, dayWords, momentWords, page, sayRefused, telephone, wordsOf } from "../../lib/page";
import { isOpen } from "../../lib/refusals";
import { options, words, type Option } from "../../lib/session";

type Receipt = components["schemas"]["Receipt"];
type Edited = WechatMiniprogram.CustomEvent<{ name: string; value: string }>;

page({
  data: {
    id: "",
    receipt: null as Receipt | null,
    trouble: "",
    awaited: [] as string[],
    lines: [] as Array<{ key: string; when: string; sentence: string; detail: string }>,
    can: {} as Record<string, boolean>,
    markUntil: "",
    promised: "",
    words: "",
    mark: "",
    remark: "",
    markFault: "",
    marks: [] as Option[],
    photos: [] as string[],
    left: [] as Left[],
    mayRetry: false,
    fault: "",
    open: "",
    key: "",
    busy: false,
    done: "",
  },

  onLoad(query: { id: string }) {
    this.setData({ id: query.id, key: newKey() });
    words().then((said) => this.setData({ marks: options(said.satisfaction) }), () => undefined);
  },

  async onShow() {
    try {
      this.take(await call("GET", "/api/v1/declarations/{declaration_id}", { path: { declaration_id: this.data.id } }));
    } catch (error) {
      this.setData({ trouble: wordsOf(error) });
    }
  },

  take(receipt: Receipt) {
    const lines = receipt.timeline.map((each, index) => ({
      key: `${index}`,
      when: momentWords(each.at),
      sentence: each.sentence,
      detail: each.detail,
    }));
    const own = receipt.satisfaction;
    this.setData({
      receipt,
      trouble: "",
      lines: lines.reverse(),
      awaited: receipt.awaiting.map((each) => `${each.whom}：${each.what}，${dayWords(each.due_on)}以前`),
      can: Object.fromEntries(receipt.actions.map((each) => [each, true])),
      promised: dayWords(receipt.promised_on),
      markUntil: own ? dayWords(own.may_mark_until) : "",
      mark: own?.mark ?? "",
    });
    this.countLeft();
  },

  countLeft() {
    const found = left(this.data.id);
    this.setData({ left: found, mayRetry: found.some((each) => !each.why) });
  },

  show(event: WechatMiniprogram.TouchEvent) {
    const name = event.currentTarget.dataset.name as string;
    this.setData({ open: this.data.open === name ? "" : name, words: "", fault: "", done: "", key: newKey() });
  },

  edit(event: Edited) {
    this.setData({ [event.detail.name]: event.detail.value, fault: "", markFault: "" });
  },

  async changePhotos(event: WechatMiniprogram.CustomEvent<{ paths: string[] }>) {
    this.setData({ photos: await Promise.all(event.detail.paths.map(saved)) });
  },

  /** One deed at a time, each under its own key: tapped twice it is done once. */
  async deed(work: (key: string) => Promise<Receipt | null>, done: string, told: "fault" | "markFault" = "fault") {
    if (this.data.busy) return;
    this.setData({ busy: true, fault: "", markFault: "" });
    try {
      const receipt = await work(this.data.key);
      if (receipt) this.take(receipt);
      this.setData({ open: "", words: "", remark: "", done, key: newKey() });
      if (!receipt) await this.onShow();
      wx.pageScrollTo({ scrollTop: 0, duration: 0 });
    } catch (error) {
      const fault = isRefusal(error) ? Object.values(error.fields)[0] : "";
      if (fault) this.setData({ [told]: fault });
      else sayRefused(error);
      if (isRefusal(error) && !isOpen(error)) this.setData({ key: newKey() });
    }
    this.setData({ busy: false });
  },

  said(): string | null {
    const typed = this.data.words.trim();
    if (!typed) this.setData({ fault: "请写几个字，说清楚就行。" });
    return typed || null;
  },

  path() {
    return { declaration_id: this.data.id };
  },

  async sendFiles() {
    keep(this.data.photos.map((file) => ({ declaration: this.data.id, file, kind: "picture" as const })));
    this.setData({ photos: [] });
    await sendWaiting();
    this.countLeft();
  },

  async dropFile(event: WechatMiniprogram.TouchEvent) {
    if (!(await ask("不传这一个了吗？", "会从手机里删掉。申报照常办理。", "不传了"))) return;
    drop(event.currentTarget.dataset.file as string);
    this.countLeft();
  },

  supplement() {
    const said = this.said();
    if (said)
      void this.deed(async (key) => {
        await this.sendFiles();
        return call("POST", "/api/v1/declarations/{declaration_id}/supplements", { path: this.path(), key, body: { words: said } });
      }, "补充的内容已经交给村里。");
  },

  async sendRest() {
    this.setData({ busy: true });
    await this.sendFiles();
    this.setData({ busy: false });
  },

  recheck() {
    const said = this.said();
    if (said) void this.deed((key) => call("POST", "/api/v1/declarations/{declaration_id}/rechecks", { path: this.path(), key, body: { words: said } }), "复核申请已经收到。");
  },

  async withdraw() {
    if (await ask("要撤回申报吗？", "撤回以后这件事就不办了。以后有困难，还可以再申报。", "撤回"))
      void this.deed((key) => call("POST", "/api/v1/declarations/{declaration_id}/withdrawals", { path: this.path(), key, body: { words: this.data.words } }), "已经撤回。");
  },

  chooseMark(event: Edited) {
    this.setData({ mark: event.detail.value });
  },

  leaveMark() {
    const { mark } = this.data;
    if (!mark) return this.setData({ markFault: "请先点一项。" });
    void this.deed(async (key) => {
      await call("POST", "/api/v1/declarations/{declaration_id}/marks", { path: this.path(), key, body: { mark, words: this.data.remark } });
      return null;
    }, "谢谢，您的评价已经收到。", "markFault");
  },

  async letGo() {
    if (!(await ask("不在这个手机上看了吗？", "申报照常办理。以后可以用回执号和电话后四位再找回来。", "不看了"))) return;
    try {
      await call("POST", "/api/v1/declarations/{declaration_id}/releases", { path: this.path(), key: this.data.key });
      wx.navigateBack();
    } catch (error) {
      sayRefused(error);
    }
  },

  call() {
    telephone(this.data.receipt?.call ?? "");
  },
});
