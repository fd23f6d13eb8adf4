//! Whose data this is, and where else there is to go.

use leptos::prelude::*;

use super::words::grouped;

/// The page's foot: credits the data set, as its terms ask.
#[component]
pub(crate) fn Footer(
    /// The data set's name.
    dataset: String,
    /// Films in the catalogue.
    films: u32,
    /// Whether the visitor may look at the workers.
    #[prop(optional)]
    operator: bool,
) -> impl IntoView {
    let credited = dataset.starts_with("MovieLens");
    view! {
        <footer class="footer">
            <p>
                {dataset} {format!(", {} films", grouped(films))}
                {credited
                    .then(|| {
                        view! {
                            " by "
                            <a href="https://grouplens.org/datasets/movielens/">"GroupLens Research"</a>
                            " at the University of Minnesota, for research and not for commercial use"
                        }
                    })} ". Everything stays on this server."
            </p>
            <Ways />
            {operator.then(|| view! { <a href="/workers" rel="external">"Workers"</a> })}
        </footer>
    }
}

/// The foot of a page that shows none of those films.
#[component]
pub(crate) fn PlainFooter() -> impl IntoView {
    view! {
        <footer class="footer">
            <p>"Everything stays on this server."</p>
            <Ways />
        </footer>
    }
}

/// Where else there is to go: on a small screen the top bar has no room for it.
#[component]
fn Ways() -> impl IntoView {
    view! {
        <a href="/import" rel="external">
            "Import ratings"
        </a>
        <a href="/you" rel="external">
            "Your films"
        </a>
    }
}
