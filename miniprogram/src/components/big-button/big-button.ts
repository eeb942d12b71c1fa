/** A button that nobody can miss; `press` comes at most once until the work behind it is done (`busy`). */
Component({
  properties: {
    text: String,
    sub: String,
    kind: { type: String, value: "main" },
    disabled: Boolean,
    busy: Boolean,
  },
  methods: {
    press() {
      if (!this.data.disabled && !this.data.busy) this.triggerEvent("press");
    },
  },
});
