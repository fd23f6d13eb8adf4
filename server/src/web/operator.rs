//! Who may see how the server works: whoever has the operator's token, or sits at this very machine.

use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use axum::{
    Form,
    extract::{ConnectInfo, FromRequestParts, State, rejection::FormRejection},
    http::{Extensions, HeaderMap, HeaderName, StatusCode, header, request::Parts, uri::Authority},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{error::ApiError, guesses::Guesses, site::SharedSite, visitor};

/// The cookie that a browser keeps the token in.
pub const COOKIE: &str = "marquee_operator";
/// A proxy on this machine says with one of these, or with one that begins like [`FORWARDED_WHAT`], that somebody else is
/// asking.
const FORWARDED: [&str; 6] = ["forwarded", "via", "x-real-ip", "x-client-ip", "cf-connecting-ip", "true-client-ip"];
const FORWARDED_WHAT: &str = "x-forwarded-";
/// A shorter token can be guessed.
const LEAST_TOKEN: usize = 16;

/// Who may see how the server works.
#[derive(Clone, Default)]
pub struct Operator {
    /// A fingerprint of the token, if there is one.
    token: Option<blake3::Hash>,
    guesses: Arc<Guesses>,
}

/// What became of a token that was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Offered {
    Right,
    Wrong,
    /// Too many wrong ones came from there: it was not looked at.
    NotSeen,
}

/// Why there is no operator's token.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// Its file cannot be read.
    #[error("cannot read the operator's token from {path}: {source}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// It could be guessed.
    #[error("the operator's token in {path} has fewer than {LEAST_TOKEN} characters", path = path.display())]
    Short {
        /// The file.
        path: PathBuf,
    },
    /// It would not survive as a cookie.
    #[error("the operator's token in {path} may have letters, digits, -, _ and . only", path = path.display())]
    Letters {
        /// The file.
        path: PathBuf,
    },
}

impl Operator {
    /// With the token in this file.
    pub fn new(file: Option<&Path>) -> Result<Self, OperatorError> {
        let Some(path) = file else { return Ok(Self::default()) };
        let text =
            std::fs::read_to_string(path).map_err(|source| OperatorError::File { path: path.to_owned(), source })?;
        let token = text.trim();
        if token.len() < LEAST_TOKEN {
            return Err(OperatorError::Short { path: path.to_owned() });
        }
        if !token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
            return Err(OperatorError::Letters { path: path.to_owned() });
        }
        Ok(Self { token: Some(blake3::hash(token.as_bytes())), guesses: Arc::default() })
    }

    /// Looks at a token. Comparing hashes takes the same time for every wrong one.
    fn offered(&self, token: &str, from: Option<SocketAddr>) -> Offered {
        let Some(known) = self.token else { return Offered::Wrong };
        let now = Instant::now();
        if !self.guesses.may_try(from, now) {
            return Offered::NotSeen;
        }
        let token = blake3::hash(token.as_bytes());
        if known == token {
            return Offered::Right;
        }
        if self.guesses.was_wrong(from, token, now) {
            tracing::warn!(?from, "somebody offered a wrong token for the operator's pages");
        }
        Offered::Wrong
    }

    /// Whether the request is the operator's: by the token (a bearer's, or the cookie's), or from this machine itself and
    /// not through a proxy on it.
    pub fn asks(&self, headers: &HeaderMap, from: Option<SocketAddr>) -> bool {
        let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.split_once(' '));
        let bearer = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token);
        let tokens = bearer.into_iter().chain(visitor::cookie(headers, COOKIE));
        if tokens.map(str::trim).any(|token| self.offered(token, from) == Offered::Right) {
            return true;
        }
        let here = from.is_some_and(|from| from.ip().to_canonical().is_loopback());
        here && !is_forwarded(headers) && is_named_as_here(headers)
    }
}

fn is_forwarded(headers: &HeaderMap) -> bool {
    let says = |name: &HeaderName| FORWARDED.contains(&name.as_str()) || name.as_str().starts_with(FORWARDED_WHAT);
    headers.keys().any(says)
}

/// Whether the request was for this machine by a name that only this machine has. By any other name it may be a page of
/// somebody else's whose name was made to lead here (DNS rebinding), or a proxy that says nothing of itself.
fn is_named_as_here(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST) else { return true };
    let Some(host) = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok()) else { return false };
    if host.as_str().contains('@') {
        return false;
    }
    let name = host.host().trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

/// Where a connection comes from.
pub fn address(extensions: &Extensions) -> Option<SocketAddr> {
    extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(from)| *from)
}

/// The form that asks for the token.
#[derive(Deserialize)]
pub struct SignIn {
    token: String,
}

