/** Recorded words for whoever reads badly: a button where the county added a recording of `code` in the chosen speech. */
import { recordingOf } from "../../lib/recordings";

let sound: WechatMiniprogram.InnerAudioContext | null = null;

Component({
  properties: { code: String },
  data: { file: "", playing: false },
  observers: {
    code(code: string) {
      this.setData({ file: recordingOf(code) });
    },
  },
  lifetimes: {
    detached() {
      sound?.stop();
    },
  },
  methods: {
    turn() {
      sound?.stop();
      if (this.data.playing) return this.setData({ playing: false });
      sound = wx.createInnerAudioContext();
      sound.src = this.data.file;
      sound.onEnded(() => this.setData({ playing: false }));
      sound.onError(() => this.setData({ playing: false }));
      sound.play();
      this.setData({ playing: true });
    },
  },
});
