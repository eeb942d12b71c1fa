/** The built-in components of a phone as far as our pages use them, each a host with a real control of the browser inside. */
import { glassEasel } from "glass-easel-miniprogram-adapter";
import { HOSTS } from "./tags.mjs";
import { gestures, privacy } from "./strict.mjs";
import { sheet } from "./dialogs.mjs";
import { images } from "packed";
import { fileUrl } from "./files.mjs";

const COMMON = { hidden: Boolean, hoverClass: String, ariaLabel: String, ariaRole: String };
const FIELD = {
  ...COMMON, value: String, placeholder: String, placeholderClass: String, placeholderStyle: String, type: String, maxlength: { type: Number, value: 140 },
  disabled: Boolean, focus: Boolean, password: Boolean, confirmType: String, cursorSpacing: Number, adjustPosition: Boolean,
  autoHeight: Boolean, alwaysEmbed: Boolean, showConfirmBar: Boolean, holdKeyboard: Boolean,
};
const PROPERTIES = {
  view: COMMON,
  text: { ...COMMON, selectable: Boolean, userSelect: Boolean, space: String, decode: Boolean },
  label: { ...COMMON, for: String },
  button: { ...COMMON, type: String, size: String, plain: Boolean, disabled: Boolean, loading: Boolean, openType: String, formType: String },
  input: FIELD,
  textarea: FIELD,
  picker: { ...COMMON, mode: { type: String, value: "selector" }, range: Array, rangeKey: String, value: null, start: String, end: String, disabled: Boolean, headerText: String },
  "scroll-view": { ...COMMON, scrollY: Boolean, scrollX: Boolean, scrollIntoView: String, scrollTop: Number },
  image: { ...COMMON, src: String, mode: String, lazyLoad: Boolean, showMenuByLongpress: Boolean },
  navigator: { ...COMMON, url: String, openType: String },
};

const hostOf = (component) => component.getBackendElement();

function reflect(component) {
  const host = hostOf(component);
  const named = component.inner ?? host; // a field's name is the field's, not its frame's
  const { hidden, disabled, ariaLabel, ariaRole } = component.data;
  host.style.display = hidden ? "none" : "";
  if (disabled !== undefined) host.toggleAttribute("disabled", disabled);
  for (const [name, value] of [["aria-label", ariaLabel], ["role", ariaRole]]) {
    if (value) named.setAttribute(name, value);
    else named.removeAttribute(name);
  }
}

function control(component, tag) {
  const inner = document.createElement(tag === "input" ? "input" : "textarea");
  const tell = (name, more) => component.triggerEvent(name, { value: inner.value, ...more }, {});
  for (const name of ["input", "change", "focus", "blur"]) {
    inner.addEventListener(name, (event) => {
      event.stopPropagation(); // or whoever listens on the host hears it twice
      if (name === "input") component.typed = inner.value;
      if (name !== "change") tell(name, name === "input" ? { cursor: inner.selectionStart } : undefined);
    });
  }
  inner.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && tag === "input") tell("confirm");
  });
  hostOf(component).appendChild(inner);
  component.inner = inner;
}

function dress(component) {
  const { inner, data } = component;
  const modes = { number: "numeric", idcard: "text", digit: "decimal" };
  inner.placeholder = data.placeholder;
  inner.disabled = data.disabled;
  if (data.maxlength >= 0) inner.maxLength = data.maxlength;
  inner.inputMode = modes[data.type] ?? "text";
  if (inner.value !== data.value) inner.value = data.value;
  if (data.focus && document.activeElement !== inner) setTimeout(() => inner.focus(), 0);
}

/** A picker opens its list over the page; what was chosen is an index, for a date the day itself. */
async function pick(component) {
  const { mode, range, rangeKey, disabled, start, end, value, headerText } = component.data;
  if (disabled) return;
  if (mode === "date" || mode === "time") {
    const chosen = await sheet({ title: headerText, input: { type: mode, value: value ?? "", min: start, max: end }, buttons: ["确定", "取消"] });
    component.triggerEvent(chosen.button === 0 && chosen.value ? "change" : "cancel", { value: chosen.value }, {});
    return;
  }
  const words = range.map((each) => String(rangeKey ? each[rangeKey] : each));
  const chosen = await sheet({ title: headerText, buttons: [...words, "取消"] });
  if (chosen.button < words.length) component.triggerEvent("change", { value: chosen.button }, {});
  else component.triggerEvent("cancel", {}, {});
}

const ATTACHED = {
  input: (component) => control(component, "input"),
  textarea: (component) => control(component, "textarea"),
  image(component) {
    component.inner = document.createElement("img");
    component.inner.addEventListener("error", (event) => event.stopPropagation());
    hostOf(component).appendChild(component.inner);
  },
  picker: (component) => gestures.onTap(hostOf(component), () => pick(component)),
  button(component) {
    hostOf(component).setAttribute("role", "button");
    gestures.onTap(hostOf(component), () => {
      if (component.data.openType === "agreePrivacyAuthorization") {
        privacy.agree();
        component.triggerEvent("agreeprivacyauthorization", {}, {});
      }
    });
  },
  navigator: (component) => gestures.onTap(hostOf(component), () => component.data.url && globalThis.wxrun.wx.navigateTo({ url: component.data.url })),
};

const UPDATED = {
  input: dress,
  textarea: dress,
  image(component) {
    const { src, mode } = component.data;
    component.inner.src = src ? (images[src] ?? fileUrl(src) ?? src) : "data:,";
    component.inner.style.objectFit = mode === "aspectFill" ? "cover" : "contain";
  },
};

/** Registers every built-in component on the code space itself: the global space is not inherited. */
export function addBuiltIns(space) {
  for (const tag of HOSTS) {
    const known = PROPERTIES[tag];
    const properties = Object.fromEntries(Object.entries(known).map(([name, kind]) => [name, kind]));
    const observers = [{ fields: Object.keys(properties).join(","), observer() { if (this.isHere) update(this); } }];
    const update = (component) => {
      reflect(component);
      UPDATED[tag]?.(component);
    };
    const definition = space.defineComponent({
      is: `wx-${tag}`,
      options: { virtualHost: false, styleScope: glassEasel.StyleScopeManager.globalScope() },
      properties,
      observers,
      lifetimes: {
        attached() {
          ATTACHED[tag]?.(this);
          this.isHere = true;
          update(this);
        },
      },
      methods: {},
    });
    space.setGlobalUsingComponent(tag, definition.general ? definition.general() : definition);
  }
}