/// `POST /operator`: a browser keeps the token in a cookie, if it is the right one; either way back to the workers, where
/// the page says what was wrong.
pub async fn sign_in(
    State(site): State<SharedSite>,
    extensions: Extensions,
    headers: HeaderMap,
    form: Result<Form<SignIn>, FormRejection>,
) -> Response {
    let token = form.map(|Form(SignIn { token })| token.trim().to_owned()).unwrap_or_default();
    match site.operator.offered(&token, address(&extensions)) {
        Offered::Right => {}
        Offered::Wrong => return Redirect::to("/workers?token=wrong").into_response(),
        Offered::NotSeen => return Redirect::to("/workers?token=later").into_response(),
    }
    let secure = if visitor::is_https(&headers) { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={token}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict{secure}");
    ([(header::SET_COOKIE, cookie)], Redirect::to("/workers")).into_response()
}

/// A request that is the operator's; any other is refused.
pub struct AsOperator;

impl FromRequestParts<SharedSite> for AsOperator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, site: &SharedSite) -> Result<Self, ApiError> {
        if site.operator.asks(&parts.headers, address(&parts.extensions)) {
            return Ok(Self);
        }
        Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "This is for the operator: ask from the server's own machine, or with the token of --operator-token-file \
             (Authorization: Bearer …).",
        ))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const TOKEN: &str = "a-token-of-some-length";

    fn operator() -> Operator {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token");
        std::fs::write(&path, format!("{TOKEN}\n")).expect("written");
        Operator::new(Some(&path)).expect("a token")
    }

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).expect("a header"));
        headers
    }

    #[test]
    fn the_token_opens_from_anywhere_and_nothing_else_does() {
        let (operator, away) = (operator(), "10.1.2.3:9".parse().ok());
        assert!(operator.asks(&headers("authorization", &format!("Bearer {TOKEN}")), away));
        assert!(operator.asks(&headers("cookie", &format!("a=b; {COOKIE}={TOKEN}")), away));
        assert!(operator.asks(&headers("authorization", &format!("bearer {TOKEN}")), away), "RFC 9110: no case");
        assert!(!operator.asks(&headers("authorization", "Bearer something-else-entirely"), away));
        assert!(!operator.asks(&headers("authorization", &format!("Basic {TOKEN}")), away));
        assert!(!operator.asks(&HeaderMap::new(), away));
    }

    #[test]
    fn after_many_wrong_tokens_not_even_the_right_one_is_looked_at_from_there() {
        let operator = operator();
        let bearer = |token: &str| headers("authorization", &format!("Bearer {token}"));
        for guess in 0..10 {
            assert!(!operator.asks(&bearer(&format!("guess-{guess}")), "10.1.2.3:9".parse().ok()));
        }
        assert!(!operator.asks(&bearer(TOKEN), "10.1.2.3:9".parse().ok()));
        assert!(operator.asks(&bearer(TOKEN), "10.1.2.4:9".parse().ok()), "elsewhere nothing has changed");
        assert!(operator.asks(&bearer("guess"), "127.0.0.1:9".parse().ok()), "this machine needs no token");
    }

    #[test]
    fn this_machine_is_let_in_but_not_who_comes_through_its_proxy() {
        let operator = Operator::default();
        for here in ["127.0.0.1:9", "[::1]:9", "[::ffff:127.0.0.1]:9"] {
            assert!(operator.asks(&HeaderMap::new(), here.parse().ok()), "{here}");
            for name in FORWARDED.into_iter().chain(["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"]) {
                assert!(!operator.asks(&headers(name, "10.1.2.3"), here.parse().ok()), "{name}");
            }
        }
        assert!(!operator.asks(&HeaderMap::new(), None));
        assert!(!operator.asks(&headers("authorization", "Bearer "), "10.1.2.3:9".parse().ok()));
    }

    #[test]
    fn this_machine_is_let_in_by_its_own_names_only() {
        let (operator, here) = (Operator::default(), "127.0.0.1:9".parse().ok());
        for name in ["localhost:3000", "LOCALHOST", "127.0.0.1", "127.0.0.1:3000", "[::1]:3000"] {
            assert!(operator.asks(&headers("host", name), here), "{name}");
        }
        for name in ["evil.example", "127.0.0.1.evil.example:3000", "10.1.2.3:3000", "a@localhost", ""] {
            assert!(!operator.asks(&headers("host", name), here), "{name}");
        }
    }

    #[test]
    fn a_token_that_could_be_guessed_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token");
        std::fs::write(&path, "short").expect("written");
        assert!(matches!(Operator::new(Some(&path)), Err(OperatorError::Short { .. })));
        std::fs::write(&path, "long enough but; with what breaks cookies").expect("written");
        assert!(matches!(Operator::new(Some(&path)), Err(OperatorError::Letters { .. })));
        assert!(matches!(Operator::new(Some(&folder.path().join("none"))), Err(OperatorError::File { .. })));
    }
}
