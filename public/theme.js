/* Before the first paint: the theme that was chosen, else the system's; and a sentence where the page cannot begin. */
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
  // a frame of no origin may fetch no module and start no worker
  const sandboxed = self.origin === 'null' && location.protocol.startsWith('http');
  const tell = () => {
    if (sandboxed)
      say(
        'ops.play cannot run in this frame: its sandbox lacks allow-same-origin, without which a browser starts no worker. ' +
          `Add that word to the frame, or open ${location.href} by itself.`,
      );
    else say('A part of this page could not be fetched. Reload it: where the page was updated, that brings the new one.');
  };
  const whenParsed = () => (document.body ? tell() : addEventListener('DOMContentLoaded', tell));
  if (sandboxed) whenParsed();
  addEventListener('error', ({ target }) => target instanceof HTMLScriptElement && whenParsed(), true);
})();
