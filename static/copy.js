/* Copying what a page shows once. The old command, since over plain http the new one isn't there. */
document.addEventListener("click", event => {
  const button = event.target.closest("[data-act=copy]");
  if (!button) return;
  const input = button.parentElement.querySelector("input");
  input.select();
  if (document.execCommand("copy")) button.textContent = "Copied";
});
