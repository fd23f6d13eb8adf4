//! The pages, and the shell around them.

use leptos::prelude::*;

/// The application.
#[component]
pub fn App() -> impl IntoView {
    view! { <main id="main">"Marquee"</main> }
}

/// The HTML around the application, rendered by the server only.
pub fn shell(_options: LeptosOptions) -> impl IntoView {
    view! { <!DOCTYPE html><html lang="en"><body><App/></body></html> }
}
