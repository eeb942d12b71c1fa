/** Sheets, questions and short words over the page, as WeChat itself would show them. */

/** Shows a sheet and resolves to {button, value}: which button was tapped and what was typed. */
export function sheet({ title = "", content = "", buttons, input = null, main = 0 }) {
  const layer = document.createElement("div");
  layer.className = "wxrun-sheet";
  const box = document.createElement("div");
  layer.appendChild(box);
  for (const [tag, words] of [["b", title], ["p", content]]) {
    if (words) box.appendChild(Object.assign(document.createElement(tag), { textContent: words }));
  }
  let field = null;
  if (input) {
    field = Object.assign(document.createElement(input.type === "text" ? "textarea" : "input"), { value: input.value ?? "" });
    if (input.type !== "text") Object.assign(field, { type: input.type, min: input.min ?? "", max: input.max ?? "" });
    field.placeholder = input.placeholder ?? "";
    box.appendChild(field);
  }
  let isMeant = false; // the click that follows the tap which opened this sheet is none of its own
  layer.addEventListener("pointerdown", () => (isMeant = true));
  return new Promise((resolve) => {
    buttons.forEach((words, index) => {
      const button = Object.assign(document.createElement("button"), { textContent: words, className: index === main ? "main" : "" });
      button.addEventListener("click", () => {
        if (!isMeant) return;
        layer.remove();
        resolve({ button: index, value: field?.value ?? "" });
      });
      box.appendChild(button);
    });
    document.body.appendChild(layer);
  });
}

let toast = null;

export function showToast(words, milliseconds) {
  toast?.remove();
  toast = Object.assign(document.createElement("div"), { className: "wxrun-toast", textContent: words });
  document.body.appendChild(toast);
  const mine = toast;
  if (milliseconds) setTimeout(() => mine.remove(), milliseconds);
}

export const hideToast = () => toast?.remove();
