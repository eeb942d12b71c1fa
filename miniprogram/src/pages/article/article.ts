/** One article in large type, a paragraph at a time, with somebody to ask at its end. */
import { call } from "../../api/client";
import { dayWords, page, telephone, wordsOf } from "../../lib/page";
import { scannedVillage, telephoneOf } from "../../lib/session";

page({
  data: { title: "", when: "", recording: "", paragraphs: [] as string[], trouble: "" },

  async onLoad({ id = "" }: Record<string, string>) {
    try {
      const found = await call("GET", "/api/v1/articles/{number}", { path: { number: id } });
      this.setData({
        title: found.title,
        when: dayWords(found.published_on),
        // A county has one card of each kind, and its recording is called after it; of articles there are many.
        recording: found.kind.endsWith("_card") ? found.kind : "",
        paragraphs: found.text.split("\n").map((each) => each.trim()).filter(Boolean),
        trouble: "",
      });
    } catch (error) {
      this.setData({ trouble: wordsOf(error) });
    }
  },

  async call() {
    try {
      telephone(await telephoneOf(scannedVillage()));
    } catch {
      telephone("");
    }
  },
});
