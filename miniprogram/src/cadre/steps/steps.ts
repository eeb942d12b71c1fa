/** A form as a few short steps: one thing a page, what was typed is told at once, and nothing typed is lost on the way back. */
import { keepPhoto, dropPhoto } from "../desk";
import { isAsked, missing, shown, type Step, type Values } from "../form-model";

Component({
  properties: {
    title: String,
    steps: Array,
    /** What the form begins with; read when it arrives, later kept here. */
    values: Object,
    begin: Number,
    errors: Object,
    submit: { type: String, value: "交上去" },
    busy: Boolean,
  },
  data: { at: 0, place: 0, total: 0, step: {} as Partial<Step>, fields: [] as unknown[], note: "", held: {} as Values, wrong: {} as Record<string, string> },
  observers: {
    "steps,values"(steps: Step[], values: Values) {
      this.setData({ held: { ...values }, at: Math.min(this.data.begin, Math.max(0, steps.length - 1)) });
      if (steps.length && !isAsked(steps[this.data.at]!, values)) this.setData({ at: this.beyond(-1) });
      this.render();
    },
    errors(errors: Record<string, string>) {
      const steps = this.data.steps as Step[];
      const first = steps.findIndex((step) => step.fields.some((field) => errors[field.name]));
      const placed = steps.some((step) => step.fields.some((field) => errors[field.name]));
      this.setData({ wrong: errors, note: placed ? "" : (Object.values(errors)[0] ?? ""), at: first >= 0 ? first : this.data.at });
      this.render();
    },
  },
  methods: {
    render() {
      const steps = this.data.steps as Step[];
      const step = steps[this.data.at];
      if (!step) return;
      const asked = (some: Step[]) => some.filter((each) => isAsked(each, this.data.held)).length;
      this.setData({ step, place: asked(steps.slice(0, this.data.at + 1)), total: asked(steps), fields: shown(step, this.data.held, this.data.wrong) });
    },
    /** The next page in a direction that is asked at all. */
    beyond(way: 1 | -1): number {
      const steps = this.data.steps as Step[];
      let at = this.data.at + way;
      while (steps[at] && !isAsked(steps[at]!, this.data.held)) at += way;
      return at;
    },
    put(name: string, value: unknown, again: boolean) {
      const held = { ...this.data.held, [name]: value };
      const wrong = { ...this.data.wrong };
      const had = name in wrong;
      delete wrong[name];
      this.setData({ held, wrong });
      this.tell();
      if (again || had) this.render();
    },
    tell() {
      this.triggerEvent("typed", { values: this.data.held, at: this.data.at });
    },
    typed(event: WechatMiniprogram.CustomEvent<{ name: string; value: string }>) {
      this.put(event.detail.name, event.detail.value, false);
    },
    chosen(event: WechatMiniprogram.CustomEvent<{ name: string; value: string }>) {
      this.put(event.detail.name, event.detail.value, true);
    },
    chosenMany(event: WechatMiniprogram.CustomEvent<{ name: string; values: string[] }>) {
      this.put(event.detail.name, event.detail.values, true);
    },
    dated(event: WechatMiniprogram.PickerChange) {
      this.put(event.currentTarget.dataset.name as string, event.detail.value, true);
    },
    picked(event: WechatMiniprogram.PickerChange) {
      const name = event.currentTarget.dataset.name as string;
      const field = (this.data.step as Step).fields.find((each) => each.name === name);
      this.put(name, field?.options?.[Number(event.detail.value)]?.code ?? "", true);
    },
    async pictured(event: WechatMiniprogram.CustomEvent<{ paths: string[] }>) {
      const name = event.currentTarget.dataset.name as string;
      const before = (this.data.held[name] as string[] | undefined) ?? [];
      const { paths } = event.detail;
      try {
        const kept: string[] = [];
        for (const path of paths) kept.push(before.includes(path) ? path : await keepPhoto(path));
        for (const path of before) if (!paths.includes(path)) await dropPhoto(path);
        this.put(name, kept, true);
      } catch {
        this.setData({ note: "手机里没有地方存照片了。请删掉一些不用的照片再试，不拍照也可以交。" });
      }
    },
    unpictured() {
      this.setData({ note: "没有拍照，也可以接着填。" });
    },
    next() {
      if (!this.complete()) return;
      this.setData({ at: this.beyond(1), note: "" });
      this.turn();
    },
    back() {
      this.setData({ at: this.beyond(-1), note: "" });
      this.turn();
    },
    turn() {
      this.render();
      this.tell();
      wx.pageScrollTo({ scrollTop: 0, duration: 0 });
    },
    finish() {
      if (this.complete()) this.triggerEvent("finish", { values: this.data.held });
    },
    complete(): boolean {
      const wrong = missing(this.data.step as Step, this.data.held);
      this.setData({ wrong, note: Object.keys(wrong).length ? "有的还没填，看下面红字。" : "" });
      this.render();
      return Object.keys(wrong).length === 0;
    },
  },
});
