// Rows of films for the keyboard, behind `hands.js` in the same script: a row is one stop for the Tab key, the card that had
// the focus last, and what is on that card; the arrow keys, Home and End go from card to card.
{
  const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -1e9, End: 1e9 };
  const stops = new WeakMap();
  const cardOf = (element) => element.closest?.('.row-track > li');
  const placeOf = (card) => [...card.parentElement.children].indexOf(card);
  // Films come and go: the stop is a place, and the last place where there are fewer.
  const stopOf = (row) => Math.min(stops.get(row) ?? 0, row.childElementCount - 1);
  const settle = (card, place) => {
    const index = place === stopOf(card.parentElement) ? 0 : -1;
    for (const control of card.querySelectorAll('a,button,input'))
      if (control.getAttribute('tabindex') !== `${index}`) control.tabIndex = index;
  };
  const settleRow = (row) => [...row.children].forEach(settle);

  document.querySelectorAll('.row-track').forEach(settleRow);
  new MutationObserver((changes) => {
    const rows = new Set();
    const cards = new Set();
    for (const { target } of changes) {
      if (target.matches('.row-track')) rows.add(target);
      else cards.add(cardOf(target));
    }
    rows.forEach(settleRow);
    for (const card of cards) if (card && !rows.has(card.parentElement)) settle(card, placeOf(card));
  }).observe(document.body, { childList: true, subtree: true });

  addEventListener('focusin', ({ target }) => {
    const card = cardOf(target);
    if (!card) return;
    const row = card.parentElement;
    const [from, to] = [stopOf(row), placeOf(card)];
    if (from === to) return;
    stops.set(row, to);
    settle(row.children[from], from);
    settle(card, to);
  });
  addEventListener('keydown', (event) => {
    const step = STEPS[event.key];
    const card = cardOf(event.target);
    // On a slider these keys are the slider's, and with another key the browser's.
    const isOurs = step && card && !event.target.matches('input');
    if (!isOurs || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const cards = card.parentElement.children;
    const to = Math.max(0, Math.min(placeOf(card) + step, cards.length - 1));
    cards[to].querySelector('a,button')?.focus();
  });
}
