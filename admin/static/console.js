// What a page does without asking the server. Every page also works without it.
"use strict";

// One press is one submission: a second press on a slow line would only meet a conflict.
document.addEventListener("submit", function (event) {
  var form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  form.querySelectorAll("button[type=submit]").forEach(function (button) {
    button.setAttribute("aria-disabled", "true");
  });
});

// Coming back with the browser's own button, the form can be sent again.
window.addEventListener("pageshow", function () {
  document.querySelectorAll("form[data-sent]").forEach(function (form) {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-disabled]").forEach(function (button) {
      button.removeAttribute("aria-disabled");
    });
  });
});

// A role is given for a place of its own level: offer only those.
document.querySelectorAll("select[data-filters]").forEach(function (role) {
  var place = document.getElementById(role.dataset.filters);
  var offer = function () {
    var chosen = role.options[role.selectedIndex];
    var level = chosen ? chosen.dataset.level : "";
    Array.prototype.forEach.call(place.options, function (option) {
      var fits = !level || !option.value || option.dataset.level === level;
      option.hidden = option.disabled = !fits;
      if (!fits && option.selected) place.value = "";
    });
  };
  role.addEventListener("change", offer);
  offer();
});

// Our own words for how many photos were chosen, or which file.
document.querySelectorAll("input[data-chosen]").forEach(function (input) {
  var said = document.getElementById(input.dataset.chosen);
  var say = function () {
    var many = input.files.length;
    said.textContent = !many ? "还没有选" : input.multiple ? "已选" + many + "张" : input.files[0].name;
  };
  input.addEventListener("change", say);
  say();
});
