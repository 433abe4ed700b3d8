/* The page is kept for days without a network. A newer version is offered; it comes when the user reloads, never before. */
import { notify } from './store/lab.ts';

let waiting: ServiceWorker | null = null;

export const newVersionWaits = (): boolean => waiting !== null;

/** Lets the new version in; texts and labs stay. */
export function takeNewVersion(): void {
  if (!waiting) return;
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  waiting.postMessage('let the new version in');
}

function offer(worker: ServiceWorker | null): void {
  // the first version of all is no news
  if (!worker || !navigator.serviceWorker.controller) return;
  waiting = worker;
  notify({
    kind: 'info',
    lasting: true,
    title: 'A newer version of this page is here',
    detail: 'It comes with “Reload to the newer version” (Ctrl+K). Until then everything stays as it is.',
  });
}

/** Where the browser denies it (a frame of another site, no storage) the page works, with a network. */
export async function keepOffline(): Promise<void> {
  try {
    const registration = await navigator.serviceWorker.register(new URL('service-worker.js', document.baseURI));
    offer(registration.waiting);
    registration.addEventListener('updatefound', () => {
      const { installing } = registration;
      installing?.addEventListener('statechange', () => installing.state === 'installed' && offer(installing));
    });
  } catch {
    // told by nothing but the network's absence: nobody asked for it
  }
}
