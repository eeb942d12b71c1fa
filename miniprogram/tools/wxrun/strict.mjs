/** What WeChat is strict about, in one place: taps, privacy, and a list of whatever a page did wrong. */

/** Everything that a real phone would have refused; tests ask for it to be empty. */
export const faults = [];
export const calls = [];

export function fault(text) {
  faults.push(text);
  console.error("wxrun: " + text);
}

const tapped = new WeakMap();
let inTap = false;

export const gestures = {
  /** Runs a handler as the handler of a tap: only inside it may a page ask for subscriptions. */
  inside(handler) {
    inTap = true;
    try {
      return handler();
    } finally {
      inTap = false;
    }
  },
  isTap: () => inTap,
  /** Lets a built-in component hear taps on itself. */
  onTap: (element, handler) => tapped.set(element, handler),
  heard(target) {
    for (let node = target; node; node = node.parentNode) tapped.get(node)?.();
  },
};

let asked = null;
let waiting = [];
const AGREED = "wxrun.privacy";

/** The privacy sheet of WeChat: a private API waits until the person agreed, and fails when they refuse. */
export const privacy = {
  isAgreed: () => localStorage.getItem(AGREED) === "yes",
  listen: (handler) => (asked = handler),
  agree() {
    localStorage.setItem(AGREED, "yes");
    for (const go of waiting.splice(0)) go(true);
  },
  refuse() {
    for (const go of waiting.splice(0)) go(false);
  },
  /** Resolves to whether a private API may run. */
  need(name) {
    if (privacy.isAgreed()) return Promise.resolve(true);
    return new Promise((resolve) => {
      waiting.push(resolve);
      if (!asked) {
        fault(`${name} was called and no page listens for onNeedPrivacyAuthorization`);
        return privacy.refuse();
      }
      asked((answer) => {
        if (answer.event === "agree") privacy.agree();
        else if (answer.event === "disagree") privacy.refuse();
      }, { referrer: name });
    });
  },
};
