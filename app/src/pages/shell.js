// The page's own script, in the head of every page (`shell.rs`, which leaves out what is only for its readers). It is a
// module: the document has been read when it runs, and a browser that knows no modules keeps plain links and forms.
/* global start */

/** What the cookie of this name says; empty if there is none. */
const cookie = (name) => document.cookie.match(`(?:^|; )${name}=([^;]*)`)?.[1] ?? '';

// A second press in the same place is meant for what the first one was for. Where that is gone, and something else has come
// under the pointer, it is nobody's: a film that takes the place of a rated one is not rated too.
const never = { at: -1e4 };
let pressed = never;
let nobodys = false;
const press = (event) => {
  const on = event.target.closest?.('a,button,input,label,select,summary');
  if (event.type === 'pointerdown') {
    // Whoever skips one film after the other means each of them.
    const soon = on?.matches('[data-skip]') ? 250 : 700;
    const again =
      event.timeStamp - pressed.at < soon && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) < 9;
    nobodys = again && pressed.on && on !== pressed.on && !pressed.on.isConnected;
    if (!nobodys) pressed = { at: event.timeStamp, x: event.clientX, y: event.clientY, on };
  }
  // A click that no pointer made is a key's.
  if (nobodys && (event.type !== 'click' || event.detail)) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
};
for (const kind of ['pointerdown', 'mousedown', 'click']) addEventListener(kind, press, true);
addEventListener('keydown', () => (pressed = never), true);

// Rows keep how far they were scrolled, with the page's entry in the history: back leads to where one was.
const scrollRows = () => {
  for (const [id, left] of Object.entries(history.state?.rows ?? {})) {
    const row = document.getElementById(id);
    row?.scrollTo({ left, behavior: 'instant' });
    row?.dispatchEvent(new Event('scroll'));
  }
};
addEventListener('pagehide', () => {
  const rows = {};
  for (const row of document.querySelectorAll('.row-track'))
    if (row.id && row.scrollLeft) rows[row.id] = row.scrollLeft;
  history.replaceState({ ...history.state, rows }, '');
});
scrollRows();

// Stars that are given before the application is there are shown, and given to it when it is: of itself it makes every
// slider what was stored when the page was made.
const early = new Map();
const keepStars = ({ type, target }) => {
  if (!target.matches('.rate input')) return;
  target.parentElement.dataset.value = target.value;
  if (type === 'change') early.set(target, target.value);
};
for (const kind of ['input', 'change']) addEventListener(kind, keepStars, true);
const giveStars = () => {
  for (const kind of ['input', 'change']) removeEventListener(kind, keepStars, true);
  for (const [slider, stars] of early) {
    slider.value = stars;
    for (const kind of ['input', 'change']) slider.dispatchEvent(new Event(kind, { bubbles: true }));
  }
};

// Loads the application and attaches each island. If that fails the page goes back to its plain links and forms. An island
// within another needs no element of its own, so there is nothing to walk in order.
const attach = async ({ js, wasm }) => {
  const app = await import(js);
  await app.default({ module_or_path: wasm });
  app.hydrate();
  for (const island of document.querySelectorAll('leptos-island')) app[island.dataset.component](island);
  giveStars();
  scrollRows();
};
attach(start).catch((error) => {
  delete document.documentElement.dataset.script;
  console.error(error);
});

// A picture that did not come, because the server or the way to it was gone for a moment, is asked for again.
const tries = new WeakMap();
const askAgain = (image) => {
  const before = tries.get(image) ?? 0;
  tries.set(image, before + 1);
  setTimeout(() => image.isConnected && (image.src += ''), Math.min(2000 * 1.5 ** before, 30_000));
};
addEventListener('error', ({ target }) => target instanceof HTMLImageElement && askAgain(target), true);
for (const image of document.images) if (image.complete && !image.naturalWidth) askAgain(image);

// When the server is gone, pages say so.
navigator.serviceWorker?.register('/sw.js').catch(() => {});

// A page that is shown again because the visitor went back to it may be as it was before they said something on another: the
// browser has kept it whole, or takes its HTML out of its cache without asking whether that is still so. It is loaded anew if
// the cookie that each change sets is no longer the one that the page was made with; once, because a page that was loaded
// anew did not come by going back. When it is there and not before: only then does the browser know where it was scrolled to.
// Most ask the server to begin with (`Vary`, in `server/src/web/pages.rs`); this is for those that do not, and for what was
// sent as the other page was left.
let said = document.documentElement.dataset.said;
addEventListener('pagehide', () => (said = cookie('said')));
addEventListener('pageshow', (event) => {
  const back = event.persisted || performance.getEntriesByType('navigation')[0]?.type === 'back_forward';
  if (back && said !== cookie('said')) location.reload();
});

// A page that the visitor turns to when another profile of the household has become the active one is loaded anew as well:
// what is said on it would be said by that one.
const who = cookie('who');
const turnedTo = () => {
  if (!document.hidden && who !== cookie('who')) location.reload();
};
for (const kind of ['focus', 'pageshow', 'visibilitychange']) addEventListener(kind, turnedTo);

// A form that leads back to its own page leaves the focus on the button that was pressed: rows are arranged step by step.
// The browser may keep nothing, and then says so with an error.
const kept = {
  put: (value) => {
    try {
      sessionStorage.pressed = value;
    } catch {
      // Then the focus is where the browser puts it.
    }
  },
  take: () => {
    try {
      const value = sessionStorage.pressed;
      delete sessionStorage.pressed;
      return value;
    } catch {
      return undefined;
    }
  },
};
addEventListener('submit', (event) => {
  const name = event.submitter?.getAttribute('aria-label');
  if (name && !event.defaultPrevented) kept.put(JSON.stringify([location.pathname, name]));
});
const [path, name] = JSON.parse(kept.take() ?? '[]');
if (path === location.pathname) {
  const same = document.querySelector(`button[aria-label="${CSS.escape(name)}"]`);
  (same?.disabled ? same.closest('li')?.querySelector('button:enabled') : same)?.focus();
}
