// The queue by keyboard, with one family beside it. Without this script the page works by links and buttons.
"use strict";

(function () {
  var rows = Array.prototype.slice.call(document.querySelectorAll("[data-row]"));
  var side = document.getElementById("preview");
  var chosen = -1;
  var waiting = 0;

  function link(row) {
    return row && row.querySelector(".who a");
  }

  function show(row) {
    var address = row.getAttribute("data-preview");
    if (!side || !address || side.offsetParent === null || side.getAttribute("data-of") === address) return;
    side.setAttribute("data-of", address);
    clearTimeout(waiting);
    waiting = setTimeout(function () {
      side.classList.add("is-waiting");
      fetch(address, { credentials: "same-origin", redirect: "error" })
        .then(function (answer) {
          if (!answer.ok) throw new Error(String(answer.status));
          return answer.text();
        })
        .then(function (part) {
          if (side.getAttribute("data-of") === address) side.innerHTML = part;
        })
        .catch(function () {
          if (side.getAttribute("data-of") === address) side.textContent = "这一户暂时看不到，请点开来看。";
        })
        .then(function () {
          side.classList.remove("is-waiting");
        });
    }, 120);
  }

  function choose(place, moves) {
    if (place < 0 || place >= rows.length) return;
    if (rows[chosen]) rows[chosen].classList.remove("chosen");
    chosen = place;
    rows[chosen].classList.add("chosen");
    if (moves) {
      rows[chosen].scrollIntoView({ block: "nearest" });
      var first = link(rows[chosen]) || rows[chosen].querySelector("input");
      if (first) first.focus({ preventScroll: true });
    }
    show(rows[chosen]);
  }

  rows.forEach(function (row, place) {
    row.addEventListener("click", function () { choose(place, false); });
    row.addEventListener("focusin", function () { choose(place, false); });
  });

  function follow(where) {
    var there = typeof where === "string" ? document.querySelector(where) : where;
    if (there) there.click();
  }

  var keys = {
    j: function () { choose(chosen + 1, true); },
    k: function () { choose(chosen - 1, true); },
    o: function () { follow(link(rows[chosen])); },
    d: function () {
      var there = link(rows[chosen]);
      if (there) location.assign(there.href + "#steps");
    },
    x: function () {
      var box = rows[chosen] && rows[chosen].querySelector("[name=ticked]");
      if (box) box.click();
    },
    n: function () { follow("a[rel=next]"); },
    p: function () { follow("a[rel=prev]"); },
    "/": function () {
      var box = document.getElementById("search");
      if (box) { box.focus(); box.select(); }
    },
    "?": function () {
      var sheet = document.getElementById("keys");
      if (sheet) sheet.open = !sheet.open;
    }
  };

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      document.querySelectorAll("details.tool[open]").forEach(function (each) { each.open = false; });
      if (event.target.id === "search") event.target.blur();
      return;
    }
    var at = event.target;
    var types = /^(TEXTAREA|SELECT)$/.test(at.tagName) || (at.tagName === "INPUT" && at.type !== "checkbox");
    if (types || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    var work = keys[event.key];
    if (work) { event.preventDefault(); work(); }
  });

  // What is ticked, counted; and the whole page at once.
  var boxes = Array.prototype.slice.call(document.querySelectorAll("[name=ticked]"));
  var said = document.querySelector("[data-ticked]");
  var all = document.querySelector("[data-tick-all]");
  var bar = document.getElementById("many");
  function count() {
    var many = boxes.filter(function (box) { return box.checked; }).length;
    if (bar) bar.classList.toggle("is-on", many > 0);
    if (said) said.textContent = many ? "已勾选" + many + "件" : "勾选几件，一起办";
    if (all) { all.checked = many > 0 && many === boxes.length; all.indeterminate = many > 0 && many < boxes.length; }
  }
  boxes.forEach(function (box) { box.addEventListener("change", count); });
  if (all) {
    all.hidden = false;
    all.addEventListener("change", function () {
      boxes.forEach(function (box) { box.checked = all.checked; });
      count();
    });
  }
  count();

  // A case page leads back to this list as it was asked for, and on to the case after it. Addresses only, this tab only.
  if (/\/queue\/$/.test(location.pathname)) {
    var cases = rows.map(link).filter(Boolean).map(function (each) { return each.pathname; });
    try {
      sessionStorage.setItem("queue", JSON.stringify({ back: location.pathname + location.search, cases: cases }));
    } catch (refused) { /* Without it the page's own link leads back. */ }
  }

  // A filter takes effect when it is chosen; a box of tools closes when another opens.
  document.querySelectorAll(".queue-filters select").forEach(function (list) {
    list.addEventListener("change", function () { list.form.submit(); });
  });
  var button = document.querySelector("[data-filter-button]");
  if (button) button.hidden = true;
  document.querySelectorAll("details.tool").forEach(function (tool) {
    tool.addEventListener("toggle", function () {
      if (!tool.open) return;
      document.querySelectorAll("details.tool[open]").forEach(function (other) { if (other !== tool) other.open = false; });
    });
  });
})();
