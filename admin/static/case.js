// A case by keyboard, its bar that says whose page it is once the head is out of sight, and its page on paper.
"use strict";

(function () {
  var bar = document.querySelector(".case-bar");
  var sections = Array.prototype.slice.call(document.querySelectorAll(".section"));
  var links = {};
  document.querySelectorAll(".jumps a").forEach(function (link) {
    links[link.hash.slice(1)] = link;
  });

  // A link to a folded section opens it: what is looked for must not stay hidden.
  var unfold = function () {
    var found = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (var each = found; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
  };
  window.addEventListener("hashchange", unfold);
  unfold();

  var here = -1;
  var look = function () {
    var edge = bar.getBoundingClientRect();
    bar.classList.toggle("is-stuck", edge.top <= 0 && window.scrollY > 0);
    var now = -1;
    sections.forEach(function (section, index) {
      if (section.getBoundingClientRect().top <= edge.bottom + 40) now = index;
    });
    if (now === here) return;
    here = now;
    sections.forEach(function (section, index) {
      if (links[section.id]) links[section.id].classList.toggle("is-here", index === here);
    });
  };
  window.addEventListener("scroll", look, { passive: true });
  look();

  var goTo = function (section) {
    section.open = true;
    section.scrollIntoView();
    section.querySelector("summary").focus({ preventScroll: true });
  };
  var next = function (step) {
    var inside = document.activeElement && document.activeElement.closest(".section");
    var from = inside ? sections.indexOf(inside) : here;
    var to = Math.max(0, Math.min(sections.length - 1, from + step));
    if (sections[to]) goTo(sections[to]);
  };
  var decide = function () {
    var steps = document.getElementById("steps");
    steps.scrollIntoView();
    var first = steps.querySelector("summary, button, a, input, select, textarea");
    if (first) first.focus({ preventScroll: true });
  };
  var photos = function () {
    var first = document.querySelector("a[data-photo]");
    if (first) first.click();
  };

  // Whoever came from the queue goes back to it as it was, or on to the case after this one.
  var back = document.querySelector("a[data-back]"), after = document.querySelector("a[data-after]");
  var came = null;
  try { came = JSON.parse(sessionStorage.getItem("queue")); } catch (refused) { /* Then the page's own link is good enough. */ }
  if (came && back && after && came.back.indexOf(back.pathname) === 0) {
    back.href = came.back;
    var mine = (location.pathname.match(/^.*\/cases\/\d+/) || [""])[0], at = came.cases.indexOf(mine);
    var following = came.cases.slice(at + 1).filter(function (each) { return each !== mine && /\/cases\/\d+$/.test(each); })[0];
    if (at >= 0 && following) {
      after.href = following;
      after.hidden = false;
      if (document.querySelector("[data-done]")) { after.classList.add("primary"); after.focus(); }
    }
  }
  var onward = function () { if (after && !after.hidden) after.click(); };
  var KEYS = { j: function () { next(1); }, k: function () { next(-1); }, d: decide, p: photos, n: onward };

  document.addEventListener("keydown", function (event) {
    var at = event.target;
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || document.querySelector("dialog[open]")) return;
    if (at.matches("input, select, textarea, audio")) return;
    var does = KEYS[event.key.toLowerCase()];
    if (!does) return;
    event.preventDefault();
    does();
  });

  // Paper has no folds: everything is opened for the printer, and folded again afterwards.
  var folded = [];
  window.addEventListener("beforeprint", function () {
    folded = Array.prototype.slice.call(document.querySelectorAll(".case-main details:not([open])"));
    folded.forEach(function (each) { each.open = true; });
    document.querySelectorAll("img[loading=lazy]").forEach(function (each) { each.loading = "eager"; });
  });
  window.addEventListener("afterprint", function () {
    folded.forEach(function (each) { each.open = false; });
  });
  document.querySelectorAll("button[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
})();
