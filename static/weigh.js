/* The end users' say as a slider beside its number; without this the number alone. */
(() => {
  "use strict";
  addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-of]").forEach(range => {
    const number = document.getElementById(range.dataset.of);
    const fill = () => range.style.setProperty("--p", (range.value - range.min) / (range.max - range.min) * 100 + "%");
    const told = () => range.dispatchEvent(new Event("slid", { bubbles: true }));
    range.hidden = false;
    range.disabled = number.disabled;
    range.addEventListener("input", () => { number.value = range.value; fill(); told(); });
    number.addEventListener("input", () => { range.value = number.value; fill(); told(); });
    fill();
  }));
})();
