//! The stars of a film: one slider under five drawn ones, which sends what it is set to.

use leptos::{ev, prelude::*};

use super::{profile::Profile, words::of_five};
use crate::domain::{MovieId, Stars};

/// How long the arrow keys, which take a press for each half star, are still before the rating is sent. Milliseconds.
const KEYS_REST: u32 = 1_000;

/// The slider, a field of the form that it is in. What it is set to is shown at once and sent when the visitor lets go of it.
#[component]
pub(crate) fn StarsSlider(id: String, movie: MovieId, label: String, profile: Profile) -> impl IntoView {
    let stars = profile.stars(movie);
    let number = move || stars.get().map_or_else(|| "0".to_owned(), |stars| stars.to_string());
    let first = stars.get_untracked().map_or_else(|| "0".to_owned(), |stars| stars.to_string());
    let by_keys = StoredValue::new(false);
    let chosen = move |event: ev::Event| event_target_value(&event).parse::<Stars>().ok();
    let press = move |event: ev::KeyboardEvent| {
        // The arrow keys are the slider's here, and the row's elsewhere.
        event.stop_propagation();
        by_keys.set_value(true);
    };
    let change = move |event: ev::Event| {
        // A mouse or a finger has let go of the slider; the keys may go on.
        if by_keys.get_value() {
            profile.rate_after(KEYS_REST, movie, chosen(event));
        } else {
            profile.rate(movie, chosen(event));
        }
    };
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
                on:keydown=press
                on:pointerdown=move |_| by_keys.set_value(false)
                on:input=move |event| profile.preview(movie, chosen(event))
                on:change=change
                on:blur=move |_| profile.settle_now(movie)
            />
        </div>
    }
}
