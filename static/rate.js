/* The grid by keyboard: arrows move, 0–5 and − rate, S A G say how it is known; each cell is saved by itself. Without this the grid is a plain form. */
(() => {
  "use strict";
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const MINUS = "−", LETTERS = { s: "seen", a: "asked", g: "guessed" };
  const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;
  const parts = name => name.split(".");
  const where = name => parts(name).slice(1, 3).join(".");
  const running = new Map();

  const basisOf = form => form.querySelector("[name=basis]:checked")?.value ?? "guessed";
  function setBasis(value) {
    $$("form.rating [name=basis]").forEach(radio => { radio.checked = radio.value === value; });
  }
  function say(form, text) { const place = form.querySelector("[data-said]"); if (place) place.textContent = text; }
  function mark(box, state) {
    box.classList.remove("saving", "saved", "failed");
    if (state) box.classList.add(state);
  }

  /* One save at a time a cell; the newest waits for the one on its way, whose answer tells its version. */
  async function save(form, name, value, basis) {
    const at = where(name), before = running.get(at);
    const mine = (async () => {
      if (before) await before.catch(() => {});
      const now = nameAt(at) ?? name;
      const body = new URLSearchParams({ basis });
      body.append(now, value);
      const answer = await fetch(form.dataset.cellUrl, { method: "POST", body, headers: { "X-CSRFToken": token() }, credentials: "same-origin", keepalive: true });
      const html = await answer.text();
      if (answer.status !== 200 && answer.status !== 409 && answer.status !== 422) throw new Error(String(answer.status));
      return { ok: answer.ok, html };
    })();
    running.set(at, mine);
    try {
      const result = await mine;
      if (running.get(at) === mine) show(at, result); else adopt(at, result.html);
      if (result.ok) { say(form, "Saved."); window.htmx?.trigger(document.body, "rated"); scores(form); }
      else say(form, "Not saved: look at the cell.");
    } catch {
      boxes(at).forEach(box => mark(box, "failed"));
      $$(".without-js").forEach(e => { e.hidden = false; });
      say(form, "Not saved: the server can’t be reached. What you typed stands; the button saves it all.");
    } finally {
      if (running.get(at) === mine) running.delete(at);
    }
  }
  const inputsAt = at => $$("form.rating input").filter(input => input.name.startsWith("c.") && where(input.name) === at);
  const nameAt = at => inputsAt(at)[0]?.name;
  const boxes = at => [...new Set(inputsAt(at).map(input => input.closest(".cell, li")))].filter(Boolean);
  const parse = html => new DOMParser().parseFromString(html, "text/html").querySelector(".cell");

  function adopt(at, html) {
    const fresh = parse(html)?.querySelector("input");
    if (fresh) inputsAt(at).forEach(input => { input.name = fresh.name; });
  }
  function show(at, { ok, html }) {
    const fresh = parse(html);
    if (!fresh) return boxes(at).forEach(box => mark(box, "failed"));
    const input = fresh.querySelector("input"), { missing, answered } = fresh.dataset;
    for (const box of boxes(at)) {
      if (box.matches(".cell")) {
        const had = box.contains(document.activeElement), copy = document.importNode(fresh, true);
        copy.querySelector("input").tabIndex = box.querySelector("input").tabIndex;
        mark(copy, ok ? "saved" : "failed");
        box.replaceWith(copy);
        if (had) { const field = copy.querySelector("input"); field.focus({ preventScroll: true }); field.select(); }
      } else {
        const value = input.value.replace(MINUS, "-").replace("+", "");
        $$("input[type=radio]", box).forEach(radio => { radio.name = input.name; radio.checked = ok ? radio.value === value : radio.checked; });
        const what = box.querySelector("[data-what]");
        if (ok && what) what.textContent = fresh.dataset.basis || "missing";
        mark(box, ok ? "saved" : "failed");
      }
    }
    if (ok && missing !== undefined) {
      $$("[data-missing]").forEach(e => { if (!e.matches(".cell")) e.textContent = missing; });
      $$("[data-answered]").forEach(e => { if (!e.matches(".cell")) e.textContent = answered; });
    }
  }

  /* The scores beside the grid follow until nothing is being recomputed. */
  let asking = 0;
  async function scores(form) {
    const url = form.dataset.scoresUrl, turn = ++asking;
    for (let wait = 150; url && turn === asking && wait < 5000; wait *= 1.6) {
      await new Promise(done => setTimeout(done, wait));
      const answer = await fetch(url, { credentials: "same-origin" }).then(r => r.json()).catch(() => null);
      if (!answer || turn !== asking) return;
      $$("[data-score]").forEach(cell => { cell.textContent = answer.scores[cell.dataset.score] ?? "–"; });
      if (!answer.stale) return;
    }
  }

  /* ---- the grid ---- */
  const isCell = element => element.matches?.(".grid .cell input") && !element.readOnly;
  function move(input, down, right) {
    const cell = input.closest("td"), row = cell.parentElement, rows = [...row.parentElement.rows];
    const next = rows[rows.indexOf(row) + down]?.cells[cell.cellIndex + right]?.querySelector(".cell input");
    if (next) { reach(next); next.focus(); }
  }
  function reach(input) {
    $$(".cell input", input.closest("table")).forEach(other => { other.tabIndex = other === input ? 0 : -1; });
  }
  function rate(input, value) {
    const form = input.form, box = input.closest(".cell");
    input.value = value;
    mark(box, "saving");
    save(form, input.name, value, basisOf(form));
  }
  document.addEventListener("focusin", event => {
    if (isCell(event.target)) { reach(event.target); event.target.select(); }
  });
  document.addEventListener("keydown", event => {
    const input = event.target;
    if (!isCell(input) || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key, step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Enter: [1, 0] }[key];
    const now = input.value.replace(MINUS, "-"), digits = now.replace(/\D/g, "");
    if (step) move(input, ...step);
    else if (/^[0-5]$/.test(key)) rate(input, input.dataset.sign === "-" && key !== "0" ? MINUS + key : key === "0" ? "0" : "+" + key);
    else if (key === "-" || key === MINUS) {
      if (input.dataset.sign !== "-" && digits && digits !== "0" && !now.startsWith("-")) rate(input, MINUS + digits);
      else { input.dataset.sign = "-"; input.value = MINUS; event.preventDefault(); return; }
    } else if (key === "+") { if (now.startsWith("-") && digits) rate(input, "+" + digits); }
    else if (LETTERS[key.toLowerCase()]) {
      setBasis(LETTERS[key.toLowerCase()]);
      if (digits) rate(input, input.value);
    } else if (key === "Delete" || key === "Backspace") rate(input, "");
    else if (key === "Escape") input.value = input.defaultValue;
    else if (key.length === 1) say(input.form, "Ratings go from −5 to 5.");
    else return;
    delete input.dataset.sign;
    event.preventDefault();
  });
  /* Typed by other means than keys (speech, a phone's keyboard). */
  document.addEventListener("change", event => {
    const input = event.target;
    if (isCell(input) && input.value !== input.defaultValue && input.value !== MINUS) rate(input, input.value);
    if (input.matches?.("form.rating [name=basis]")) setBasis(input.value);
  });
  document.addEventListener("focusout", event => {
    if (isCell(event.target) && event.target.value === MINUS) { event.target.value = event.target.defaultValue; delete event.target.dataset.sign; }
  });

  /* ---- one persona at a time: a second tap on the same value takes the new "how do you know" ---- */
  document.addEventListener("click", event => {
    const radio = event.target;
    if (!radio.matches?.(".one input[type=radio]")) return;
    mark(radio.closest("li"), "saving");
    save(radio.form, radio.name, radio.value, basisOf(radio.form));
  });
  document.addEventListener("change", event => {
    if (event.target.matches?.(".rate-as select")) event.target.form.requestSubmit();
  });

  /* Every cell is saved by itself, so the button isn't needed; a grid is one tab stop. */
  addEventListener("DOMContentLoaded", () => {
    if (!document.querySelector(".err")) $$(".without-js").forEach(e => { e.hidden = true; });
    $$("table.grid").forEach(grid => { const first = $$(".cell input", grid)[0]; if (first) reach(first); });
    $$(".rate-as button").forEach(e => { e.hidden = true; });
  });
})();
