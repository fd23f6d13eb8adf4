//! The home page: "For you", kept for its prediction, and what comes straight from the catalogue.

use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};
use leptos_meta::Title;

use super::{notice::Notice, sentence, set_status, viewer_in_address};
use crate::{
    api,
    components::{
        bar::{ProfileMenu, TopBar},
        card::{Edition, focus_soon},
        footer::Footer,
        for_you::ForYouRow,
        marks::{Gone, Marking},
        predicted::RowsBelow,
        profile::Profile,
        row::Level,
        welcome::Welcome,
    },
    views::{Home, HomePage as Content, Missing},
};

/// `/`, and `/?profile=414`.
#[component]
pub(super) fn HomePage() -> impl IntoView {
    let view = viewer_in_address();
    let home = Resource::new(
        || (),
        move |()| {
            let view = view.clone();
            async move {
                match view {
                    Ok(view) => api::home(view).await,
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
            {move || Suspend::new(async move {
                match home.await {
                    Ok(Home::Ready(content)) => EitherOf3::A(view! { <Ready content=*content /> }),
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
            })}
        </Suspense>
    }
}

#[component]
fn Ready(content: Content) -> impl IntoView {
    let title = match content.profile.viewer {
        None => "Films chosen for you".to_owned(),
        Some(viewer) => format!("Films chosen for Viewer {viewer}"),
    };
    view! {
        <Title text=title />
        <LivePage content />
    }
}

/// The part of the page that the browser attaches to: all of it. The island's props carry what the server rendered it
/// of, so the browser needs neither the router nor a second question to begin.
#[island]
fn LivePage(content: Content) -> impl IntoView {
    let profile = Profile::new(&content);
    let marking = Marking::new(profile.view, &content.wanted, profile.problem);
    provide_context(profile);
    provide_context(marking);
    Effect::new(move |_| {
        profile.keep_when_left();
        marking.keep_when_left();
    });
    let Content { films, dataset, edition, viewers, ticket, rows, welcome, tuning, operator, .. } = content;
    provide_context(Edition(edition));
    let (level, welcome) = if welcome.is_empty() {
        (Level::Page, None)
    } else {
        (Level::Section, Some(view! { <Welcome films=welcome /> }))
    };
    view! {
        <TopBar>
            <ProfileMenu profile viewers />
        </TopBar>
        <main id="main">
            {welcome} <ForYouRow ticket catalogue=films level tuning /> <RowsBelow rows /> <Toast profile marking />
        </main>
        <Footer dataset films operator />
    }
}

/// What went wrong, until the visitor has read it; or the way back from what was done last, until it is used or replaced.
#[component]
fn Toast(profile: Profile, marking: Marking) -> impl IntoView {
    let undo = move |gone: Gone| {
        let back = move |_| {
            marking.bring_back(gone.movie);
            focus_soon(gone.card.clone());
        };
        view! {
            <button class="button" type="button" on:click=back>
                "Undo"
            </button>
        }
    };
    let toast = move || match (profile.problem.get(), marking.last()) {
        (Some(problem), _) => EitherOf3::A(view! {
            <div class="toast" role="alert">
                <span>{problem}</span>
                <button class="button" type="button" on:click=move |_| profile.problem.set(None)>
                    "Close"
                </button>
            </div>
        }),
        (None, Some(gone)) => EitherOf3::B(view! {
            <div class="toast">
                <span role="status">{gone.in_words()}</span>
                {undo(gone)}
            </div>
        }),
        (None, None) => EitherOf3::C(()),
    };
    view! { {toast} }
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
        <Title text=title />
        <TopBar />
        <main id="main" class="page">
            <div class="page-head">
                <h1>{title}</h1>
                {step}
            </div>
        </main>
    }
}
