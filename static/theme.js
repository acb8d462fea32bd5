/* Blocking, in the head: a stored theme or density must be there before the first paint. */
try {
  const { theme, density } = localStorage;
  if (theme) document.documentElement.dataset.theme = theme;
  if (density) document.documentElement.dataset.density = density;
} catch { /* a private window keeps nothing */ }
