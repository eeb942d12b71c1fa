// Exports: what a ledger says about itself, and a bar that fills. Without this file the page reloads by itself.
"use strict";

(function () {
  var choice = document.querySelector("[data-ledgers]");
  if (choice) {
    var about = document.querySelector("div[data-about]");
    var say = function () {
      var option = choice.options[choice.selectedIndex];
      document.querySelector("[data-hint-of=ledger]").textContent = option.dataset.hint || "";
      document.querySelector("[data-hint-of=as_of]").textContent =
        !option.value ? "" : option.dataset.back ? "可以选以前的任何一天。" : "只有今天的和月末存档的。";
      if (about) about.hidden = !option.dataset.about;
    };
    choice.addEventListener("change", say);
    say();
  }

  // The same file may be taken twice: the page stays where it is.
  var stays = document.querySelector("form[data-stays]");
  if (stays) {
    stays.addEventListener("submit", function () {
      setTimeout(function () {
        delete stays.dataset.sent;
        stays.querySelector("button").removeAttribute("aria-disabled");
      }, 3000);
    });
  }

  var box = document.querySelector("[data-progress]");
  if (!box) return;
  var bar = box.querySelector("progress");
  var words = document.getElementById("how-far");
  var look = function () {
    fetch(box.dataset.progress, { headers: { Accept: "application/json" } })
      .then(function (answer) {
        if (!answer.ok) throw new Error("no answer");
        return answer.json();
      })
      .then(function (now) {
        if (!now.waits) return location.reload();
        bar.value = now.percent;
        if (now.expected) document.querySelector("[data-standing]").textContent = "正在做";
        if (now.expected) words.textContent = "正在做，" + now.rows + " / " + now.expected + "行";
        setTimeout(look, 2000);
      })
      .catch(function () {
        setTimeout(look, 4000);
      });
  };
  setTimeout(look, 2000);
})();
