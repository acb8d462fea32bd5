/* Who counts, and how it is weighed: sliders whose every move is previewed by the server, which alone knows the formula. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const panel = () => document.getElementById("who");
  const form = () => $("form[data-weigh]");
  const SAVED_ONLY = ["csrfmiddlewaretoken", "reason", "version", "seen"];

  /* ---- a number becomes a slider; it keeps its exact place until somebody moves it ---- */
  const words = value => `${value > 0 && value < 2 ? value.toFixed(1) : Math.round(value)}\u00a0%`;
  function show(input) {
    input.style.setProperty("--p", `${(input.value - input.min) / (input.max - input.min) * 100}%`);
    input.setAttribute("aria-valuetext", words(+input.value));
    $(`[data-of="${input.id}"]`).textContent = words(+input.value);
  }
  function place(input, value) {
    input.step = "any";
    input.value = value;
    show(input);
  }
  function dress(root) {
    $$("[data-slider]", root).forEach(input => {
      input.type = "range";
      place(input, input.dataset.exact);
    });
  }
  // Whole percentages under the hand; the browser does the stepping.
  function step(event) {
    if (event.target.matches("[data-slider]") && (!event.key || /^(Arrow|Page|Home|End)/.test(event.key))) event.target.step = 1;
  }
  document.addEventListener("pointerdown", step);
  document.addEventListener("keydown", step);

  /* ---- shares of one group make 100: the others keep their proportions ---- */
  const ofGroup = input => $$(`[data-group="${input.dataset.group}"]`, input.form);
  function share(input) {
    const others = ofGroup(input).filter(other => other !== input);
    input.value = Math.min(99, Math.max(1, input.value));
    const left = 100 - input.value, now = others.reduce((sum, other) => sum + +other.value, 0);
    others.forEach(other => place(other, other.value * left / now));
    ofGroup(input).forEach(other => { other.dataset.touched = ""; });
  }
  document.addEventListener("input", event => {
    const input = event.target;
    if (!input.form?.matches("[data-weigh]") || SAVED_ONLY.includes(input.name)) return;
    if (input.dataset.group) share(input);
    if (input.matches("[data-slider]")) show(input);
    // Another way to count people gives other shares: those that were set give way to it.
    if (input.name === "people_exponent") $$("[data-group]", input.form).forEach(one => delete one.dataset.touched);
    ask();
  });
  // Shares that nobody moved follow from the importances that are stored: they aren't sent.
  document.addEventListener("formdata", event => {
    if (!event.target.matches("[data-weigh]")) return;
    $$("[data-group]:not([data-touched])", event.target).forEach(input => event.formData.delete(input.name));
  });
  document.addEventListener("shares", event => {
    $$("[data-group]:not([data-touched])").forEach(input => place(input, event.detail[input.name] ?? input.value));
  });

  /* ---- asking: at once, then at most every 80 ms; what is far below the window is drawn when the hand rests ---- */
  const PAUSE = 80, REST = 500, FEW = 4;
  let waiting = 0, again = false, whole = false, resting = 0, asked = false;
  let moves = 0;  // what an answer was asked after: the filter's or a poll's may come back to other weights
  function ask() {
    moves++;
    clearTimeout(resting);
    if (waiting) { again = true; return; }
    send();
    waiting = setTimeout(() => { waiting = 0; if (again) { again = false; ask(); } }, PAUSE);
  }
  function send() {
    asked = true;
    form()?.dispatchEvent(new Event("weigh"));
  }
  /* How many rows reach into the window, and a few. Those below go at once, while the server is at it: the answer takes their place anyway,
     and htmx would visit each of their elements before it does. */
  function seen() {
    const rows = $$("#ranking tr[data-k]"), below = rows.findIndex(row => row.getBoundingClientRect().top >= innerHeight);
    if (below < 0) return rows.length + FEW;
    rows.slice(below + FEW).forEach(row => row.remove());
    return below + FEW;
  }
  document.addEventListener("htmx:configRequest", event => {
    const { elt, parameters, verb } = event.detail, weights = form();
    if (!weights || verb !== "get") return;
    if (!panel()) return;
    if (elt === weights) {
      event.detail.moves = moves;
      if (!whole) parameters.lines = seen();
      whole = false;
      return;
    }
    // While the panel is open, whatever draws the ranking (a poll, the filter) draws it under its weights.
    const live = weights.dataset.ranking;
    if (!live || !event.detail.path.startsWith(live)) return;
    event.detail.moves = moves;
    event.detail.path = event.detail.path.replace(live, weights.getAttribute("hx-get"));
    new FormData(weights).forEach((value, name) => { if (!SAVED_ONLY.includes(name)) parameters[name] ??= value; });
  });
  document.addEventListener("htmx:beforeSwap", event => {
    if (event.detail.requestConfig?.moves !== undefined && !panel()) event.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterSwap", event => {
    const { requestConfig, target } = event.detail;
    if (target?.id !== "ranking" || !panel() || !asked || requestConfig.elt === form()) return;
    if (requestConfig.moves !== moves) send();
  });
  document.addEventListener("htmx:afterSettle", event => {
    if (event.target.id !== "ranking" || !panel() || !$("#ranking .more")) return;
    clearTimeout(resting);
    // Still under the hand: the next answer is on its way.
    if (waiting || form().classList.contains("htmx-request")) return;
    if ($$("#ranking tr[data-k]").length < 200) resting = setTimeout(() => { whole = true; send(); }, REST);
  });
  // No answer: the whole ranking is asked for until there is one.
  for (const failure of ["htmx:sendError", "htmx:responseError"]) {
    document.addEventListener(failure, event => {
      if (event.detail.elt !== form() || !panel()) return;
      clearTimeout(resting);
      resting = setTimeout(() => { whole = true; send(); }, 4000);
    });
  }
  // Chips and orders are links; the weights would be lost on the way.
  document.addEventListener("click", event => {
    const link = event.target.closest("#chips a, #orders a");
    if (!link || !panel() || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    history.replaceState(history.state, "", link.href);
    moves++;
    send();
  });

  /* ---- the panel: W or its door opens and closes it; what it previewed goes with it ---- */
  const door = () => $("[data-who]");
  let from = "";  // the id of what had the focus before
  function close() {
    const live = form().dataset.ranking;
    clearTimeout(resting);
    panel().remove();
    door()?.setAttribute("aria-expanded", "false");
    (document.getElementById(from) ?? door())?.focus();
    if (asked) htmx.ajax("GET", live, { target: "#ranking", swap: "outerHTML" });
    asked = false;
  }
  document.addEventListener("click", event => {
    if (!panel()) {
      if (event.target.closest("[data-who]")) from = document.activeElement?.id;
      return;
    }
    if (event.target.closest("[data-close-who]")) close();
    if (event.target.closest("[data-who]")) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  }, true);
  document.addEventListener("userward:key", event => {
    if (event.detail !== "escape" || event.defaultPrevented || !panel() || document.activeElement?.id === "filter") return;
    event.preventDefault();
    close();
  });
  document.addEventListener("htmx:load", event => {
    if (event.target !== panel()) return;
    moves++;
    dress(event.target);
    door()?.setAttribute("aria-expanded", "true");
    ($("[data-focus]", event.target) ?? $("[data-slider]", event.target) ?? $("button", event.target)).focus({ preventScroll: true });
    // Saved, discarded or refused: the ranking follows what stands in the panel now.
    if (asked) { whole = true; send(); }
  });

  if (form()) dress(form());
})();
