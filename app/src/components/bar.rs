//! The top bar: the way home, the search, whose page this is, the theme.

use leptos::{either::EitherOf3, prelude::*, task::spawn_local};
use leptos_router::hooks::use_location;

use super::{
    icons::{Bulbs, Icon},
    search_box::SearchBox,
    words::{films_rated, grouped},
};
use crate::{
    browser,
    domain::ViewerId,
    pages::{Account, Theme},
    views::ProfileView,
};

/// Selects the elements that say how many films the profile has rated.
pub(crate) const RATED: &str = ".rated-here";
const OWN_COUNT: &str = "number rated-here";

/// The top bar; `children` go between the wordmark and the theme.
#[component]
pub(crate) fn TopBar(
    /// What was searched for.
    #[prop(optional)]
    text: String,
    /// The MovieLens viewer in whose shoes the visitor stands.
    #[prop(optional_no_strip)]
    view: Option<ViewerId>,
    /// Films in the catalogue, where the page knows.
    #[prop(optional)]
    films: u32,
    /// The profile menu, on pages that have one.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let hint = if films == 0 { "Search films".to_owned() } else { format!("Search {} films", grouped(films)) };
    let own = own_name();
    let is_short = children.is_none() && own.is_none();
    let here = use_location().pathname.get_untracked();
    let link = |to: &'static str, name: &'static str| {
        view! {
            <a href=to rel="external" aria-current=(here == to).then_some("page")>
                {name}
            </a>
        }
    };
    view! {
        <header class="top-bar">
            <a class="wordmark" href="/" rel="external">
                <Bulbs />
                "Marquee"
            </a>
            <SearchBox text hint view />
            <nav class="site-links" aria-label="Site">
                {link("/import", "Import")} {link("/you", "Your films")}
            </nav>
            <div class="top-bar-end" class:top-bar-short=is_short>
                {match (children, own) {
                    (Some(children), _) => EitherOf3::A(children()),
                    (None, Some(own)) => EitherOf3::B(view! { <Whose own /> }),
                    (None, None) => EitherOf3::C(()),
                }} <ThemeToggle />
            </div>
        </header>
    }
}

/// Whose page this is, where there is no menu to change that.
#[component]
fn Whose(own: String) -> impl IntoView {
    view! {
        <a class="whose" href="/you" rel="external">
            <Avatar viewer=None />
            <span class="visually-hidden">"Profile: "</span>
            <bdi class="profile-name">{own}</bdi>
        </a>
    }
}

/// Dark or light. The system's choice until the visitor makes one.
#[island]
fn ThemeToggle() -> impl IntoView {
    let dark = RwSignal::new(false);
    Effect::new(move |_| dark.set(browser::is_dark()));
    let chosen = StoredValue::new(None);
    let toggle = move |_| {
        // What was chosen a moment ago may not be on the page yet.
        let was_dark = chosen.get_value().map_or_else(browser::is_dark, |theme| theme == Theme::Dark);
        let theme = if was_dark { Theme::Light } else { Theme::Dark };
        chosen.set_value(Some(theme));
        dark.set(theme == Theme::Dark);
        // All of the page is drawn anew: the button has answered by then.
        spawn_local(async move {
            browser::painted().await;
            browser::choose_theme(theme);
        });
    };
    view! {
        <button
            class="icon-button theme-toggle with-script"
            type="button"
            aria-label="Dark theme"
            aria-pressed=move || dark.get().to_string()
            on:click=toggle
        >
            <Icon name="#moon" class="icon moon" />
            <Icon name="#sun" class="icon sun" />
        </button>
    }
}

/// Whose taste the page follows, and whose it could. Only ever written by the server: what the page counts is in the
/// elements that [`RATED`] selects.
#[component]
pub(crate) fn ProfileMenu(
    /// The MovieLens viewer in whose shoes the visitor stands.
    viewer: Option<ViewerId>,
    /// How many films the profile has rated, in words.
    count: String,
    /// Who else there is.
    viewers: Vec<ProfileView>,
) -> impl IntoView {
    let entry = |other: Option<ViewerId>, class: &'static str, facts: String| {
        let to = other.map_or_else(|| "/".to_owned(), |other| format!("/?profile={other}"));
        view! {
            <a href=to rel="external" aria-current=(viewer == other).then_some("true")>
                <Avatar viewer=other />
                <span>
                    <strong>
                        <bdi>{name(other)}</bdi>
                    </strong>
                    <small class=class>{facts}</small>
                </span>
            </a>
        }
    };
    let own = match viewer {
        None => entry(None, OWN_COUNT, count.clone()),
        Some(_) => entry(None, "number", "Your own ratings".to_owned()),
    };
    let others = viewers.into_iter().filter(|other| other.viewer.is_some()).map(|other| {
        let taste = (!other.taste.is_empty()).then(|| other.taste.join(", "));
        let facts = std::iter::once(films_rated(other.rated)).chain(taste).collect::<Vec<_>>().join(" · ");
        entry(other.viewer, "number", facts)
    });
    let account = use_context::<Account>().unwrap_or_default();
    let household = (0..account.names.len()).filter(|&at| Some(at) != account.active).map(|at| {
        view! {
            <form method="post" action="/you">
                <input type="hidden" name="do" value="switch" />
                <input type="hidden" name="at" value=at.to_string() />
                <button type="submit">
                    <bdi>{account.name(at)}</bdi>
                    <small>"In this browser"</small>
                </button>
            </form>
        }
    });
    let household = household.collect_view();
    view! {
        <details class="profile">
            <summary>
                <Avatar viewer />
                <span>
                    <span class="visually-hidden">"Profile: "</span>
                    <strong class="profile-name">
                        <bdi>{name(viewer)}</bdi>
                    </strong>
                    <small class=format!("profile-count {OWN_COUNT}")>{count}</small>
                </span>
            </summary>
            <nav class="profile-menu" aria-label="Switch profile">
                {own}
                {household}
                {others.collect_view()}
                // Where the top bar has no room for them.
                <a class="narrow" href="/you" rel="external">
                    "Your films"
                </a>
                <a class="narrow" href="/import" rel="external">
                    "Import"
                </a>
            </nav>
        </details>
    }
}

#[component]
fn Avatar(viewer: Option<ViewerId>) -> impl IntoView {
    let initial = || own_name()?.chars().next().map(|letter| letter.to_uppercase().collect());
    let letters = viewer.map(|viewer| viewer.to_string()).or_else(initial);
    let class = if letters.is_none() { "avatar avatar-new" } else { "avatar" };
    view! {
        <span class=class aria-hidden="true">
            {letters}
        </span>
    }
}

fn name(viewer: Option<ViewerId>) -> String {
    viewer.map_or_else(|| own_name().unwrap_or_else(|| "You".to_owned()), |viewer| format!("Viewer {viewer}"))
}

/// What the visitor called the profile that is active.
fn own_name() -> Option<String> {
    use_context::<Account>()?.own_name().map(str::to_owned)
}
