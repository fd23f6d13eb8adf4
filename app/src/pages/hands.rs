//! What each page does about keys and fingers, in a script of its own: the application's WebAssembly need not know of it.

use leptos::{nonce::use_nonce, prelude::*};

/// Stars that are moved by keys, or by who reads the page aloud, have not changed with each half star: only when Enter is
/// pressed or the focus leaves the card (or the form, where there is no card). Whoever goes step by step keeps the card for as
/// long as they like. Where the window loses the focus, the card has not.
const STARS: &str = "let held,pressed;const tell=()=>{const slider=held;held=null;if(slider){delete slider.dataset.held;if(slider.isConnected)slider.dispatchEvent(new Event('change',{bubbles:true}))}};addEventListener('pointerdown',event=>{pressed=event.target},true);addEventListener('keydown',event=>{pressed=null;if(event.key==='Enter'&&event.target===held){event.preventDefault();tell()}},true);addEventListener('change',event=>{const slider=event.target;if(!event.isTrusted||!slider.matches('.rate input'))return;const byHand=pressed===slider||slider!==document.activeElement;pressed=null;if(byHand){if(held===slider){held=null;delete slider.dataset.held}return}event.stopImmediatePropagation();held=slider;slider.dataset.held=''},true);addEventListener('focusout',event=>{if(!held||event.target===document.activeElement)return;const place=held.closest('.card')??held.form;if(!place.contains(event.relatedTarget))tell()},true);";

/// What was opened on a card closes when something else is touched or has the focus.
const OPEN_CARD: &str = "for(const kind of['pointerdown','focusin'])addEventListener(kind,event=>{for(const card of document.querySelectorAll('.card-open'))if(!card.contains(event.target))card.querySelector('.card-more')?.click()},true);";

/// The script.
#[component]
pub(super) fn Hands() -> impl IntoView {
    view! { <script nonce=use_nonce()>{format!("{{{STARS}{OPEN_CARD}}}")}</script> }
}
