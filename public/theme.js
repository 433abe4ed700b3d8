/* Before the first paint: the theme that was chosen, else the system's. */
(() => {
  let chosen = 'system';
  try {
    chosen = JSON.parse(localStorage.getItem('ops.play') ?? '{}').theme ?? 'system';
  } catch {}
  const light = chosen === 'system' ? matchMedia('(prefers-color-scheme: light)').matches : chosen === 'light';
  document.documentElement.dataset.theme = light ? 'light' : 'dark';
})();
