/* Which ranking is shown. The filter, the chips, polls and the weights each ask for it, and their answers come in any order: every request
   says what the filter's form says by then, and an answer that was asked for before the one that is shown is dropped. Else: the filter asks,
   a chip asks, the filter's answer comes last and undoes the chip; or a poll's answer takes away the element that the filter's was for. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const form = $("form.bar-tools"), NAMES = ["q", "order", "show", "closed"];
  if (!form) return;
  const isRanking = target => target?.id === "ranking";
  let asked = 0, shown = 0;

  // A link to another view of it: what follows keeps to that, be it answered yet or not.
  document.addEventListener("click", event => {
    const link = event.target.closest("#chips a, #orders a, #closed");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const view = new URL(link.href).searchParams;
    for (const field of form.querySelectorAll("input[type=hidden]")) {
      field.value = view.get(field.name) ?? "";
      field.disabled = !field.value;
    }
  }, true);

  document.addEventListener("htmx:configRequest", event => {
    const { parameters, target, verb } = event.detail;
    if (verb !== "get" || !isRanking(target)) return;
    event.detail.turn = ++asked;
    target.addEventListener("htmx:beforeSwap", answered);
    const [path, query] = event.detail.path.split("?"), given = new URLSearchParams(query);
    const wanted = new FormData(form), drawn = new URL(target.getAttribute("hx-get"), location).searchParams;
    event.detail.path = path;
    given.forEach((value, name) => { parameters[name] = value; });
    NAMES.forEach(name => { if (wanted.get(name)) parameters[name] = wanted.get(name); else delete parameters[name]; });
    if (NAMES.every(name => (wanted.get(name) ?? "").trim() === (drawn.get(name) ?? ""))) {
      if (drawn.has("from")) parameters.from = drawn.get("from");
    } else {
      // Another view than the one that is shown, whole and from its beginning; the address follows it.
      delete parameters.from;
      delete parameters.have;
    }
  });

  // On the element itself: one that another answer has taken away tells nobody else, and its own answer would be lost.
  function answered(event) {
    const { requestConfig, shouldSwap, target } = event.detail;
    if (!requestConfig?.turn || !shouldSwap) return;
    if (requestConfig.turn < shown) { event.detail.shouldSwap = false; return; }
    shown = requestConfig.turn;
    if (target.isConnected) return;
    event.detail.target = $("#ranking");
    event.detail.target.dispatchEvent(new CustomEvent(event.type, { detail: event.detail, bubbles: true }));
  }
})();
