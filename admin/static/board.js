// Draws each chart from the table beside it, so that both say the same; without this script the tables are the page.
"use strict";

(function () {
  var FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", sans-serif';
  var drawn = [];

  function colours() {
    var dark = !!document.getElementById("wall");
    return {
      text: dark ? "#e4f1ec" : "#1c2b2a", soft: dark ? "#b9d6cc" : "#51625f", line: dark ? "#2d5c4f" : "#d8e0dd",
      first: dark ? "#58b79b" : "#17624f", second: dark ? "#d9c27a" : "#c08a00", bad: dark ? "#ef8b7f" : "#a3201b",
      size: dark ? Math.max(13, Math.round(window.innerWidth * 0.0105)) : 14
    };
  }

  // A number that may not be shown stands in the table as words: its bar has no length, and the words beside it.
  function read(table) {
    var heads = Array.prototype.slice.call(table.tHead.rows[0].cells, 1).map(function (cell) { return cell.textContent; });
    var rows = Array.prototype.map.call(table.tBodies[0].rows, function (row) {
      return {
        name: row.cells[0].textContent.trim(),
        isOver: row.dataset.over === "1",
        values: Array.prototype.slice.call(row.cells, 1).map(function (cell) {
          var isShown = cell.dataset.value !== undefined;
          return { value: isShown ? Number(cell.dataset.value) : 0, words: isShown ? cell.dataset.value : cell.textContent.trim() };
        })
      };
    });
    return { heads: heads, rows: rows };
  }

  function words(data, column) {
    return function (point) { return data.rows[point.dataIndex].values[column].words; };
  }

  function common(look) {
    return {
      animation: false,
      textStyle: { fontFamily: FONT, fontSize: look.size, color: look.text },
      tooltip: { renderMode: "richText", trigger: "item", formatter: function (point) { return point.name + "\n" + (point.seriesName || "") + " " + point.value; } },
      grid: { left: 8, right: 56, top: 8, bottom: 8, containLabel: true }
    };
  }

  function lying(look, names) {
    return {
      xAxis: { type: "value", show: false },
      yAxis: {
        type: "category", inverse: true, data: names, axisTick: { show: false }, axisLine: { lineStyle: { color: look.line } },
        axisLabel: { color: look.text, fontSize: look.size, width: look.size * 9, overflow: "break" }
      }
    };
  }

  function label(look, data, column) {
    return { show: true, position: "right", color: look.text, fontSize: look.size, formatter: words(data, column) };
  }

  function bars(look, data, columns, colour) {
    var option = Object.assign(common(look), lying(look, data.rows.map(function (row) { return row.name; })));
    option.series = columns.map(function (column, index) {
      return {
        type: "bar", name: data.heads[column], barMaxWidth: 22, itemStyle: { color: colour[index] }, label: label(look, data, column),
        data: data.rows.map(function (row) { return row.values[column].value; })
      };
    });
    if (columns.length > 1) legend(option, look);
    return option;
  }

  function legend(option, look) {
    option.legend = { top: 0, left: "center", textStyle: { color: look.text, fontSize: look.size, fontFamily: FONT } };
    option.grid.top = look.size * 2 + 8;
  }

  function funnel(look, data) {
    var option = bars(look, data, [0], [look.first]);
    var most = Math.max.apply(null, data.rows.map(function (row) { return row.values[0].value; }));
    option.grid.right = 16;
    option.xAxis.max = most;
    option.series[0].stack = "way";
    option.series[0].barMaxWidth = 30;
    option.series[0].barCategoryGap = "12%";
    option.series[0].label = { show: true, position: "inside", color: "#fff", textBorderColor: look.first, textBorderWidth: 3, fontSize: look.size, formatter: words(data, 0) };
    option.series.unshift({
      type: "bar", stack: "way", silent: true, tooltip: { show: false }, itemStyle: { color: "transparent" },
      data: data.rows.map(function (row) { return (most - row.values[0].value) / 2; })
    });
    return option;
  }

  function stacked(look, data, colour) {
    var option = bars(look, data, data.heads.map(function (_, index) { return index; }), colour);
    option.grid.right = 16;
    option.series.forEach(function (series, column) {
      series.stack = "whole";
      series.label = {
        show: true, position: "inside", color: "#fff", textBorderColor: colour[column], textBorderWidth: 3, fontSize: look.size,
        formatter: function (point) {
          var it = data.rows[point.dataIndex].values[column];
          return it.value ? it.words : "";
        }
      };
    });
    return option;
  }

  // On an axis of numbers, where a line can stand between two bars.
  function days(look, data, limit, width) {
    var option = common(look);
    var within = data.rows.filter(function (row) { return !row.isOver; }).length;
    option.grid = { left: 8, right: 8, top: look.size * 2 + 10, bottom: 8, containLabel: true };
    option.tooltip.formatter = function (point) { return data.rows[point.value[0]].name + "\n" + data.rows[point.value[0]].values[0].words; };
    option.xAxis = {
      type: "value", min: -1, max: data.rows.length, interval: 1, splitLine: { show: false }, axisTick: { show: false },
      axisLine: { lineStyle: { color: look.line } },
      axisLabel: { color: look.text, fontSize: Math.max(11, look.size - 2), rotate: 40, hideOverlap: false, formatter: function (at) { return data.rows[at] ? data.rows[at].name : ""; } }
    };
    option.yAxis = { type: "value", show: false };
    option.series = [{
      type: "bar", barWidth: Math.max(10, Math.round(width / (data.rows.length + 2) * 0.62)), name: data.heads[0],
      data: data.rows.map(function (row, index) {
        var item = { value: [index, row.values[0].value], itemStyle: { color: row.isOver ? look.bad : look.first } };
        // Words are longer than a bar is wide: they stand upright.
        if (isNaN(Number(row.values[0].words))) item.label = { rotate: 90, align: "left", verticalAlign: "middle" };
        return item;
      }),
      label: { show: true, position: "top", color: look.text, fontSize: look.size, formatter: words(data, 0) },
      markLine: {
        silent: true, symbol: "none", data: [{ xAxis: within - 0.5 }], lineStyle: { color: look.bad, width: 2, type: "dashed" },
        label: { formatter: limit, color: look.bad, fontSize: look.size, position: "end" }
      }
    }];
    return option;
  }

  function option(shape, look, data, limit, width) {
    var lines = [look.first, look.second, look.bad];
    return {
      funnel: function () { return funnel(look, data); },
      standing: function () { return bars(look, data, [1], lines); },
      bars: function () { return bars(look, data, [0], lines); },
      ways: function () { return bars(look, data, [0], lines); },
      pair: function () { return bars(look, data, [0, 1], lines); },
      days: function () { return days(look, data, limit, width); },
      share: function () { return stacked(look, data, [look.first, look.second]); },
      stack: function () { return stacked(look, data, lines); }
    }[shape]();
  }

  function height(shape, look, data) {
    if (shape === "days") return look.size * 19;
    var each = { pair: 3.6, funnel: 2.5 }[shape] || 2.6;
    var above = { pair: 3, share: 3, stack: 3 }[shape] || 1;
    return Math.round(look.size * (each * data.rows.length + above)) + 16;
  }

  // A wall is seen as a whole: two rows of charts, and every place, in the height that there is.
  function fit(look) {
    var body = document.querySelector(".wall-body");
    if (!body || window.innerWidth <= 960) return Infinity;
    var room = Math.max(420, window.innerHeight - body.getBoundingClientRect().top - window.scrollY - look.size * 4);
    var tables = Array.prototype.slice.call(body.querySelectorAll(".wall-places table"));
    var most = Math.max.apply(null, tables.map(function (table) { return table.rows.length; }));
    tables.forEach(function (table) {
      table.style.fontSize = Math.min(look.size, Math.max(11, (room - look.size * 4) / (most * 2.55))) + "px";
    });
    return Math.floor(room / 2 - look.size * 5);
  }

  function draw() {
    drawn.forEach(function (chart) { chart.dispose(); });
    drawn = [];
    var look = colours();
    var most = fit(look);
    document.querySelectorAll(".chart").forEach(function (card) {
      var canvas = card.querySelector(".canvas");
      if (!canvas) return;
      var data = read(card.querySelector("table"));
      canvas.style.height = Math.min(most, height(card.dataset.shape, look, data)) + "px";
      var chart = echarts.init(canvas, null, { renderer: "canvas" });
      chart.setOption(option(card.dataset.shape, look, data, card.dataset.limit || "", canvas.clientWidth));
      drawn.push(chart);
    });
  }

  var later;
  window.addEventListener("resize", function () {
    clearTimeout(later);
    later = setTimeout(draw, 200);
  });
  draw();

  document.querySelectorAll("button[data-print]").forEach(function (button) {
    button.addEventListener("click", function () { window.print(); });
  });

  // A wall fetches itself anew; without the network it keeps what it shows, with its time, and tries again.
  var wall = document.getElementById("wall");
  if (!wall) return;
  function say(text) { document.getElementById("wall-said").textContent = text; }
  function refresh() {
    fetch(window.location.href, { credentials: "same-origin", cache: "no-store" })
      .then(function (answer) { return answer.text(); })
      .then(function (text) {
        var fresh = new DOMParser().parseFromString(text, "text/html").getElementById("wall");
        if (!fresh) { say("登录到时间了，请返回看板重新登录"); return; }
        wall.innerHTML = fresh.innerHTML;
        arm();
        draw();
      })
      .catch(function () { say("网络不通，显示的是上一次的数字"); });
  }
  function arm() {
    var full = wall.querySelector("[data-full]");
    full.addEventListener("click", function () {
      if (document.fullscreenElement) document.exitFullscreen();
      else document.documentElement.requestFullscreen();
    });
  }
  arm();
  setInterval(refresh, Number(wall.dataset.refresh) * 1000);
  window.addEventListener("online", refresh);
})();
