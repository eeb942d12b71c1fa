// Waiting for the phone. Without this file the page reloads by itself, and its button leads on.
"use strict";

(function () {
  var uses = document.querySelector("form[data-uses]");
  if (uses) return uses.requestSubmit();
  var box = document.querySelector("[data-standing]");
  if (!box) return;
  var look = function () {
    fetch(box.dataset.standing, { headers: { Accept: "application/json" } })
      .then(function (answer) {
        if (!answer.ok) throw new Error("no answer");
        return answer.json();
      })
      .then(function (now) {
        if (now.standing === "waiting") return setTimeout(look, 2000);
        if (now.standing === "yes" && box.dataset.back) return location.assign(box.dataset.back);
        location.reload();
      })
      .catch(function () {
        setTimeout(look, 4000);
      });
  };
  setTimeout(look, 2000);
})();
