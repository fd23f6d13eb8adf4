//! A profile that has ended, by a new code or because it was deleted: told to the browsers that still have it.

use app::port::Visitor;
use axum::{
    extract::{Query, Request, State},
    http::{HeaderMap, HeaderValue, Method, Uri, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{DONE_RENEWING, has_said_nothing, in_groups, members::Household, token_of_code, with_cookies};
use crate::{
    predictions::Service,
    visitors::End,
    web::{port::PATIENCE, site::SharedSite, visitor},
};

/// The cookie with the token that a new code would be. The browser has it before the old one ends: so no profile is lost with an
/// answer that is lost on its way.
pub(super) const NEXT: &str = "marquee_next";

/// The token that a new code would be, if this browser was given one.
pub(super) fn next_token(headers: &HeaderMap) -> Option<String> {
    visitor::cookie(headers, NEXT).filter(|token| visitor::is_token(token)).map(str::to_owned)
}

/// Whether it was this browser that made the new code, and has not heard of it: then it is the active profile's from here on.
pub(super) async fn renewed_here(site: &SharedSite, headers: &HeaderMap, household: &mut Household) -> bool {
    let Some(token) = next_token(headers) else { return false };
    let is_theirs = matches!(has_said_nothing(site, visitor::fingerprint(&token)).await, Ok(false));
    let active = household.active().filter(|_| is_theirs);
    active.map(|member| member.token = token).is_some()
}

/// What the page says of a profile that ended in another browser.
pub(super) fn problem_of(end: End) -> &'static str {
    match end {
        End::HandedOver => "renewed",
        End::Deleted => "deleted",
    }
}

/// Back to the page, which says what was wrong.
pub(super) fn back(problem: &str) -> Response {
    Redirect::to(&at_problem(problem)).into_response()
}

fn at_problem(problem: &str) -> String {
    format!("/you?problem={problem}")
}

/// Around the pages: a browser whose profile has ended in another browser is told so, on the page where a code can be typed.
/// Where the profile has a new code it stands for another from here on, an empty one; where it was deleted it has left.
pub async fn ended_elsewhere(State(site): State<SharedSite>, request: Request, next: Next) -> Response {
    let visitor = request.extensions().get::<Visitor>().and_then(|visitor| visitor.owner());
    let Some(visitor) = visitor.filter(|_| is_page(&request)) else { return next.run(request).await };
    let end = site.visitors.end(visitor);
    // A page has no time for a Redis that does not answer; what is changed is refused all the same.
    let end = match site.service().is_some_and(Service::is_shared) {
        true => tokio::time::timeout(PATIENCE, end).await.unwrap_or(Ok(None)),
        false => end.await,
    };
    let Ok(Some(end)) = end else { return with_next_token(request, next).await };
    let headers = request.headers();
    let mut household = Household::read(headers);
    household.take_what_was_chosen(headers);
    if end == End::HandedOver && renewed_here(&site, headers, &mut household).await {
        return with_cookies(headers, &household, Redirect::to(DONE_RENEWING));
    }
    match (end, household.active(), visitor::new_token()) {
        (End::HandedOver, Some(member), Ok(token)) => member.token = token,
        (End::Deleted, _, _) => household.remove_active(),
        (End::HandedOver, _, _) => return next.run(request).await,
    }
    // Whoever follows the new private link is not to look for it again.
    let code = code_in(request.uri()).map(|code| format!("&code={code}")).unwrap_or_default();
    with_cookies(headers, &household, Redirect::to(&format!("{}{code}", at_problem(problem_of(end)))))
}

/// Whether somebody will see what is answered, and has not been told already: whoever keeps no cookie is not sent around for
/// ever. A picture that a browser looks for by itself is no page.
fn is_page(request: &Request) -> bool {
    let uri = request.uri();
    let is_told = uri.path() == "/you" && uri.query().is_some_and(|query| query.starts_with("problem="));
    let seen = match request.headers().get("sec-fetch-dest") {
        Some(destination) => destination == "document",
        None => !uri.path().contains('.'),
    };
    seen && request.method() == Method::GET && !uri.path().starts_with("/fn/") && !is_told
}

/// The page where a new code can be made comes with what that would be.
async fn with_next_token(request: Request, next: Next) -> Response {
    let is_asked_for = request.uri().path() == "/you" && next_token(request.headers()).is_none();
    let is_https = visitor::is_https(request.headers());
    let mut response = next.run(request).await;
    if let (true, Ok(token)) = (is_asked_for, visitor::new_token())
        && let Ok(cookie) = HeaderValue::from_str(&visitor::private_cookie(NEXT, &token, None, is_https))
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The code in an address, as it is written on the page.
fn code_in(uri: &Uri) -> Option<String> {
    #[derive(Deserialize)]
    struct Followed {
        code: String,
    }
    let Query(Followed { code }) = Query::try_from_uri(uri).ok()?;
    token_of_code(&code).map(|token| in_groups(&token))
}
