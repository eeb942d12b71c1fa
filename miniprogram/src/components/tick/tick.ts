/** One sentence that a person may agree to; never set beforehand. */
Component({
  properties: { text: String, sub: String, checked: Boolean, name: String },
  methods: {
    turn() {
      this.triggerEvent("turn", { name: this.data.name, checked: !this.data.checked });
    },
  },
});
