//! Several profiles in one browser, and one profile in several browsers.
//!
//! A profile is a token: whoever holds it is that visitor. The active one stands in the visitor's cookie; all of a browser's
//! stand, with their names and what was chosen for their pages, in another. The server keeps neither. To take a profile to
//! another browser its token is shown as a code; a new code makes the old one, and every browser that has it, strangers.

mod ended;
mod members;
mod names;

use app::{Account, port::VisitorId};
use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

pub use ended::ended_elsewhere;

use ended::{NEXT, back, next_token, problem_of, renewed_here};
use members::{CHOSEN, Household, MOST, Member};
use names::tidy;

use super::{
    site::SharedSite,
    visitor::{self, MAX_AGE},
};
use crate::visitors::{End, VisitorsError};

/// Where a browser is led that has made a new code.
const DONE_RENEWING: &str = "/you?done=renew";
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
    match carry_out(&site, &mut household, wish, next_token(&headers)).await {
        Ok(to) => with_cookies(&headers, &household, Redirect::to(to)),
        Err(problem) => {
            let is_renewed = problem == problem_of(End::HandedOver);
            match is_renewed && renewed_here(&site, &headers, &mut household).await {
                true => with_cookies(&headers, &household, Redirect::to(DONE_RENEWING)),
                false => back(problem),
            }
        }
    }
}

/// Where the browser goes then; an error is the name of what the page says. `next` is the token that a new code is.
async fn carry_out(
    site: &SharedSite,
    household: &mut Household,
    wish: Wish,
    next: Option<String>,
) -> Result<&'static str, &'static str> {
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
            let token = next.map_or_else(visitor::new_token, Ok).map_err(|_| "late")?;
            site.visitors.hand_over(old, visitor::fingerprint(&token)).await.map_err(|error| not_done(&error))?;
            household.active().ok_or("form")?.token = token;
            Ok(DONE_RENEWING)
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

/// The name of what the page says when the store did not do it.
fn not_done(error: &VisitorsError) -> &'static str {
    if let VisitorsError::Ended(end) = error {
        return problem_of(*end);
    }
    tracing::error!(%error, "a profile could not be changed");
    "late"
}

fn with_cookies(headers: &HeaderMap, household: &Household, to: Redirect) -> Response {
    let is_https = visitor::is_https(headers);
    // One without a value is taken away.
    let age = |value: &str| if value.is_empty() { 0 } else { MAX_AGE };
    let private = |name: &str, value: &str| visitor::private_cookie(name, value, Some(age(value)), is_https);
    let keep = |name: &str, value: &str| format!("{name}={value}; Path=/; Max-Age={}; SameSite=Lax", age(value));
    let active = household.members.get(household.active);
    let token = active.map_or("", |member| member.token.as_str());
    let mut cookies = vec![
        private(visitor::COOKIE, token),
        private(members::COOKIE, &household.write()),
        // Of another profile, or used.
        private(NEXT, ""),
        // What another one skipped.
        keep(visitor::SKIPPED, ""),
        // By this a page in another tab knows that it may be somebody else's now (`app/src/pages/shell.rs`).
        keep(CHANGED, &visitor::moment().to_string()),
    ];
    for (name, at) in CHOSEN.into_iter().zip(0..) {
        let value = active.map_or("", |member| member.chosen[at].as_str());
        // What stands there came from a cookie, and goes into one; yet it could be anybody's text.
        let value = if value.bytes().all(|byte| byte.is_ascii_graphic() && byte != b';') { value } else { "" };
        cookies.push(keep(name, value));
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
