//! A film's card: poster, title, facts, and its stars.

use leptos::{either::Either, ev, oco::Oco, prelude::*};

use super::{
    icons::Icon,
    profile::Profile,
    words::{because, of_five, one_decimal, telling},
};
use crate::domain::{MovieId, Recommendation, Stars, ViewerId};

/// How long the arrow keys, which take a press for each half star, are still before the rating is sent. Milliseconds.
const KEYS_REST: u32 = 1_000;

/// What a card says about its film.
#[derive(Clone)]
pub(crate) struct CardFilm {
    pub(crate) id: MovieId,
    pub(crate) title: String,
    pub(crate) year: Option<u16>,
    /// On the right of the year, as long as the film is not rated.
    pub(crate) aside: String,
    /// The line below.
    pub(crate) reason: String,
}

/// The catalogue's edition. In context, for posters' addresses: posters are kept for good, so a new catalogue's have
/// others.
#[derive(Clone)]
pub(crate) struct Edition(pub(crate) String);

/// Where a film's page is, for the same profile.
pub(crate) fn address(film: MovieId, viewer: Option<ViewerId>) -> String {
    viewer.map_or_else(|| format!("/movie/{film}"), |viewer| format!("/movie/{film}?profile={viewer}"))
}

/// A recommendation, as its card says it.
pub(crate) fn recommended(film: Recommendation) -> CardFilm {
    CardFilm {
        id: film.id,
        reason: because(&film.reasons),
        title: film.title,
        year: film.year,
        aside: telling(&film.genres).to_owned(),
    }
}

/// A card whose stars can be set.
#[component]
pub(crate) fn Card(
    /// Tells this row's cards from another's with the same film.
    row: &'static str,
    film: CardFilm,
    /// Whether the card fades in.
    #[prop(optional)]
    arrived: bool,
) -> impl IntoView {
    let profile = expect_context::<Profile>();
    let CardFilm { id, title, year, aside, reason } = film;
    let stars = Memo::new(move |_| profile.stars(id));
    let open = RwSignal::new(false);
    let form = format!("{row}-{id}");
    let label = format!("Rate {title}");
    let class = if arrived { "card card-arrived" } else { "card" };
    view! {
        <li class=class class:card-open=open tabindex="-1">
            <a class="card-link" href=address(id, profile.view) rel="external">
                <Face id title year reason aside=move || facts(stars.get(), &aside) />
            </a>
            <RateForm id=form.clone() movie=id label=label.clone() stars profile />
            <button
                class="icon-button card-more with-script"
                type="button"
                aria-expanded=move || open.get().to_string()
                aria-controls=form
                aria-label=label
                on:click=move |_| open.update(|open| *open = !*open)
            >
                <Icon name="#more" />
            </button>
        </li>
    }
}

fn facts(stars: Option<Stars>, aside: &str) -> impl IntoView + use<> {
    match stars {
        Some(stars) => Either::Left(view! {
            <span class="match">
                <Icon name="#star" class="icon icon-star" />
                // With its decimal, so that it is as wide whatever it is.
                {one_decimal(f64::from(stars.get()))}
                <span class="visually-hidden">" stars from you"</span>
            </span>
        }),
        None => Either::Right(view! { <span class="aside">{aside.to_owned()}</span> }),
    }
}

/// Poster, title, facts, reason: the boxes that a placeholder has too.
#[component]
pub(crate) fn Face<Aside, AsideView>(
    id: MovieId,
    #[prop(into)] title: Oco<'static, str>,
    year: Option<u16>,
    aside: Aside,
    #[prop(into)] reason: String,
) -> impl IntoView
where
    Aside: Fn() -> AsideView + Send + 'static,
    AsideView: IntoView + 'static,
{
    let Edition(edition) = expect_context();
    let whole_title = title.clone();
    view! {
        <span class="poster">
            <img src=format!("/poster/{id}.svg?{edition}") alt="" width="200" height="300" loading="lazy" />
        </span>
        <span class="card-title" title=whole_title>{title}</span>
        <span class="card-facts">
            <span>{year.map(|year| year.to_string())}</span>
            {aside}
        </span>
        <span class="card-reason">{reason}</span>
    }
}

/// The stars: a slider with script, a form without.
#[component]
fn RateForm(id: String, movie: MovieId, label: String, stars: Memo<Option<Stars>>, profile: Profile) -> impl IntoView {
    let number = move || stars.get().map_or_else(|| "0".to_owned(), |stars| stars.to_string());
    let first = stars.get_untracked().map_or_else(|| "0".to_owned(), |stars| stars.to_string());
    let by_keys = StoredValue::new(false);
    let chosen = move |event: ev::Event| event_target_value(&event).parse::<Stars>().ok();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        profile.rate(movie, stars.get_untracked());
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
        <form class="card-actions" id=id method="post" action="/fn/rate" on:submit=submit>
            <input type="hidden" name="movie" value=movie.to_string() />
            {profile.view.map(|view| view! { <input type="hidden" name="view" value=view.to_string() /> })}
            <div class="rate" data-value=number>
                <input
                    type="range"
                    name="stars"
                    min="0"
                    max="5"
                    step="0.5"
                    value=first
                    prop:value=number
                    aria-label=label
                    aria-valuetext=move || of_five(stars.get())
                    on:keydown=move |_| by_keys.set_value(true)
                    on:pointerdown=move |_| by_keys.set_value(false)
                    on:input=move |event| profile.preview(movie, chosen(event))
                    on:change=change
                    on:blur=move |_| profile.settle_now(movie)
                />
            </div>
            <span class="without-script">
                <button class="button" type="submit">
                    "Rate"
                </button>
            </span>
        </form>
    }
}

/// A place that is kept for a film: the same boxes, with bars for words.
#[component]
pub(crate) fn WaitingCard() -> impl IntoView {
    view! {
        <li class="card card-waiting" aria-hidden="true">
            <span class="poster"></span>
            <span class="card-title">
                <i class="bar"></i>
            </span>
            <span class="card-facts">
                <i class="bar"></i>
                <i class="bar"></i>
            </span>
            <span class="card-reason">
                <i class="bar"></i>
            </span>
        </li>
    }
}
