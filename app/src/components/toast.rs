//! What went wrong, or what was done last, in a corner of the page.

use leptos::{either::EitherOf3, prelude::*};

use super::{
    marks::{Gone, Marking},
    profile::Profile,
};
use crate::browser;

/// What went wrong, until the visitor has read it; or the way back from what was done last, until it is used or replaced.
#[component]
pub(crate) fn Toast(
    profile: Profile,
    marking: Marking,
    /// Whether the page's live region is here, and not in a row of its own.
    #[prop(optional)]
    speaks: bool,
) -> impl IntoView {
    let voice = profile.voice;
    let undo = move |gone: Gone| {
        let back = move |_| {
            browser::focus(&gone.card);
            marking.bring_back(gone.movie, &gone.title);
        };
        view! {
            <button class="button" type="button" on:click=back>
                "Undo"
            </button>
        }
    };
    let toast = move || match (voice.problem(), marking.last()) {
        (Some(problem), _) => EitherOf3::A(view! {
            <div class="toast">
                <span>{problem}</span>
                <button class="button" type="button" on:click=move |_| voice.all_is_well()>
                    "Close"
                </button>
            </div>
        }),
        (None, Some(gone)) => EitherOf3::B(view! {
            <div class="toast">
                <span>{gone.in_words()}</span>
                {undo(gone)}
            </div>
        }),
        (None, None) => EitherOf3::C(()),
    };
    let region = speaks.then(|| {
        view! {
            <p class="visually-hidden" role="status">
                {move || voice.said()}
            </p>
        }
    });
    view! {
        {region}
        {toast}
    }
}
