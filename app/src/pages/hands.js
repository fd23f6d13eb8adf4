// What each page does about keys and fingers, behind `shell.js` in the same script.
{
  // Stars that are moved by keys, or by who reads the page aloud, have not changed with each half star: only when Enter is
  // pressed or the focus leaves the card (or the form, where there is no card). Whoever goes step by step keeps the card for as
  // long as they like. Where the window loses the focus, the card has not.
  let held = null;
  let touched = null;

  const letGo = () => {
    if (held) delete held.dataset.held;
    held = null;
  };
  const tell = () => {
    const slider = held;
    letGo();
    if (slider?.isConnected) slider.dispatchEvent(new Event('change', { bubbles: true }));
  };
  const changed = (event) => {
    const slider = event.target;
    if (!event.isTrusted || !slider.matches('.rate input')) return;
    const byHand = touched === slider || slider !== document.activeElement;
    touched = null;
    if (byHand) {
      if (held === slider) letGo();
      return;
    }
    event.stopImmediatePropagation();
    held = slider;
    slider.dataset.held = '';
  };
  const pressed = (event) => {
    touched = null;
    if (event.key === 'Enter' && held && event.target === held) {
      event.preventDefault();
      tell();
    }
  };
  const left = (event) => {
    if (!held || event.target === document.activeElement) return;
    const place = held.closest('.card') ?? held.form;
    if (!place.contains(event.relatedTarget)) tell();
  };
  addEventListener('pointerdown', (event) => (touched = event.target), true);
  addEventListener('keydown', pressed, true);
  addEventListener('change', changed, true);
  addEventListener('focusout', left, true);

  // What was opened on a card closes when something else is touched or has the focus.
  const closeOthers = (event) => {
    for (const card of document.querySelectorAll('.card-open')) {
      if (!card.contains(event.target)) card.querySelector('.card-more')?.click();
    }
  };
  for (const kind of ['pointerdown', 'focusin']) addEventListener(kind, closeOthers, true);
}
