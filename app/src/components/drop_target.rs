//! Files that are dropped on a page: on a panel they are taken, beside it they stay away.

use leptos::{ev::DragEvent, nonce::use_nonce, prelude::*};

use crate::browser;

/// A file that is dropped beside the panels stays away: browsers would show it in the place of the page. On a field they take
/// it themselves, and a panel does as soon as its script runs; text is dropped as ever.
const STAY: &str = "for(const kind of ['dragover','drop'])addEventListener(kind,event=>{if(event.dataTransfer?.types.includes('Files')&&!event.target.closest?.('.drop-target')){event.preventDefault();event.dataTransfer.dropEffect='none'}})";

const TOO_MANY: &str =
    "One file at a time: none of these was taken. Drop them one by one, or the zip that they came in.";

/// Takes a file that is dropped anywhere on what is in it. Without it a browser takes one on the field only, and of several
/// the first without a word. What is to be said stands in the alert that follows the field.
#[island]
pub(crate) fn DropTarget(field: String, children: Children) -> impl IntoView {
    let over = RwSignal::new(false);
    let within = move |event: DragEvent| {
        event.prevent_default();
        if !over.get_untracked() {
            over.set(true);
        }
    };
    let say = {
        let alert = format!("#{field}~[role=alert]");
        move |words: &str| browser::write(&alert, words)
    };
    let unsay = {
        let say = say.clone();
        move |_| say("")
    };
    let drop = {
        let field = field.clone();
        move |event: DragEvent| {
            event.prevent_default();
            over.set(false);
            say(if browser::dropped(&event, &field) { "" } else { TOO_MANY });
        }
    };
    // What is left may be a part of the panel, for another.
    let leave = move |event: DragEvent| over.set(browser::stays_in(&event, &field));
    view! {
        <div
            class="drop-target"
            class:drop-over=over
            on:dragenter=within
            on:dragover=within
            on:dragleave=leave
            on:drop=drop
            on:change=unsay
        >
            {children()}
        </div>
    }
}

/// On a page with such panels: see [`STAY`]. A script of its own, because it is wanted before the application is there.
#[component]
pub(crate) fn Stay() -> impl IntoView {
    view! { <script nonce=use_nonce()>{STAY}</script> }
}
