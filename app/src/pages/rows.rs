//! Where a visitor arranges the home page: plain forms, so it works without script and costs the browser nothing.

use leptos::prelude::*;

use super::head::Head;
use crate::{
    api,
    components::{bar::TopBar, footer::PlainFooter},
    domain::{Arrangement, HomeRow, Move, Tuning},
};

/// `/rows`.
#[component]
pub(super) fn RowsPage() -> impl IntoView {
    let chosen = Resource::new(|| (), |()| api::preferences());
    view! {
        <Head
            title="Arrange the home page"
            description="Which rows of films the home page shows, in which order, and how the recommendations are tuned."
        />
        <TopBar />
        <main id="main" class="page">
            <div class="page-head">
                <h1>"Arrange the home page"</h1>
                <p class="quiet">"“For you” always comes first. What you choose here is kept in this browser."</p>
            </div>
            <Suspense>
                {move || Suspend::new(async move {
                    let (rows, tuning) = chosen.await.unwrap_or_default();
                    view! {
                        <Rows arrangement=Arrangement::read(&rows) />
                        <TuneForm tuning />
                    }
                })}
            </Suspense>
            <p class="page-links">
                <a class="button button-main" href="/" rel="external">
                    "To the home page"
                </a>
            </p>
        </main>
        <PlainFooter />
    }
}

#[component]
fn Rows(arrangement: Arrangement) -> impl IntoView {
    let last = arrangement.rows().len() - 1;
    let row = |(at, &(row, shown)): (usize, &(HomeRow, bool))| {
        let (name, to) = if shown { ("Hide", Move::Hide) } else { ("Show", Move::Show) };
        view! {
            <li class="arranged" class:arranged-hidden=!shown>
                <span>{row.label()} {(!shown).then_some(" (hidden)")}</span>
                <MoveForm row to=Move::Up name="Up" disabled=at == 0 />
                <MoveForm row to=Move::Down name="Down" disabled=at == last />
                <MoveForm row to name disabled=false />
            </li>
        }
    };
    view! {
        <ol class="arrangement" role="list" aria-label="Rows of the home page">
            {arrangement.rows().iter().enumerate().map(row).collect_view()}
        </ol>
    }
}

#[component]
fn MoveForm(row: HomeRow, to: Move, name: &'static str, disabled: bool) -> impl IntoView {
    let value = match to {
        Move::Up => "up",
        Move::Down => "down",
        Move::Hide => "hide",
        Move::Show => "show",
    };
    view! {
        <form method="post" action="/fn/arrange">
            <input type="hidden" name="row" value=row.name() />
            <input type="hidden" name="to" value=value />
            <button class="button" type="submit" disabled=disabled aria-label=format!("{name}: {}", row.label())>
                {name}
            </button>
        </form>
    }
}

#[component]
fn TuneForm(tuning: Tuning) -> impl IntoView {
    view! {
        <form class="tune-form" method="post" action="/fn/tune">
            <h2>"Tune the recommendations"</h2>
            <div class="tuning-panel">
                <label>
                    <span>"Well known"</span>
                    <span>"Obscure"</span>
                    <input
                        type="range"
                        name="obscurity"
                        min="-100"
                        max="100"
                        step="25"
                        value=tuning.obscurity.to_string()
                        aria-label="From well known to obscure"
                    />
                </label>
                <label>
                    <span>"Close to my taste"</span>
                    <span>"Further afield"</span>
                    <input
                        type="range"
                        name="variety"
                        min="0"
                        max="100"
                        step="25"
                        value=tuning.variety.to_string()
                        aria-label="From close to my taste to further afield"
                    />
                </label>
            </div>
            <button class="button" type="submit">
                "Save"
            </button>
        </form>
    }
}
