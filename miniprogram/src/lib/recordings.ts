/** The recordings that a county laid into audio/<speech>/<page>.mp3: dialects and languages of its own people. */

/** Written by the build: speech → pages that have a recording. */
declare const RECORDINGS: Record<string, string[]>;

const SPEECH = "speech";

/** The names of the speeches that there are, as the folders are called. */
export const speeches = (): string[] => Object.keys(RECORDINGS);

export const chosenSpeech = (): string => {
  const chosen = wx.getStorageSync(SPEECH) as string;
  return chosen in RECORDINGS ? chosen : (speeches()[0] ?? "");
};

export const chooseSpeech = (speech: string): void => wx.setStorageSync(SPEECH, speech);

/** The file of a page's recording in the chosen speech, or "". */
export function recordingOf(code: string): string {
  const speech = chosenSpeech();
  return RECORDINGS[speech]?.includes(code) ? `/audio/${speech}/${code}.mp3` : "";
}
