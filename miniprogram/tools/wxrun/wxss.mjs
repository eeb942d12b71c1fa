/** Turns WXSS into the CSS of a browser: rpx, the names of built-in tags, and a component's own classes. */
import { HOSTS } from "./tags.mjs";

const TAG = new RegExp(`(^|[\\s>+~,])(${HOSTS.join("|")})(?=$|[\\s>+~,.:\\[])`, "g");

function selector(text, scope) {
  return text
    .replace(/(^|[\s,])page(?=$|[\s,.:])/g, "$1body")
    .replace(TAG, "$1wx-$2")
    .replace(/\.([A-Za-z_][\w-]*)/g, scope ? `.${scope}--$1` : ".$1");
}

/** Returns CSS; `scope` is a component's style scope, empty for pages and app.wxss. */
export function toCss(wxss, scope) {
  const plain = wxss.replace(/\/\*[\s\S]*?\*\//g, "");
  return plain
    .replace(/([^{}]+)\{/g, (whole, before) => {
      const text = before.trim();
      if (text.startsWith("@") || /^(from|to|[\d.]+%)$/.test(text)) return whole;
      return `${before.match(/^\s*/)[0]}${selector(text, scope)} {`;
    })
    .replace(/:host/g, scope ? `[data-scope=${scope}]` : "body")
    .replace(/(-?[\d.]+)rpx/g, "calc(var(--rpx) * $1)");
}
