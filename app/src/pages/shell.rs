//! The HTML around the application, rendered by the server only.

use std::sync::LazyLock;

use leptos::{html, hydration::AutoReload, nonce::use_nonce, prelude::*};
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
    /// Where visitors find the site, `https://marquee.example`: pictures for other sites need whole addresses.
    pub origin: Option<String>,
    /// In `cargo leptos watch`: reload the page when a build is there.
    pub reload: Option<LeptosOptions>,
    /// The visitor's theme, from their cookie.
    pub theme: Option<Theme>,
    /// What the browser's cookie says of when the visitor last said something; empty where it says nothing.
    pub said: String,
}

/// First in the head: what only works with script is shown, and what stands in for it is not.
const MARK_SCRIPT: &str = "document.documentElement.dataset.script=''";

/// What every page does by itself, and that it loads the application.
static SCRIPT: LazyLock<String> = LazyLock::new(|| {
    without_remarks(concat!(include_str!("shell.js"), include_str!("hands.js"), include_str!("rows.js")))
});

/// A script without what is only for its readers: lines that are a remark, and indentation.
fn without_remarks(script: &str) -> String {
    let is_remark = |line: &&str| ["//", "/*"].iter().any(|mark| line.starts_with(mark)) || line.is_empty();
    script.lines().map(str::trim).filter(|line| !is_remark(line)).collect::<Vec<_>>().join("\n")
}

/// The whole document.
pub fn shell(options: &ShellOptions) -> impl IntoView + use<> {
    let ShellOptions { css, js, wasm, origin, reload, theme, said } = options.clone();
    // Outside the islands nothing is attached to, so nothing is marked for it.
    if let Some(shared) = Owner::current_shared_context() {
        shared.set_is_hydrating(false);
    }
    let script = format!("const start={{js:{js:?},wasm:{wasm:?}}};\n{}", *SCRIPT);
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme.map(Theme::name) data-said=said>
            <head>
                <meta charset="utf-8" />
                <script nonce=use_nonce()>{MARK_SCRIPT}</script>
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                {theme_colours(theme)}
                <link rel="stylesheet" href=css />
                <link rel="icon" type="image/svg+xml" href="/favicon.svg" />
                <link rel="icon" type="image/png" sizes="192x192" href="/icon-192.png" />
                <link rel="apple-touch-icon" sizes="180x180" href="/apple-touch-icon.png" />
                <link rel="manifest" href="/manifest.webmanifest" />
                {card(origin)}
                <link rel="modulepreload" href=js />
                <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
                {reload.map(|options| view! { <AutoReload options /> })}
                <script type="module" nonce=use_nonce()>
                    {script}
                </script>
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The colour of what the browser draws around the page: the page's ground (`--ground` in style/main.css), in the theme
/// that the visitor chose, else in the system's.
fn theme_colours(theme: Option<Theme>) -> impl IntoView {
    let colour = |theme, media: Option<&'static str>| {
        html::meta().name("theme-color").attr("media", media).content(ground(theme))
    };
    match theme {
        Some(theme) => vec![colour(theme, None)],
        None => vec![
            colour(Theme::Light, Some("(prefers-color-scheme: light)")),
            colour(Theme::Dark, Some("(prefers-color-scheme: dark)")),
        ],
    }
}

fn ground(theme: Theme) -> &'static str {
    match theme {
        Theme::Light => "#f7f7f8",
        Theme::Dark => "#0e0f11",
    }
}

/// What a link to any page looks like elsewhere. The page adds its words.
fn card(origin: Option<String>) -> impl IntoView {
    // `view!` knows no `property`.
    let property = |name: &'static str, content: String| html::meta().attr("property", name).content(content);
    let picture = origin.map(|origin| {
        vec![
            property("og:image", format!("{origin}/card.png")),
            property("og:image:width", "1200".to_owned()),
            property("og:image:height", "630".to_owned()),
            property("og:image:alt", "Marquee, in lit bulbs".to_owned()),
        ]
    });
    view! {
        {property("og:site_name", "Marquee".to_owned())}
        {picture}
        <meta name="twitter:card" content="summary_large_image" />
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_script_has_no_remarks_left_and_ends_no_element() {
        assert!(!SCRIPT.lines().any(|line| line.starts_with("//") || line.starts_with("/*") || line.starts_with(' ')));
        assert!(SCRIPT.contains("app.hydrate()"));
        assert!(!SCRIPT.contains("</"), "it would end the script element");
    }
}
