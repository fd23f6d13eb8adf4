//! The pages: Leptos renders them, with a port to the world and the visitor in its context.

use std::sync::Arc;

use app::{
    SetStatus, ShellOptions, Theme,
    port::{SharedPort, Visitor},
};
use axum::{
    Router,
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
    middleware::map_response,
    response::Response,
};
use leptos::{config::LeptosOptions, nonce::use_nonce, prelude::*};
use leptos_axum::{LeptosRoutes, ResponseOptions, generate_route_list};

use super::{
    files::SiteFiles,
    headers::{UNBUFFERED, content_security_policy},
    port::SitePort,
    site::SharedSite,
    visitor,
};

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
        let Some(response) = use_context::<ResponseOptions>() else { return };
        response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        if parts.uri.path() == app::STREAMED_PAGE {
            response.insert_header(HeaderName::from_static(UNBUFFERED), HeaderValue::from_static("no"));
        }
        if let Some(policy) = use_nonce().and_then(|nonce| policy(&nonce, reload)) {
            response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
        let set_status = move |status: u16| {
            if let Ok(status) = StatusCode::from_u16(status) {
                response.set_status(status);
            }
        };
        provide_context(SetStatus(Arc::new(set_status)));
    };
    let files = files.clone();
    let shell = move || {
        let theme = use_context::<Parts>().and_then(|parts| theme(&parts));
        app::shell(&ShellOptions {
            css: files.css.clone(),
            js: files.js.clone(),
            wasm: files.wasm.clone(),
            reload: reload.then(leptos_options),
            theme,
        })
    };
    let not_found = leptos_axum::render_app_async_with_context(context.clone(), shell.clone());
    Router::new()
        .leptos_routes_with_context(&leptos_options(), generate_route_list(app::App), context, shell)
        .fallback(not_found)
        .layer(map_response(without_empty_query))
}

/// After a form, server_fn sends the visitor back to where they were, with a stray question mark behind the address.
async fn without_empty_query(mut response: Response) -> Response {
    let location = response.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
    let clean = location.and_then(|location| HeaderValue::from_str(location.strip_suffix('?')?).ok());
    if let Some(clean) = clean {
        response.headers_mut().insert(header::LOCATION, clean);
    }
    response
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
