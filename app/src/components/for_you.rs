//! The "For you" row: twenty places from the first paint on, and the films when their prediction is there.

use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};

use super::{
    card::{Card, WaitingCard, recommended},
    course::Mood,
    prediction::{ForYou, Phase, TRACK},
    profile::Profile,
    row::{Level, RowHead, scrolling},
    words::{because, grouped, one_decimal},
};
use crate::{
    domain::{Recommendation, ViewerId},
    views::{FOR_YOU_FILMS, Ticket},
};

const STATUS: &str = "for-you-status";

/// The row.
#[component]
pub(crate) fn ForYouRow(
    /// The prediction that the server has scheduled for this page.
    ticket: Ticket,
    /// Films in the catalogue.
    catalogue: u32,
    /// What its heading is.
    level: Level,
) -> impl IntoView {
    let row = expect_context::<Profile>().for_you;
    // In the browser only: the server's part ends with the placeholders. The page was asked for at time 0.
    Effect::new(move |_| row.follow(ticket, 0.0));
    on_cleanup(move || row.stop());

    let (ends, look) = scrolling(TRACK);
    let busy = move || matches!(row.phase.get(), Phase::Waiting(_)).to_string();
    let failed = move || matches!(row.phase.get(), Phase::Failed(_)).then_some("true");
    view! {
        <section
            class="row row-lead"
            aria-labelledby="for-you"
            data-failed=failed
            data-prediction=move || row.id.get().map(|id| id.to_string())
        >
            <RowHead id="for-you" track=TRACK heading="For you" level ends>
                <p class="status" role="status" id=STATUS tabindex="-1">
                    {move || status(row, catalogue)}
                </p>
            </RowHead>
            <div class="row-stage">
                <ul class="row-track" role="list" id=TRACK aria-busy=busy on:scroll=move |_| look()>
                    <For each=move || places(row) key=Place::key let:place>
                        {match place {
                            Place::Kept(_) => Either::Left(view! { <WaitingCard /> }),
                            Place::Taken(_, film) => Either::Right(view! { <Card row="you" film=recommended(film) arrived=true /> }),
                        }}
                    </For>
                </ul>
                {move || failure(row)}
            </div>
            <p class="without-script row-plain">
                <a class="button" href=plain(row.view())>
                    "See your recommendations"
                </a>
                <span class="quiet">" The page waits until they are chosen."</span>
            </p>
        </section>
    }
}

/// The plain page of a profile.
fn plain(view: Option<ViewerId>) -> String {
    view.map_or_else(|| "/for-you".to_owned(), |view| format!("/for-you?profile={view}"))
}

/// A place in the row: kept for a film, or taken by one.
#[derive(Clone)]
enum Place {
    Kept(usize),
    Taken(usize, Recommendation),
}

impl Place {
    /// A film that keeps its place and its reasons keeps its element; nothing is ever moved to another place.
    fn key(&self) -> (usize, Option<(u32, String)>) {
        match self {
            Self::Kept(place) => (*place, None),
            Self::Taken(place, film) => (*place, Some((film.id.0, because(&film.reasons)))),
        }
    }
}

fn places(row: ForYou) -> Vec<Place> {
    let none_yet = row.films.with(Vec::is_empty) && !matches!(row.phase.get(), Phase::Ready { .. });
    if none_yet {
        return (0..FOR_YOU_FILMS).map(Place::Kept).collect();
    }
    row.films.get().into_iter().enumerate().map(|(place, film)| Place::Taken(place, film)).collect()
}

/// Words that come and go are elements that come and go: moved ones would count as a layout shift.
fn status(row: ForYou, catalogue: u32) -> impl IntoView + use<> {
    match row.phase.get() {
        Phase::Waiting(mood) => EitherOf3::A(view! {
            <span class="chase" aria-hidden="true">
                <i></i>
                <i></i>
                <i></i>
                <i></i>
                <i></i>
            </span>
            <span class="status-text number">{waiting_for(mood, row.films.with(Vec::is_empty), catalogue)}</span>
        }),
        Phase::Ready { seconds } => EitherOf3::B(view! {
            <span class="status-text number">{chosen(row.films.with(Vec::len), catalogue, seconds)}</span>
        }),
        Phase::Failed(_) => EitherOf3::C(view! {
            <span class="status-text">
                {if row.films.with(Vec::is_empty) { "Not chosen yet" } else { "The films from before your last rating" }}
            </span>
        }),
    }
}

fn waiting_for(mood: Mood, first: bool, catalogue: u32) -> String {
    match mood {
        Mood::Choosing if first => format!("Choosing from {} films…", grouped(catalogue)),
        Mood::Choosing => "Choosing again…".to_owned(),
        Mood::Busy => "Many people are waiting. Trying again soon…".to_owned(),
        Mood::Late => "Recommendations are late. Trying again soon…".to_owned(),
        Mood::Offline => "The server does not answer. Trying again…".to_owned(),
    }
}

fn chosen(films: usize, catalogue: u32, seconds: Option<f64>) -> String {
    if films == 0 {
        return "Nothing is left to choose: every film is rated".to_owned();
    }
    let of = format!("{films} of {} films", grouped(catalogue));
    match seconds {
        // Faster than the one decimal can say.
        Some(seconds) if seconds < 0.05 => format!("{of}, chosen in under 0.1 s"),
        Some(seconds) => format!("{of}, chosen in {} s", one_decimal(seconds)),
        None => of,
    }
}

fn failure(row: ForYou) -> impl IntoView + use<> {
    let Phase::Failed(why) = row.phase.get() else { return None };
    let retry = move |_| {
        // The button goes; the line that says what happens next takes its focus.
        crate::browser::focus(STATUS);
        row.retry();
    };
    Some(view! {
        <div class="failure" role="alert">
            <h2>{if row.films.with(Vec::is_empty) { "Nothing chosen yet" } else { "Not chosen again" }}</h2>
            <p class="quiet">{why} " Your ratings are safe, and everything else on this page still works."</p>
            <button class="button button-main" type="button" on:click=retry>
                "Retry"
            </button>
        </div>
    })
}
