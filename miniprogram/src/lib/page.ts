/** What every page shares: the text size in `look`, a refusal said in plain words, a call to the village. */
import { isRefusal } from "../api/client";
import { look } from "./fontscale";

type Options = Record<string, unknown> & { data?: object; onShow?: (this: unknown) => void | Promise<void> };

/** Register a page; its template begins with `<view class="page" style="{{look}}">`. */
export const page: WechatMiniprogram.Page.Constructor = ((given: Options) => {
  Page({
    ...given,
    data: { ...given.data, look: look() },
    onShow(this: WechatMiniprogram.Page.TrivialInstance) {
      this.setData({ look: look() });
      return given.onShow?.call(this);
    },
  });
}) as WechatMiniprogram.Page.Constructor;

/** Return what a person should read about an error. */
export function wordsOf(error: unknown): string {
  return isRefusal(error) ? error.message : "出了点问题，没有办成。请再试一次，或者打电话给村里。";
}

/** Tell a person that something was not done, or that an earlier try did it. */
export function sayRefused(error: unknown, title = "没有办成"): void {
  void tell(isRefusal(error) && error.done_id ? "已经收到了" : title, wordsOf(error));
}

/** Tell a person something, and return when they have read it. */
export function tell(title: string, content: string): Promise<void> {
  return new Promise((resolve) => wx.showModal({ title, content, showCancel: false, confirmText: "知道了", complete: () => resolve() }));
}

/** Ask before something that cannot be taken back. */
export function ask(title: string, content: string, confirmText = "确定"): Promise<boolean> {
  return new Promise((resolve) =>
    wx.showModal({ title, content, confirmText, cancelText: "先不", success: (answer) => resolve(answer.confirm), fail: () => resolve(false) }),
  );
}

/** Telephone; without a number there is nothing to dial and the person hears so. */
export function telephone(number: string): void {
  if (number) wx.makePhoneCall({ phoneNumber: number, fail: () => undefined });
  else wx.showModal({ title: "还没有电话", content: "县里还没有登记这里的电话，请拨打当地 12345。", showCancel: false, confirmText: "知道了" });
}

/** "2026-03-05" as people say it: 3月5日, with the year where it is not this one. */
export function dayWords(day: string | null | undefined, now = new Date()): string {
  const found = /^(\d{4})-(\d{2})-(\d{2})/.exec(day ?? "");
  if (!found) return "";
  const [, year, month, date] = found;
  return `${Number(year) === now.getFullYear() ? "" : `${year}年`}${Number(month)}月${Number(date)}日`;
}

/** A moment of the server in China's time, whatever the phone is set to: 3月5日 14:07; midnight sharp stands for its day. */
export function momentWords(moment: string | null | undefined): string {
  const time = Date.parse(moment ?? "");
  if (Number.isNaN(time)) return "";
  const there = new Date(time + 8 * 3600 * 1000).toISOString();
  return there.endsWith("T00:00:00.000Z") ? dayWords(there) : `${dayWords(there)} ${there.slice(11, 16)}`;
}
