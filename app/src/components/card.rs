//! A film's card: poster, title, facts, and its stars.

use leptos::{either::Either, ev, oco::Oco, prelude::*};

use super::{
    icons::Icon,
    marks::{Gone, Marking},
    profile::Profile,
    stars_slider::StarsSlider,
    words::one_decimal,
};
use crate::{
    browser,
    domain::{Mark, MovieId, Stars, ViewerId},
    views::CardFilm,
};

/// So many posters of a list are seen at once, even on a phone.
pub(crate) const SEEN_FIRST: usize = 3;

/// The catalogue's edition. In context, for posters' addresses: posters are kept for good, so a new catalogue's have
/// others.
#[derive(Clone)]
pub(crate) struct Edition(pub(crate) String);

/// Where a film's page is, for the same profile.
pub(crate) fn address(film: MovieId, viewer: Option<ViewerId>) -> String {
    viewer.map_or_else(|| format!("/movie/{film}"), |viewer| format!("/movie/{film}?profile={viewer}"))
}

/// A card whose stars can be set, and whose film can be kept or put away.
#[component]
pub(crate) fn Card(
    /// Tells this row's cards from another's with the same film.
    row: &'static str,
    film: CardFilm,
    /// Whether the card fades in.
    #[prop(optional)]
    arrived: bool,
    /// Whether its poster is among the first that a visitor sees.
    #[prop(optional)]
    first: bool,
) -> impl IntoView {
    let marking = expect_context::<Marking>();
    let id = film.id;
    let name = format!("card-{row}-{id}");
    let class = if arrived { "card card-arrived" } else { "card" };
    let open = RwSignal::new(false);
    // A page has hundreds of cards, and few are ever touched: what is on one is made when it is reached. The server, which
    // does not know, writes it for browsers without script.
    let reached = RwSignal::new(!arrived);
    let reach = move || {
        if !reached.get_untracked() {
            reached.set(true);
        }
    };
    let gone = marking.gone(id);
    let inside = {
        let card = name.clone();
        move || match gone.get() {
            None => Either::Left(view! { <Film row film=film.clone() card=card.clone() open reached first /> }),
            Some(mark) => Either::Right(view! { <PutAway film=film.clone() mark card=card.clone() /> }),
        }
    };
    view! {
        <li
            class=class
            class:card-open=open
            class:card-gone=move || gone.get().is_some()
            id=name
            tabindex="-1"
            on:pointerenter=move |_| reach()
            on:focusin=move |_| reach()
        >
            {inside}
        </li>
    }
}

#[component]
fn Film(
    row: &'static str,
    film: CardFilm,
    card: String,
    open: RwSignal<bool>,
    /// Whether what is on the card is to be there.
    reached: RwSignal<bool>,
    first: bool,
) -> impl IntoView {
    let profile = expect_context::<Profile>();
    let CardFilm { id, title, year, aside, reason, .. } = film;
    let stars = profile.stars(id);
    let form = format!("{row}-{id}");
    let more = format!("Rate or hide {title}");
    let actions = {
        let (title, form) = (title.clone(), form.clone());
        move || {
            reached.get().then(|| {
                let (title, card) = (title.clone(), card.clone());
                let name = title.clone();
                let marks = move || view! { <MarkButtons movie=id title=name card open /> };
                view! { <RateForm id=form.clone() movie=id title stars profile marks /> }
            })
        }
    };
    let slider = slider(&form);
    let toggle = move |_| {
        open.update(|open| *open = !*open);
        if open.get_untracked() {
            // Who reads the page aloud presses it from afar.
            reached.set(true);
            // It stands before the button, where nobody who can't see it would look.
            focus_soon(slider.clone());
        }
    };
    view! {
        <a class="card-link" href=address(id, profile.view) rel="external">
            <Face id title year reason aside=move || facts(stars.get(), &aside) first />
        </a>
        {actions}
        <button
            class="icon-button card-more with-script"
            type="button"
            aria-expanded=move || open.get().to_string()
            aria-label=more
            on:click=toggle
        >
            // A letter, because a drawing would be seven boxes on each of hundreds of cards.
            "•••"
        </button>
    }
}

