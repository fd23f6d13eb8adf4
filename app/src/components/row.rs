//! A row of cards: heading, status line, arrows, and the list that scrolls.

use leptos::{either::Either, prelude::*};

use super::icons::Icon;
use crate::browser;

/// Whether a row's heading is the page's.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// The page's heading.
    Page,
    /// A heading below it.
    Section,
}

/// Heading and status line on the left, arrows on the right.
#[component]
pub(crate) fn RowHead(
    /// The heading's id, which names the row.
    id: &'static str,
    /// The list's id, which the arrows scroll.
    track: &'static str,
    /// The heading.
    heading: &'static str,
    /// What the heading is.
    level: Level,
    /// How far the list is scrolled.
    ends: RwSignal<(bool, bool)>,
    /// The status line.
    children: Children,
) -> impl IntoView {
    let heading_view = match level {
        Level::Page => Either::Left(view! { <h1 id=id>{heading}</h1> }),
        Level::Section => Either::Right(view! { <h2 id=id>{heading}</h2> }),
    };
    view! {
        <div class="row-head">
            <div>{heading_view} {children()}</div>
            <Arrows of=heading track ends />
        </div>
    }
}

/// Back and forward.
#[component]
pub(crate) fn Arrows(
    /// What they scroll, in words.
    of: &'static str,
    /// The list's id.
    track: &'static str,
    /// How far the list is scrolled.
    ends: RwSignal<(bool, bool)>,
) -> impl IntoView {
    view! {
        <div class="row-arrows with-script" role="group" aria-label=format!("Scroll {of}")>
            <Arrow track=track forward=false at_end=Signal::derive(move || ends.get().0) />
            <Arrow track=track forward=true at_end=Signal::derive(move || ends.get().1) />
        </div>
    }
}

/// One arrow. At the end it is shown as such but keeps the focus, so that a keyboard does not lose its place.
#[component]
fn Arrow(track: &'static str, forward: bool, at_end: Signal<bool>) -> impl IntoView {
    let (label, icon) = if forward { ("Forward", "#next") } else { ("Back", "#back") };
    view! {
        <button
            class="icon-button"
            type="button"
            aria-label=label
            aria-controls=track
            aria-disabled=move || at_end.get().to_string()
            on:click=move |_| browser::scroll_row(track, forward)
        >
            <Icon name=icon />
        </button>
    }
}

/// How far a list is scrolled: the signal for [`RowHead`], and what to do when the list scrolls.
pub(crate) fn scrolling(track: &'static str) -> (RwSignal<(bool, bool)>, impl Fn() + Copy) {
    let ends = RwSignal::new((true, false));
    let look = move || {
        let now = browser::row_ends(track);
        if ends.get_untracked() != now {
            ends.set(now);
        }
    };
    (ends, look)
}
