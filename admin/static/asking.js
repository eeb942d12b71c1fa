// What cannot be undone asks first: a form with a button of danger, or with words of its own in data-ask.
// The submission is stopped before console.js marks the form as sent, and goes on only after a yes.
"use strict";

(function () {
  if (!window.HTMLDialogElement) return; // the server checks everything anyway

  var dialog = null;
  var waiting = null;

  function build() {
    dialog = document.createElement("dialog");
    dialog.className = "asking";
    dialog.setAttribute("aria-labelledby", "asking-words");
    var words = document.createElement("p");
    words.id = "asking-words";
    var row = document.createElement("div");
    row.className = "row-of-buttons";
    var no = document.createElement("button");
    no.type = "button";
    no.textContent = "先不办";
    var yes = document.createElement("button");
    yes.type = "button";
    yes.className = "danger";
    row.append(no, yes);
    dialog.append(words, row);
    document.body.append(dialog);
    no.addEventListener("click", function () { dialog.close("no"); });
    yes.addEventListener("click", function () { dialog.close("yes"); });
    dialog.addEventListener("cancel", function () { dialog.returnValue = "no"; });
    dialog.addEventListener("close", function () {
      var asked = waiting;
      waiting = null;
      if (!asked) return;
      if (dialog.returnValue === "yes") {
        asked.form.dataset.agreed = "1";
        asked.form.requestSubmit(asked.button);
      } else if (asked.button) {
        asked.button.focus();
      }
    });
  }

  function sentence(form, button) {
    var own = (button && button.dataset.ask) || form.dataset.ask;
    if (own) return own;
    return button && button.classList.contains("danger") ? "确定要“" + button.textContent.trim() + "”吗？" : "";
  }

  document.addEventListener("submit", function (event) {
    var form = event.target;
    var button = event.submitter || form.querySelector("button[type=submit]");
    if (form.dataset.agreed) {
      delete form.dataset.agreed;
      return;
    }
    var words = sentence(form, button);
    if (!words) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!dialog) build();
    waiting = { form: form, button: button };
    dialog.returnValue = "";
    dialog.querySelector("p").textContent = words;
    dialog.querySelector(".danger").textContent = (button && button.textContent.trim()) || "确定";
    dialog.showModal();
  }, true);
})();
