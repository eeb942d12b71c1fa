/** Recording and playing: the recorder hands out a short tone after the privacy guide was agreed to. */
import { temporaryFile } from "./files.mjs";

const SECONDS = 2;

/** Two seconds of a tone as a real WAV file: what a microphone would have heard. */
function tone() {
  const rate = 8000;
  const samples = rate * SECONDS;
  const view = new DataView(new ArrayBuffer(44 + samples * 2));
  const words = (at, text) => [...text].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  words(0, "RIFF");
  view.setUint32(4, 36 + samples * 2, true);
  words(8, "WAVEfmt ");
  for (const [at, size, value] of [[16, 4, 16], [20, 2, 1], [22, 2, 1], [24, 4, rate], [28, 4, rate * 2], [32, 2, 2], [34, 2, 16]]) {
    if (size === 4) view.setUint32(at, value, true);
    else view.setUint16(at, value, true);
  }
  words(36, "data");
  view.setUint32(40, samples * 2, true);
  for (let index = 0; index < samples; index += 1) view.setInt16(44 + index * 2, 8000 * Math.sin(index / 3), true);
  return new Blob([view.buffer], { type: "audio/wav" });
}

const heard = {};
const say = (name, told) => (heard[name] ?? (() => {}))(told);

/** One recorder for the whole phone, as WeChat has it. */
export function recorder(afterPrivacy) {
  return {
    onStart: (handler) => (heard.start = handler),
    onStop: (handler) => (heard.stop = handler),
    onError: (handler) => (heard.error = handler),
    start: ({ format }) =>
      afterPrivacy("RecorderManager.start").then(
        () => {
          heard.format = format;
          say("start", {});
        },
        () => say("error", { errMsg: "operateRecorder:fail auth deny" }),
      ),
    stop: () => say("stop", { tempFilePath: temporaryFile(tone(), "wav"), duration: SECONDS * 1000, fileSize: tone().size }),
  };
}

export function sound() {
  const handlers = {};
  return {
    src: "",
    play: () => handlers.play?.(),
    stop: () => handlers.stop?.(),
    pause() {},
    destroy() {},
    onPlay: (handler) => (handlers.play = handler),
    onStop: (handler) => (handlers.stop = handler),
    onEnded: (handler) => (handlers.ended = handler),
    onError: (handler) => (handlers.error = handler),
  };
}
