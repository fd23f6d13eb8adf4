// What each page does about keys and fingers, behind `shell.js` in the same script.
/* global cookie */
{
  // Stars that are moved by keys, or by who reads the page aloud, have not changed with each half star: only when Enter is
  // pressed or the focus leaves the slider. Until it leaves the card as well, the slider is marked, and the card stays: whoever
  // goes step by step keeps it for as long as they like.
  let held = null;
  let isNew = false;

  const send = () => {
    if (!isNew) return;
    isNew = false;
    if (held.isConnected) held.dispatchEvent(new Event('change', { bubbles: true }));
  };
  const letGo = () => {
    if (!held) return;
    removeEventListener('beforeunload', send);
    delete held.dataset.held;
    held = null;
  };
  let touched = null;
  const changed = (event) => {
    const slider = event.target;
    if (!event.isTrusted || !slider.matches('.rate input')) return;
    const byHand = touched === slider || slider !== document.activeElement;
    touched = null;
    isNew = !byHand;
    if (byHand) {
      if (held === slider) letGo();
      return;
    }
    event.stopImmediatePropagation();
    held = slider;
    slider.dataset.held = '';
    // What is sent only when the page goes may be lost.
    addEventListener('beforeunload', send);
  };
  const pressed = (event) => {
    touched = null;
    if (event.key === 'Enter' && held && event.target === held) {
      event.preventDefault();
      send();
      letGo();
    }
  };
  const left = (event) => {
    if (!held) return;
    send();
    // Where the window loses the focus, the card has not.
    const place = held.closest('.card') ?? held.form;
    if (event.target !== document.activeElement && !place.contains(event.relatedTarget)) letGo();
  };
  addEventListener('pointerdown', (event) => (touched = event.target), true);
  addEventListener('keydown', pressed, true);
  addEventListener('change', changed, true);
  addEventListener('focusout', left, true);

  // What was said shows on the page that a link leads to: the link waits until it has arrived, a second at most.
  const isOnItsWay = () => document.documentElement.matches('[data-rating],[data-marking]');
  const followed = (event) => {
    const link = event.target.closest?.('a[href]');
    const elsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (!link || event.defaultPrevented || elsewhere || link.matches('[target],[download],[href^="#"]')) return;
    if (!isOnItsWay()) return;
    event.preventDefault();
    const latest = performance.now() + 1000;
    const go = () => {
      if (isOnItsWay() && performance.now() < latest) setTimeout(go, 20);
      else location.assign(link.href);
    };
    go();
  };
  addEventListener('click', followed);

  // A film that a new visitor skips is not offered again while the browser is open. As many are kept as the server reads.
  addEventListener('click', ({ target }) => {
    const film = target.closest?.('[data-skip]')?.dataset.skip;
    if (!film) return;
    const skipped = [...cookie('skipped').split('.').filter(Boolean), film].slice(-48);
    document.cookie = `skipped=${skipped.join('.')}; Path=/; SameSite=Lax`;
  });

  // A menu closes by Escape, which gives its button the focus again; one that lies over the page when something else is
  // touched.
  const closeMenus = ({ type, target, key }) => {
    if (type === 'keydown' && key !== 'Escape') return;
    for (const menu of document.querySelectorAll('details[open]')) {
      const inside = menu.contains(target);
      if (key ? inside || menu.matches('.profile,.tuning') : !inside && menu.matches('.profile,.tuning')) {
        menu.open = false;
        if (key && inside) menu.querySelector('summary').focus();
      }
    }
  };
  for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, closeMenus);

  // What was opened on a card closes when something else is touched or has the focus.
  const closeOthers = (event) => {
    for (const card of document.querySelectorAll('.card-open')) {
      if (!card.contains(event.target)) card.querySelector('.card-more')?.click();
    }
  };
  for (const kind of ['pointerdown', 'focusin']) addEventListener(kind, closeOthers, true);
}
