/** The size of all text: what the phone's owner set in WeChat, between our smallest and largest. */

const SMALLEST = 1;
const LARGEST = 1.6;

/** Keep a factor within what our pages were measured with. */
export function within(factor: number | undefined): number {
  return Math.min(LARGEST, Math.max(SMALLEST, Number.isFinite(factor) ? Number(factor) : SMALLEST));
}

/** The style of a page's outermost view: `<view class="page" style="{{look}}">`. */
export function look(): string {
  const own = Number(wx.getStorageSync("textsize")) || undefined;
  const asked = (wx.getAppBaseInfo() as { fontSizeScaleFactor?: number }).fontSizeScaleFactor;
  return `--k:${within(own ?? asked)}`;
}
