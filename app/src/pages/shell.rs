//! The HTML around the application, rendered by the server only.

use leptos::{hydration::AutoReload, nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

use super::{App, Theme};

/// What the server knows and the shell needs: where this build's files are, and whose choice the theme is.
#[derive(Clone, Debug)]
pub struct ShellOptions {
    /// Address of the style sheet.
    pub css: String,
    /// Address of wasm-bindgen's module.
    pub js: String,
    /// Address of the WebAssembly.
    pub wasm: String,
    /// In `cargo leptos watch`: reload the page when a build is there.
    pub reload: Option<LeptosOptions>,
    /// The visitor's theme, from their cookie.
    pub theme: Option<Theme>,
}

/// First in the head: what only works with script is shown, and what stands in for it is not.
const MARK_SCRIPT: &str = "document.documentElement.dataset.script=''";

/// Loads the application and attaches each island. If that fails the page goes back to its plain links and forms. An
/// island within another needs no element of its own, so there is nothing to walk in order.
const BOOT: &str = r#"(({js,wasm})=>import(js).then(app=>app.default({module_or_path:wasm}).then(()=>{app.hydrate();for(const island of document.querySelectorAll('leptos-island'))app[island.dataset.component](island)})).catch(error=>{delete document.documentElement.dataset.script;console.error(error)}))"#;

/// The whole document.
pub fn shell(options: &ShellOptions) -> impl IntoView + use<> {
    let ShellOptions { css, js, wasm, reload, theme } = options.clone();
    // Outside the islands nothing is attached to, so nothing is marked for it.
    if let Some(shared) = Owner::current_shared_context() {
        shared.set_is_hydrating(false);
    }
    let boot = format!("{BOOT}({{js:{js:?},wasm:{wasm:?}}})");
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme.map(Theme::name)>
            <head>
                <meta charset="utf-8" />
                <script nonce=use_nonce()>{MARK_SCRIPT}</script>
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta
                    name="description"
                    content="Your film ratings in, your next film out. Self-hosted, and the page never waits for its model."
                />
                <link rel="stylesheet" href=css />
                <link rel="icon" type="image/svg+xml" href="/favicon.svg" />
                <link rel="modulepreload" href=js />
                <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
                {reload.map(|options| view! { <AutoReload options /> })}
                <script type="module" nonce=use_nonce()>
                    {boot}
                </script>
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}
