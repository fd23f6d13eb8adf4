//! The top bar: the way home, whose page this is, the theme.

use leptos::{ev, prelude::*};

use super::{
    icons::{Bulbs, Icon},
    profile::Profile,
    words::films_rated,
};
use crate::{browser, domain::ViewerId, pages::Theme, views::ProfileView};

const MENU: &str = "profiles";

/// The top bar; `children` go between the wordmark and the theme.
#[component]
pub(crate) fn TopBar(
    /// The profile menu, on pages that have one.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <header class="top-bar">
            <a class="wordmark" href="/" rel="external">
                <Bulbs />
                "Marquee"
            </a>
            <div class="top-bar-end">
                {children.map(|children| children())} <ThemeToggle />
            </div>
        </header>
    }
}

/// Dark or light. The system's choice until the visitor makes one.
#[island]
fn ThemeToggle() -> impl IntoView {
    let dark = RwSignal::new(false);
    Effect::new(move |_| dark.set(browser::is_dark()));
    let toggle = move |_| {
        let theme = if browser::is_dark() { Theme::Light } else { Theme::Dark };
        browser::choose_theme(theme);
        dark.set(theme == Theme::Dark);
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

/// Whose taste the page follows, and whose it could.
#[component]
pub(crate) fn ProfileMenu(
    /// The page's profile.
    profile: Profile,
    /// Who else there is.
    viewers: Vec<ProfileView>,
) -> impl IntoView {
    let view = profile.view;
    let own = Signal::derive(move || match view {
        None => films_rated(profile.rated.get()),
        Some(_) => "Your own ratings".to_owned(),
    });
    let close = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" {
            browser::close_menu(MENU);
        }
    };
    Effect::new(|_| browser::close_menu_from_outside(MENU));
    let others = viewers
        .into_iter()
        .filter_map(|other| {
            let viewer = other.viewer?;
            let facts = std::iter::once(films_rated(other.rated)).chain((!other.taste.is_empty()).then(|| other.taste.join(", ")));
            let facts = facts.collect::<Vec<_>>().join(" · ");
            Some(view! {
                <a href=format!("/?profile={viewer}") rel="external" aria-current=(view == Some(viewer)).then_some("true")>
                    <Avatar viewer=Some(viewer) />
                    <span>
                        <strong>{name(Some(viewer))}</strong>
                        <small class="number">{facts}</small>
                    </span>
                </a>
            })
        })
        .collect_view();
    view! {
        <details class="profile" id=MENU on:keydown=close>
            <summary>
                <Avatar viewer=view />
                <span>
                    <span class="visually-hidden">"Profile: "</span>
                    <strong class="profile-name">{name(view)}</strong>
                    <small class="profile-count number">{move || films_rated(profile.rated.get())}</small>
                </span>
            </summary>
            <nav class="profile-menu" aria-label="Switch profile">
                <a href="/" rel="external" aria-current=view.is_none().then_some("true")>
                    <Avatar viewer=None />
                    <span>
                        <strong>"You"</strong>
                        <small class="number">{own}</small>
                    </span>
                </a>
                {others}
            </nav>
        </details>
    }
}

#[component]
fn Avatar(viewer: Option<ViewerId>) -> impl IntoView {
    let class = if viewer.is_none() { "avatar avatar-new" } else { "avatar" };
    view! {
        <span class=class aria-hidden="true">
            {viewer.map(|viewer| viewer.to_string())}
        </span>
    }
}

fn name(viewer: Option<ViewerId>) -> String {
    viewer.map_or_else(|| "You".to_owned(), |viewer| format!("Viewer {viewer}"))
}
