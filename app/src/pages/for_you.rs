//! The plain way to "For you", for a browser without script: a page that waits until the films are chosen.

use leptos::{either::Either, prelude::*};
use leptos_meta::Title;

use super::{sentence, set_status, viewer_in_address};
use crate::{
    api,
    components::{bar::TopBar, card::Edition, plain::PlainFilms},
    domain::ViewerId,
    views::Waited,
};

/// `/for-you`, and `/for-you?profile=414`.
#[component]
pub(super) fn ForYouPage() -> impl IntoView {
    let view = viewer_in_address();
    if view.is_err() {
        set_status(404);
    }
    let viewer = view.clone().ok().flatten();
    let films = Resource::new(
        || (),
        move |()| {
            let view = view.clone();
            async move {
                match view {
                    Ok(view) => api::recommended(view).await,
                    Err(why) => Err(ServerFnError::ServerError(why)),
                }
            }
        },
    );
    let title = viewer.map_or_else(|| "For you".to_owned(), |viewer| format!("For Viewer {viewer}"));
    view! {
        <Title text=title.clone() />
        <TopBar />
        <main id="main">
            <div class="page-head page-head-row">
                <h1 id="for-you">{title}</h1>
                // Sent at once, and out of sight as soon as something follows it.
                <p class="status plain-wait">"Choosing your films. This page waits until they are there…"</p>
            </div>
            <Suspense>
                {move || Suspend::new(async move {
                    match films.await {
                        Ok(Waited::Films { films, edition }) => {
                            provide_context(Edition(edition));
                            Either::Left(view! { <PlainFilms films viewer /> })
                        }
                        Ok(other) => Either::Right(view! { <Instead why=in_words(other) viewer /> }),
                        Err(error) => Either::Right(view! { <Instead why=sentence(&error) viewer /> }),
                    }
                })}
            </Suspense>
        </main>
    }
}

fn in_words(waited: Waited) -> String {
    match waited {
        Waited::Films { .. } => String::new(),
        Waited::Failed(why) => why,
        Waited::Busy { retry_after } => {
            format!("Many people are waiting. Try again in {} seconds.", retry_after.max(1))
        }
        Waited::Late => "It takes longer than this page can wait. Try again: the work so far is not lost.".to_owned(),
    }
}

/// No films: why, and what to do.
#[component]
fn Instead(why: String, viewer: Option<ViewerId>) -> impl IntoView {
    let again = viewer.map_or_else(|| "/for-you".to_owned(), |viewer| format!("/for-you?profile={viewer}"));
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
