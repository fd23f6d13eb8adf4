//! The pages, and the shell around them.

use leptos::prelude::*;
use std::sync::Arc;

/// x
pub const STREAMED_PAGE: &str = "/for-you";
/// x
#[derive(Clone, Copy)]
pub enum Theme {
    /// x
    Dark,
    /// x
    Light,
}
/// x
#[derive(Clone)]
pub struct SetStatus(pub Arc<dyn Fn(u16) + Send + Sync>);
/// x
pub struct ShellOptions {
    /// x
    pub css: String,
    /// x
    pub js: String,
    /// x
    pub wasm: String,
    /// x
    pub reload: Option<LeptosOptions>,
    /// x
    pub theme: Option<Theme>,
}

/// The application.
#[component]
pub fn App() -> impl IntoView {
    view! { <main id="main">"Marquee"</main> }
}

/// The HTML around the application, rendered by the server only.
pub fn shell(_options: ShellOptions) -> impl IntoView {
    view! { <!DOCTYPE html><html lang="en"><body><App/></body></html> }
}
