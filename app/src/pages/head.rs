//! What a page is called and what it says of itself: to the browser, to search engines, and where somebody shares it.

use leptos::prelude::*;
use leptos_meta::{Meta, Title};

/// What a page is about, as the Open Graph protocol calls it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum About {
    /// A page of this site.
    #[default]
    Site,
    /// One film.
    Film,
}

impl About {
    fn name(self) -> &'static str {
        match self {
            Self::Site => "website",
            Self::Film => "video.movie",
        }
    }
}

/// A page's title and description. Every page has one: the shell has neither. What is the same on all pages is the shell's.
#[component]
pub(super) fn Head(
    /// What the page is called, without the site's name.
    #[prop(into)]
    title: String,
    /// A sentence on what is there.
    #[prop(into)]
    description: String,
    /// What it is about.
    #[prop(optional)]
    about: About,
) -> impl IntoView {
    // A card on Twitter takes its words from the Open Graph.
    view! {
        <Title text=title.clone() />
        <Meta name="description" content=description.clone() />
        <Meta property="og:title" content=title />
        <Meta property="og:description" content=description />
        <Meta property="og:type" content=about.name() />
    }
}
