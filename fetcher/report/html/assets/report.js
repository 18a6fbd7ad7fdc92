"use strict";
// Adds to a page that reads without it: arrows from the 103 to what it started, details, keys, the filter, the theme.
// Every text is set with textContent; nothing of the record is ever parsed as markup.
(() => {
  const read = JSON.parse(document.getElementById("data").textContent);
  const tables = [...document.querySelectorAll("table.wf")];
  const detail = document.getElementById("detail");
  const NS = "http://www.w3.org/2000/svg";
  const el = (name, text) => { const made = document.createElement(name); if (text !== undefined) made.textContent = text; return made; };
  const ms = (at) => at === null || at === undefined ? "unknown" : at >= 10000 ? (at / 1000).toFixed(2) + " s" : at.toFixed(1) + " ms";
  const bytes = (n) => n === null || n === undefined ? "unknown" : n < 1000 ? n + " B" : n < 1e6 ? (n / 1e3).toFixed(1) + " kB" : (n / 1e6).toFixed(1) + " MB";
  const rowsOf = (table) => [...table.tBodies[0].rows];
  const numberOf = (row) => row.id ? Number(row.id.slice(row.id.lastIndexOf("r") + 1)) : null;

  // -- guides and arrows, laid over the bars
  function draw(table) {
    const load = table.closest(".load");
    const body = table.tBodies[0];
    for (const guide of table.querySelectorAll(".guides")) guide.style.height = (table.offsetHeight) + "px";
    const width = table.querySelector("thead .bar").offsetWidth;
    for (const guide of table.querySelectorAll(".guides b")) {
      const label = guide.firstElementChild;
      guide.classList.toggle("flip", guide.offsetLeft + label.offsetWidth + 8 > width);
    }
    let free = 0;  // ticks that would touch the one before, or leave the chart, are not shown
    const ticks = [...table.querySelectorAll("thead .bar > b.a")].map((each) => [each, each.offsetLeft, each.offsetWidth]);
    ticks.forEach(([each, left, wide], place) => {
      const from = place ? left - wide / 2 : left, crowded = from < free || (place > 0 && from + wide > width);
      each.classList.toggle("crowded", crowded);
      if (!crowded) free = from + wide + 8;
    });
    // a label that leaves the chart on the right ends in front of its bar instead
    const labels = [...body.querySelectorAll(".bar > s")];
    for (const label of labels) if (label.dataset.moved) { label.classList.remove("z"); label.style.right = ""; delete label.dataset.moved; }
    const cut = labels.filter((label) => !label.classList.contains("z") && label.offsetLeft + label.offsetWidth > width);
    const starts = cut.map((label) => Math.min(...[...label.parentElement.querySelectorAll("i, u")].map((each) => each.offsetLeft), label.offsetLeft));
    cut.forEach((label, place) => {
      if (starts[place] < label.offsetWidth) return;
      label.classList.add("z"); label.dataset.moved = "1"; label.style.right = `${width - starts[place]}px`;
    });
    load.querySelector("svg.arrows")?.remove();
    const from = body.querySelector("tr.nav:not(.out) u.e");
    if (!from) return;
    const svg = document.createElementNS(NS, "svg");
    svg.setAttribute("class", "arrows");
    svg.setAttribute("aria-hidden", "true");
    svg.style.left = "0"; svg.style.top = "0"; svg.style.width = "100%"; svg.style.height = "100%";
    const origin = load.getBoundingClientRect();
    const start = from.getBoundingClientRect();
    const x0 = start.left + start.width / 2 - origin.left, y0 = start.bottom - origin.top;
    for (const row of body.querySelectorAll("tr.h:not(.out)")) {
      const bar = row.querySelector(".bar > i.w, .bar > i.x, .bar > i.k, .bar > i.t, .bar > i.l");
      if (!bar) continue;
      const to = bar.getBoundingClientRect();
      const x1 = to.left - origin.left, y1 = to.top + to.height / 2 - origin.top;
      const path = document.createElementNS(NS, "path");
      path.setAttribute("d", `M${x0.toFixed(1)} ${y0.toFixed(1)}V${(y1 - 4).toFixed(1)}Q${x0.toFixed(1)} ${y1.toFixed(1)} ${Math.max(x0 + 3, x1 - 1).toFixed(1)} ${y1.toFixed(1)}`);
      path.dataset.row = row.id;
      svg.append(path);
    }
    load.append(svg);
  }
  const drawAll = () => tables.forEach(draw);

  // -- details of the row that is pointed at, or that has the focus
  let shown = null, held = null;
  function show(row) {
    if (!row || row === shown) return;
    shown?.classList.remove("sel");
    document.querySelectorAll("tr.twin").forEach((each) => each.classList.remove("twin", "sel"));
    shown = row;
    row.classList.add("sel");
    document.querySelectorAll("svg.arrows path").forEach((path) => path.classList.toggle("on", path.dataset.row === row.id && row.id !== ""));
    const table = row.closest("table"), number = numberOf(row);
    detail.replaceChildren();
    detail.classList.add("on"); // until there is something to say it need not stand in front of rows
    if (number === null) { detail.append(el("b", row.querySelector("th").textContent)); return; }
    const [url, words, times, sizes, fields] = read[table.id][number];
    detail.append(el("b", `#${number} ${url}`));
    const list = el("dl");
    const add = (name, value) => { const pair = el("div"); pair.append(el("dt", name), el("dd", value)); list.append(pair); };
    const names = ["discovered", "sent", "first interim response", "final head", "end"];
    times.forEach((at, place) => { if (at !== null) add(names[place], ms(at)); });
    if (times[1] !== null && times[3] !== null) add("waited", ms(times[3] - times[1]));
    if (times[3] !== null && times[4] !== null) add("received in", ms(times[4] - times[3]));
    add("transferred", bytes(sizes[0])); add("decoded", bytes(sizes[1]));
    detail.append(list, el("div", words.join(" · ")));
    if (fields.length) detail.append(el("code", fields.join("  ·  ")));
    for (const other of tables) {
      if (other === table) continue;
      const twin = read[other.id].findIndex((each) => each[0] === url);
      const mate = twin < 0 ? null : document.getElementById(`${other.id}-r${twin}`);
      if (mate) mate.classList.add("twin", "sel");
    }
  }
  for (const table of tables) {
    table.addEventListener("mouseover", (event) => { if (!held) show(event.target.closest("tbody tr")); });
    table.addEventListener("click", (event) => { const row = event.target.closest("tbody tr"); if (row) { held = held === row ? null : row; row.focus({preventScroll: true}); show(row); } });
    table.addEventListener("focusin", (event) => show(event.target.closest("tbody tr")));
    const first = rowsOf(table)[0];
    if (first) first.tabIndex = 0;
    table.addEventListener("keydown", (event) => {
      const row = event.target.closest("tbody tr");
      if (!row) return;
      const visible = rowsOf(table).filter((each) => !each.classList.contains("out"));
      const place = visible.indexOf(row);
      const next = {ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: visible.length - 1, PageDown: Math.min(place + 20, visible.length - 1), PageUp: Math.max(place - 20, 0)}[event.key];
      if (event.key === "Escape") { held = null; return; }
      if (next === undefined || !visible[next]) return;
      event.preventDefault();
      rowsOf(table).forEach((each) => { each.tabIndex = -1; });
      visible[next].tabIndex = 0;
      visible[next].focus();
      held = visible[next];
    });
  }

  // -- the filter
  const tools = document.getElementById("tools");
  const words = document.getElementById("filter"), kind = document.getElementById("kind"), told = document.getElementById("told");
  function sift() {
    const wanted = words.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    let all = 0, left = 0;
    for (const table of tables) for (const row of rowsOf(table)) {
      const number = numberOf(row);
      const text = (number === null ? row.textContent : `${row.dataset.t} ${row.cells[1].textContent} ${row.cells[3].textContent} ${read[table.id][number][0]}`).toLowerCase();
      const fits = wanted.every((word) => text.includes(word)) && (kind.value === "" || (kind.value === "hinted" ? row.classList.contains("h") : kind.value === "failed" ? row.classList.contains("bad") : row.dataset.t === kind.value));
      row.classList.toggle("out", !fits);
      all += 1; left += fits ? 1 : 0;
    }
    told.textContent = left === all ? `${all} rows` : `${left} of ${all} rows`;
    drawAll();
  }
  if (tools) {
    tools.hidden = false;
    const kinds = new Set(tables.flatMap((table) => rowsOf(table).map((row) => row.dataset.t)).filter(Boolean));
    for (const each of [...kinds].sort()) { const made = el("option", each); made.value = each; kind.append(made); }
    let waiting = 0;  // one drawing for letters that come faster than frames
    words.addEventListener("input", () => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(sift); });
    kind.addEventListener("change", sift);
    document.addEventListener("keydown", (event) => {
      if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) { event.preventDefault(); words.focus(); }
      if (event.key === "Escape" && event.target === words) { words.value = ""; sift(); }
    });
    document.getElementById("theme").addEventListener("click", () => {
      const root = document.documentElement;
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
    });
    const beside = document.getElementById("beside");
    if (tables.length > 1) {
      beside.hidden = false;
      beside.addEventListener("click", () => {
        const side = document.querySelector(".loads").classList.toggle("side");
        beside.textContent = side ? "one above the other" : "side by side";
        drawAll();
      });
    }
    sift();
  }
  // -- the axis: the whole, or its first part
  const axis = document.getElementById("axis");
  function zoom() {
    for (const table of tables) {
      const factor = Number(axis.value), end = Number(table.dataset.end) / factor;
      table.style.setProperty("--z", factor);
      const head = table.querySelector("thead .bar");
      head.querySelectorAll(":scope > b.a").forEach((each) => each.remove());
      let step = 10 ** Math.floor(Math.log10(end));
      for (const part of [10, 5, 4, 2]) if (end * part / step <= 6) { step /= part; break; }
      for (let at = 0; at <= end * 1.0001; at += step) {
        const tick = el("b", end >= 10000 ? `${Number((at / 1000).toFixed(2))} s` : String(Number(at.toFixed(2))));
        tick.className = "a";
        tick.style.setProperty("--a", String(at / end / factor * 100));
        head.insertBefore(tick, head.lastElementChild);
      }
    }
    drawAll();
  }
  if (axis && tables.length) {
    const end = Number(tables[0].dataset.end);
    for (const factor of [1, 2, 4, 8, 16]) { const made = el("option", factor === 1 ? `whole, ${ms(end)}` : `first ${ms(end / factor)}`); made.value = factor; axis.append(made); }
    axis.addEventListener("change", zoom);
  }
  addEventListener("resize", drawAll);
  addEventListener("hashchange", () => { const row = document.getElementById(location.hash.slice(1)); if (row?.matches("tr")) { show(row); row.focus(); } });
  drawAll();
})();
