//! The strip that asks a new visitor for a few likes.

use leptos::{ev, prelude::*};

use super::{
    card::{Face, SEEN_FIRST},
    film_map::FilmMap,
    profile::Profile,
    row::{Arrows, scrolling},
};
use crate::{
    browser,
    domain::{RowKind, Stars},
    views::{CardFilm, LIKES_TO_START},
};

const TRACK: &str = "welcome-films";

/// Well-known films to like or skip, and five bulbs that light. It stays until the next page load: nothing jumps.
#[component]
pub(crate) fn Welcome(
    /// The films.
    films: Vec<CardFilm>,
) -> impl IntoView {
    let profile = expect_context::<Profile>();
    let (ends, look) = scrolling(TRACK);
    let skipped = RwSignal::new(FilmMap::<()>::default());
    let lit = move || profile.liked.get().min(LIKES_TO_START);
    let bulbs = (0..LIKES_TO_START).map(|n| view! { <i class:lit=move || n < lit()></i> }).collect_view();
    let words = move || {
        if lit() < LIKES_TO_START {
            "Five likes are enough to start. Skip whatever you haven’t seen."
        } else {
            "That is enough to start. Every film you rate from here on makes it finer."
        }
    };
    let rows = move || RowKind::of_page(profile.liked.get() as usize).len();
    // Rows that there was too little known for when the page was made: they come with it made anew, when the visitor asks.
    let before = untrack(rows);
    let more = move || before < rows();
    let filter = profile.for_you.filter();
    let here = if filter.is_empty() { "/".to_owned() } else { format!("/?{filter}") };
    // Films only ever leave: a list that can also be reordered would be more to download.
    let card = |(place, film): (usize, CardFilm)| {
        move || {
            let left = !skipped.with(|skipped| skipped.has(film.id));
            left.then(|| view! { <WelcomeCard film=film.clone() profile skipped first=place < SEEN_FIRST /> })
        }
    };
    let (films_here, others) = (films.len(), here.clone());
    let cards = films.into_iter().enumerate().map(card).collect_view();
    let none_left = move || {
        (skipped.with(FilmMap::len) == films_here).then(|| {
            view! {
                <li class="quiet" tabindex="-1">
                    "No film is left here. "
                    <a href=others.clone() rel="external">
                        "Show others"
                    </a>
                </li>
            }
        })
    };
    view! {
        <section class="welcome" aria-labelledby="welcome">
            <div class="welcome-words">
                <h1 id="welcome">"Rate a few films you know"</h1>
                <p class="quiet">{words}</p>
                <div class="either">
                    <p class="quiet" class:unsaid=more>
                        "Or "
                        <a href="/import" rel="external">
                            "bring your ratings"
                        </a>
                        " from elsewhere."
                    </p>
                    <a class="button with-script" class:unsaid=move || !more() href=here rel="external">
                        "Show rows for your taste"
                    </a>
                </div>
                <p class="bulbs" role="img" aria-label=move || format!("{} of {LIKES_TO_START} films liked", lit())>
                    {bulbs} <span class="number">{move || format!("{} of {LIKES_TO_START}", lit())}</span>
                </p>
                <Arrows of="films to rate" track=TRACK ends />
            </div>
            <ul class="row-track" role="list" id=TRACK on:scroll=move |_| look()>
                {cards} {none_left}
            </ul>
        </section>
    }
}

#[component]
fn WelcomeCard(film: CardFilm, profile: Profile, skipped: RwSignal<FilmMap<()>>, first: bool) -> impl IntoView {
    let CardFilm { id, title, year, .. } = film;
    let stars = profile.stars(id);
    let liked = Memo::new(move |_| stars.get().is_some_and(Stars::is_liked));
    let label = {
        let title = title.clone();
        move || if liked.get() { format!("Liked {title}, take it back") } else { format!("Like {title}") }
    };
    // The second click of a double click would take back what the first one said.
    let once = move |event: ev::MouseEvent| {
        if event.detail() > 1 {
            event.prevent_default();
        }
    };
    let toggle = {
        let title = title.clone();
        move |event: ev::SubmitEvent| {
            event.prevent_default();
            profile.rate(id, (!liked.get_untracked()).then_some(Stars::MOST), &title);
        }
    };
    let skip = move |_| {
        let place = browser::focused_place(TRACK);
        skipped.update(|skipped| {
            skipped.insert(id, ());
        });
        if let Some(place) = place {
            leptos::task::spawn_local(async move {
                leptos::task::tick().await;
                browser::focus_place(TRACK, place);
            });
        }
    };
    let skip_label = format!("Skip {title}");
    view! {
        <li class="card" tabindex="-1">
            <Face id title year aside=|| () reason="" first />
            <div class="like-skip">
                <form method="post" action="/fn/rate" on:submit=toggle>
                    <input type="hidden" name="movie" value=id.to_string() />
                    <input type="hidden" name="stars" value=move || if liked.get() { "0" } else { "5" } />
                    <button class="button" class:button-lit=liked type="submit" aria-label=label on:click=once>
                        {move || if liked.get() { "Liked" } else { "Like" }}
                    </button>
                </form>
                <button class="button with-script" type="button" data-skip=id.to_string() aria-label=skip_label on:click=skip>
                    "Skip"
                </button>
            </div>
        </li>
    }
}
