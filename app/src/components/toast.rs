//! What went wrong, or what was done last, in a corner of the page.

use leptos::{either::EitherOf3, prelude::*};

use super::{
    marks::{Gone, Marking},
    profile::Profile,
};
use crate::browser;

/// What went wrong, until the visitor has read it; or the way back from what was done last, until it is used or replaced.
#[component]
pub(crate) fn Toast(profile: Profile, marking: Marking) -> impl IntoView {
    let undo = move |gone: Gone| {
        let back = move |_| {
            browser::focus(&gone.card);
            marking.bring_back(gone.movie);
        };
        view! {
            <button class="button" type="button" on:click=back>
                "Undo"
            </button>
        }
    };
    let toast = move || match (profile.problem.get(), marking.last()) {
        (Some(problem), _) => EitherOf3::A(view! {
            <div class="toast" role="alert">
                <span>{problem}</span>
                <button class="button" type="button" on:click=move |_| profile.problem.set(None)>
                    "Close"
                </button>
            </div>
        }),
        (None, Some(gone)) => EitherOf3::B(view! {
            <div class="toast">
                <span role="status">{gone.in_words()}</span>
                {undo(gone)}
            </div>
        }),
        (None, None) => EitherOf3::C(()),
    };
    view! { {toast} }
}
