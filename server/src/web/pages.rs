//! The pages: Leptos renders them, with a port to the world and the visitor in its context.

use std::sync::Arc;

use app::{
    ImportRun, SetCookie, SetStatus, ShellOptions, Theme,
    port::{SharedPort, Visitor},
};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue, StatusCode, Uri, header, request::Parts},
    middleware::{from_fn_with_state, map_response},
    response::{IntoResponse, Response},
    routing::post,
};
use leptos::{config::LeptosOptions, nonce::use_nonce, prelude::*};
use leptos_axum::{LeptosRoutes, ResponseOptions, generate_route_list};

use super::{
    files::SiteFiles,
    headers::{self, UNBUFFERED, content_security_policy},
    household, importing,
    port::SitePort,
    site::SharedSite,
    upload::MOST_FORM,
    visitor,
};

/// The longest error of a server function, in bytes; a page that failed is shorter too.
const MOST_ERROR: usize = 1 << 20;

/// Routes of the pages and of the server functions behind them.
pub fn router(site: &SharedSite, files: &SiteFiles) -> Router<LeptosOptions> {
    let port: SharedPort = Arc::new(SitePort(SharedSite::clone(site)));
    let reload = std::env::var_os("LEPTOS_WATCH").is_some();
    let context = move || {
        provide_context(SharedPort::clone(&port));
        let Some(parts) = use_context::<Parts>() else { return };
        if let Some(visitor) = parts.extensions.get::<Visitor>() {
            provide_context(*visitor);
        }
        if let Some(run) = parts.extensions.get::<ImportRun>() {
            provide_context(run.clone());
        }
        provide_context(household::account(&parts.headers));
        let Some(response) = use_context::<ResponseOptions>() else { return };
        response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        // On the way back a browser takes what it has without checking it, `no-cache` or not, unless the request would be
        // another: what was said, or chosen for the pages, is in cookies.
        response.insert_header(header::VARY, HeaderValue::from_static("cookie"));
        if [app::STREAMED_PAGE, app::IMPORT_PAGE].contains(&parts.uri.path()) {
            response.insert_header(HeaderName::from_static(UNBUFFERED), HeaderValue::from_static("no"));
        }
        if let Some(policy) = use_nonce().and_then(|nonce| policy(&nonce, reload)) {
            response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
        let response_for_cookies = response.clone();
        let set_status = move |status: u16| {
            if let Ok(status) = StatusCode::from_u16(status) {
                response.set_status(status);
            }
        };
        provide_context(SetStatus(Arc::new(set_status)));
        let response = response_for_cookies;
        provide_context(SetCookie(Arc::new(move |name, value| remember(&response, name, value))));
    };
    let files = files.clone();
    let shell = move || {
        let parts = use_context::<Parts>();
        let theme = parts.as_ref().and_then(theme);
        let said = parts.as_ref().map(said).unwrap_or_default();
        app::shell(&ShellOptions {
            css: files.css.clone(),
            js: files.js.clone(),
            wasm: files.wasm.clone(),
            origin: parts.and_then(|parts| headers::own_origin(&parts.headers)),
            reload: reload.then(leptos_options),
            theme,
            said,
        })
    };
    let import = post(importing::import).layer(DefaultBodyLimit::max(MOST_FORM));
    let not_found = leptos_axum::render_app_async_with_context(context.clone(), shell.clone());
    Router::new()
        .leptos_routes_with_context(&leptos_options(), generate_route_list(app::App), context, shell)
        .route(app::IMPORT_PAGE, import.with_state(SharedSite::clone(site)))
        .fallback(not_found)
        .layer(from_fn_with_state(SharedSite::clone(site), importing::find))
        .layer(from_fn_with_state(SharedSite::clone(site), household::ended_elsewhere))
        .layer(map_response(blame_the_client))
        .layer(map_response(stay_here))
}

/// Keeps what a visitor has chosen for the pages, for a year, in the browser.
fn remember(response: &ResponseOptions, name: &str, value: &str) {
    let cookie = format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.append_header(header::SET_COOKIE, cookie);
    }
}

/// After a form, server_fn sends the visitor back to where the request says that they were. Whatever it says, it is a
/// page of ours: the path alone counts, without the stray question mark behind it.
async fn stay_here(mut response: Response) -> Response {
    let location = response.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
    let own = location.map(|location| {
        let location: Result<Uri, _> = location.parse();
        let path = location.ok().and_then(|uri| uri.path_and_query().cloned());
        let path = path.as_ref().map_or("/", |path| path.as_str().trim_end_matches('?'));
        // Two slashes would begin a host's name.
        HeaderValue::from_str(&format!("/{}", path.trim_start_matches('/'))).unwrap_or(HeaderValue::from_static("/"))
    });
    if let Some(own) = own {
        response.headers_mut().insert(header::LOCATION, own);
    }
    response
}

/// A server function that could not read its arguments calls it the server's failure; it is the client's.
async fn blame_the_client(response: Response) -> Response {
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(body) = axum::body::to_bytes(body, MOST_ERROR).await else { return parts.status.into_response() };
    let unreadable: [&[u8]; 3] = [b"Args|", b"MissingArg|", b"Deserialization|"];
    if unreadable.iter().any(|sign| body.starts_with(sign)) {
        parts.status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Response::from_parts(parts, body.into())
}

/// What leptos_axum wants to know; where the files are is our own business ([`SiteFiles`]).
pub fn leptos_options() -> LeptosOptions {
    let reload_port = std::env::var("LEPTOS_RELOAD_PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(3001);
    LeptosOptions::builder().output_name("marquee").reload_port(reload_port).build()
}

fn policy(nonce: &str, reload: bool) -> Option<HeaderValue> {
    HeaderValue::from_str(&content_security_policy(nonce, reload)).ok()
}

fn theme(parts: &Parts) -> Option<Theme> {
    visitor::cookie(&parts.headers, Theme::COOKIE).and_then(Theme::from_name)
}

fn said(parts: &Parts) -> String {
    visitor::cookie(&parts.headers, visitor::SAID).unwrap_or_default().to_owned()
}
