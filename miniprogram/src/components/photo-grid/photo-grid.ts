/** A few photos, always optional: taken or chosen, shown, taken out again; `change` tells the files' paths. */
Component({
  properties: {
    label: { type: String, value: "照片（不拍也可以）" },
    hint: String,
    paths: Array,
    most: { type: Number, value: 3 },
    cameraOnly: Boolean,
  },
  methods: {
    async add() {
      const left = this.data.most - this.data.paths.length;
      try {
        const chosen = await wx.chooseMedia({
          count: left,
          mediaType: ["image"],
          sourceType: this.data.cameraOnly ? ["camera"] : ["camera", "album"],
          sizeType: ["compressed"],
        });
        this.tell([...this.data.paths, ...chosen.tempFiles.map((file) => file.tempFilePath)]);
      } catch {
        this.triggerEvent("refused"); // nobody must send a photo: the way goes on without
      }
    },
    drop(event: WechatMiniprogram.TouchEvent) {
      const index = Number(event.currentTarget.dataset.index);
      this.tell(this.data.paths.filter((_: string, each: number) => each !== index));
    },
    tell(paths: string[]) {
      this.triggerEvent("change", { paths });
    },
  },
});
