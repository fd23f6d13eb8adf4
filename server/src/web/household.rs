//! Several profiles in one browser, and one profile in several browsers.
//!
//! A profile is a token: whoever holds it is that visitor. The active one stands in the visitor's cookie; all of a browser's
//! stand, with their names and what was chosen for their pages, in another. The server keeps neither. To take a profile to
//! another browser its token is shown as a code; a new code makes the old one, and every browser that has it, strangers.

mod members;
mod names;

use app::{
    Account,
    port::{Visitor, VisitorId},
};
use axum::{
    Form,
    extract::{Request, State, rejection::FormRejection},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use members::{CHOSEN, Household, MOST, Member};
use names::tidy;

use super::{
    port::PATIENCE,
    site::SharedSite,
    visitor::{self, MAX_AGE},
};
use crate::{
    predictions::Service,
    visitors::{End, VisitorsError},
};

/// The cookie that says when another profile became the active one; scripts may read it.
const CHANGED: &str = "who";

/// What the page of the visitor's own shows of all this.
pub fn account(headers: &HeaderMap) -> Account {
    let mut household = Household::read(headers);
    let code = household.active().map(|member| in_groups(&member.token));
    let may_grow = household.members.len() < MOST;
    let host = headers.get("x-forwarded-host").or(headers.get(header::HOST)).and_then(|host| host.to_str().ok());
    let scheme = if visitor::is_https(headers) { "https" } else { "http" };
    Account {
        names: household.members.into_iter().map(|member| member.name).collect(),
        active: Some(household.active).filter(|_| code.is_some()),
        link: code.as_ref().zip(host).map(|(code, host)| format!("{scheme}://{host}/you?code={code}")),
        code,
        may_grow,
    }
}

/// A token in groups of four, so that it can be read aloud.
fn in_groups(token: &str) -> String {
    let letters: Vec<char> = token.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// A token from what somebody typed or pasted, the whole link too.
fn token_of_code(code: &str) -> Option<String> {
    let code = code.trim();
    let code = code.rsplit_once("code=").map_or(code, |(_, code)| code);
    let token: String = code.chars().filter(|letter| !matches!(letter, '-' | ' ')).collect();
    let token = token.to_ascii_lowercase();
    visitor::is_token(&token).then_some(token)
}

/// A form of that page.
#[derive(Debug, Deserialize)]
pub struct Wish {
    r#do: What,
    #[serde(default)]
    at: usize,
    #[serde(default)]
    name: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    confirm: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum What {
    /// Another profile, empty.
    Add,
    /// A profile of this browser becomes the active one.
    Switch,
    /// The active profile gets another name.
    Rename,
    /// A profile of another browser, by its code.
    Carry,
    /// A new code for the active profile.
    Renew,
    /// The active profile leaves this browser, and stays where else it is.
    Leave,
    /// The active profile is deleted.
    Forget,
    /// What is in the active profile's library and not in the catalogue is taken out.
    #[serde(rename = "drop-others")]
    DropOthers,
}

/// `POST /you`.
pub async fn change(
    State(site): State<SharedSite>,
    headers: HeaderMap,
    form: Result<Form<Wish>, FormRejection>,
) -> Response {
    let Ok(Form(wish)) = form else { return back("form") };
    let mut household = Household::read(&headers);
    household.take_what_was_chosen(&headers);
    match carry_out(&site, &mut household, wish).await {
        Ok(to) => with_cookies(&headers, &household, Redirect::to(to)),
        Err(problem) => back(problem),
    }
}

/// Where the browser goes then; an error is the name of what the page says.
async fn carry_out(site: &SharedSite, household: &mut Household, wish: Wish) -> Result<&'static str, &'static str> {
    let id = household.active().map(|member| visitor::fingerprint(&member.token));
    match wish.r#do {
        What::Add => {
            let name = tidy(&wish.name).ok_or("name")?;
            household.add(Member::new(visitor::new_token().map_err(|_| "late")?, name))?;
            Ok("/")
        }
        What::Switch => {
            household.active = Some(wish.at).filter(|&at| at < household.members.len()).ok_or("form")?;
            Ok("/")
        }
        What::Rename => {
            let name = tidy(&wish.name).ok_or("name")?;
            household.active().ok_or("form")?.name = name;
            Ok("/you")
        }
        What::Carry => {
            let token = token_of_code(&wish.code).ok_or("code")?;
            if let Some(at) = household.members.iter().position(|member| member.token == token) {
                household.active = at;
                return Ok("/you");
            }
            let id = visitor::fingerprint(&token);
            // A code that was replaced is nobody's any more.
            if has_said_nothing(site, id).await.map_err(|error| not_done(&error))? {
                return Err("code");
            }
            let name = tidy(&wish.name);
            // An empty profile gives its place to the one that is brought: it was there for want of another.
            if let Some(active) = household.active()
                && (active.name.is_empty() || name.as_ref().is_none_or(|name| *name == active.name))
                && has_said_nothing(site, visitor::fingerprint(&active.token))
                    .await
                    .map_err(|error| not_done(&error))?
            {
                active.token = token;
                active.name = name.unwrap_or(std::mem::take(&mut active.name));
                return Ok("/you");
            }
            household.add(Member::new(token, name.unwrap_or_default()))?;
            Ok("/you")
        }
        What::Renew => {
            let old = id.ok_or("form")?;
            if wish.confirm.is_none() {
                return Err("confirm");
            }
            let token = visitor::new_token().map_err(|_| "late")?;
            site.visitors.hand_over(old, visitor::fingerprint(&token)).await.map_err(|error| not_done(&error))?;
            household.active().ok_or("form")?.token = token;
            Ok("/you?done=renew")
        }
        What::DropOthers => {
            let id = id.ok_or("form")?;
            site.visitors.drop_others(id).await.map_err(|error| not_done(&error))?;
            Ok("/films/library")
        }
        What::Leave | What::Forget => {
            let id = id.ok_or("form")?;
            if wish.confirm.is_none() {
                return Err("confirm");
            }
            if matches!(wish.r#do, What::Forget) {
                site.delete(id).await.map_err(|error| not_done(&error))?;
            }
            household.remove_active();
            Ok(if matches!(wish.r#do, What::Forget) { "/you?done=forget" } else { "/you?done=leave" })
        }
    }
}

async fn has_said_nothing(site: &SharedSite, visitor: VisitorId) -> Result<bool, VisitorsError> {
    let visitors = &site.visitors;
    let (rated, marks, others) =
        futures::try_join!(visitors.rated(visitor, None), visitors.marks(visitor, None), visitors.others(visitor))?;
    Ok(rated.is_empty() && marks.is_empty() && others.is_empty())
}

/// What the page says of a profile that ended in another browser.
fn problem_of(end: End) -> &'static str {
    match end {
        End::HandedOver => "renewed",
        End::Deleted => "deleted",
    }
}

/// The name of what the page says when the store did not do it.
fn not_done(error: &VisitorsError) -> &'static str {
    if let VisitorsError::Ended(end) = error {
        return problem_of(*end);
    }
    tracing::error!(%error, "a profile could not be changed");
    "late"
}

/// Around the pages: a browser whose profile has ended in another browser is told so, on the page where a code can be typed.
/// Where the profile has a new code it stands for another from here on, an empty one; where it was deleted it has left.
pub async fn ended_elsewhere(State(site): State<SharedSite>, request: Request, next: Next) -> Response {
    let uri = request.uri();
    // Whoever keeps no cookie is not sent there again and again.
    let is_told = uri.path() == "/you" && uri.query().is_some_and(|query| query.starts_with("problem="));
    let is_page = request.method() == Method::GET && !uri.path().starts_with("/fn/") && !is_told;
    let visitor = request.extensions().get::<Visitor>().and_then(|visitor| visitor.owner());
    let Some(visitor) = visitor.filter(|_| is_page) else { return next.run(request).await };
    let end = site.visitors.end(visitor);
    // A page has no time for a Redis that does not answer; what is changed is refused all the same.
    let end = match site.service().is_some_and(Service::is_shared) {
        true => tokio::time::timeout(PATIENCE, end).await.unwrap_or(Ok(None)),
        false => end.await,
    };
    let Ok(Some(end)) = end else { return next.run(request).await };
    let mut household = Household::read(request.headers());
    household.take_what_was_chosen(request.headers());
    match (end, household.active(), visitor::new_token()) {
        (End::HandedOver, Some(member), Ok(token)) => member.token = token,
        (End::Deleted, _, _) => household.remove_active(),
        (End::HandedOver, _, _) => return next.run(request).await,
    }
    with_cookies(request.headers(), &household, Redirect::to(&at_problem(problem_of(end))))
}

/// Back to the page, which says what was wrong.
fn back(problem: &str) -> Response {
    Redirect::to(&at_problem(problem)).into_response()
}

fn at_problem(problem: &str) -> String {
    format!("/you?problem={problem}")
}

fn with_cookies(headers: &HeaderMap, household: &Household, to: Redirect) -> Response {
    let secure = if visitor::is_https(headers) { "; Secure" } else { "" };
    let keep = |name: &str, value: &str, attributes: &str| {
        let age = if value.is_empty() { 0 } else { MAX_AGE };
        format!("{name}={value}; Path=/; Max-Age={age}; SameSite=Lax{attributes}")
    };
    let hidden = format!("; HttpOnly{secure}");
    let active = household.members.get(household.active);
    let token = active.map_or("", |member| member.token.as_str());
    let mut cookies = vec![
        keep(visitor::COOKIE, token, &hidden),
        keep(members::COOKIE, &household.write(), &hidden),
        // What another one skipped.
        keep(visitor::SKIPPED, "", ""),
        // By this a page in another tab knows that it may be somebody else's now (`app/src/pages/shell.rs`).
        keep(CHANGED, &visitor::moment().to_string(), ""),
    ];
    for (name, at) in CHOSEN.into_iter().zip(0..) {
        let value = active.map_or("", |member| member.chosen[at].as_str());
        // What stands there came from a cookie, and goes into one; yet it could be anybody's text.
        let value = if value.bytes().all(|byte| byte.is_ascii_graphic() && byte != b';') { value } else { "" };
        cookies.push(keep(name, value, ""));
    }
    let mut response = to.into_response();
    for cookie in cookies {
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_was_copied() {
        let code = in_groups(&"0".repeat(32));
        for typed in [
            code.clone(),
            format!("  {} ", code.to_uppercase()),
            format!("https://a.example/you?code={code}"),
            code.replace('-', " "),
        ] {
            assert_eq!(token_of_code(&typed), Some("0".repeat(32)), "{typed}");
        }
        for wrong in ["", "0000", "https://a.example/you?code=", "g000-0000-0000-0000-0000-0000-0000-0000"] {
            assert_eq!(token_of_code(wrong), None, "{wrong}");
        }
    }
}