/// Watchlist, seen, not interested.
#[component]
fn MarkButtons(movie: MovieId, title: String, card: String, open: RwSignal<bool>) -> impl IntoView {
    let marking = expect_context::<Marking>();
    let wanted = marking.wants(movie);
    let on_list = format!("{title} on your watchlist");
    let film = title.clone();
    let away = move |mark: Mark, name: &'static str, what: &'static str, icon: &'static str| {
        let (title, card) = (title.clone(), card.clone());
        let label = format!("{what} {title}");
        let put_away = move |_| {
            // What has the focus is about to go, which would have the browser lay the page out in between.
            browser::unfocus();
            open.set(false);
            let undo = undo(&card);
            marking.put_away(Gone { movie, title: title.clone(), mark, card: card.clone() });
            focus_soon(undo);
        };
        view! {
            <button class="icon-button" type="button" title=name aria-label=label on:click=put_away>
                <Icon name=icon />
            </button>
        }
    };
    view! {
        <div class="card-marks with-script">
            <button
                class="icon-button"
                type="button"
                title="Watchlist"
                aria-label=on_list
                aria-pressed=move || wanted.get().to_string()
                on:click=move |_| marking.want(movie, !wanted.get_untracked(), &film)
            >
                <Icon name="#keep" />
            </button>
            {away(Mark::Seen, "Already seen", "Already seen", "#seen")}
            {away(Mark::Hidden, "Not interested", "Not interested in", "#hide")}
        </div>
    }
}

/// Gives an element the focus that is about to appear.
pub(crate) fn focus_soon(id: String) {
    leptos::task::spawn_local(async move {
        leptos::task::tick().await;
        browser::focus(&id);
    });
}

/// The id of the slider in a card's form.
fn slider(form: &str) -> String {
    format!("stars-{form}")
}

/// The id of a card's way back.
fn undo(card: &str) -> String {
    format!("undo-{card}")
}

/// What stands in the place of a film that was put away: the same boxes, and a way back.
#[component]
fn PutAway(film: CardFilm, mark: Mark, card: String) -> impl IntoView {
    let marking = expect_context::<Marking>();
    let CardFilm { id, title, .. } = film;
    let label = format!("Undo: {title}");
    let undo = undo(&card);
    let back = {
        let title = title.clone();
        move |_| {
            browser::focus(&card);
            marking.bring_back(id, &title);
        }
    };
    view! {
        <div class="poster">
            <span>{if mark == Mark::Seen { "Seen" } else { "Hidden" }}</span>
            <button class="button" type="button" id=undo aria-label=label on:click=back>
                "Undo"
            </button>
        </div>
        <span class="card-title">{title}</span>
        <span class="card-facts"></span>
        <span class="card-reason"></span>
    }
}

fn facts(stars: Option<Stars>, aside: &str) -> impl IntoView + use<> {
    match stars {
        Some(stars) => Either::Left(view! {
            <span class="match rated">
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
    /// Whether its poster is among the first that a visitor sees: asked for before it is known to be in the window.
    #[prop(optional)]
    first: bool,
) -> impl IntoView
where
    Aside: Fn() -> AsideView + Send + 'static,
    AsideView: IntoView + 'static,
{
    let Edition(edition) = expect_context();
    let whole_title = title.clone();
    view! {
        <span class="poster">
            <img
                src=format!("/poster/{id}.svg?{edition}")
                alt=""
                width="200"
                height="300"
                loading=(!first).then_some("lazy")
                fetchpriority=first.then_some("high")
            />
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
fn RateForm<Marks, MarksView>(
    id: String,
    movie: MovieId,
    title: String,
    stars: ReadSignal<Option<Stars>>,
    profile: Profile,
    /// What stands below the stars.
    marks: Marks,
) -> impl IntoView
where
    Marks: FnOnce() -> MarksView,
    MarksView: IntoView + 'static,
{
    let slider = slider(&id);
    let submit = {
        let title = title.clone();
        move |event: ev::SubmitEvent| {
            event.prevent_default();
            profile.rate(movie, stars.get_untracked(), &title);
        }
    };
    view! {
        <form class="card-actions" id=id method="post" action="/fn/rate" on:submit=submit>
            <input type="hidden" name="movie" value=movie.to_string() />
            {profile.view.map(|view| view! { <input type="hidden" name="view" value=view.to_string() /> })}
            <StarsSlider id=slider movie title profile />
            {marks()}
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
