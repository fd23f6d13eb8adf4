//! What a browser may do with an answer.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::error::ApiError;

/// Tells a proxy (nginx reads it so) to pass a streamed page on as it comes.
pub const UNBUFFERED: &str = "x-accel-buffering";

/// On every answer. The pages' Content-Security-Policy is set where the nonce is known.
const EVERYWHERE: [(HeaderName, HeaderValue); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
];

/// Adds the headers that every answer has, where it has none of its own.
pub fn everywhere(headers: &mut HeaderMap) {
    for (name, value) in EVERYWHERE {
        headers.entry(name).or_insert(value);
    }
}

/// Refuses what another site's page makes a visitor's browser send (cross-site request forgery). The browser itself says
/// where a request comes from: in `Sec-Fetch-Site`, and, since it leaves that out where a page is not trustworthy (plain
/// HTTP under a name), in `Origin` too. A client that is no browser sends neither, and no cookie that it was not given.
pub async fn same_site_only(request: Request, next: Next) -> Response {
    let harmless = matches!(*request.method(), Method::GET | Method::HEAD);
    if harmless || (is_from_here(request.headers()) && has_own_origin(request.headers())) {
        return next.run(request).await;
    }
    ApiError::new(StatusCode::FORBIDDEN, "This request came from another site's page, so it was not carried out.")
        .into_response()
}

fn is_from_here(headers: &HeaderMap) -> bool {
    let from = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    matches!(from, None | Some(b"same-origin" | b"none"))
}

/// Whether the page that sent the request is of this host and port, as the browser names them. A proxy may have renamed
/// the host; then it says what the browser called it. A page cannot set these headers.
fn has_own_origin(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Some((_, authority)) = origin.to_str().ok().and_then(|origin| origin.split_once("://")) else { return false };
    let names = [headers.get("x-forwarded-host"), headers.get(header::HOST)];
    names.into_iter().flatten().any(|name| name.as_bytes().eq_ignore_ascii_case(authority.as_bytes()))
}

/// The site's address as whoever asks sees it, `https://marquee.example`; a proxy says what it renamed. `None` for what is
/// no host.
pub fn own_origin(headers: &HeaderMap) -> Option<String> {
    let host = headers.get("x-forwarded-host").or_else(|| headers.get(header::HOST))?;
    let host = Authority::try_from(host.as_bytes()).ok().filter(|host| !host.as_str().contains('@'))?;
    let secure = headers.get("x-forwarded-proto").is_some_and(|scheme| scheme.as_bytes() == b"https");
    let scheme = if secure { "https" } else { "http" };
    Some(format!("{scheme}://{host}"))
}

/// The policy of a page whose own scripts carry this nonce.
pub fn content_security_policy(nonce: &str, reload: bool) -> String {
    // Only `cargo leptos watch` listens on another port, for its reload messages.
    let connect = if reload { "'self' ws:" } else { "'self'" };
    format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; connect-src {connect}; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    )
}
