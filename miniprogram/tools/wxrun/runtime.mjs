/** Starts the packed mini-program in a browser: scripts, pages, their stack, and what an App hears. */
import { MiniProgramEnv, glassEasel } from "glass-easel-miniprogram-adapter";
import { app as appConfig, configs, scopes, scripts, styles, templates } from "packed";
import { addBuiltIns } from "./components.mjs";
import { loadFiles } from "./files.mjs";
import { calls, fault, faults, gestures, privacy } from "./strict.mjs";
import { HOSTS } from "./tags.mjs";
import { makeWx } from "./wx.mjs";

const DEEPEST = 10;
const stack = [];
const modules = {};
let appObject = null;

glassEasel.globalOptions.throwGlobalError = false;
glassEasel.addGlobalErrorListener?.((error) => fault(`${error?.stack ?? error}`));
window.addEventListener("error", (event) => fault(event.message));
window.addEventListener("unhandledrejection", (event) => fault(`unhandled: ${event.reason?.stack ?? JSON.stringify(event.reason)}`));

const context = new glassEasel.CurrentWindowBackendContext();
const make = document.createElement.bind(document);
context.document = {
  createElement: (tag) => make(HOSTS.includes(tag) ? `wx-${tag}` : tag),
  createTextNode: (text) => document.createTextNode(text),
  createDocumentFragment: () => document.createDocumentFragment(),
};
context.onEvent((target, type, detail, options) => {
  const event = new glassEasel.Event(type, detail, options);
  const tell = () => {
    glassEasel.Event.dispatchEvent(target, event);
    if (type === "tap") gestures.heard(options.originalEvent?.target);
  };
  if (type === "tap") gestures.inside(tell);
  else tell();
  return event.defaultPrevented() ? glassEasel.EventBubbleStatus.NoDefault : glassEasel.EventBubbleStatus.Normal;
});

const env = new MiniProgramEnv();
const backend = env.associateBackend(context);
const space = env.createCodeSpace("", true);
addBuiltIns(space.getComponentSpace());

/** As on a phone, a module that a page requires may register the page: what counts is whose script runs. */
let current = null;
const registering = (kind) => (definition) => current[kind](definition);

