//! The "For you" row: twenty places from the first paint on, and the films when their prediction is there.

use leptos::{either::EitherOf3, prelude::*};

use super::{
    course::Mood,
    prediction::{ForYou, Phase, TRACK},
    profile::Profile,
    row::{FilmRow, Level, Place, Sort, Spot},
    words::{grouped, one_decimal},
};
use crate::{browser, domain::Tuning, views::Ticket};

/// The status line's id.
pub(crate) const STATUS: &str = "for-you-status";

/// The row.
#[component]
pub(crate) fn ForYouRow(
    /// The prediction that the server has scheduled for this page.
    ticket: Ticket,
    /// Films in the catalogue.
    catalogue: u32,
    /// What its heading is.
    level: Level,
    /// How it is re-ranked.
    tuning: Tuning,
    /// Places that are kept for its films.
    kept: usize,
) -> impl IntoView {
    let row = expect_context::<Profile>().for_you;
    // In the browser only: the server's part ends with the placeholders. The page was asked for at time 0.
    Effect::new(move |_| row.follow(ticket, 0.0));
    on_cleanup(move || row.stop());

    view! {
        <FilmRow
            spot=Spot { id: "for-you", track: TRACK, level }
            heading="For you".into()
            places=Signal::derive(move || places(row, kept))
            busy=Signal::derive(move || matches!(row.phase.get(), Phase::Waiting(_)))
            sort=Sort::Lead { row, catalogue, tuning }
        />
    }
}

/// The way to the films for a browser without script.
pub(crate) fn without_script(row: ForYou) -> impl IntoView {
    view! {
        <p class="without-script row-plain">
            <a class="button" href=plain(row)>
                "See your recommendations"
            </a>
            <span class="quiet">" The page waits until they are chosen."</span>
        </p>
    }
}

const OBSCURITY: &str = "obscurity";
const VARIETY: &str = "variety";

/// Two sliders that re-rank at once.
#[component]
pub(crate) fn Tune(row: ForYou, tuning: Tuning) -> impl IntoView {
    // As the server reads it: see `Tuning`.
    let retune = move |_| {
        let [obscurity, variety] = [OBSCURITY, VARIETY].map(browser::value);
        browser::remember("tuning", &format!("{obscurity}.{variety}"));
        row.retry();
    };
    view! {
        <details class="tuning with-script">
            <summary class="button">"Tune"</summary>
            <div class="tuning-panel">
                <label>
                    <span>"Well known"</span>
                    <span>"Obscure"</span>
                    <input
                        type="range"
                        min="-100"
                        max="100"
                        step="25"
                        value=tuning.obscurity.to_string()
                        id=OBSCURITY
                        aria-label="From well known to obscure"
                        on:change=retune
                    />
                </label>
                <label>
                    <span>"Close to my taste"</span>
                    <span>"Further afield"</span>
                    <input
                        type="range"
                        min="0"
                        max="100"
                        step="25"
                        value=tuning.variety.to_string()
                        id=VARIETY
                        aria-label="From close to my taste to further afield"
                        on:change=retune
                    />
                </label>
                <a href="/rows" rel="external">
                    "Arrange the rows"
                </a>
            </div>
        </details>
    }
}

/// The plain page of what this row shows.
fn plain(row: ForYou) -> String {
    let profile = row.view().map(|view| format!("profile={view}&")).unwrap_or_default();
    format!("/for-you?{profile}{}", row.filter())
}

fn places(row: ForYou, kept: usize) -> Vec<Place> {
    let none_yet = row.films.with(Vec::is_empty) && !matches!(row.phase.get(), Phase::Ready { .. });
    if none_yet {
        return (0..kept).map(Place::Kept).collect();
    }
    row.films.get().into_iter().enumerate().map(|(place, film)| Place::Taken(place, film, true)).collect()
}

/// Words that come and go are elements that come and go: moved ones would count as a layout shift.
pub(crate) fn status(row: ForYou, catalogue: u32) -> impl IntoView + use<> {
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
        return "Nothing is left to choose".to_owned();
    }
    let of = format!("{films} of {} films", grouped(catalogue));
    match seconds {
        // Faster than the one decimal can say.
        Some(seconds) if seconds < 0.05 => format!("{of}, chosen in under 0.1 s"),
        Some(seconds) => format!("{of}, chosen in {} s", one_decimal(seconds)),
        None => of,
    }
}

/// Why no film will come by itself, and a way to try again.
pub(crate) fn failure(row: ForYou) -> impl IntoView + use<> {
    let Phase::Failed(why) = row.phase.get() else { return None };
    let retry = move |_| {
        // The button goes; the line that says what happens next takes its focus.
        browser::focus(STATUS);
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
