/* Runs before the first paint: sets the chosen theme, or else the system's; says why if the page cannot start. */
(() => {
  let chosen = 'system';
  try {
    chosen = JSON.parse(localStorage.getItem('ops.play') ?? '{}').theme ?? 'system';
  } catch {}
  const light = chosen === 'system' ? matchMedia('(prefers-color-scheme: light)').matches : chosen === 'light';
  document.documentElement.dataset.theme = light ? 'light' : 'dark';

  let said = false;
  const say = (words) => {
    if (said) return;
    said = true;
    const line = document.createElement('p');
    line.setAttribute('role', 'alert');
    Object.assign(line.style, {
      margin: '0',
      padding: '16px',
      font: '14px/1.5 system-ui, sans-serif',
      color: 'CanvasText',
      background: 'Canvas',
    });
    line.textContent = words;
    document.body.prepend(line);
  };
  // a frame without an origin can neither fetch modules nor start workers
  const sandboxed = self.origin === 'null' && location.protocol.startsWith('http');
  const tell = () => {
    if (sandboxed)
      say(
        'ops.play cannot run in this frame: its sandbox lacks allow-same-origin, without which browsers start no worker. ' +
          `Add that word to the frame, or open ${location.href} by itself.`,
      );
    else say('A part of this page could not be fetched. Reload the page: if it was updated, the new version is loaded.');
  };
  const whenParsed = () => (document.body ? tell() : addEventListener('DOMContentLoaded', tell));
  if (sandboxed) whenParsed();
  addEventListener('error', ({ target }) => target instanceof HTMLScriptElement && whenParsed(), true);
})();
