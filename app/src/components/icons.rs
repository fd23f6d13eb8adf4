//! The line icons, drawn once and used by name.

use leptos::prelude::*;

/// The drawings, out of sight, once per page.
#[component]
pub(crate) fn Icons() -> impl IntoView {
    view! {
        <svg class="icons" width="0" height="0" aria-hidden="true">
            <symbol id="star" viewBox="0 0 24 24">
                <path d="M12 2.6l2.9 6 6.6.9-4.8 4.6 1.2 6.5-5.9-3.1-5.9 3.1 1.2-6.5L2.5 9.5l6.6-.9z"></path>
            </symbol>
            <symbol id="search" viewBox="0 0 24 24">
                <circle cx="10.5" cy="10.5" r="6.5"></circle>
                <path d="M15.5 15.5L21 21"></path>
            </symbol>
            <symbol id="lock" viewBox="0 0 24 24">
                <rect x="5" y="10.5" width="14" height="10" rx="2"></rect>
                <path d="M12 14.5v2.5M8 10.5V8a4 4 0 0 1 8 0v2.5"></path>
            </symbol>
            <symbol id="have" viewBox="0 0 24 24">
                <path d="M4 19.5V5h4v14.5zM10 19.5V5h4v14.5zM15.5 6l3.8-1 3.7 13.5-3.8 1z" transform="translate(-1.5 0)"></path>
            </symbol>
            <symbol id="sun" viewBox="0 0 24 24">
                <circle cx="12" cy="12" r="4"></circle>
                <path d="M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4"></path>
            </symbol>
            <symbol id="moon" viewBox="0 0 24 24">
                <path d="M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z"></path>
            </symbol>
            <symbol id="keep" viewBox="0 0 24 24">
                <path d="M6.5 3.5h11v17L12 16.5l-5.5 4z"></path>
            </symbol>
            <symbol id="hide" viewBox="0 0 24 24">
                <circle cx="12" cy="12" r="8.5"></circle>
                <path d="M6 6l12 12"></path>
            </symbol>
            <symbol id="seen" viewBox="0 0 24 24">
                <path d="M2.5 12C7 4.5 17 4.5 21.5 12 17 19.5 7 19.5 2.5 12z"></path>
                <circle cx="12" cy="12" r="3"></circle>
            </symbol>
        </svg>
    }
}

/// One of the drawings.
#[component]
pub(crate) fn Icon(
    /// Its name, with a number sign.
    name: &'static str,
    /// Classes beside `icon`.
    #[prop(default = "icon")]
    class: &'static str,
) -> impl IntoView {
    view! {
        <svg class=class viewBox="0 0 24 24" aria-hidden="true">
            <use href=name></use>
        </svg>
    }
}

/// An M in bulbs.
#[component]
pub(crate) fn Bulbs() -> impl IntoView {
    view! {
        <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M2.6 2.6h0M21.4 2.6h0M2.6 7.3h0M7.3 7.3h0M16.7 7.3h0M21.4 7.3h0M2.6 12h0M12 12h0M21.4 12h0M2.6 16.7h0M21.4 16.7h0M2.6 21.4h0M21.4 21.4h0"></path>
        </svg>
    }
}
