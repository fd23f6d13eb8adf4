//! The address is none of ours.

use leptos::prelude::*;
use leptos_meta::Title;

use super::set_status;
use crate::components::bar::TopBar;

/// 404, and the way home.
#[component]
pub(super) fn NotFound() -> impl IntoView {
    set_status(404);
    view! {
        <Title text="Not found" />
        <TopBar />
        <main id="main" class="page">
            <div class="page-head">
                <h1>"There is nothing at this address"</h1>
                <p>"It may have been mistyped, or what was here has gone."</p>
                <p>
                    <a class="button" href="/" rel="external">
                        "To the home page"
                    </a>
                </p>
            </div>
        </main>
    }
}
