//! The address is none of ours.

use leptos::prelude::*;

use super::{notice::Notice, set_status};

/// 404, and the way home.
#[component]
pub(super) fn NotFound() -> impl IntoView {
    set_status(404);
    view! {
        <Notice title="Not found" heading="There is nothing at this address">
            "It may have been mistyped, or what was here has gone."
        </Notice>
    }
}
