/* The drawer over the ranking, and the selection of rows. Without this a row's link opens a page, and the boxes are a plain form. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const narrow = matchMedia("(max-width: 760px)");
  const rowOf = k => $(`tr[data-k="${k}"]`);
  const linkOf = k => $(`tr[data-k="${k}"] [data-open]`);
  const drawer = $("#drawer");

  /* ---- the drawer: a requirement under its own address, over the ranking ---- */
  let at = null;      // data-k of the row whose requirement it shows
  let coming = null;  // {k, address, how} of the one on its way
  let then = null;    // what to do once it is closed
  let title = document.title;

  function load(k, how) {
    coming = { k, address: linkOf(k).href, how };
    mark(k);
    htmx.ajax("GET", coming.address, { source: drawer, target: drawer, swap: "innerHTML show:none" });
  }
  function mark(k) {
    $$("tr.on").forEach(row => row.classList.remove("on"));
    rowOf(k)?.classList.add("on");
  }
  /* `how` it got here: "push" from the ranking, "replace" from another row, neither by going forward. */
  function arrived({ k, address, how }) {
    if (at === null && how) title = document.title;
    at = k;
    if (how === "push") history.pushState({ drawer: k }, "", address);
    if (how === "replace") history.replaceState({ drawer: k }, "", address);
    const row = rowOf(k);
    row?.dispatchEvent(new CustomEvent("userward:stand", { bubbles: true }));
    row?.scrollIntoView({ block: "nearest" });
    if (!drawer.open) { if (narrow.matches) drawer.showModal(); else drawer.show(); }
  }
  /* A link in the drawer led to another requirement. */
  function follow({ pathInfo, requestConfig }) {
    const path = pathInfo.finalRequestPath.split(/[?#]/)[0], link = $$("[data-open]").find(one => one.pathname === path);
    if (requestConfig.verb !== "get" || path === location.pathname) return;
    if (link) arrived({ k: link.closest("tr").dataset.k, address: link.href, how: "replace" });
    else history.replaceState({ drawer: at }, "", path);
  }
  function leave() { if (history.state?.drawer) history.back(); else hide(); }
  function hide() {
    if (at === null) return;
    const back = linkOf(at);
    at = coming = null;
    drawer.close();
    drawer.replaceChildren();  // what is inside asks for news
    document.title = title;
    mark(null);
    (back ?? $("#main")).focus({ preventScroll: true });
    then?.();
    then = null;
  }
  // Who counts (W) opens where the drawer is: that goes first, and the panel comes, or is seen again.
  document.addEventListener("click", event => {
    if (at === null || !event.target.closest("[data-who]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    then = () => { if ($("#who")) ($("#who [data-slider]") ?? $("#who button")).focus(); else $("[data-who]").click(); };
    leave();
  }, true);
  function next(by) {
    const all = $$("tr[data-k]").filter(row => row.offsetParent), here = all.findIndex(row => row.dataset.k === (coming?.k ?? at));
    const row = all[Math.max(0, Math.min(all.length - 1, here + by))];
    if (row && row.dataset.k !== at) load(row.dataset.k, "replace");
  }

  document.addEventListener("click", event => {
    const link = event.target.closest("[data-open]"), row = link?.closest("tr[data-k]");
    if (event.target.closest("[data-close]")) { event.preventDefault(); leave(); return; }
    if (!row || !drawer || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    load(row.dataset.k, at === null ? "push" : "replace");
  });
  drawer?.addEventListener("cancel", event => { event.preventDefault(); leave(); });
  drawer?.addEventListener("close", hide);
  // Before htmx's own, which would load the page anew.
  addEventListener("popstate", event => {
    const k = event.state?.drawer;
    if (k && linkOf(k)) { event.stopImmediatePropagation(); load(k); }
    else if (at !== null) { event.stopImmediatePropagation(); hide(); }
    else if (k) location.reload();
  });
  // A filter has taken the address for the ranking's.
  document.addEventListener("htmx:replacedInHistory", hide);
  document.addEventListener("htmx:pushedIntoHistory", hide);

  /* ---- what is typed in the drawer outlives a close, another row and a save of the form beside it ---- */
  const drafts = new Map();
  const isText = field => field.matches?.("#drawer textarea, #drawer input:not([type=hidden], [type=radio])");
  // One form records for one persona or another.
  const keyOf = form => `${form.action} ${form.elements.persona?.value ?? ""}`;
  const draft = form => drafts.set(keyOf(form), [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken"));
  document.addEventListener("input", event => { if (isText(event.target)) draft(event.target.form); });
  function restore() {
    $$("form", drawer).forEach(form => (drafts.get(keyOf(form)) ?? []).forEach(([name, value]) => {
      if (form.elements[name]) form.elements[name].value = value;
    }));
  }
  /* A form that was refused comes back with what was typed, and with what to say about it. */
  function answered({ requestConfig: { elt, verb }, xhr }) {
    if (verb === "get" || elt.tagName !== "FORM") return;
    drafts.delete(keyOf(elt));
    if (xhr.status >= 400) $$("form", drawer).filter(form => keyOf(form) === keyOf(elt)).forEach(draft);
  }

  let last = null;  // the id of what had the focus
  document.addEventListener("htmx:beforeRequest", event => {
    if (event.detail.target === drawer) last = document.activeElement?.id;
  });
  document.addEventListener("htmx:afterSwap", event => {
    if (event.detail.target !== drawer) return;
    const fresh = coming;
    answered(event.detail);
    if (coming) { arrived(coming); coming = null; }
    else follow(event.detail);
    restore();
    const asked = $("[data-focus]", drawer), to = asked ?? (!fresh && last ? document.getElementById(last) : null);
    if (!to) drawer.scrollTop = 0;
    (to ?? $("[data-close]", drawer))?.focus({ preventScroll: !asked });
  });
  function failed(event) {
    if (event.detail.target !== drawer) return;
    if (coming) { location.assign(coming.address); return; }
    $(".lost-it", drawer)?.remove();
    const said = document.createElement("p");
    said.className = "strip bad lost-it";
    said.setAttribute("role", "alert");
    said.textContent = "Nothing was saved: the server can’t be reached or has refused. What you typed still stands.";
    (event.detail.elt.closest?.("form") ?? $(".rq", drawer))?.prepend(said);
  }
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:sendError", failed);

  /* ---- the selection; it outlives a new order ---- */
  const sheet = $("#sheet"), form = $("#bulk"), chosen = new Set();
  const boxes = () => $$(".c-sel input"), kOf = box => box.closest("tr").dataset.k;
  let told = "";       // what was done to the selected, until the selection changes
  let pressed = null;  // the box that was ticked or unticked last, from which a shift-click goes
  function count(said = "") {
    told = said;
    boxes().forEach(box => { if (box.checked) chosen.add(kOf(box)); else chosen.delete(kOf(box)); });
    const place = $("[data-chosen]");
    if (place) place.textContent = said || (chosen.size ? `${chosen.size} selected` : "");
  }
  function range(box, from) {
    const all = boxes(), ends = [all.indexOf(box), all.findIndex(one => kOf(one) === from)].sort((a, b) => a - b);
    if (ends[0] >= 0) all.slice(ends[0], ends[1] + 1).forEach(one => { one.checked = box.checked; });
  }
  document.addEventListener("click", event => {
    const box = event.target.closest?.(".c-sel input");
    if (!box) return;
    if (event.shiftKey && pressed) range(box, pressed);
    pressed = kOf(box);
    count();
  });
  function toggle() {
    const box = $("tr.cursor .c-sel input");
    if (box) { box.checked = !box.checked; pressed = kOf(box); count(); }
    return !!box;
  }
  function clear() { if (!chosen.size) return false; form.reset(); return true; }
  form?.addEventListener("reset", () => setTimeout(() => { chosen.clear(); count(); }));
  function reselect() {
    boxes().forEach(box => { box.checked = chosen.has(kOf(box)); });
    chosen.clear();  // what the new list hasn't got is not selected any more
    count(told);
  }
  // Not afterSwap: for those 20 ms htmx has not seen the form yet, and Enter would send it plainly.
  document.addEventListener("htmx:afterSettle", event => {
    if (event.detail.target !== sheet) return;
    if (!sheet.open) sheet.showModal();
    ($("[data-focus]", sheet) ?? $(".err", sheet)?.closest(".field")?.querySelector("input, select, textarea") ?? $("select, textarea, input:not([type=hidden])", sheet))?.focus();
  });
  sheet?.addEventListener("close", () => sheet.replaceChildren());
  document.addEventListener("click", event => {
    if (event.target.closest("[data-dismiss]")) { event.preventDefault(); sheet.close(); }
  });
  document.addEventListener("userward:edited", event => {
    sheet.close();
    count(event.detail.said);
    document.body.dispatchEvent(new CustomEvent("userward:rescored"));
  });

  /* ---- the next part of a long group takes the place of the row that offers it ---- */
  let above = null;    // the row above the part that is on its way
  let onward = false;  // J asked for it, and goes on into it
  const partBelow = row => row?.nextElementSibling?.querySelector("[data-more]");
  const isOfAPart = event => event.detail.target?.matches?.("tr.more");
  function reach(row) {
    const link = partBelow(row);
    if (!link) return false;
    onward = true;
    link.click();
    return true;
  }
  document.addEventListener("htmx:beforeRequest", event => {
    if (isOfAPart(event)) above = event.detail.target.previousElementSibling;
  });
  document.addEventListener("htmx:afterOnLoad", event => {
    if (!isOfAPart(event) || !above) return;
    const row = above, go = onward;
    above = null;
    onward = false;
    if (form) count(told);
    if (go) document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
    else $("[data-open]", row.nextElementSibling ?? row)?.focus({ preventScroll: true });
  });
  for (const failure of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(failure, event => { if (isOfAPart(event)) location.assign($("a", event.detail.target).href); });
  }
  // A new order is drawn as far as the old one was.
  document.addEventListener("htmx:configRequest", event => {
    const { elt, parameters } = event.detail;
    if (elt.id !== "ranking") return;
    parameters.drawn = $$("tbody[data-group]", elt).map(group => `${group.dataset.group}.${$$("tr[data-k]", group).length}`);
  });

  /* ---- keys ---- */
  const keys = {
    j: () => reach(at === null ? $("tr.cursor") : rowOf(coming?.k ?? at)) || (at !== null && (next(1), true)),
    k: () => at !== null && (next(-1), true),
    x: toggle,
    escape: () => {
      if (at === null) return clear();
      if (isText(document.activeElement)) $("[data-close]", drawer).focus(); else leave();
      return true;
    },
  };
  document.addEventListener("userward:key", event => { if (keys[event.detail]?.()) event.preventDefault(); });

  document.addEventListener("htmx:afterSwap", event => {
    if (!$("#ranking")?.contains(event.target) || isOfAPart(event)) return;
    // A part that was on its way came to nothing: the row that it was for is gone, and tells nobody of its answer.
    above = null;
    onward = false;
    if (at !== null) mark(at);
    reselect();
  });
  if (form) count();
})();
