/* What every page does by itself: theme, density, keys, and keeping one's place while htmx swaps the ranking. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const root = document.documentElement;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const stored = (key, value) => {
    try {
      if (value === undefined) return localStorage.getItem(key) ?? "";
      if (value) localStorage.setItem(key, value); else localStorage.removeItem(key);
    } catch { /* a private window keeps nothing */ }
    return value ?? "";
  };

  /* ---- theme and density (theme.js has set them before the first paint) ---- */
  const THEMES = { "": "System theme", light: "Light theme", dark: "Dark theme" };
  function set(name, value) {
    stored(name, value);
    if (value) root.dataset[name] = value; else delete root.dataset[name];
    label();
  }
  function label() {
    $$("[data-theme-label]").forEach(e => { e.textContent = THEMES[root.dataset.theme ?? ""]; });
    $$("[data-act=density]").forEach(e => e.setAttribute("aria-pressed", root.dataset.density === "compact"));
    $$("[data-act=ranges]").forEach(e => e.setAttribute("aria-pressed", ranges));
    $("table.rank")?.classList.toggle("show-range", ranges);
  }
  let ranges = stored("ranges") === "on";
  const next = (list, now) => list[(list.indexOf(now ?? "") + 1) % list.length];

  /* ---- the row one stands on ---- */
  let standing = null;
  const rows = () => $$("tr[data-k]").filter(row => row.offsetParent);
  function stand(row, focus = true) {
    $$("tr.cursor").forEach(other => other.classList.remove("cursor"));
    standing = row?.dataset.k ?? null;
    row?.classList.add("cursor");
    if (row && focus) {
      row.scrollIntoView({ block: "nearest" });
      $("[data-open]", row).focus({ preventScroll: true });
    }
  }
  function step(by) {
    const all = rows(), at = all.findIndex(row => row.dataset.k === standing);
    if (all.length) stand(all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by))]);
  }

  /* ---- keys; off inside text fields, and off for good by the switch (WCAG 2.1.4) ---- */
  const go = name => $(`[data-nav=${name}]`)?.click();
  const ACTS = {
    theme: () => set("theme", next(Object.keys(THEMES), root.dataset.theme)),
    density: () => set("density", next(["", "compact"], root.dataset.density)),
    ranges: () => { ranges = !ranges; stored("ranges", ranges ? "on" : ""); label(); },
    keys: () => { $("#keys-on").checked = stored("keys") !== "off"; $("#keys").showModal(); },
    reload: () => location.reload(),
  };
  const KEYS = {
    j: () => step(1), k: () => step(-1), "/": () => $("#filter")?.focus(),
    w: () => { const who = $("[data-who]"); if (who) who.click(); else go("policy"); },
    r: () => go("rate"), t: ACTS.theme, d: ACTS.density, "?": () => $("#keys") && ACTS.keys(),
    1: () => $$(".side [data-nav]")[0]?.click(), 2: () => $$(".side [data-nav]")[1]?.click(), 3: () => $$(".side [data-nav]")[2]?.click(),
  };
  const TEXT = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=range], [type=button], [type=submit])";
  /* A page's own script may take a key: it prevents this event. */
  const taken = key => !document.dispatchEvent(new CustomEvent("userward:key", { detail: key, cancelable: true }));
  document.addEventListener("keydown", event => {
    if (event.key === "Escape") {
      const more = $("#more-views[open]");
      if (more) { more.open = false; $("summary", more).focus(); return; }
      if ($("dialog:modal") || taken("escape")) return;
      if (event.target.id === "filter") event.target.blur(); else stand(null);
      return;
    }
    // A key that a grid of its own has taken (the rating grid) is not ours.
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || stored("keys") === "off") return;
    if (event.target.closest(TEXT) || $("dialog[open]:not(.drawer)")) return;
    const key = event.key.toLowerCase(), act = KEYS[key];
    if (taken(key)) event.preventDefault();
    else if (act) { event.preventDefault(); act(); }
  });
  document.addEventListener("click", event => {
    const more = $("#more-views[open]");
    if (more && !more.contains(event.target)) more.open = false;
    const act = event.target.closest("[data-act]");
    if (act) return void ACTS[act.dataset.act]?.();
    const row = event.target.closest("tr[data-k]");
    if (row && !event.target.closest("a, button, input, select, label, summary")) $("[data-open]", row)?.click();
  });
  document.addEventListener("focusin", event => {
    const row = event.target.closest("tr[data-k]");
    if (row && row.dataset.k !== standing) stand(row, false);
  });
  document.addEventListener("userward:stand", event => stand(event.target.closest("tr[data-k]"), false));
  document.addEventListener("change", event => {
    if (event.target.id === "keys-on") stored("keys", event.target.checked ? "" : "off");
  });

  /* ---- "12 s ago": the server's age plus the time since, so clocks needn't agree ---- */
  const drawn = new WeakMap();
  function ages() {
    $$("time[data-age]").forEach(time => {
      if (!drawn.has(time)) drawn.set(time, performance.now());
      const age = +time.dataset.age + (performance.now() - drawn.get(time)) / 1000;
      time.textContent = age < 3 ? "just now" : age < 60 ? `${Math.floor(age)}\u00a0s ago`
        : age < 3600 ? `${Math.floor(age / 60)}\u00a0min ago` : age < 86400 ? `${Math.floor(age / 3600)}\u00a0h ago`
          : `${Math.floor(age / 86400)} days ago`;
    });
  }
  setInterval(ages, 3000);

  /* ---- a swap of the ranking: rows slide to their new place, and one stays where one was ---- */
  let tops = new Map(), focused = null;
  // Rows that are added below move no other, and htmx tells of each of them.
  const isOfAPart = event => event.detail.target.matches("tr.more");
  const within = (target, event) => target?.closest?.("#ranking") && event.detail.target === target;
  document.addEventListener("htmx:beforeSwap", event => {
    const target = event.detail.target;
    if (!within(target, event) || isOfAPart(event)) return;
    const active = target.contains(document.activeElement) ? document.activeElement : null;
    // A poll must not take away what somebody is typing; the next one brings the same news.
    if (active?.matches(TEXT) && event.detail.requestConfig?.verb === "get") { event.detail.shouldSwap = false; return; }
    tops = new Map($$("tr[data-k]", target).map(row => [row.dataset.k, row.getBoundingClientRect().top]));
    focused = active && { id: active.id, row: active.closest("tr[data-k]")?.dataset.k };
  });
  document.addEventListener("htmx:afterSwap", event => {
    const ranking = $("#ranking");
    if (!ranking?.contains(event.target) || isOfAPart(event)) return;
    refresh();
    if (standing) stand($(`tr[data-k="${standing}"]`), false);
    const back = focused && ((focused.id && document.getElementById(focused.id)) || $(`tr[data-k="${focused.row}"] [data-open]`));
    back?.focus({ preventScroll: true });
    focused = null;
    if (!calm.matches) slideRows(ranking);
    tops = new Map();
  });
  function slideRows(ranking) {
    $$("tr[data-k]", ranking).forEach(row => {
      const by = (tops.get(row.dataset.k) ?? NaN) - row.getBoundingClientRect().top;
      // From beyond the window a row would only flicker past.
      if (by && Math.abs(by) < innerHeight * 2) {
        row.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }], { duration: 260, easing: "cubic-bezier(.2,.7,.2,1)" });
      }
    });
  }

  function refresh() {
    label();
    ages();
  }
  refresh();
  $("[data-focus]")?.focus();
})();
