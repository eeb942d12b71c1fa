/** One question with its answers written out, each as large as a thumb; several may hold where `many` is set. */
interface Option {
  code: string;
  name: string;
}

Component({
  properties: {
    label: String,
    hint: String,
    options: Array,
    value: String,
    values: Array,
    many: Boolean,
    error: String,
    name: String,
  },
  observers: {
    "options,value,values,many"(options: Option[], value: string, values: string[], many: boolean) {
      this.setData({ rows: options.map((each) => ({ ...each, on: many ? values.includes(each.code) : each.code === value })) });
    },
  },
  data: { rows: [] as Array<Option & { on: boolean }> },
  methods: {
    choose(event: WechatMiniprogram.TouchEvent) {
      const code = event.currentTarget.dataset.code as string;
      const held = this.data.values as string[];
      const values = held.includes(code) ? held.filter((each) => each !== code) : [...held, code];
      this.triggerEvent("choose", { name: this.data.name, value: code, values });
    },
  },
});
