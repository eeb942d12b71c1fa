/** Starts the mini-program: remembers the village of a scanned poster, and nothing else before somebody asks. */
import { rememberScene } from "./lib/session";

App({
  onLaunch(options) {
    rememberScene(options.query?.scene);
  },
  onShow(options) {
    rememberScene(options?.query?.scene);
  },
});
