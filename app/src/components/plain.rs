//! "For you" as the plain page has it: every film in sight, and a form on each.

use leptos::prelude::*;

use super::{
    card::{Card, recommended},
    profile::Profile,
};
use crate::domain::{Recommendation, ViewerId};

/// The films.
#[component]
pub(crate) fn PlainFilms(
    /// Best first.
    films: Vec<Recommendation>,
    /// The MovieLens viewer they were chosen for.
    viewer: Option<ViewerId>,
) -> impl IntoView {
    let profile = Profile::without_page(viewer);
    provide_context(profile);
    let cards = films.into_iter().map(|film| view! { <Card row="you" film=recommended(film) /> }).collect_view();
    view! {
        <section class="row row-lead" aria-labelledby="for-you">
            <ul class="row-track row-all" role="list" aria-busy="false">
                {cards}
            </ul>
        </section>
    }
}
