//! The pages, and the shell around them.
//!
//! Every link loads a page from the server: a page is one answer, whole, with its prediction already scheduled, and the
//! browser's part is to attach to it. So nothing here fetches a page from the browser.

mod film;
mod filters;
mod for_you;
mod head;
mod home;
mod import;
mod list;
mod not_found;
mod notice;
mod rows;
mod search;
mod shell;
mod theme;
mod workers;
mod you;

use std::sync::Arc;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    ParamSegment, SsrMode, StaticSegment,
    components::{Route, Router, Routes},
    hooks::use_query_map,
};

pub use filters::query;
pub use import::{IMPORT_PAGE, ImportRun, Importing, Later};
pub(crate) use search::address as search_address;
pub use shell::{ShellOptions, shell};
pub use theme::Theme;
pub use you::Account;

use crate::{
    components::icons::Icons,
    domain::{Filter, ViewerId},
};

/// The address of the page whose parts are sent as they come: nothing on the way may hold them back.
pub const STREAMED_PAGE: &str = "/for-you";

/// Sets the HTTP status of the answer that is being rendered. The server provides it; in the browser there is none.
#[derive(Clone)]
pub struct SetStatus(pub Arc<dyn Fn(u16) + Send + Sync>);

/// Sets a cookie, by name and value, with the answer that is being rendered: what a visitor has chosen for the pages.
#[derive(Clone)]
pub struct SetCookie(pub Arc<CookieSetter>);

/// Takes a cookie's name and value.
pub type CookieSetter = dyn Fn(&str, &str) + Send + Sync;

/// The application.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=|page: String| title(&page) />
        <a class="skip-link" href="#main" rel="external">
            "Skip to content"
        </a>
        <Icons />
        <Router>
            <Routes fallback=not_found::NotFound>
                <Route path=StaticSegment("") view=home::HomePage ssr=SsrMode::Async />
                <Route path=(StaticSegment("movie"), ParamSegment("id")) view=film::FilmPage ssr=SsrMode::Async />
                <Route path=(StaticSegment("films"), ParamSegment("list")) view=list::ListPage ssr=SsrMode::Async />
                <Route path=StaticSegment("you") view=you::YouPage ssr=SsrMode::Async />
                <Route path=StaticSegment("import") view=import::ImportPage ssr=SsrMode::InOrder />
                <Route path=StaticSegment("search") view=search::SearchPage ssr=SsrMode::Async />
                <Route path=StaticSegment("rows") view=rows::RowsPage ssr=SsrMode::Async />
                <Route path=StaticSegment("workers") view=workers::Workers ssr=SsrMode::Async />
                <Route path=StaticSegment("for-you") view=for_you::ForYouPage ssr=SsrMode::InOrder />
            </Routes>
        </Router>
    }
}

/// The text of a page's title element. Leptos puts it there as it is, and a title may hold what a visitor has typed.
fn title(page: &str) -> String {
    if page.is_empty() {
        return "Marquee".to_owned();
    }
    format!("{} · Marquee", page.replace('&', "&amp;").replace('<', "&lt;"))
}

/// The MovieLens viewer that the address names: `?profile=414`. An error for what no viewer can be called.
fn viewer_in_address() -> Result<Option<ViewerId>, String> {
    let viewers = use_query_map().with_untracked(|query| query.get_all("profile")).unwrap_or_default();
    match viewers.as_slice() {
        [] => Ok(None),
        [viewer] => viewer.parse().map(Some).map_err(|_| "There is no such profile.".to_owned()),
        _ => Err("The address names several profiles.".to_owned()),
    }
}

/// Which films the address asks for: `?genre=Drama&decade=1990`.
fn filter_in_address() -> Filter {
    use_query_map().with_untracked(|query| Filter::read(|name| query.get(name)))
}

/// Sets the HTTP status, on the server.
fn set_status(status: u16) {
    if let Some(SetStatus(set)) = use_context() {
        set(status);
    }
}

/// What went wrong, in the words of whoever said it.
fn sentence(error: &ServerFnError) -> String {
    match error {
        ServerFnError::ServerError(why) => why.clone(),
        _ => "Something went wrong here. Try again in a moment.".to_owned(),
    }
}
