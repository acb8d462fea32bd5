/* Blocking, in the head: a stored theme or density must be there before the first paint. */
try {
  const { theme, density } = localStorage;
  // Django's admin keeps its theme under the same name, and calls the system's "auto".
  if (theme && theme !== "auto") document.documentElement.dataset.theme = theme;
  if (density) document.documentElement.dataset.density = density;
} catch { /* a private window keeps nothing */ }
