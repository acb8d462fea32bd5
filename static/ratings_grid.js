/* The rating grid by keyboard and mouse, blocks and the clipboard, undo; and the buttons of one persona at a time. ratings.js saves. */
(() => {
  "use strict";
  const ratings = window.ratings;
  if (!ratings) return;
  const { root, said, same, set, say, signed, nameOf, MINUS } = ratings;
  const $ = selector => root.querySelector(selector), $$ = selector => [...root.querySelectorAll(selector)];
  const table = $("table.grid"), mayRate = !!$("[data-state]");

  /* ---- steps: what undo takes back, one at a time ---- */
  const done = [], undone = [];
  function buttons() {
    if (!mayRate) return;
    $("[data-undo]").disabled = !done.length;
    $("[data-redo]").disabled = !undone.length;
  }
  const told = step => step.cells.length === 1 ? nameOf(step.cells[0].at) : `${step.cells.length} cells`;
  /* `make(before)` gives a cell's new {value, letter}, or null to leave it. */
  function change(ats, make) {
    const cells = [];
    for (const at of ats) {
      const { value, letter, note, state } = said(at), before = { value, letter, note }, after = make(before, at);
      if (after && (!same(before, after) || state === "failed")) cells.push({ at, before, after: { note, ...after } });
    }
    if (!cells.length) return null;
    const step = { cells };
    done.push(step);
    undone.length = 0;
    set(step);
    buttons();
    return step;
  }
  function turnBack(from, to, verb) {
    const step = from.pop();
    if (!step) return;
    const changed = step.cells.find(({ at, after }) => !same(said(at), after));
    if (changed) {
      const now = said(changed.at);
      say(`${verb === "Undone" ? "Not undone" : "Not done again"}: ${nameOf(changed.at)} is ${now.value === null ? "withdrawn" : signed(now.value)} by now, changed elsewhere.`, { bad: true });
    } else {
      const back = { cells: step.cells.map(({ at, before, after }) => ({ at, before: after, after: before })) };
      to.push(back);
      set(back);
      say(`${verb}: ${told(back)}.`);
      const first = ratings.places.get(back.cells[0].at).find(place => place.tagName === "TD" && place.offsetParent);
      if (first) focus(first);
    }
    buttons();
  }
  const undo = () => turnBack(done, undone, "Undone"), redo = () => turnBack(undone, done, "Done again");
  root.addEventListener("refused", event => {
    for (const steps of [done, undone]) if (steps.includes(event.detail)) steps.splice(steps.indexOf(event.detail), 1);
    buttons();
  });
  document.addEventListener("keydown", event => {
    if (!mayRate || !(event.ctrlKey || event.metaKey) || event.altKey || event.target.matches("input[type=search], textarea")) return;
    const key = event.key.toLowerCase();
    if (key === "z") event.shiftKey ? redo() : undo(); else if (key === "y") redo(); else return;
    event.preventDefault();
  });

  /* ---- how one knows: sticks; what is chosen learns it at once ---- */
  function known(letter) {
    ratings.choose(letter);
    if (current) change(block().map(td => td.dataset.at), before => before.value === null ? null : { value: before.value, letter });
  }

  /* ---- where one is: one cell is the tab stop, the row's link stands left of the first ---- */
  let rows = table ? [...table.tBodies[0].rows] : [], current = null, anchor = null, home = null, marked = [];
  const stop = (row, column) => column === 0 ? row.cells[0].querySelector("a") : row.cells[column];
  const last = table ? table.querySelectorAll("th[data-persona]").length : 0;
  const placeOf = cell => { const box = cell.closest("td, th"); return [rows.indexOf(box.parentElement), box.cellIndex]; };
  function focus(cell, { extend = false } = {}) {
    if (current && current !== cell) { stopTyping(); current.tabIndex = -1; }
    current = cell;
    if (!extend || !anchor || cell.tagName !== "TD") anchor = cell;
    cell.tabIndex = 0;
    cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    mark();
  }
  function move(down, right, extend) {
    const [row, column] = placeOf(current), to = Math.max(0, Math.min(rows.length - 1, row + down));
    const next = stop(rows[to], Math.max(extend ? 1 : 0, Math.min(last, column + right)));
    if (next !== current) focus(next, { extend });
  }
  function block() {
    if (!current || current.tagName !== "TD" || anchor?.tagName !== "TD") return current?.tagName === "TD" ? [current] : [];
    const [a, b] = [placeOf(anchor), placeOf(current)], [top, bottom] = [a[0], b[0]].sort((x, y) => x - y), [left, right] = [a[1], b[1]].sort((x, y) => x - y);
    if (top < 0) return [current];
    return rows.slice(top, bottom + 1).flatMap(row => [...row.cells].slice(left, right + 1));
  }
  function mark() {
    const cells = block(), now = cells.length > 1 ? cells : [];
    if (!now.length && !marked.length) return;
    marked.forEach(td => { td.classList.remove("sel"); td.removeAttribute("aria-selected"); });
    now.forEach(td => { td.classList.add("sel"); td.setAttribute("aria-selected", "true"); });
    marked = now;
  }

  /* ---- typing ---- */
  function type(td, text) { td.dataset.typed = text; ratings.draw(td.dataset.at); }
  function stopTyping() {
    const td = current;
    if (td?.dataset.typed === undefined) return "";
    const text = td.dataset.typed;
    delete td.dataset.typed;
    ratings.draw(td.dataset.at);
    return text;
  }
  function rate(value) {
    const cells = block(), letter = ratings.chosen();
    const step = change(cells.map(td => td.dataset.at), () => ({ value, letter: value === null ? "" : letter }));
    if (step && cells.length > 1) say(`${told(step)}: ${value === null ? "withdrawn" : signed(value)}.`, { label: "Undo", run: undo });
  }
  const page = () => Math.max(1, Math.floor(table.closest(".sheet").clientHeight / 46) - 2);
  const MOVES = {
    ArrowUp: () => [-1, 0], ArrowDown: () => [1, 0], ArrowLeft: () => [0, -1], ArrowRight: () => [0, 1],
    PageUp: () => [-page(), 0], PageDown: () => [page(), 0],
    Home: event => event.ctrlKey ? [-1e6, 1 - placeOf(current)[1]] : [0, 1 - placeOf(current)[1]],
    End: event => event.ctrlKey ? [1e6, last] : [0, last],
  };
  function travel(event) {
    const { key, shiftKey } = event;
    if (key === "Enter") {
      if (current.tagName === "A") return false;
      const [, column] = placeOf(current);
      move(shiftKey ? -1 : 1, (home ?? column) - column, false);
      home = null;
    } else if (key === "Tab") {
      // At the row's end it leaves the grid: no trap.
      const [, column] = placeOf(current), to = column + (shiftKey ? -1 : 1);
      if (to < 1 || to > last) return false;
      home ??= column;
      move(0, shiftKey ? -1 : 1, false);
    } else if (MOVES[key]) {
      home = null;
      move(...MOVES[key](event), shiftKey && current.tagName === "TD");
    } else return false;
    return true;
  }
  function edit(event) {
    const { key } = event, letter = key.toLowerCase();
    if (current.tagName !== "TD" || event.ctrlKey || event.metaKey) return false;
    if (key === "Escape") {
      const nothing = !stopTyping() && !block().filter(td => ratings.drop(td.dataset.at)).length;
      if (nothing) { anchor = current; mark(); }
      return true;
    }
    if (!mayRate) return false;
    if (/^[0-5]$/.test(key)) rate(stopTyping() === MINUS && key !== "0" ? -key : +key);
    else if (key === "-" || key === MINUS) type(current, MINUS);
    else if (key === "+") stopTyping();
    else if (ratings.BASES[letter]) { stopTyping(); known(letter); }
    else if (key === "Delete" || key === "Backspace") { if (!stopTyping()) rate(null); }
    else if (/^[6-9]$/.test(key)) say("Ratings go from −5 to 5.");
    else return false;
    return true;
  }
  table?.addEventListener("keydown", event => {
    if (!current || event.altKey || !current.contains(event.target)) return;
    if (travel(event) || edit(event)) event.preventDefault();
  });

  /* ---- mouse: a click goes there, a drag or shift selects ---- */
  const cellOf = event => event.target.closest?.("td[data-at]");
  table?.addEventListener("mousedown", event => {
    const td = cellOf(event);
    if (!td || event.button) return;
    event.preventDefault();
    home = null;
    focus(td, { extend: event.shiftKey });
  });
  table?.addEventListener("mouseover", event => {
    const td = event.buttons === 1 && cellOf(event);
    if (td && anchor?.tagName === "TD" && td !== current) focus(td, { extend: true });
  });
  table?.addEventListener("focusin", event => {
    const cell = event.target.closest("td[data-at], tbody a");
    if (cell && cell !== current) focus(cell);
  });

  /* ---- the clipboard ---- */
  const inGrid = () => current?.tagName === "TD" && document.activeElement === current;
  document.addEventListener("copy", event => {
    if (!inGrid() || String(getSelection())) return;
    const lines = new Map();
    for (const td of block()) lines.set(td.parentElement, [...lines.get(td.parentElement) ?? [], said(td.dataset.at).value ?? ""]);
    const text = [...lines.values()].map(line => line.join("\t")).join("\n");
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
    say(`Copied ${block().length === 1 ? nameOf(current.dataset.at) : `${block().length} cells`}.`);
  });
  const RATING = /^([+\-−]?)\s*([0-5])(?:[.,]0+)?\s*([sag]?)$/i;
  function read(text) {
    const match = RATING.exec(text.trim());
    if (!match) return null;
    const size = +match[2];
    return { value: size && "-−".includes(match[1]) && match[1] ? -size : size, letter: match[3].toLowerCase() || ratings.chosen() };
  }
  function paste(text) {
    const lines = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n").map(line => line.split("\t"));
    const cells = block(), width = Math.max(...lines.map(line => line.length)), one = lines.length === 1 && width === 1;
    const [top, left] = placeOf(cells[0]), refuse = why => say(`Nothing was pasted. ${why}`, { bad: true });
    if (top + lines.length > rows.length || left + width - 1 > last) {
      return refuse(`The block has ${lines.length} × ${width} cells (down × across), and from here ${rows.length - top} × ${last - left + 1} are left.`);
    }
    const wanted = new Map(), wrong = [];
    let blank = 0;
    const put = (td, text) => {
      const rating = text.trim() ? read(text) : undefined;
      if (rating) wanted.set(td.dataset.at, rating); else if (rating === null) wrong.push([td, text]); else blank += 1;
    };
    if (one) cells.forEach(td => put(td, lines[0][0]));
    else lines.forEach((line, down) => line.forEach((text, across) => put(rows[top + down].cells[left + across], text)));
    if (wrong.length) {
      const named = wrong.slice(0, 3).map(([td, text]) => `“${text.trim().slice(0, 20)}” for ${nameOf(td.dataset.at)}`).join("; ");
      return refuse(`Ratings are whole numbers from −5 to 5, with S, A or G after them if you like: ${named}${wrong.length > 3 ? `; and ${wrong.length - 3} more` : ""}.`);
    }
    const step = change(wanted.keys(), (before, at) => wanted.get(at));
    if (!one) { focus(rows[top].cells[left]); focus(rows[top + lines.length - 1].cells[left + width - 1], { extend: true }); }
    const kept = blank ? ` ${blank} blank ${blank === 1 ? "cell stays as it is" : "cells stay as they are"}.` : "";
    say(step ? `Pasted ${step.cells.length === 1 ? "1 cell" : `${step.cells.length} cells`}.${kept}` : `Nothing new in the block.${kept}`, step ? { label: "Undo", run: undo } : {});
  }
  document.addEventListener("paste", event => {
    if (!inGrid() || !mayRate) return;
    event.preventDefault();
    stopTyping();
    paste(event.clipboardData.getData("text/plain"));
  });

  /* ---- filter ---- */
  const filter = $("#filter"), only = $("[data-missing-only]"), counted = $$("thead th").map(th => !!th.querySelector("[data-share]"));
  const lacks = row => [...row.cells].some((td, column) => counted[column] && td.classList.contains("none"));
  function sift() {
    const wanted = filter.value.trim().toLowerCase(), missing = only.getAttribute("aria-pressed") === "true", all = [...table.tBodies[0].rows];
    for (const row of all) row.hidden = !(`${row.dataset.key} ${row.cells[0].textContent}`.toLowerCase().includes(wanted) && (!missing || lacks(row)));
    rows = all.filter(row => !row.hidden);
    $("[data-nothing]").hidden = !all.length || rows.length > 0;
    $("[data-hidden-rows]").textContent = all.length - rows.length;
    if (current && !rows.includes(current.closest("tr"))) { stopTyping(); current.tabIndex = -1; current = anchor = null; if (rows.length) rows[0].cells[1].tabIndex = 0; }
    mark();
  }
  if (table && filter) {
    only.hidden = false;
    filter.addEventListener("input", sift);
    // Enter asks the server only where not all rows are on the page.
    filter.form.addEventListener("submit", event => { if ("whole" in filter.dataset) event.preventDefault(); });
    filter.addEventListener("keydown", event => { if (event.key === "ArrowDown" && rows.length) { event.preventDefault(); focus(rows[0].cells[1]); } });
    only.addEventListener("click", () => { only.setAttribute("aria-pressed", only.getAttribute("aria-pressed") !== "true"); sift(); });
    $("[data-show-all]").addEventListener("click", () => { filter.value = ""; only.setAttribute("aria-pressed", "false"); sift(); filter.focus(); });
  }

  /* ---- buttons ---- */
  root.addEventListener("click", event => {
    const { target } = event, key = target.closest("[data-rate]");
    if (target.closest("[data-undo]")) undo();
    else if (target.closest("[data-redo]")) redo();
    else if (key && current) { rate(key.dataset.rate === "" ? null : +key.dataset.rate); current.focus({ preventScroll: true }); }
    else if (target.matches(".one input[type=radio]")) {
      // A second tap on the same value takes the new "how do you know".
      change([target.closest("li").dataset.at], () => ({ value: +target.value, letter: ratings.chosen() }));
    }
  });
  root.addEventListener("change", event => {
    if (event.target.matches("[name=basis]") && current?.tagName === "TD") current.focus({ preventScroll: true });
    if (event.target.matches(".rate-as select")) event.target.form.requestSubmit();
  });

  /* ---- as a page begins ---- */
  function begin() {
    $$(".without-js").forEach(place => { place.hidden = !$(".err"); });
    if (mayRate) $("[data-undoing]").hidden = false;
    $$(".touch-keys").forEach(keys => { keys.hidden = false; });
    $$(".touch-keys [data-rate]").forEach(key => { if (key.dataset.rate) key.textContent = signed(+key.dataset.rate); });
    if (!table || !rows.length) return;
    const head = table.tHead, sheet = table.closest(".sheet");
    // What is scrolled to must not lie under the heads.
    new ResizeObserver(() => { sheet.style.scrollPadding = `${head.offsetHeight}px 0 0 ${head.rows[0].cells[0].offsetWidth}px`; }).observe(head);
    $$("tbody th a").forEach(link => { link.tabIndex = -1; });
    rows[0].cells[1].tabIndex = 0;
    const [requirement, persona] = (root.dataset.askedFor ?? "").split("."), row = requirement && rows[0];
    if (!row) return;
    const cells = [...row.cells].slice(1, last + 1), cell = cells.find(td => td.dataset.at === `${requirement}.${persona}`) ?? cells.find(td => td.classList.contains("none")) ?? cells[0];
    if (cell.offsetParent) focus(cell); else $(".one input[type=radio]")?.focus();
  }
  begin();
})();
