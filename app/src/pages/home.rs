//! The home page: "For you", kept for its prediction, and what comes straight from the catalogue.

use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};

use super::{
    filter_in_address,
    filters::{home_filters, none_left},
    head::Head,
    notice::Notice,
    sentence, set_status, viewer_in_address,
};
use crate::{
    api, browser,
    components::{
        bar::{ProfileMenu, RATED, TopBar},
        card::Edition,
        footer::{Footer, PlainFooter},
        for_you::ForYouRow,
        marks::Marking,
        predicted::RowsBelow,
        profile::Profile,
        row::Level,
        toast::Toast,
        welcome::Welcome,
        words::{UNREAD, films_rated},
    },
    domain::Filter,
    views::{Frame, Home, HomePage as Content, Missing, ProfileView},
};

/// What the site is, to whoever has not been here.
const PITCH: &str = "Your film ratings in, your next film out. Self-hosted, and the page never waits for its model.";

/// `/`, and `/?profile=414`.
#[component]
pub(super) fn HomePage() -> impl IntoView {
    let view = viewer_in_address();
    let filter = filter_in_address();
    let asked = filter.clone();
    let home = Resource::new(
        || (),
        move |()| {
            let (view, filter) = (view.clone(), asked.clone());
            async move {
                match view {
                    Ok(view) => api::home(view, filter).await,
                    Err(why) => {
                        set_status(404);
                        Err(ServerFnError::ServerError(why))
                    }
                }
            }
        },
    );
    view! {
        <Suspense>
            {move || { let filter = filter.clone(); Suspend::new(async move {
                match home.await {
                    Ok(Home::Ready(content, frame)) => EitherOf3::A(ready(*content, *frame, &filter)),
                    Ok(Home::Empty(missing)) => EitherOf3::B(view! { <Empty missing /> }),
                    Err(error) => {
                        let why = sentence(&error);
                        EitherOf3::C(view! {
                            <Notice title="Not shown" heading="This page can’t be shown">
                                {why}
                            </Notice>
                        })
                    }
                }
            })}}
        </Suspense>
    }
}

fn ready(content: Content, frame: Frame, filter: &Filter) -> impl IntoView + use<> {
    let Frame { dataset, viewers, choice, passing, operator } = frame;
    let ProfileView { viewer, rated, .. } = content.profile;
    let count = if content.unread { UNREAD.to_owned() } else { films_rated(rated) };
    let films = content.films;
    let (title, description) = match viewer {
        None => ("Films chosen for you".to_owned(), PITCH.to_owned()),
        Some(viewer) => (
            format!("Films chosen for Viewer {viewer}"),
            format!("What Marquee recommends to MovieLens’ Viewer {viewer}, by the films that they rated."),
        ),
    };
    let nothing = content.places == 0 && content.rows.is_empty();
    let filters = home_filters(&choice, filter, viewer, !nothing && content.welcome.is_empty());
    let rows = if nothing {
        Either::Left(view! { <NoFilms why=none_left(&choice, filter, passing) /> })
    } else {
        Either::Right(view! { <Rows content /> })
    };
    view! {
        <Head title description />
        <TopBar view=viewer films>
            <ProfileMenu viewer count viewers />
        </TopBar>
        <main id="main">{filters} {rows}</main>
        <Footer dataset films operator />
    }
}

/// What stands in the place of the rows where the filter lets no film through; the way out stands beside the filter.
#[component]
fn NoFilms(why: String) -> impl IntoView {
    view! {
        <div class="page">
            <div class="page-head">
                <h1>"No films"</h1>
                <p class="quiet">{why}</p>
            </div>
        </div>
    }
}

/// The part of the page that the browser attaches to: all rows. The island's props carry what the server rendered it of, so
/// the browser needs neither the router nor a second question to begin.
#[island]
fn Rows(content: Content) -> impl IntoView {
    let profile = Profile::new(&content);
    let Content { films, edition, unread, ticket, places, rows, welcome, tuning, wanted, .. } = content;
    let marking = Marking::new(profile.view, wanted, profile.voice);
    provide_context(profile);
    provide_context(marking);
    Effect::new(move |_| {
        profile.keep_when_left();
        marking.keep_when_left();
    });
    // The top bar counts along; what could not be read cannot be counted.
    if !unread {
        Effect::new(move |_| browser::write(RATED, &films_rated(profile.rated.get())));
    }
    provide_context(Edition(edition));
    let (level, welcome) = if welcome.is_empty() {
        (Level::Page, None)
    } else {
        (Level::Section, Some(view! { <Welcome films=welcome /> }))
    };
    view! {
        {welcome}
        <ForYouRow ticket catalogue=films level tuning kept=places />
        <RowsBelow rows />
        <Toast profile marking />
    }
}

/// A server without data: which commands bring it.
#[component]
fn Empty(missing: Missing) -> impl IntoView {
    let (title, step) = match missing {
        Missing::Catalogue => (
            "No films yet",
            Either::Left(view! {
                <p>
                    "Marquee has no catalogue. In its folder, "<code>"make run"</code>
                    " fetches MovieLens’ films and ratings, learns from them, and starts. Or step by step:"
                </p>
                <ol class="steps">
                    <li>
                        <code>"marquee import PATH"</code>
                        <span class="quiet">"A MovieLens zip or folder becomes the catalogue."</span>
                    </li>
                    <li>
                        <code>"marquee train"</code>
                        <span class="quiet">"The model learns from its ratings, in a minute or so."</span>
                    </li>
                    <li>
                        <code>"marquee serve"</code>
                        <span class="quiet">"Starts this page again, with films."</span>
                    </li>
                </ol>
            }),
        ),
        Missing::Model(reason) => (
            "No model yet",
            Either::Right(view! {
                <p>{reason}</p>
                <ol class="steps">
                    <li>
                        <code>"marquee train"</code>
                        <span class="quiet">"The model learns from the catalogue’s ratings, in a minute or so."</span>
                    </li>
                    <li>
                        <code>"marquee serve"</code>
                        <span class="quiet">"Starts this page again, with films chosen by it."</span>
                    </li>
                </ol>
            }),
        ),
    };
    view! {
        <Head title description=format!("{title}: {PITCH}") />
        <TopBar />
        <main id="main" class="page">
            <div class="page-head">
                <h1>{title}</h1>
                {step}
            </div>
        </main>
        <PlainFooter />
    }
}
