//! A row of cards: heading, status line, arrows, and the list that scrolls.

use leptos::{either::Either, prelude::*};

use super::{
    card::{Card, WaitingCard},
    for_you::{STATUS, Tune, failure, status, without_script},
    prediction::{ForYou, Phase},
    profile::Profile,
};
use crate::{browser, domain::Tuning, views::CardFilm};

/// Where a row stands on its page.
#[derive(Clone, Copy)]
pub(crate) struct Spot {
    /// The heading's id, which names the row and tells its cards from another's.
    pub(crate) id: &'static str,
    /// The list's id, which the arrows scroll.
    pub(crate) track: &'static str,
    /// What its heading is.
    pub(crate) level: Level,
}

/// A place in a row.
#[derive(Clone)]
pub(crate) enum Place {
    /// It is kept for a film.
    Kept(usize),
    /// A film has it; whether it fades in.
    Taken(usize, CardFilm, bool),
}

impl Place {
    /// A film that keeps its place and what its card says keeps its element; nothing is ever moved to another place.
    fn key(&self) -> (usize, Option<(u32, String)>) {
        match self {
            Self::Kept(place) => (*place, None),
            Self::Taken(place, film, _) => (*place, Some((film.id.0, film.reason.clone()))),
        }
    }
}

/// A row of films. One component for all rows, and no erased view (`AnyView`) in it: both would add a tenth to the browser's
/// download.
#[component]
pub(crate) fn FilmRow(
    spot: Spot,
    heading: Signal<String>,
    /// Its places.
    places: Signal<Vec<Place>>,
    /// Whether its films are being chosen.
    busy: Signal<bool>,
    sort: Sort,
) -> impl IntoView {
    let Spot { id, track, level } = spot;
    let (ends, look) = scrolling(track);
    let lead = match &sort {
        Sort::Lead { row, .. } => Some(*row),
        Sort::Other(_) => None,
    };
    let class = if lead.is_some() { "row row-lead" } else { "row" };
    let failed = move || lead.is_some_and(|row| matches!(row.phase.get(), Phase::Failed(_)));
    Effect::new(move |_| {
        if places.with(Vec::len) <= FEW {
            // The cards are there with the next frame.
            request_animation_frame(look);
        }
    });
    view! {
        <section
            class=class
            aria-labelledby=id
            // A row that no film was left for says nothing; what is said of all of them stands in the first.
            hidden=move || lead.is_none() && places.with(Vec::is_empty)
            data-failed=move || failed().then_some("true")
            data-prediction=move || lead.and_then(|row| row.id.get()).map(|id| id.to_string())
        >
            <RowHead id track heading level ends sort />
            <div class="row-stage">
                <ul class="row-track" role="list" id=track aria-busy=move || busy.get().to_string() on:scroll=move |_| look()>
                    <For each=move || places.get() key=Place::key let:place>
                        {match place {
                            Place::Kept(_) => Either::Left(view! { <WaitingCard /> }),
                            Place::Taken(_, film, arrived) => Either::Right(view! { <Card row=id film arrived /> }),
                        }}
                    </For>
                </ul>
                {lead.map(|row| move || failure(row))}
            </div>
            {lead.map(without_script)}
        </section>
    }
}

/// So few cards may all have room, so that neither arrow leads anywhere.
const FEW: usize = 8;

/// What sort of row it is.
#[derive(Clone)]
pub(crate) enum Sort {
    /// The first row of a prediction: larger, and the one that says how its prediction stands.
    Lead {
        /// Its state.
        row: ForYou,
        /// Films in the catalogue.
        catalogue: u32,
        /// How it is re-ranked.
        tuning: Tuning,
    },
    /// Any other, with a line that stays.
    Other(String),
}

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
fn RowHead(
    /// The heading's id, which names the row.
    id: &'static str,
    /// The list's id, which the arrows scroll.
    track: &'static str,
    /// The heading.
    #[prop(into)]
    heading: Signal<String>,
    /// What the heading is.
    level: Level,
    /// How far the list is scrolled.
    ends: RwSignal<(bool, bool)>,
    sort: Sort,
) -> impl IntoView {
    let voice = expect_context::<Profile>().voice;
    let tune = match &sort {
        Sort::Lead { row, tuning, .. } => Some(view! { <Tune row=*row tuning=*tuning /> }),
        Sort::Other(_) => None,
    };
    let heading_view = match level {
        Level::Page => Either::Left(view! { <h1 id=id>{move || heading.get()}</h1> }),
        Level::Section => Either::Right(view! { <h2 id=id>{move || heading.get()}</h2> }),
    };
    view! {
        <div class="row-head">
            <div>
                {heading_view}
                {match sort {
                    Sort::Lead { row, catalogue, .. } => {
                        Either::Left(view! {
                            // Of what stands here only what is new is said.
                            <p class="status" role="status" aria-atomic="false" id=STATUS tabindex="-1">
                                {move || status(row, catalogue)} <span class="visually-hidden">{move || voice.said()}</span>
                            </p>
                        })
                    }
                    Sort::Other(note) => Either::Right(view! { <p class="status">{note}</p> }),
                }}
            </div>
            {tune}
            <Arrows of=heading track ends />
        </div>
    }
}

/// Back and forward.
#[component]
pub(crate) fn Arrows(
    /// What they scroll, in words.
    #[prop(into)]
    of: Signal<String>,
    /// The list's id.
    track: &'static str,
    /// How far the list is scrolled.
    ends: RwSignal<(bool, bool)>,
) -> impl IntoView {
    view! {
        <div class="row-arrows with-script" role="group" aria-label=move || format!("Scroll {}", of.get())>
            <Arrow track=track forward=false at_end=Signal::derive(move || ends.get().0) />
            <Arrow track=track forward=true at_end=Signal::derive(move || ends.get().1) />
        </div>
    }
}

/// One arrow. At the end it is shown as such but keeps the focus, so that a keyboard does not lose its place.
#[component]
fn Arrow(track: &'static str, forward: bool, at_end: Signal<bool>) -> impl IntoView {
    let label = if forward { "Forward" } else { "Back" };
    view! {
        <button
            class="icon-button"
            type="button"
            aria-label=label
            aria-controls=track
            aria-disabled=move || at_end.get().to_string()
            on:click=move |_| browser::scroll_row(track, forward)
        >
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
