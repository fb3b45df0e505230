// Keeps the page and everything it needs, so that it works without a network. Built by vite.config.ts, which puts in the
// list of files and a version.
// @ts-nocheck

const version = __VERSION__;
// `shell`: the page without any computing; `rest`: tfjs and networks, which follow when the page is idle.
const { shell, rest } = __FILES__;
const cacheName = `sr-${version}`;

self.addEventListener('install', event => {
  event.waitUntil(caches.open(cacheName).then(cache => cache.addAll(shell)));
});

self.addEventListener('activate', event => {
  const forget = async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith('sr-') && name !== cacheName) await caches.delete(name);
    }
    await self.clients.claim();
  };
  event.waitUntil(forget());
});

self.addEventListener('message', event => {
  if (event.data !== 'keep-everything') return;
  const keep = async () => {
    const cache = await caches.open(cacheName);
    for (const file of rest) {
      // One that fails is fetched when it is needed.
      if ((await cache.match(file)) === undefined) await cache.add(file).catch(() => undefined);
    }
    event.source?.postMessage('kept-everything');
  };
  event.waitUntil(keep());
});

self.addEventListener('fetch', event => {
  const { request } = event;
  const url = new URL(request.url);
  // Nothing leaves the page: requests to other servers are refused here too.
  if (url.origin !== self.location.origin) return event.respondWith(Response.error());
  if (request.method !== 'GET' || url.pathname.includes('/api/')) return;
  event.respondWith(answer(request));
});

async function answer(request) {
  const cache = await caches.open(cacheName);
  const found = await cache.match(request.mode === 'navigate' ? './' : request, { ignoreSearch: true });
  if (found !== undefined) return found;
  const response = await fetch(request);
  if (response.ok && response.status === 200) await cache.put(request, response.clone()).catch(() => undefined);
  return response;
}
