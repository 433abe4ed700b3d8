/* Makes the page available without a network. A newer version is offered, and used only after the user reloads. */
import { notify } from './store/lab.ts';

let waiting: ServiceWorker | null = null;

export const newVersionWaits = (): boolean => waiting !== null;

/** Switches to the new version; texts and labs stay. */
export function takeNewVersion(): void {
  if (!waiting) return;
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  waiting.postMessage('let the new version in');
}

function offer(worker: ServiceWorker | null): void {
  // the first installation is no update
  if (!worker || !navigator.serviceWorker.controller) return;
  waiting = worker;
  notify({
    kind: 'info',
    lasting: true,
    title: 'A newer version of this page is here',
    detail: 'It comes with “Reload to the newer version” (Ctrl+K). Until then everything stays as it is.',
  });
}

/**
 * Registers the service worker. Where the browser denies it (a frame of another site, no storage) the page still works
 * with a network.
 */
export async function keepOffline(): Promise<void> {
  try {
    const registration = await navigator.serviceWorker.register(new URL('service-worker.js', document.baseURI));
    offer(registration.waiting);
    registration.addEventListener('updatefound', () => {
      const { installing } = registration;
      installing?.addEventListener('statechange', () => installing.state === 'installed' && offer(installing));
    });
  } catch {
    // no notice: the user did not request it
  }
}
