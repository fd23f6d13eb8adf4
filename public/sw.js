// What stands between a page and a server that is gone: nothing is kept but the page that says so. Every other request goes
// its way as if this were not here.
const GONE = '/offline.html';

addEventListener('install', (event) => {
  // What a page says as it is left does not come through here at all, where the browser can be told so: it would be lost when
  // the page is gone before this has been started.
  const said = ['cors', 'no-cors', 'same-origin'].map((requestMode) => ({
    condition: { requestMethod: 'POST', requestMode },
    source: 'network',
  }));
  const past = async () => event.addRoutes?.(said);
  event.waitUntil(
    Promise.all([
      past().catch(() => {}),
      caches.open('gone').then((kept) => kept.add(new Request(GONE, { cache: 'reload' }))),
    ]).then(() => skipWaiting()),
  );
});

addEventListener('activate', (event) => {
  // The page is asked for at once, not when this has been started.
  event.waitUntil(Promise.all([clients.claim(), registration.navigationPreload?.enable()]));
});

addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.mode !== 'navigate') return;
  const isForm = request.method !== 'GET';
  const page = async () => (await event.preloadResponse) ?? fetch(request);
  const gone = async () => {
    const kept = await caches.match(GONE);
    // What was sent by a form may have arrived, and only the answer not: it is not sent again by itself.
    return isForm ? new Response((await kept.text()).replace('<html', '<html data-unsent'), kept) : kept;
  };
  event.respondWith(page().catch(gone));
});
