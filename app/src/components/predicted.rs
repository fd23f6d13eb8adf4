//! The rows below "For you". Those that are predicted come with the same prediction, and their places are kept from the first
//! paint on; the others are there at once.

use leptos::prelude::*;

use super::{
    prediction::Phase,
    profile::Profile,
    row::{FilmRow, Level, Place, Sort, Spot},
};
use crate::{
    domain::RowKind,
    views::{CardFilm, ChosenRow, RowBelow},
};

/// Places that are kept for a row.
const PLACES: usize = 15;

/// The rows, in this order.
#[component]
pub(crate) fn RowsBelow(rows: Vec<RowBelow>) -> impl IntoView {
    let profile = expect_context::<Profile>();
    let row = |content: RowBelow| {
        let RowBelow { row, heading, note, predicted, films } = content;
        let heading =
            move || predicted.and_then(|of| chosen(profile, of)).map_or_else(|| heading.clone(), |row| row.heading);
        let places = move || predicted.map_or_else(|| taken(films.clone(), false), |of| places(profile, of));
        let waits = move || predicted.is_some() && is_busy(profile);
        view! {
            <FilmRow
                spot=Spot { id: row.name(), track: row.track(), level: Level::Section }
                heading=Signal::derive(heading)
                places=Signal::derive(places)
                busy=Signal::derive(waits)
                sort=Sort::Other(note)
            />
        }
    };
    rows.into_iter().map(row).collect_view()
}

/// The row of this sort that has so many of its sort before it, once it is chosen.
fn chosen(profile: Profile, (kind, before): (RowKind, usize)) -> Option<ChosenRow> {
    profile.for_you.below.with(|rows| rows.iter().filter(|row| row.kind == kind).nth(before).cloned())
}

fn places(profile: Profile, of: (RowKind, usize)) -> Vec<Place> {
    match chosen(profile, of) {
        Some(row) => taken(row.films, true),
        // No film was left for it.
        None if profile.for_you.all.get() => Vec::new(),
        None => (0..PLACES).map(Place::Kept).collect(),
    }
}

/// Whether films are on their way, or being put into their places.
fn is_busy(profile: Profile) -> bool {
    match profile.for_you.phase.get() {
        Phase::Waiting(_) => true,
        Phase::Ready { .. } => !profile.for_you.all.get(),
        Phase::Failed(_) => false,
    }
}

fn taken(films: Vec<CardFilm>, arrived: bool) -> Vec<Place> {
    films.into_iter().enumerate().map(|(place, film)| Place::Taken(place, film, arrived)).collect()
}
