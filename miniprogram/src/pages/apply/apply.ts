/** Declaring, one question a page: for whom, which village, what is wrong, who, what may be used; then it is sent. */
import { call, isRefusal, newKey, type Refusal } from "../../api/client";
import { signIn, ticket } from "../../api/ticket";
import { keep, sendWaiting } from "../../lib/attachments";
import { dropDraft, emptyDraft, keepDraft, keptDraft, saved, type Draft } from "../../lib/draft";
import { idFault, nameFault, phoneFault, tidyId } from "../../lib/idcard";
import { ask, page, sayRefused, tell } from "../../lib/page";
import { rememberVillage, scannedVillage, welcome, words, options, type Option } from "../../lib/session";
import { askSubscription } from "../../lib/subscription";
import { hash } from "../../lib/hash";

const LAST = 5;
const STEP_OF: Record<string, number> = { relation: 0, declarer_name: 0, village_code: 1, risk: 2, hardship: 3, voice_sha256: 3, head_name: 4, phone: 4, id_number: 4, consents: 5 };
type Edited = WechatMiniprogram.CustomEvent<{ name: string; value: string }>;

page({
  data: {
    ...emptyDraft("", ""),
    id_number: "",
    faults: {} as Record<string, string>,
    who: [{ code: "self", name: "给自己家申报" }, { code: "other", name: "帮别人家申报" }] as Option[],
    relations: [] as Option[],
    risks: [] as Option[],
    phrases: [] as Option[],
    said: [] as string[],
    villages: [] as Array<Option & { township: string }>,
    shown: [] as Option[],
    villageName: "",
    sought: "",
    recording: false,
    busy: false,
    took: [] as string[],
  },

  async onLoad() {
    this.setData({ ...(keptDraft() ?? emptyDraft(newKey(), scannedVillage())) });
    wx.getRecorderManager().onStop((told) => this.takeVoice(told.tempFilePath));
    wx.getRecorderManager().onError(() => this.setData({ recording: false }));
    try {
      const [known, said] = await Promise.all([welcome(), words()]);
      this.setData({
        relations: options(said.relations_for_others),
        risks: options(said.risk_words),
        phrases: options(said.hardships),
        villages: known.villages.map((each) => ({ code: each.code, name: `${each.township_name}${each.name}`, township: each.township_name })),
        took: known.templates,
      });
      this.nameVillage();
      this.markPhrases();
    } catch (error) {
      sayRefused(error, "还打不开");
    }
    if (!ticket()) signIn().catch(() => undefined); // so that sending later is one step less
  },

  keep() {
    keepDraft(this.data as unknown as Draft);
  },

  nameVillage() {
    const found = this.data.villages.find((each) => each.code === this.data.village_code);
    this.setData({ villageName: found?.name ?? "" });
  },

  chooseWho(event: Edited) {
    this.setData({ forSelf: event.detail.value === "self", relation: event.detail.value === "self" ? "" : this.data.relation });
    this.keep();
  },

  edit(event: Edited) {
    const { name, value } = event.detail;
    this.setData({ [name]: value, [`faults.${name}`]: this.data.faults[name] ? this.faultOf(name, value) : "" });
    if (name === "hardship") this.markPhrases();
    if (name !== "id_number") this.keep();
  },

  leave(event: Edited) {
    const { name, value } = event.detail;
    if (value) this.setData({ [`faults.${name}`]: this.faultOf(name, value) });
  },

  seek(event: Edited) {
    const sought = event.detail.value.trim();
    const found = sought ? this.data.villages.filter((each) => each.name.includes(sought)).slice(0, 8) : [];
    this.setData({ sought, shown: found });
  },

  chooseVillage(event: Edited) {
    rememberVillage(event.detail.value);
    this.setData({ village_code: event.detail.value, shown: [], sought: "", "faults.village_code": "" });
    this.nameVillage();
    this.keep();
  },

  otherVillage() {
    this.setData({ village_code: "", villageName: "" });
  },

  /** A phrase is chosen when it stands in the text; tapped again it is taken out. */
  turnPhrase(event: Edited) {
    const said = this.data.phrases.find((each) => each.code === event.detail.value)?.name ?? "";
    const parts = this.data.hardship.split("，").map((part) => part.trim()).filter(Boolean);
    const next = parts.includes(said) ? parts.filter((part) => part !== said) : [...parts, said];
    this.setData({ hardship: next.join("，"), "faults.hardship": "" });
    this.markPhrases();
    this.keep();
  },

  markPhrases() {
    this.setData({ said: this.data.phrases.filter((each) => this.data.hardship.includes(each.name)).map((each) => each.code) });
  },

  turn(event: WechatMiniprogram.CustomEvent<{ name: string; checked: boolean }>) {
    this.setData({ [`consents.${event.detail.name}`]: event.detail.checked });
    this.keep();
  },

  async changePhotos(event: WechatMiniprogram.CustomEvent<{ paths: string[] }>) {
    this.setData({ photos: await Promise.all(event.detail.paths.map(saved)) });
    this.keep();
  },

  record() {
    if (this.data.recording) return wx.getRecorderManager().stop();
    this.setData({ recording: true });
    wx.getRecorderManager().start({ duration: 120_000, format: "mp3" });
  },

  async takeVoice(path: string) {
    this.setData({ recording: false, voice: await saved(path), "faults.hardship": "" });
    this.keep();
  },

  dropVoice() {
    this.setData({ voice: "" });
    this.keep();
  },

  faultOf(name: string, value: string): string {
    const { voice, forSelf } = this.data;
    if (name === "relation") return forSelf || value ? "" : "请选您和这家人的关系。";
    if (name === "declarer_name") return forSelf || value.trim() ? "" : "请填您自己的姓名。";
    if (name === "village_code") return value ? "" : "请选这家人在哪个村。";
    if (name === "risk") return value ? "" : "请选一项最主要的困难。";
    if (name === "hardship") return value.trim() || voice ? "" : "请说一说困难，点一句、写几个字或者录音都行。";
    if (name === "head_name") return nameFault(value);
    if (name === "phone") return phoneFault(value);
    return name === "id_number" ? idFault(value) : "";
  },

  faultsOn(step: number): Record<string, string> {
    const names = Object.keys(STEP_OF).filter((name) => STEP_OF[name] === step && name in this.data);
    const held = this.data as unknown as Record<string, string>;
    return Object.fromEntries(names.map((name) => [name, this.faultOf(name, held[name] ?? "")]).filter(([, fault]) => fault));
  },

  next() {
    const faults = this.faultsOn(this.data.step);
    this.setData({ faults });
    if (Object.keys(faults).length === 0) this.goTo(this.data.step + 1);
  },

  back() {
    this.goTo(this.data.step - 1);
  },

  goTo(step: number) {
    this.setData({ step, faults: {} });
    this.keep();
    wx.pageScrollTo({ scrollTop: 0, duration: 0 });
  },

  async startAnew() {
    if (!(await ask("重新填写吗？", "已经填的内容会清掉。", "重新填"))) return;
    dropDraft();
    this.setData({ ...emptyDraft(newKey(), scannedVillage()), id_number: "", faults: {} });
    this.nameVillage();
  },

  /** The question about messages comes first thing in the tap: WeChat allows it nowhere else. */
  submit() {
    if (this.data.busy) return;
    const wrong = [0, 1, 2, 3, 4].find((step) => Object.keys(this.faultsOn(step)).length > 0);
    if (wrong !== undefined) return this.setData({ step: wrong, faults: this.faultsOn(wrong) });
    this.setData({ busy: true });
    void this.send(askSubscription(this.data.took));
  },

  async send(asked: Promise<boolean>) {
    const subscribed = await asked;
    try {
      const { forSelf, voice } = this.data;
      const receipt = await call("POST", "/api/v1/declarations", {
        key: this.data.key,
        body: {
          village_code: this.data.village_code,
          head_name: this.data.head_name.trim(),
          phone: this.data.phone.replace(/[\s-]/g, ""),
          hardship: this.data.hardship.trim(),
          risk: this.data.risk,
          id_number: tidyId(this.data.id_number) || null,
          relation: forSelf ? "self" : this.data.relation,
          declarer_name: forSelf ? null : this.data.declarer_name.trim(),
          consents: forSelf ? this.data.consents : { health: false, assets: false, minors: false },
          voice_sha256: voice ? await hash(voice) : null,
        },
      });
      await this.arrived(String(receipt.id));
      wx.redirectTo({ url: `/pages/done/done?id=${receipt.id}&told=${subscribed ? 1 : 0}` });
    } catch (error) {
      if (isRefusal(error) && error.code === "key_reused") await this.sentBefore(error, subscribed);
      else this.refused(error);
    }
  },

  /** The declaration is with the village: its draft is done with, its photos and voice follow it. */
  async arrived(declaration: string) {
    const { voice, photos } = this.data;
    keep([...photos.map((file) => ({ declaration, file, kind: "picture" as const })), ...(voice ? [{ declaration, file: voice, kind: "recording" as const }] : [])]);
    dropDraft();
    await sendWaiting();
  },

  /** An earlier try got through and its answer did not: the ID number, which no phone keeps, made it another request. */
  async sentBefore(refusal: Refusal, subscribed: boolean) {
    if (!refusal.done_id) {
      this.setData({ key: newKey() }); // that one was refused, so that nothing of it is there
      this.keep();
      return this.send(Promise.resolve(subscribed));
    }
    await this.arrived(refusal.done_id);
    await tell("申报已经收到了", "上一次交的已经送到，不用再交。现在打开办理情况，要补充的可以在那里写。");
    wx.redirectTo({ url: `/pages/progress/progress?id=${refusal.done_id}` });
  },

  /** Whatever was refused, the form stays; a field that is named is shown on its own page. */
  refused(error: unknown) {
    this.setData({ busy: false });
    if (isRefusal(error) && Object.keys(error.fields).length > 0) {
      const step = Math.min(...Object.keys(error.fields).map((name) => STEP_OF[name.split(".")[0]!] ?? LAST));
      this.setData({ step, faults: error.fields, key: newKey() }); // a mended form is another intention
      this.keep();
      return;
    }
    sayRefused(error, "还没有送到");
  },
});