function load(path, from = "") {
  const parts = [];
  for (const part of (path.startsWith("/") ? path : `${from}/../${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part && part !== ".") parts.push(part);
  }
  const name = parts.join("/").replace(/\.js$/, "");
  if (modules[name]) return modules[name].exports;
  const script = scripts[name];
  if (!script) throw new Error(`${from} requires ${path}, which is not there`);
  const module = (modules[name] = { exports: {} });
  const run = () =>
    script(module, module.exports, (inner) => load(inner, name), wx, App, registering("Page"), registering("Component"), registering("Behavior"), () => appObject, getCurrentPages);
  if (!(name in configs)) run();
  else {
    space.componentEnv(name, (constructors) => {
      const before = current;
      current = constructors;
      run();
      current = before;
    });
  }
  return module.exports;
}

function App(options) {
  appObject = options;
}

const getCurrentPages = () => stack.map((entry) => entry.page);

function style(id, text) {
  const element = document.getElementById(id) ?? document.head.appendChild(Object.assign(make("style"), { id }));
  if (element.textContent !== text) element.textContent = text;
}

function bar() {
  document.querySelector(".wxrun-bar")?.remove();
  const top = stack.at(-1);
  const config = { ...appConfig.window, ...configs[top.path] };
  if (config.navigationStyle === "custom") return;
  const element = Object.assign(make("div"), { className: "wxrun-bar" });
  const back = Object.assign(make("button"), { textContent: stack.length > 1 ? "‹" : "" });
  back.setAttribute("aria-label", "返回");
  back.addEventListener("click", () => stack.length > 1 && wx.navigateBack({}));
  element.append(back, Object.assign(make("b"), { textContent: top.title ?? config.navigationBarTitleText ?? "" }));
  document.body.prepend(element);
}

function show() {
  const top = stack.at(-1);
  for (const entry of stack) entry.root.getComponent().getBackendElement().style.display = entry === top ? "" : "none";
  style("page-style", styles[top.path] ?? "");
  bar();
  window.scrollTo(0, top.scrolled ?? 0);
  top.page.onShow?.();
}

function hide() {
  const top = stack.at(-1);
  if (!top) return;
  top.scrolled = window.scrollY;
  top.page.onHide?.();
}

function drop() {
  const { root, page } = stack.pop();
  page.onUnload?.();
  const element = root.getComponent().getBackendElement();
  root.release();
  element?.remove();
}

function open(url) {
  const [path, query = ""] = url.replace(/^\//, "").split("?");
  load(path);
  const options = Object.fromEntries([...new URLSearchParams(query)]);
  const placeholder = document.body.appendChild(make("div"));
  const root = backend.createRoot("wx-page", space, path);
  const page = root.get();
  page.route = path;
  page.options = options;
  stack.push({ root, page, path });
  root.attach(document.body, placeholder);
  page.onLoad?.(options);
  show();
  page.onReady?.();
}

const pageNames = new Set([...appConfig.pages, ...(appConfig.subPackages ?? []).flatMap((part) => part.pages.map((page) => `${part.root}/${page}`))]);

/** Resolves a url against the page on top; a fault where no such page is listed. */
function absolute(url) {
  const from = stack.at(-1)?.path ?? "";
  const [path, query] = url.split("?");
  const name = path.startsWith("/") ? path.slice(1) : new URL(path, `https://app/${from}`).pathname.slice(1);
  if (!pageNames.has(name)) return null;
  return query === undefined ? name : `${name}?${query}`;
}

const pages = {
  navigateTo(url) {
    if (stack.length >= DEEPEST) return "navigateTo:fail webview count limit exceed";
    hide();
    open(url);
  },
  redirectTo(url) {
    drop();
    open(url);
  },
  reLaunch(url) {
    while (stack.length) drop();
    open(url);
  },
  navigateBack(delta) {
    for (let left = Math.min(delta, stack.length - 1); left > 0; left -= 1) drop();
    show();
  },
  absolute,
  title(text) {
    stack.at(-1).title = text;
    bar();
  },
};

const started = new URLSearchParams(location.search);
const path = started.get("path") ?? appConfig.pages[0];
const query = Object.fromEntries([...started].filter(([name]) => !["path", "phone", "scale"].includes(name)));
const launch = { path, query, scene: query.scene ? 1047 : 1001 };
const wx = makeWx({ pages, launch, phone: started.get("phone") ?? "", scale: Number(started.get("scale") ?? localStorage.getItem("wxrun.scale") ?? 1) });
globalThis.wxrun = { wx, faults, calls, stack, privacy, getApp: () => appObject, pageNames: [...pageNames] };

async function start() {
  await loadFiles();
  for (const name of Object.keys(scopes)) {
    space.addComponentStaticConfig(name, configs[name] ?? {});
    space.addStyleSheet(name, undefined, scopes[name]);
    space.addCompiledTemplate(name, { groupList: templates, content: templates[name] });
  }
  style("app-style", styles.app ?? "");
  style("component-style", Object.keys(configs).filter((name) => configs[name].component).map((name) => styles[name] ?? "").join("\n"));
  load("app");
  for (const name of Object.keys(configs)) if (configs[name].component) load(name);
  appObject.onLaunch?.(launch);
  appObject.onShow?.(launch);
  const search = new URLSearchParams(query).toString();
  open(search ? `${path}?${search}` : path);
}

document.addEventListener("visibilitychange", () => (document.hidden ? appObject?.onHide?.() : appObject?.onShow?.(launch)));
start().then(() => document.documentElement.setAttribute("data-started", "yes"), (error) => fault(`${error.stack ?? error}`));
