/** WeChat's question before camera, microphone or place: what for, the guide to read, and a no that leaves a way. */
type Answer = (told: { event: "agree" | "disagree" | "exposureAuthorization"; buttonId?: string }) => void;

let answer: Answer | null = null;

Component({
  data: { open: false },
  lifetimes: {
    attached() {
      wx.onNeedPrivacyAuthorization((resolve) => {
        answer = resolve as unknown as Answer;
        this.setData({ open: true });
      });
    },
  },
  methods: {
    read() {
      wx.openPrivacyContract({ fail: () => undefined });
    },
    agree() {
      answer?.({ event: "agree", buttonId: "agree-button" });
      this.setData({ open: false });
    },
    refuse() {
      answer?.({ event: "disagree" });
      this.setData({ open: false });
    },
  },
});
