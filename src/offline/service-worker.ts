/*
 * Serves the page without a network. Everything except whole kernels' types is fetched once and cached under this
 * version's name; those are cached on first use. A new version waits until the user accepts it.
 */
interface Extendable extends Event {
  readonly waitUntil: (done: Promise<unknown>) => void;
}

interface Fetching extends Extendable {
  readonly request: Request;
  readonly respondWith: (response: Promise<Response>) => void;
}

interface Scope {
  readonly registration: { readonly scope: string };
  readonly clients: { readonly claim: () => Promise<void> };
  readonly skipWaiting: () => Promise<void>;
  addEventListener(type: 'install' | 'activate', act: (event: Extendable) => void): void;
  addEventListener(type: 'fetch', act: (event: Fetching) => void): void;
  addEventListener(type: 'message', act: (event: MessageEvent<unknown>) => void): void;
}

declare const self: Scope;
/** Set by the build: paths of the page's files, and a key of their contents. */
declare const OPS_PLAY_PRECACHE: { readonly key: string; readonly files: readonly string[] };

const { key, files } = OPS_PLAY_PRECACHE;
const PAGE = `ops.play-${key}`;
const KERNELS = 'ops.play-kernels';

const isKernel = (url: URL): boolean => /\.whole\.btf\.gz$|\.config\.gz$/.test(url.pathname);

async function install(): Promise<void> {
  const cache = await caches.open(PAGE);
  await cache.addAll(files.map((file) => new Request(new URL(file, self.registration.scope), { cache: 'no-cache' })));
}

async function activate(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith('ops.play-') && name !== PAGE && name !== KERNELS);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function answer(request: Request): Promise<Response> {
  const url = new URL(request.url);
  if (isKernel(url)) {
    const kept = await (await caches.open(KERNELS)).match(request, { ignoreSearch: true });
    if (kept) return kept;
    const fresh = await fetch(request);
    if (fresh.ok) await (await caches.open(KERNELS)).put(request, fresh.clone());
    return fresh;
  }
  const wanted = request.mode === 'navigate' ? self.registration.scope : request;
  const kept = await (await caches.open(PAGE)).match(wanted, { ignoreSearch: true });
  return kept ?? fetch(request);
}

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('message', ({ data }) => {
  if (data === 'let the new version in') void self.skipWaiting();
});
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const here = request.url.startsWith(self.registration.scope);
  if (request.method === 'GET' && here) event.respondWith(answer(request));
});
