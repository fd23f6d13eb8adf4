//! The plain way to "For you", for a browser without script: a page that waits until the films are chosen.

use leptos::{either::Either, prelude::*};

use super::{
    filter_in_address,
    filters::{self, in_address, none_left},
    head::Head,
    sentence, set_status, viewer_in_address,
};
use crate::{
    api,
    components::{bar::TopBar, card::Edition, footer::PlainFooter, plain::PlainFilms},
    views::{Home, Ticket, Waited},
};

const NOTHING_YET: &str = "There is nothing to choose from yet: the home page says why.";

/// `/for-you`, and `/for-you?profile=414`.
#[component]
pub(super) fn ForYouPage() -> impl IntoView {
    let view = viewer_in_address();
    let viewer = view.clone().ok().flatten();
    let filter = filter_in_address();
    let words = filters::in_words(&filter);
    let again = in_address("/for-you", filter.parts(), viewer);
    let asked = filter.clone();
    // The page's head waits for this one, which takes no longer than SQL does: so its status is true.
    let home = Resource::new_blocking(
        || (),
        move |()| {
            let (view, filter) = (view.clone(), filter.clone());
            async move {
                let home = match view {
                    Ok(view) => api::home(view, filter).await,
                    Err(why) => {
                        set_status(404);
                        Err(ServerFnError::ServerError(why))
                    }
                };
                if matches!(&home, Ok(Home::Ready(page, _)) if !matches!(page.ticket, Ticket::Scheduled(_))) {
                    set_status(503);
                }
                home
            }
        },
    );
    let films = Resource::new(
        || (),
        move |()| async move {
            let (page, frame) = match home.await? {
                Home::Ready(page, frame) => (page, frame),
                Home::Empty(_) => return Err(ServerFnError::ServerError(NOTHING_YET.to_owned())),
            };
            let waited = match page.ticket {
                Ticket::Scheduled(id) => api::recommended(id).await?,
                Ticket::Busy { retry_after } => Waited::Busy { retry_after },
                Ticket::Late => Waited::Late,
            };
            Ok((waited, page.edition, frame))
        },
    );
    let title = viewer.map_or_else(|| "For you".to_owned(), |viewer| format!("For Viewer {viewer}"));
    let description = viewer.map_or_else(
        || "The films chosen for you, on a page that needs no script.".to_owned(),
        |viewer| format!("The films chosen for Viewer {viewer}, on a page that needs no script."),
    );
    view! {
        <Head title=title.clone() description />
        <TopBar />
        <main id="main">
            <div class="page-head page-head-row">
                <h1 id="for-you">{title}</h1>
                {(!words.is_empty()).then(|| view! { <p>{format!("Only: {words}")}</p> })}
                // Sent at once, and out of sight as soon as something follows it.
                <p class="status plain-wait">"Choosing your films. This page waits until they are there…"</p>
            </div>
            <Suspense>
                {move || { let (again, asked) = (again.clone(), asked.clone()); Suspend::new(async move {
                    match films.await {
                        Ok((Waited::Films(rows), _, frame)) if rows.is_empty() => {
                            let why = none_left(&frame.choice, &asked, frame.passing);
                            Either::Right(view! { <Instead why again /> })
                        }
                        Ok((Waited::Films(rows), edition, _)) => {
                            provide_context(Edition(edition));
                            Either::Left(view! { <PlainFilms rows viewer /> })
                        }
                        Ok((other, _, _)) => Either::Right(view! { <Instead why=in_words(other) again /> }),
                        Err(error) => Either::Right(view! { <Instead why=sentence(&error) again /> }),
                    }
                })}}
            </Suspense>
        </main>
        <PlainFooter />
    }
}

fn in_words(waited: Waited) -> String {
    match waited {
        Waited::Films(_) => String::new(),
        Waited::Failed(why) => why,
        Waited::Busy { retry_after } => {
            let seconds = retry_after.max(1);
            let unit = if seconds == 1 { "second" } else { "seconds" };
            format!("Many people are waiting. Try again in {seconds} {unit}.")
        }
        Waited::Late => "Recommendations are late: what makes them is out of reach. Try again in a moment.".to_owned(),
        Waited::Unfinished => {
            "It takes longer than this page can wait. Try again: the work so far is not lost.".to_owned()
        }
    }
}

/// No films: why, and what to do.
#[component]
fn Instead(why: String, again: String) -> impl IntoView {
    view! {
        <div class="page">
            <p>{why}</p>
            <p class="page-links">
                <a class="button button-main" href=again rel="external">
                    "Try again"
                </a>
                <a class="button" href="/" rel="external">
                    "To the home page"
                </a>
            </p>
        </div>
    }
}
