/* Ratings on a page: what each cell says, how it is drawn, saving in the background, and what others do arriving. ratings_grid.js is the keyboard over it. */
(() => {
  "use strict";
  const root = document.querySelector("[data-rating]");
  if (!root) return;
  const $ = selector => root.querySelector(selector), $$ = selector => [...root.querySelectorAll(selector)];
  const BASES = { s: "seen", a: "asked", g: "guessed" }, MINUS = "−", DISAGREE = 3, MOST_OTHERS = 4;
  const plain = value => value < 0 ? MINUS + -value : String(value);
  const signed = value => value > 0 ? `+${value}` : plain(value);
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;

  /* ---- what a cell says: the user's own as the server has it, and what isn't saved yet ---- */
  const places = new Map(), stored = new Map(), unsaved = new Map();
  $$("[data-at]").forEach(place => {
    const at = place.dataset.at;
    places.set(at, [...places.get(at) ?? [], place]);
  });
  function kept(at) {
    if (!stored.has(at)) {
      const { m = "", o = "", n = "" } = places.get(at)[0].dataset, [version, value, letter] = m.split(" ");
      stored.set(at, { version: +version, value: m ? +value : null, letter: letter ?? "", others: o ? o.split(" ").map(Number) : [], note: n });
    }
    return stored.get(at);
  }
  const said = at => unsaved.get(at) ?? kept(at);
  const same = (a, b) => a.value === b.value && a.letter === b.letter;
  const chosen = () => $("[name=basis]:checked")?.value[0] ?? "g";
  function choose(letter) { $$("[name=basis]").forEach(radio => { radio.checked = radio.value[0] === letter; }); }

  /* ---- drawing: as _grid.html and _one.html do ---- */
  const columns = new Map($$("th[data-persona]").map(th => [th.dataset.persona, { name: th.querySelector("b").textContent, kind: th.dataset.kind }]));
  const othersIn = others => `others ${others.slice(0, MOST_OTHERS).map(signed).join(", ")}${others.length > MOST_OTHERS ? ", …" : ""}`;
  function element(name, text) {
    const made = document.createElement(name);
    made.textContent = text;
    return made;
  }
  function nameOf(at) {
    const place = places.get(at)[0];
    if (place.tagName === "LI") return place.querySelector("legend").textContent;
    return `${place.parentElement.cells[0].textContent}, ${columns.get(at.split(".")[1]).name}`;
  }
  function draw(at) {
    for (const place of places.get(at) ?? []) {
      const others = kept(at).others, mine = said(at);
      if (place.tagName === "TD") drawCell(place, at, mine, others); else drawLine(place, mine, others);
      const state = unsaved.get(at)?.state ?? (fresh.has(at) ? "saved" : "");
      if (state) place.dataset.s = state; else delete place.dataset.s;
      place.title = unsaved.get(at)?.error ?? "";
      if (place.tagName === "TD" && state === "failed") place.setAttribute("aria-invalid", "true"); else place.removeAttribute("aria-invalid");
    }
  }
  function drawCell(td, at, mine, others) {
    const rated = mine.value !== null, split = rated && others.some(value => Math.abs(value - mine.value) >= DISAGREE);
    const parts = [element("b", td.dataset.typed ?? (rated ? signed(mine.value) : others.length ? "–" : "missing"))];
    if (rated) parts.push(element("i", mine.letter));
    if (others.length) parts.push(element("small", othersIn(others)));
    td.replaceChildren(...parts);
    td.className = [columns.get(at.split(".")[1]).kind, rated && `v${mine.value}`, !rated && !others.length && "none", split && "split", "typed" in td.dataset && "typing", td.classList.contains("sel") && "sel"].filter(Boolean).join(" ");
    td.setAttribute("aria-label", `${nameOf(at)}: ${rated ? `${plain(mine.value)}, ${BASES[mine.letter]}` : "missing"}${others.length ? `; others ${others.map(plain).join(", ")}` : ""}`);
  }
  function drawLine(line, mine, others) {
    line.querySelectorAll("input[type=radio]").forEach(radio => { radio.checked = mine.value !== null && +radio.value === mine.value; });
    line.querySelector("[data-what]").textContent = (BASES[mine.letter] ?? "missing") + (others.length ? ` · ${othersIn(others)}` : "");
  }

  /* ---- one message at a time, and whether all is saved ---- */
  const toast = $("[data-toast]"), act = $("[data-said-act]");
  let hiding = 0;
  function say(text, { bad = false, label = "", run = null } = {}) {
    clearTimeout(hiding);
    $("[data-said]").textContent = text;
    toast.hidden = !text;
    toast.classList.toggle("bad", bad);
    act.hidden = !label;
    act.textContent = label;
    act.onclick = run;
    if (text && !bad) hiding = setTimeout(() => say(""), 6000);
  }
  $("[data-said-close]").addEventListener("click", () => say(""));
  const lines = $$(".one li[data-at]"), done = $("[data-done]"), rated = () => lines.filter(line => said(line.dataset.at).value !== null).length;
  const elsewhere = done ? +done.textContent - rated() : 0;
  let trouble = "";
  function status() {
    if (done) done.textContent = elsewhere + rated();
    const all = [...unsaved.values()], failed = all.filter(one => one.state === "failed").length, waiting = all.length - failed, place = $("[data-state]");
    if (!place) return;
    const text = failed ? `${failed} not saved` : waiting ? `Saving${waiting > 1 ? ` ${waiting}` : ""}` : place.textContent ? "All saved" : "";
    if (place.textContent !== text) place.textContent = text;
    place.dataset.s = failed ? "failed" : waiting ? "saving" : "saved";
  }

  /* ---- saving: one request at a time, of all that is typed till then; a block alone, all of it or nothing ---- */
  const fresh = new Set();
  let sending = null, round = 0, later = 0, pause = 0;
  function set(step) {
    for (const { at, after } of step.cells) {
      // The version that one saw: what another window saved meanwhile is then a conflict, unless one was told of it.
      const before = unsaved.get(at), unseen = before && (before.state !== "failed" || before.again);
      const { version, value: seen } = unseen ? { version: before.version, value: before.seen } : kept(at);
      unsaved.set(at, { ...after, version, seen, step, state: "queued" });
      fresh.delete(at);
      draw(at);
    }
    status();
    clearTimeout(later);
    later = setTimeout(flush, 60);
  }
  function next() {
    const queued = [...unsaved].filter(([, one]) => one.state === "queued"), step = queued[0]?.[1].step;
    return step?.cells.length > 1 ? queued.filter(([, one]) => one.step === step) : queued.filter(([, one]) => one.step.cells.length === 1);
  }
  function bodyOf(batch) {
    const body = new URLSearchParams({ basis: BASES[chosen()] });
    for (const [at, one] of batch) {
      body.append(`c.${at}.${one.version}.${one.seen ?? ""}`, one.value === null ? "" : `${one.value}${one.letter}`);
      if (one.note) body.append(`n.${at}`, one.note);
    }
    return body.toString();
  }
  async function flush() {
    if (sending) return;
    clearTimeout(later);
    const batch = next();
    if (!batch.length) return;
    const body = bodyOf(batch), keepalive = body.length < 60_000;
    for (const [at, one] of batch) { one.state = keepalive ? "sent" : "sending"; draw(at); }
    sending = batch;
    status();
    let answer = null, reason = "the server can’t be reached", again = true;
    try {
      const response = await fetch(root.dataset.saveUrl, { method: "POST", body, keepalive, redirect: "manual", credentials: "same-origin", headers: { "X-CSRFToken": token, "Content-Type": "application/x-www-form-urlencoded" } });
      if ([200, 409, 422].includes(response.status)) answer = { ok: response.ok, ...await response.json() };
      else if (response.type === "opaqueredirect") [reason, again] = ["you are signed out. Sign in in another window, then try again", false];
      else if (response.status === 429) reason = "too much of yours is under way at once";
      else if (response.status < 500) [reason, again] = [response.status === 403 ? "you may no longer rate here" : `the server refused (${response.status})`, false];
      else reason = "the server has a problem";
    } catch { /* no network: the reason stands already */ }
    sending = null;
    round += 1;
    if (answer) settle(batch, answer); else fail(batch, reason, again);
    status();
    if (next().length) flush();
  }
  function settle(batch, answer) {
    pause = 0;
    const refused = new Set(batch.filter(([at]) => answer.errors[at]).map(([, one]) => one.step));
    arrive(answer, new Set());
    for (const [at, one] of batch) {
      const newest = unsaved.get(at);
      if (newest !== one) {
        if (newest && answer.ok) { newest.version = kept(at).version; newest.seen = kept(at).value; }
        continue;
      }
      if (answer.ok) { unsaved.delete(at); fresh.add(at); }
      else if (!refused.has(one.step)) one.state = "queued";
      else if (one.step.cells.length > 1) unsaved.delete(at);
      else Object.assign(one, { state: "failed", error: answer.errors[at] });
      draw(at);
    }
    if (answer.ok) {
      if (trouble) say(trouble = "");
      setTimeout(() => batch.forEach(([at]) => { if (fresh.delete(at)) draw(at); }), 2500);
      window.htmx?.trigger(document.body, "rated");
      poll(300);
    } else refuse(refused, answer.errors);
  }
  function refuse(steps, errors) {
    const wrong = Object.entries(errors), [at, why] = wrong[0], block = [...steps].some(step => step.cells.length > 1);
    const more = wrong.length > 1 ? ` And ${wrong.length - 1} more.` : "";
    say(`${block ? "Nothing of the block was saved." : "Not saved."} ${nameOf(at)}: ${why}${more}${block ? "" : " Rate it again to keep yours; Esc takes what is there."}`, { bad: true });
    steps.forEach(step => root.dispatchEvent(new CustomEvent("refused", { detail: step })));
  }
  function fail(batch, reason, again) {
    for (const [at, one] of batch) {
      if (unsaved.get(at) === one) Object.assign(one, { state: "failed", error: `Not saved: ${reason}.`, again: true });
      draw(at);
    }
    pause = Math.min(pause * 2 || 1000, 15_000);
    if (again) later = setTimeout(retry, pause);
    say(trouble = `Not saved: ${reason}. What you typed stands.`, { bad: true, label: "Try again", run: retry });
  }
  function retry() {
    for (const [at, one] of unsaved) {
      if (one.state === "failed" && one.again) { one.state = "queued"; delete one.error; draw(at); }
    }
    status();
    flush();
  }
  function drop(at) {
    if (unsaved.get(at)?.state !== "failed") return false;
    unsaved.delete(at);
    draw(at);
    status();
    return true;
  }
  addEventListener("online", retry);
  document.addEventListener("visibilitychange", () => { if (document.hidden) flush(); });
  addEventListener("beforeunload", event => {
    flush();
    // What is sent outlives the page (keepalive); the rest would be lost.
    if ([...unsaved.values()].some(one => one.state !== "sent")) event.preventDefault();
  });

  /* ---- arriving, when live_updates.js rings: others' ratings, one's own of other windows, and scores; never over what is being typed ---- */
  let asking = false, timer = 0;
  function arrive(news, flash) {
    for (const [at, [version, value, letter, others, note]] of Object.entries(news.cells)) {
      if (!places.has(at)) continue;
      const before = kept(at);
      if (before.version === version && before.value === value && String(before.others) === String(others)) continue;
      stored.set(at, { version, value, letter, others, note });
      draw(at);
      if (flash.has(at)) places.get(at).forEach(glow);
    }
    const put = (where, count) => document.querySelectorAll(where).forEach(place => { place.textContent = count.toLocaleString("en-GB"); });
    put("[data-answered]", news.answered);
    put("[data-missing], .side [data-nav=rate] .count", news.missing);
    put("[data-asked]", news.answered + news.missing);
    const known = [...columns.keys()].map(Number).sort((a, b) => a - b);
    $("[data-news]").hidden = news.requirements === +root.dataset.requirements && (!known.length || String(known) === String(news.personas));
  }
  function glow(place) {
    place.animate?.([{ boxShadow: "inset 0 0 0 99px var(--accent-soft)" }, { boxShadow: "none" }], { duration: 1600, easing: "ease-out" });
  }
  async function ask() {
    if (asking || document.hidden) return;
    asking = true;
    const begun = round, { changesUrl, live, seen } = root.dataset;
    let wait = 0;
    try {
      const busy = sending, response = await fetch(`${changesUrl}?${new URLSearchParams({ have: live, seen })}`, { credentials: "same-origin", redirect: "manual" });
      if (response.status === 200) {
        const news = await response.json();
        // Read beside a save of ours, it may be older than that save's answer: ask again.
        if (busy || sending || begun !== round) wait = 300;
        // Drawn anew, but not while somebody types or something isn't saved yet.
        else if (news.too_many) { if (unsaved.size || $("[data-typed]")) wait = 2000; else location.reload(); }
        else {
          arrive(news, new Set(Object.keys(news.cells)));
          Object.assign(root.dataset, { live: news.have, seen: news.seen });
          for (const [pk, text] of Object.entries(news.scores)) $$(`[data-score="${pk}"]`).forEach(place => { place.textContent = text; });
          for (const [pk, text] of Object.entries(news.shares)) $$(`[data-share="${pk}"]`).forEach(place => { place.textContent = text; });
          if (news.stale) wait = 400;
        }
      } else if (response.status !== 204) throw new Error(String(response.status));
    } catch { /* live_updates.js says it again */ }
    asking = false;
    if (wait) poll(wait);
  }
  function poll(wait) { clearTimeout(timer); timer = setTimeout(ask, wait); }
  document.body.addEventListener("userward:rescored", () => poll(0));

  window.ratings = { root, places, said, kept, same, set, draw, drop, say, flush, chosen, choose, nameOf, signed, BASES, MINUS };
})();
