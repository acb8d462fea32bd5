/* @name in a comment: a list of members to choose from, by keys, mouse or touch. Without this script one types the name. */
(() => {
  "use strict";
  // Not within a word: that is an e-mail. What may be in a name is as in products/mentions.py.
  const BEGUN = /(?:^|[^\p{L}\p{N}_@.+-])@([\p{L}\p{N}_.+-]{0,30})$/u, PAUSE = 100;
  let box = null, list = null, chosen = 0, start = 0, asked = 0, timer = 0;

  const options = () => [...list.children];
  function close() {
    clearTimeout(timer);
    asked += 1; // an answer that is under way is for nobody
    list?.remove();
    list = null;
    for (const name of ["aria-autocomplete", "aria-controls", "aria-activedescendant", "aria-haspopup"]) box?.removeAttribute(name);
    box = null;
  }
  function mark(place) {
    chosen = (place + list.children.length) % list.children.length;
    options().forEach((option, at) => option.setAttribute("aria-selected", at === chosen));
    options()[chosen].scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", options()[chosen].id);
  }
  function show(people) {
    list?.remove();
    list = document.createElement("ul");
    list.id = "mention-list";
    list.className = "mentions";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Members to mention");
    people.forEach((person, at) => {
      const option = document.createElement("li"), called = document.createElement("span");
      option.id = `mention-${at}`;
      option.setAttribute("role", "option");
      option.dataset.name = person.name;
      option.textContent = `@${person.name}`;
      called.textContent = person.called === person.name ? "" : person.called;
      option.append(" ", called);
      list.append(option);
    });
    box.after(list);
    // A combobox's attributes, but not its role: a textarea may have no other than its own.
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-haspopup", "listbox");
    box.setAttribute("aria-controls", list.id);
    mark(0);
  }
  function take(option) {
    const target = box, from = start;
    target.setRangeText(`@${option.dataset.name} `, from, target.selectionEnd, "end");
    close();
    target.focus();
    target.dispatchEvent(new Event("input", { bubbles: true }));
  }
  async function ask(target, url, word) {
    const mine = asked += 1;
    try {
      // "manual": signed out, the answer would be the sign-in page.
      const answer = await fetch(`${url}?q=${encodeURIComponent(word)}`, { redirect: "manual" });
      const { people } = await answer.json();
      if (mine !== asked || document.activeElement !== target) return;
      if (people.length) show(people); else close();
    } catch {
      if (mine === asked) close(); // the name can still be typed
    }
  }

  document.addEventListener("input", event => {
    const target = event.target, url = target.closest?.("[data-mentions]")?.dataset.mentions;
    if (!url || target.tagName !== "TEXTAREA") return;
    const begun = BEGUN.exec(target.value.slice(0, target.selectionEnd));
    if (!begun) { close(); return; }
    if (box !== target) close();
    box = target;
    start = target.selectionEnd - begun[1].length - 1;
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE, target, url, begun[1]);
  });
  const KEYS = {
    ArrowDown: () => mark(chosen + 1), ArrowUp: () => mark(chosen - 1),
    Enter: () => take(options()[chosen]), Tab: () => take(options()[chosen]), Escape: close,
  };
  // Before others hear of it: Escape would close the drawer around the box.
  document.addEventListener("keydown", event => {
    if (!list || event.target !== box || event.isComposing || event.shiftKey || !KEYS[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    KEYS[event.key]();
  }, true);
  document.addEventListener("pointerdown", event => {
    const option = event.target.closest(".mentions [role=option]");
    if (!option) return;
    event.preventDefault(); // the box keeps the focus
    take(option);
  });
  document.addEventListener("focusout", event => { if (event.target === box) close(); });
})();
