//! A page that only has to say something, and shows the way home.

use leptos::prelude::*;

use super::head::Head;
use crate::components::{bar::TopBar, footer::PlainFooter};

/// The page; its children are a sentence or two.
#[component]
pub(super) fn Notice(title: &'static str, heading: &'static str, children: Children) -> impl IntoView {
    view! {
        <Head title description=format!("{heading}.") />
        <TopBar />
        <main id="main" class="page">
            <div class="page-head">
                <h1>{heading}</h1>
                <p>{children()}</p>
                <p>
                    <a class="button" href="/" rel="external">
                        "To the home page"
                    </a>
                </p>
            </div>
        </main>
        <PlainFooter />
    }
}
