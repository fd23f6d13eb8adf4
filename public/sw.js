// What stands between a page and a server that is gone: nothing is kept but the page that says so. Every other request goes
// its way as if this were not here.
const GONE = '/offline.html';

addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open('gone')
      .then((kept) => kept.add(new Request(GONE, { cache: 'reload' })))
      .then(() => skipWaiting()),
  );
});

addEventListener('activate', (event) => {
  // The page is asked for at once, not when this has been started.
  event.waitUntil(Promise.all([clients.claim(), registration.navigationPreload?.enable()]));
});

addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.mode !== 'navigate' || request.method !== 'GET') return;
  const page = async () => (await event.preloadResponse) ?? fetch(request);
  event.respondWith(page().catch(() => caches.match(GONE)));
});
