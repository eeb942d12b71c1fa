/** `wx` as strict as a phone's: real network, storage with its quotas, taps, privacy; a missing function is a fault. */
import { fileAt, fileSystem, temporaryFile, USER_DATA_PATH } from "./files.mjs";
import { hideToast, sheet, showToast } from "./dialogs.mjs";
import { downloadFile, isOnline, network, request, uploadFile } from "./network.mjs";
import { calls, fault, gestures, privacy } from "./strict.mjs";
import { storage } from "./storage.mjs";
import { recorder, sound } from "./voice.mjs";

const OPENID = "wxrun.phone";
const NOT_IN_TAP = 20001;

/** Calls the callbacks of a function that WeChat offers both ways: without any of them it returns a promise. */
function tell(name, options, work) {
  const told = Promise.resolve().then(work);
  const wanted = options && (options.success || options.fail || options.complete);
  const named = told.then(
    (result) => ({ errMsg: `${name}:ok`, ...result }),
    (error) => Promise.reject({ errMsg: `${name}:fail ${error.message ?? error}`, ...(error.errCode ? { errCode: error.errCode } : {}) }),
  );
  if (!wanted) return named;
  named.then(
    (result) => (options.success?.(result), options.complete?.(result)),
    (error) => (options.fail?.(error), options.complete?.(error)),
  );
}

const both = (name, work) => (options = {}) => tell(name, options, () => work(options));
const refuse = (words, errCode) => Promise.reject({ message: words, errCode });

/** Resolves after the person agreed to the privacy guide; rejects as a phone does. */
async function afterPrivacy(name) {
  if (!(await privacy.need(name))) return refuse("privacy permission is not authorized", 103);
}

function chosenFiles(accept, count) {
  return new Promise((resolve) => {
    const input = Object.assign(document.createElement("input"), { type: "file", accept, multiple: count > 1 });
    input.addEventListener("change", () => resolve([...input.files].slice(0, count)));
    input.addEventListener("cancel", () => resolve([]));
    input.click();
  });
}

