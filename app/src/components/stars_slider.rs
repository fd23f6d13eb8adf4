//! The stars of a film: one slider under five drawn ones, which sends what it is set to.

use leptos::{ev, prelude::*};

use super::{profile::Profile, words::of_five};
use crate::domain::{MovieId, Stars};

/// The slider, a field of the form that it is in. What it is set to is shown at once and sent when it has changed: when the
/// visitor lets go of it, and where it is moved by keys, when they leave it (see `pages/hands.js`).
#[component]
pub(crate) fn StarsSlider(id: String, movie: MovieId, title: String, profile: Profile) -> impl IntoView {
    let stars = profile.stars(movie);
    let number = move || stars.get().map_or_else(|| "0".to_owned(), |stars| stars.to_string());
    let first = stars.get_untracked().map_or_else(|| "0".to_owned(), |stars| stars.to_string());
    let chosen = move |event: ev::Event| event_target_value(&event).parse::<Stars>().ok();
    let label = format!("Rate {title}");
    view! {
        <div class="rate" data-value=number>
            <input
                type="range"
                name="stars"
                id=id
                min="0"
                max="5"
                step="0.5"
                value=first
                prop:value=number
                aria-label=label
                aria-valuetext=move || of_five(stars.get())
                on:input=move |event| profile.show(movie, chosen(event))
                on:change=move |event| profile.rate(movie, chosen(event), &title)
            />
        </div>
    }
}
