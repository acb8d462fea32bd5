/* Follows the product's scores. `userward:rescored` on the body (detail: version) says that there may be news: at once while the live process
   sends versions, else by polling. What shows scores carries its validator in data-live; polls say it again until that is the current one. */
(() => {
  "use strict";
  const root = document.documentElement, url = document.currentScript.dataset.url;
  // A new stream is trusted after a while: for a few seconds after an outage Redis may not be told of every rescore.
  const STALE = 1000, ALONE = 3000, LIVE = 20000, TRUSTED = 10000, RENEW = 240000;
  let stream = null, openedAt = Infinity, askedAt = -Infinity, asking = false, stale = false, newest = 0, had = null;

  const parts = () => [...document.querySelectorAll("[data-live]")];
  const versionOf = part => parseInt(part.dataset.live, 10) || 0;
  const behind = () => parts().some(part => versionOf(part) < newest);
  const ring = version => document.body.dispatchEvent(new CustomEvent("userward:rescored", { detail: { version } }));

  function open(address) {
    stream = new EventSource(address);
    // What was published before is known by asking.
    stream.onopen = () => { openedAt = performance.now(); root.dataset.stream = "open"; ask(); };
    stream.addEventListener("rescored", event => { newest = Math.max(newest, +event.data); ring(newest); });
    // The bell asks the site then, as it does by itself now and again.
    stream.addEventListener("notified", () => document.body.dispatchEvent(new CustomEvent("userward:bell")));
    // Its own way of coming again would use the old ticket: the next poll brings a new one.
    stream.onerror = close;
  }
  function close() {
    stream?.close();
    stream = null;
    openedAt = Infinity;
    delete root.dataset.stream;
  }
  async function ask() {
    if (asking) return;
    asking = true;
    askedAt = performance.now();
    try {
      // "manual": signed out, the answer would be the sign-in page.
      const answer = await fetch(url, { redirect: "manual" });
      if (!answer.ok) throw new Error(answer.status);
      const now = await answer.json(), shown = parts().map(part => part.dataset.live);
      const news = shown.length ? shown.some(validator => validator !== now.validator) : had !== null && had !== now.validator;
      had = now.validator;
      stale = now.stale;
      newest = Math.max(newest, now.version);
      // A ticket lasts five minutes; the stream would end with it.
      if (performance.now() - openedAt > RENEW) close();
      if (now.live && !stream && !document.hidden) open(now.live);
      if (news) ring(now.version); else say(true);
    } catch {
      say(false);
    } finally {
      asking = false;
    }
  }
  function tick() {
    const now = performance.now();
    const wait = stale || behind() ? STALE : now - openedAt > TRUSTED ? LIVE : ALONE;
    if (!document.hidden && now - askedAt >= wait) ask();
  }

  /* ---- say so when nothing answers, and what still holds ---- */
  let before = null;
  function say(fine) {
    const text = document.querySelector("#live-text");
    if (!text) return;
    if (fine) {
      if (before?.isConnected) before.replaceWith(...before.was);
      before = null;
    } else if (!before?.isConnected) {
      const now = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
      before = document.createElement("span");
      before.was = [...text.childNodes];
      before.textContent = `Not live since ${now}. Looking again every few seconds; the order stays as it was.`;
      text.replaceChildren(before);
    }
    document.querySelector("#standing .live")?.classList.toggle("lost", !!before);
  }
  document.addEventListener("htmx:afterRequest", event => {
    if (event.target.dataset?.live) say(event.detail.successful);
  });

  /* ---- what is unfolded stays so when what follows the scores is drawn anew ---- */
  let unfolded = null;
  const folds = root => [...root.querySelectorAll("details[id]")];
  document.addEventListener("htmx:beforeSwap", event => {
    const target = event.detail.target;
    if (target?.dataset?.live) unfolded = new Map(folds(target).map(one => [one.id, one.open]));
  });
  document.addEventListener("htmx:afterSwap", () => {
    unfolded?.forEach((open, id) => { const fold = document.getElementById(id); if (fold) fold.open = open; });
    unfolded = null;
  });

  document.addEventListener("visibilitychange", () => { if (document.hidden) close(); else ask(); });
  addEventListener("pagehide", close);
  setInterval(tick, 250);
  ask();
})();
