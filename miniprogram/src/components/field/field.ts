/** One question with one answer typed; what is wrong is said under it while one types. */
Component({
  properties: {
    label: String,
    hint: String,
    value: String,
    placeholder: String,
    type: { type: String, value: "text" },
    long: Boolean,
    maxlength: { type: Number, value: 200 },
    error: String,
    name: String,
  },
  methods: {
    edit(event: WechatMiniprogram.Input) {
      this.triggerEvent("edit", { name: this.data.name, value: event.detail.value });
    },
    leave(event: WechatMiniprogram.InputBlur) {
      this.triggerEvent("leave", { name: this.data.name, value: event.detail.value });
    },
  },
});
