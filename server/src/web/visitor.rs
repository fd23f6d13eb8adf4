//! Who asks: a random cookie, and its fingerprint, which is all that the rest of the server ever sees.

use std::time::{SystemTime, UNIX_EPOCH};

use app::{
    domain::{Arrangement, Preferences, Skipped, Tuning, hex},
    port::{Visitor, VisitorId},
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use rand::TryRngCore;

use super::{error::ApiError, operator, site::SharedSite};

/// The visitor's cookie.
pub const COOKIE: &str = "marquee_visitor";
/// The cookie that says when the visitor last said something. Pages' scripts read it.
pub const SAID: &str = "said";
/// The cookie with the films that a new visitor skipped. Pages' scripts write it.
pub const SKIPPED: &str = "skipped";
/// Browsers keep no cookie for longer than this (RFC 6265bis, section 5.5): 400 days, in seconds.
pub const MAX_AGE: u32 = 400 * 24 * 60 * 60;
const TOKEN_BYTES: usize = 16;

/// Knows the visitor by their cookie, or gives them one; either way the request carries a [`Visitor`] from here on.
pub async fn know(State(site): State<SharedSite>, mut request: Request, next: Next) -> Response {
    let preferences = preferences(request.headers());
    let operator = site.operator.asks(request.headers(), operator::address(request.extensions()));
    let changes = !request.method().is_safe();
    if let Some(id) = known(request.headers()) {
        request.extensions_mut().insert(Visitor { id, returning: true, operator, preferences });
        let mut response = next.run(request).await;
        if changes {
            say_changed(&mut response);
        }
        return response;
    }
    let token = match new_token() {
        Ok(token) => token,
        Err(error) => return ApiError::internal(&error).into_response(),
    };
    let cookie = private_cookie(COOKIE, &token, Some(MAX_AGE), is_https(request.headers()));
    request.extensions_mut().insert(Visitor { id: fingerprint(&token), returning: false, operator, preferences });
    let mut response = next.run(request).await;
    // Not with a refusal: another site's form could have asked for it, and the cookie would take the place of the one
    // that the browser did not send along.
    let given = response.status().is_success() || response.status().is_redirection();
    if given && let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    if changes {
        say_changed(&mut response);
    }
    response
}

/// Leaves word in the browser that something was said: a page that is shown again when the visitor goes back to it knows by
/// this whether it is out of date (`app/src/pages/shell.rs`).
fn say_changed(response: &mut Response) {
    let refused = response.status().is_client_error() || response.status().is_server_error();
    if !refused && let Ok(cookie) = HeaderValue::from_str(&format!("{SAID}={}; Path=/; SameSite=Lax", moment())) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// Milliseconds since 1970, as cookies have them that say when something changed.
pub fn moment() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis()
}

/// The visitor of a request, by its cookie. A cookie that is not of our making counts as none.
pub fn known(headers: &HeaderMap) -> Option<VisitorId> {
    token(headers).map(fingerprint)
}

/// The token of a visitor who was never here: 128 random bits.
pub fn new_token() -> Result<String, rand::rand_core::OsError> {
    let mut token = [0; TOKEN_BYTES];
    rand::rngs::OsRng.try_fill_bytes(&mut token)?;
    Ok(hex(&token))
}

/// The visitor's token, from their cookie.
pub fn token(headers: &HeaderMap) -> Option<&str> {
    cookies(headers).find(|&(name, value)| name == COOKIE && is_token(value)).map(|(_, token)| token)
}

/// What the visitor has chosen for the pages.
fn preferences(headers: &HeaderMap) -> Preferences {
    Preferences {
        rows: cookie(headers, "rows").map(Arrangement::read).unwrap_or_default(),
        tuning: cookie(headers, "tuning").map(Tuning::read).unwrap_or_default(),
        skipped: cookie(headers, SKIPPED).map(Skipped::read).unwrap_or_default(),
    }
}

/// The value of another cookie of ours.
pub fn cookie<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    cookies(headers).find_map(|(name, value)| (name == wanted).then_some(value))
}

/// Names and values of all cookies that came with a request.
fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='))
}

/// A `Set-Cookie` of what no script may read (RFC 6265): for so many seconds, or until the browser is closed.
pub fn private_cookie(name: &str, value: &str, max_age: Option<u32>, is_https: bool) -> String {
    let age = max_age.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
    let secure = if is_https { "; Secure" } else { "" };
    format!("{name}={value}; Path=/{age}; HttpOnly; SameSite=Lax{secure}")
}

/// Whether a text could be a token of our making.
pub fn is_token(value: &str) -> bool {
    value.len() == 2 * TOKEN_BYTES && value.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// What the rest of the server knows of a token.
pub fn fingerprint(token: &str) -> VisitorId {
    let hash = blake3::derive_key("marquee 2026 visitor cookie", token.as_bytes());
    VisitorId(std::array::from_fn(|at| hash[at]))
}

/// Whether the browser came over TLS, by what the proxy in front of us says.
pub fn is_https(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookie: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_str(cookie).expect("a header"));
        headers
    }

    #[test]
    fn a_visitor_is_known_by_the_cookie_they_were_given() {
        let token = hex(&[0x5a; TOKEN_BYTES]);
        let given = private_cookie(COOKIE, &token, Some(MAX_AGE), false);
        let sent_back = format!("theme=dark; {}", given.split(';').next().unwrap_or_default());
        assert_eq!(known(&headers(&sent_back)), Some(fingerprint(&token)));
        assert_eq!(cookie(&headers(&sent_back), "theme"), Some("dark"));
    }

    #[test]
    fn a_cookie_that_is_not_of_our_making_is_none() {
        for bad in ["", "marquee_visitor=", "marquee_visitor=short", "marquee_visitor", "=;;=", "other=1"] {
            assert_eq!(known(&headers(bad)), None, "{bad}");
        }
        assert_eq!(known(&headers(&format!("marquee_visitor={}", "Z".repeat(32)))), None);
    }

    #[test]
    fn the_cookie_is_out_of_scripts_reach_and_stays_on_this_site() {
        let cookie = private_cookie(COOKIE, "00", None, true);
        for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Secure"] {
            assert!(cookie.contains(part), "{cookie}");
        }
    }
}
