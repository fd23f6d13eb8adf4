//! What a visitor says of the film whose page this is: its stars and its marks. Forms, which work without script; with it
//! each is sent as soon as it is said, as on the cards, and the way back gets no step longer.

use leptos::{ev, prelude::*};

use super::{icons::Icon, marks::Marking, profile::Profile, stars_slider::StarsSlider, toast::Toast, words::of_five};
use crate::{
    browser,
    domain::{Mark, MovieId, Stars, ViewerId},
};

const SLIDER: &str = "film-stars";

/// Stars, a way to take them back, and a button for each mark.
#[island]
pub(crate) fn FilmTools(
    movie: MovieId,
    /// The film's title.
    title: String,
    /// As they are stored.
    stars: Option<Stars>,
    /// Those that the film has.
    marks: Vec<Mark>,
    /// The MovieLens viewer in whose shoes the visitor stands.
    viewer: Option<ViewerId>,
) -> impl IntoView {
    let profile = Profile::of_film(viewer, movie, stars);
    let marking = Marking::of_film(viewer, movie, marks, profile.voice);
    Effect::new(move |_| {
        profile.keep_when_left();
        marking.keep_when_left();
    });
    let stars = profile.stars(movie);
    let name = StoredValue::new(title.clone());
    let rate = move |event: ev::SubmitEvent| {
        event.prevent_default();
        name.with_value(|title| profile.rate(movie, stars.get_untracked(), title));
    };
    let take_back = move |event: ev::SubmitEvent| {
        event.prevent_default();
        name.with_value(|title| profile.rate(movie, None, title));
        // The button that has the focus goes.
        browser::focus(SLIDER);
    };
    let marks = Mark::ALL.map(|mark| view! { <MarkForm movie title=name mark viewer marking /> });
    view! {
        <form class="film-rate" method="post" action="/fn/rate" on:submit=rate>
            <Of movie viewer />
            <StarsSlider id=SLIDER.to_owned() movie title profile />
            // No `output`: that would be a live region of its own.
            <span class="with-script film-stars">{move || of_five(stars.get())}</span>
            <button class="button button-main without-script" type="submit">
                "Rate"
            </button>
        </form>
        // Its place is kept: nothing moves when there is something to take back.
        <form
            class="take-back"
            class:unsaid=move || stars.get().is_none()
            method="post"
            action="/fn/rate"
            on:submit=take_back
        >
            <Of movie viewer />
            <input type="hidden" name="stars" value="0" />
            <button class="icon-button" type="submit" title="Take back" aria-label="Take back">
                "×"
            </button>
        </form>
        {marks}
        <Toast profile marking speaks=true />
    }
}

/// A form's hidden fields: which film it is about, and whose page this is.
#[component]
fn Of(movie: MovieId, viewer: Option<ViewerId>) -> impl IntoView {
    view! {
        <input type="hidden" name="movie" value=movie.to_string() />
        {viewer.map(|viewer| view! { <input type="hidden" name="view" value=viewer.to_string() /> })}
    }
}

/// Puts a mark on the film, or takes it off.
#[component]
fn MarkForm(
    movie: MovieId,
    title: StoredValue<String>,
    mark: Mark,
    viewer: Option<ViewerId>,
    marking: Marking,
) -> impl IntoView {
    let marked = marking.marked(movie);
    let on = move || marked.get().has(mark);
    let press = move |event: ev::SubmitEvent| {
        event.prevent_default();
        title.with_value(|title| marking.turn(movie, mark, title));
    };
    let (icon, without, with) = match mark {
        Mark::Watchlist => ("#keep", "Watchlist", "On your watchlist"),
        Mark::Seen => ("#seen", "Already seen", "Seen"),
        Mark::Hidden => ("#hide", "Not interested", "Hidden from you"),
        Mark::Library => ("#have", "I have it", "In your library"),
    };
    view! {
        <form method="post" action="/fn/mark" on:submit=press>
            <Of movie viewer />
            <input type="hidden" name="mark" value=mark.name() />
            <input type="hidden" name="on" value=move || (!on()).to_string() />
            <button class="button" type="submit" aria-pressed=move || on().to_string()>
                <Icon name=icon />
                // As wide as the longer one: what stands beside it stays there.
                <span class="either">
                    <span class:unsaid=on>{without}</span>
                    <span class:unsaid=move || !on()>{with}</span>
                </span>
            </button>
        </form>
    }
}
