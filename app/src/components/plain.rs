//! What was chosen as the plain page has it: every film in sight, and a form on each.

use leptos::prelude::*;

use super::{card::Card, marks::Marking, profile::Profile};
use crate::{
    domain::ViewerId,
    views::{CardFilm, ChosenRow},
};

/// The films.
#[component]
pub(crate) fn PlainFilms(
    /// "For you", and the rows below.
    rows: Vec<ChosenRow>,
    /// The MovieLens viewer they were chosen for.
    viewer: Option<ViewerId>,
) -> impl IntoView {
    let profile = Profile::without_page(viewer, &[]);
    provide_context(profile);
    provide_context(Marking::new(viewer, Vec::new(), profile.voice));
    let mut rows = rows.into_iter();
    let first = rows.next().map(|row| row.films).unwrap_or_default();
    view! {
        <section class="row row-lead" aria-labelledby="for-you">
            <Films films=first row="you" />
        </section>
        {rows.map(|row| view! { <Below row /> }).collect_view()}
    }
}

/// Another row of the same prediction.
#[component]
fn Below(row: ChosenRow) -> impl IntoView {
    let ChosenRow { heading, films, .. } = row;
    let name = heading.clone();
    view! {
        <section class="row" aria-label=name>
            <div class="row-head">
                <h2>{heading}</h2>
            </div>
            <Films films row="below" />
        </section>
    }
}

#[component]
fn Films(films: Vec<CardFilm>, row: &'static str) -> impl IntoView {
    let cards = films.into_iter().map(|film| view! { <Card row film /> }).collect_view();
    view! {
        <ul class="row-track row-all" role="list" aria-busy="false">
            {cards}
        </ul>
    }
}