export function makeWx({ pages, launch, phone, scale }) {
  if (phone) localStorage.setItem(OPENID, phone);
  const go = (name, act) =>
    both(name, ({ url, delta = 1 }) => {
      if (name === "navigateBack") return void act(delta);
      const found = pages.absolute(url);
      if (!found) fault(`${name}: ${url} is no page`);
      const refused = found ? act(found) : `page "${url}" is not found`;
      return refused ? refuse(refused) : {};
    });
  const base = () => ({
    SDKVersion: "3.0.0", language: "zh_CN", version: "8.0.50", theme: "light", fontSizeSetting: 17 * scale, fontSizeScaleFactor: scale, host: { env: "WeChat" },
  });
  const screen = () => ({ windowWidth: Math.min(innerWidth, 420), windowHeight: innerHeight, pixelRatio: devicePixelRatio, statusBarHeight: 20, safeArea: { bottom: innerHeight } });
  const known = {
    env: { USER_DATA_PATH },
    request, uploadFile, downloadFile, ...storage(tell),
    login: both("login", async () => {
      if (!isOnline()) return refuse("internet disconnected");
      const answer = await fetch("/wxrun/login", { method: "POST", body: localStorage.getItem(OPENID) ?? "" });
      const told = await answer.json();
      localStorage.setItem(OPENID, told.openid);
      return { code: told.code };
    }),
    navigateTo: go("navigateTo", pages.navigateTo),
    redirectTo: go("redirectTo", pages.redirectTo),
    reLaunch: go("reLaunch", pages.reLaunch),
    navigateBack: go("navigateBack", pages.navigateBack),
    setNavigationBarTitle: both("setNavigationBarTitle", ({ title }) => void pages.title(title)),
    pageScrollTo: both("pageScrollTo", ({ scrollTop = 0, selector }) => {
      const target = selector && document.querySelector(selector);
      if (target) target.scrollIntoView();
      else window.scrollTo(0, scrollTop);
    }),
    showToast: both("showToast", ({ title, duration = 1500 }) => showToast(title, duration)),
    hideToast: both("hideToast", () => hideToast()),
    showLoading: both("showLoading", ({ title }) => showToast(title)),
    hideLoading: both("hideLoading", () => hideToast()),
    showModal: both("showModal", async ({ title, content, editable, placeholderText, showCancel = true, confirmText = "确定", cancelText = "取消" }) => {
      if ([...confirmText].length > 4 || [...cancelText].length > 4) fault(`showModal: a button has at most four characters: ${confirmText} ${cancelText}`);
      const buttons = showCancel ? [confirmText, cancelText] : [confirmText];
      const input = editable ? { type: "text", value: content ?? "", placeholder: placeholderText } : null;
      const chosen = await sheet({ title, content: editable ? "" : content, buttons, input });
      return { confirm: chosen.button === 0, cancel: chosen.button === 1, content: editable ? chosen.value : null };
    }),
    showActionSheet: both("showActionSheet", async ({ itemList, alertText }) => {
      if (itemList.length > 6) fault("showActionSheet: at most six items");
      const chosen = await sheet({ title: alertText, buttons: [...itemList, "取消"], main: -1 });
      return chosen.button < itemList.length ? { tapIndex: chosen.button } : refuse("cancel");
    }),
    getAppBaseInfo: base,
    getWindowInfo: screen,
    getSystemInfoSync: () => ({ ...base(), ...screen() }),
    getDeviceInfo: () => ({ platform: "devtools", brand: "wxrun", model: "wxrun" }),
    getAccountInfoSync: () => ({ miniProgram: { appId: "touristappid", envVersion: "develop", version: "" } }),
    getLaunchOptionsSync: () => launch,
    getEnterOptionsSync: () => launch,
    canIUse: (name) => name.split(".")[0] in known,
    nextTick: (work) => void Promise.resolve().then(work),
    getNetworkType: both("getNetworkType", () => ({ networkType: isOnline() ? "4g" : "none" })),
    onNetworkStatusChange: network.on,
    offNetworkStatusChange: network.off,
    onAppShow() {}, offAppShow() {}, onAppHide() {}, offAppHide() {}, onError() {}, onUnhandledRejection() {},
    makePhoneCall: both("makePhoneCall", ({ phoneNumber }) => (phoneNumber ? {} : refuse("phoneNumber is empty"))),
    vibrateShort: both("vibrateShort", () => ({})),
    setClipboardData: both("setClipboardData", () => ({})),
    previewImage: both("previewImage", () => ({})),
    scanCode: both("scanCode", async () => {
      const typed = await sheet({ title: "扫一扫（请输入码里的内容）", buttons: ["确定", "取消"], input: { type: "text" } });
      return typed.button === 0 ? { result: typed.value, scanType: "QR_CODE" } : refuse("cancel");
    }),
    requestSubscribeMessage: (options) => {
      const isTap = gestures.isTap();
      return tell("requestSubscribeMessage", options, async () => {
        if (!isTap) return refuse("can only be invoked by user TAP gesture.", NOT_IN_TAP);
        if (!(options.tmplIds?.length >= 1 && options.tmplIds.length <= 3)) return refuse("tmplIds is invalid", 10003);
        const chosen = await sheet({ title: "允许给您发消息吗？", content: "事情有了结果，用微信告诉您", buttons: ["允许", "取消"] });
        const answer = chosen.button === 0 ? "accept" : "reject";
        const openid = localStorage.getItem(OPENID) ?? "";
        await fetch("/wxrun/subscribe", { method: "POST", body: JSON.stringify({ openid, result: answer, template_ids: options.tmplIds }) });
        return Object.fromEntries(options.tmplIds.map((id) => [id, answer]));
      });
    },
    onNeedPrivacyAuthorization: privacy.listen,
    getPrivacySetting: both("getPrivacySetting", () => ({ needAuthorization: !privacy.isAgreed(), privacyContractName: "《守望小程序隐私保护指引》" })),
    requirePrivacyAuthorize: both("requirePrivacyAuthorize", () => afterPrivacy("requirePrivacyAuthorize")),
    openPrivacyContract: both("openPrivacyContract", () => sheet({ title: "隐私保护指引", content: "这里由微信显示主办单位备案的指引。", buttons: ["知道了"] }).then(() => ({}))),
    getSetting: both("getSetting", () => ({ authSetting: {} })),
    openSetting: both("openSetting", () => ({ authSetting: {} })),
    getLocation: both("getLocation", async () => {
      await afterPrivacy("getLocation");
      return new Promise((resolve, reject) =>
        navigator.geolocation.getCurrentPosition(
          ({ coords }) => resolve({ latitude: coords.latitude, longitude: coords.longitude, accuracy: coords.accuracy }),
          (error) => reject({ message: error.code === 1 ? "auth deny" : "system error" }),
        ),
      );
    }),
    chooseMedia: both("chooseMedia", async ({ count = 9, mediaType = ["image"] }) => {
      if (count > 20) fault("chooseMedia: at most 20");
      await afterPrivacy("chooseMedia");
      const files = await chosenFiles(mediaType.includes("image") ? "image/*" : "video/*", count);
      if (!files.length) return refuse("cancel");
      return { type: "image", tempFiles: files.map((file) => ({ tempFilePath: temporaryFile(file), size: file.size, fileType: "image" })) };
    }),
    compressImage: both("compressImage", async ({ src }) => (fileAt(src) ? { tempFilePath: temporaryFile(fileAt(src)) } : refuse("file not found"))),
    getFileInfo: (options) => fileSystem().getFileInfo(options),
    getFileSystemManager: fileSystem,
    getRandomValues: both("getRandomValues", ({ length }) => ({ randomValues: crypto.getRandomValues(new Uint8Array(length)).buffer })),
    getRecorderManager: () => recorder(afterPrivacy),
    createInnerAudioContext: sound,
  };
  return new Proxy(known, {
    get(target, name) {
      if (!(name in target)) {
        if (typeof name === "string" && name !== "then") fault(`wx.${name} is not offered here`);
        return undefined;
      }
      const found = target[name];
      if (typeof found !== "function") return found;
      return (...given) => {
        calls.push([name, given[0] && typeof given[0] === "object" ? { ...given[0] } : given[0]]);
        return found(...given);
      };
    },
  });
}
