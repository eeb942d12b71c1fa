// Large pictures over the page: nearer, turned, the next one, by buttons and keys. Without it a link opens the picture.
"use strict";

(function () {
  var links = Array.prototype.slice.call(document.querySelectorAll("a[data-photo]"));
  var viewer = document.createElement("dialog");
  if (!links.length || !viewer.showModal) return;

  var at = 0, scale = 1, turned = 0, left = 0, top = 0, held = null;
  var make = function (tag, name, within) {
    var made = document.createElement(tag);
    if (name) made.className = name;
    within.appendChild(made);
    return made;
  };
  viewer.className = "viewer";
  viewer.setAttribute("aria-label", "看照片");
  var stage = make("div", "viewer-stage", viewer);
  var image = make("img", "", stage);
  var wrong = make("p", "viewer-wrong", stage);
  var bar = make("div", "viewer-bar", viewer);
  var said = make("p", "", bar);
  said.setAttribute("aria-live", "polite");
  wrong.textContent = "这张照片打不开，请刷新页面再试。";
  wrong.hidden = true;
  image.draggable = false;

  var draw = function () {
    image.style.transform = "translate(" + left + "px," + top + "px) rotate(" + turned + "deg) scale(" + scale + ")";
  };
  var whole = function () {
    // A picture on its side must fit too: its length lies in the stage's height then.
    scale = 1; left = 0; top = 0;
    if (turned % 180 && image.clientWidth)
      scale = Math.min(1, stage.clientHeight / image.clientWidth, stage.clientWidth / image.clientHeight);
    draw();
  };
  var near = function (times) {
    scale = Math.min(8, Math.max(0.2, scale * times));
    if (scale <= 1) left = top = 0;
    draw();
  };
  var turn = function (degrees) {
    turned += degrees;
    whole();
  };
  var show = function (index) {
    at = (index + links.length) % links.length;
    turned = 0;
    image.hidden = false; wrong.hidden = true;
    image.alt = links[at].querySelector("img").alt;
    image.src = links[at].href;
    said.textContent = "第" + (at + 1) + "张，共" + links.length + "张。" + links[at].dataset.photo;
    whole();
  };
  image.addEventListener("error", function () { image.hidden = true; wrong.hidden = false; });

  var DOES = [
    ["上一张", ["ArrowLeft", "PageUp"], function () { show(at - 1); }],
    ["下一张", ["ArrowRight", "PageDown"], function () { show(at + 1); }],
    ["放大", ["+", "="], function () { near(1.25); }],
    ["缩小", ["-", "_"], function () { near(0.8); }],
    ["向左转", ["[", "l", "L"], function () { turn(-90); }],
    ["向右转", ["]", "r", "R"], function () { turn(90); }],
    ["还原", ["0"], function () { turned = 0; whole(); }],
    ["关闭", ["Escape"], function () { viewer.close(); }],
  ];
  DOES.forEach(function (each) {
    var button = make("button", "", bar);
    button.type = "button";
    button.textContent = each[0];
    button.addEventListener("click", each[2]);
  });
  viewer.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    var found = DOES.filter(function (each) { return each[1].indexOf(event.key) >= 0; })[0];
    if (!found) return;
    event.preventDefault();
    found[2]();
  });

  stage.addEventListener("wheel", function (event) {
    event.preventDefault();
    near(event.deltaY < 0 ? 1.15 : 1 / 1.15);
  }, { passive: false });
  stage.addEventListener("dblclick", function () { if (scale > 1) whole(); else near(2); });
  stage.addEventListener("pointerdown", function (event) {
    held = { x: event.clientX - left, y: event.clientY - top };
    stage.setPointerCapture(event.pointerId);
    stage.classList.add("is-dragged");
  });
  stage.addEventListener("pointermove", function (event) {
    if (!held || scale <= 1) return;
    left = event.clientX - held.x;
    top = event.clientY - held.y;
    draw();
  });
  ["pointerup", "pointercancel"].forEach(function (name) {
    stage.addEventListener(name, function () {
      held = null;
      stage.classList.remove("is-dragged");
    });
  });

  document.body.appendChild(viewer);
  links.forEach(function (link, index) {
    link.addEventListener("click", function (event) {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      viewer.showModal();
      show(index);
    });
  });
  viewer.addEventListener("close", function () { links[at].focus(); });
})();
