//! The HTML around the application, rendered by the server only.

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
    /// What the browser's cookie says of when the visitor last said something; empty where it says nothing. `None` on a page
    /// that answers a form: it cannot be loaded anew without sending that again.
    pub said: Option<String>,
}

/// First in the head: what only works with script is shown, and what stands in for it is not.
const MARK_SCRIPT: &str = "document.documentElement.dataset.script=''";

/// Loads the application and attaches each island. If that fails the page goes back to its plain links and forms. An
/// island within another needs no element of its own, so there is nothing to walk in order.
const BOOT: &str = r#"(({js,wasm})=>import(js).then(app=>app.default({module_or_path:wasm}).then(()=>{app.hydrate();for(const island of document.querySelectorAll('leptos-island'))app[island.dataset.component](island)})).catch(error=>{delete document.documentElement.dataset.script;console.error(error)}))"#;

/// When the server is gone, pages say so (`public/sw.js`). And a page that is shown again because the visitor went back to it
/// may be as it was before they said something on another: the browser has kept it whole, or takes its HTML out of its cache
/// without asking whether that is still so. It is loaded anew if the cookie that each change sets is no longer the one that
/// the page was made with; once, because a page that was loaded anew did not come by going back. When it is there and not
/// before: only then does the browser know where it was scrolled to. Most ask the server to begin with (`Vary`, in
/// `server/src/web/pages.rs`); this is for those that do not, and for what was sent as the other page was left. A page that
/// the visitor turns to when another profile of the household has become the active one is loaded anew as well: what is
/// said on it would be said by that one.
const AROUND: &str = r"navigator.serviceWorker?.register('/sw.js').catch(()=>{});const read=name=>document.cookie.match('(?:^|; )'+name+'=([^;]*)')?.[1]??'',who=read('who');let heard=document.documentElement.dataset.said;addEventListener('pagehide',()=>{if(heard!=null)heard=read('said')});addEventListener('pageshow',event=>{const back=event.persisted||performance.getEntriesByType('navigation')[0]?.type==='back_forward';if(back&&heard!=null&&heard!==read('said'))location.reload()});for(const kind of['focus','pageshow','visibilitychange'])addEventListener(kind,()=>{if(heard!=null&&!document.hidden&&who!==read('who'))location.reload()})";

/// Rows keep how far they were scrolled, with the page's entry in the history: back leads to where one was.
const ROWS: &str = r"const rows=()=>{const kept=history.state?.rows??{};for(const id in kept){const row=document.getElementById(id);row?.scrollTo({left:kept[id],behavior:'instant'});row?.dispatchEvent(new Event('scroll'))}};addEventListener('pagehide',()=>{const rows={};for(const row of document.querySelectorAll('.row-track'))if(row.id&&row.scrollLeft)rows[row.id]=row.scrollLeft;history.replaceState({...history.state,rows},'')});rows();";

/// A second press in the same place is meant for what the first one was for. Where that is gone, and something else has come
/// under the pointer, it is nobody's: a film that takes the place of a rated one is not rated too.
const PRESSES: &str = r"let pressed={at:-1e4},nobodys=false;for(const kind of['pointerdown','mousedown','click'])addEventListener(kind,event=>{const on=event.target.closest?.('a,button,input,label,select,summary');if(kind==='pointerdown'){nobodys=event.timeStamp-pressed.at<700&&Math.hypot(event.clientX-pressed.x,event.clientY-pressed.y)<9&&pressed.on&&on!==pressed.on&&!pressed.on.isConnected;if(!nobodys)pressed={at:event.timeStamp,x:event.clientX,y:event.clientY,on}}if(nobodys&&(kind!=='click'||event.detail)){event.preventDefault();event.stopImmediatePropagation()}},true);addEventListener('keydown',()=>{pressed={at:-1e4}},true);";

/// A form that leads back to its own page leaves the focus on the button that was pressed: rows are arranged step by step.
const FOCUS: &str = r#"addEventListener('submit',event=>{const name=event.submitter?.getAttribute('aria-label');if(name&&!event.defaultPrevented)sessionStorage.pressed=JSON.stringify([location.pathname,name])});{const [path,name]=JSON.parse(sessionStorage.pressed??'[]');if(path===location.pathname){const same=document.querySelector(`button[aria-label="${CSS.escape(name)}"]`);(same?.disabled?same.closest('li')?.querySelector('button:enabled'):same)?.focus()}delete sessionStorage.pressed}"#;

/// The whole document.
pub fn shell(options: &ShellOptions) -> impl IntoView + use<> {
    let ShellOptions { css, js, wasm, origin, reload, theme, said } = options.clone();
    // Outside the islands nothing is attached to, so nothing is marked for it.
    if let Some(shared) = Owner::current_shared_context() {
        shared.set_is_hydrating(false);
    }
    let boot = format!("{PRESSES}{FOCUS}{ROWS}{BOOT}({{js:{js:?},wasm:{wasm:?}}}).then(rows);{AROUND}");
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
