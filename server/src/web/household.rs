//! Several profiles in one browser, and one profile in several browsers.
//!
//! A profile is a token: whoever holds it is that visitor. The active one stands in the visitor's cookie; all of a browser's
//! stand, with their names and what was chosen for their pages, in another. The server keeps neither. To take a profile to
//! another browser its token is shown as a code; a new code makes the old one, and every browser that has it, strangers.

mod names;

use std::time::{SystemTime, UNIX_EPOCH};

use app::{Account, port::Visitor};
use axum::{
    Form,
    extract::{Request, State, rejection::FormRejection},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use names::tidy;

use super::{
    port::PATIENCE,
    site::SharedSite,
    visitor::{self, MAX_AGE},
};
use crate::{predictions::Service, visitors::VisitorsError};

const COOKIE: &str = "marquee_household";
/// The cookie that says when another profile became the active one; scripts may read it.
const CHANGED: &str = "who";
/// Profiles of one browser; their cookie has to stay under 4 kB.
const MOST: usize = 6;
/// What the page says when the profile has a new code, made elsewhere.
const RENEWED: &str = "renewed";
/// What was chosen for the pages, in cookies of these names.
const CHOSEN: [&str; 2] = ["rows", "tuning"];

/// One profile of this browser.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Member {
    token: String,
    name: String,
    /// The values of [`CHOSEN`]; of the active one they are in cookies of their own.
    chosen: [String; 2],
}

/// The profiles of this browser.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Household {
    members: Vec<Member>,
    active: usize,
}

impl Household {
    fn read(headers: &HeaderMap) -> Self {
        let listed = visitor::cookie(headers, COOKIE).unwrap_or_default();
        let mut members: Vec<Member> = listed.split('.').filter_map(Member::read).take(MOST).collect();
        let Some(token) = visitor::token(headers) else { return Self { members, active: usize::MAX } };
        let active = members.iter().position(|member| member.token == token);
        let active = active.unwrap_or_else(|| {
            members.truncate(MOST - 1);
            members.insert(0, Member::new(token.to_owned(), String::new()));
            0
        });
        Self { members, active }
    }

    fn active(&mut self) -> Option<&mut Member> {
        self.members.get_mut(self.active)
    }

    /// What was chosen for the active one's pages, from the cookies that have it.
    fn take_what_was_chosen(&mut self, headers: &HeaderMap) {
        if let Some(member) = self.active() {
            member.chosen = CHOSEN.map(|name| visitor::cookie(headers, name).unwrap_or_default().to_owned());
        }
    }

    fn write(&self) -> String {
        self.members.iter().map(Member::write).collect::<Vec<_>>().join(".")
    }
}

impl Member {
    fn new(token: String, name: String) -> Self {
        Self { token, name, chosen: Default::default() }
    }

    fn read(text: &str) -> Option<Self> {
        let mut fields = text.split('~');
        let token = fields.next().filter(|token| visitor::is_token(token))?.to_owned();
        let mut next = || fields.next().and_then(plain).unwrap_or_default();
        let name = tidy(&next()).unwrap_or_default();
        Some(Self { token, name, chosen: [next(), next()] })
    }

    fn write(&self) -> String {
        let [rows, tuning] = self.chosen.each_ref().map(|value| in_cookie(value));
        format!("{}~{}~{rows}~{tuning}", self.token, in_cookie(&self.name))
    }
}

/// A value as a cookie may hold it: what is no letter or digit of ASCII is written in hexadecimal.
fn in_cookie(value: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    value.bytes().map(byte).collect()
}

fn plain(value: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        let hex = |byte: u8| char::from(byte).to_digit(16);
        bytes.push(match byte {
            b'%' => u8::try_from(hex(rest.next()?)? * 16 + hex(rest.next()?)?).ok()?,
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

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
    let grows = matches!(wish.r#do, What::Add | What::Carry);
    if grows && household.members.len() >= MOST {
        return Err("full");
    }
    let id = household.active().map(|member| visitor::fingerprint(&member.token));
    match wish.r#do {
        What::Add => {
            let name = tidy(&wish.name).ok_or("name")?;
            household.members.push(Member::new(visitor::new_token().map_err(|_| "late")?, name));
            household.active = household.members.len() - 1;
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
            let visitors = &site.visitors;
            let (rated, marks, others) =
                futures::try_join!(visitors.rated(id, None), visitors.marks(id, None), visitors.others(id))
                    .map_err(|error| not_done(&error))?;
            // A code that was replaced is nobody's any more.
            if rated.is_empty() && marks.is_empty() && others.is_empty() {
                return Err("code");
            }
            household.members.push(Member::new(token, tidy(&wish.name).unwrap_or_default()));
            household.active = household.members.len() - 1;
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
                site.forget(id).await.map_err(|error| not_done(&error))?;
            }
            household.members.remove(household.active);
            household.active = if household.members.is_empty() { usize::MAX } else { 0 };
            Ok(if matches!(wish.r#do, What::Forget) { "/you?done=forget" } else { "/you?done=leave" })
        }
    }
}

/// The name of what the page says when the store did not do it.
fn not_done(error: &VisitorsError) -> &'static str {
    if matches!(error, VisitorsError::HandedOver) {
        return RENEWED;
    }
    tracing::error!(%error, "a profile could not be changed");
    "late"
}

/// Around the pages: a browser whose profile has a new code, made in another browser, has a profile of its own from here
/// on, an empty one; and it is told so, on the page where the new code can be typed.
pub async fn renewed_elsewhere(State(site): State<SharedSite>, request: Request, next: Next) -> Response {
    let uri = request.uri();
    // Whoever keeps no cookie is not sent there again and again.
    let is_told = uri.path_and_query().is_some_and(|address| address.as_str() == at_problem(RENEWED));
    let is_page = request.method() == Method::GET && !uri.path().starts_with("/fn/") && !is_told;
    let visitor = request.extensions().get::<Visitor>().and_then(|visitor| visitor.owner());
    let Some(visitor) = visitor.filter(|_| is_page) else { return next.run(request).await };
    let known = site.visitors.has_handed_over(visitor);
    // A page has no time for a Redis that does not answer; what is changed is refused all the same.
    let known = match site.service().is_some_and(Service::is_shared) {
        true => tokio::time::timeout(PATIENCE, known).await.unwrap_or(Ok(false)),
        false => known.await,
    };
    if !matches!(known, Ok(true)) {
        return next.run(request).await;
    }
    let mut household = Household::read(request.headers());
    household.take_what_was_chosen(request.headers());
    let token = visitor::new_token();
    match (household.active(), token) {
        (Some(member), Ok(token)) => member.token = token,
        _ => return next.run(request).await,
    }
    with_cookies(request.headers(), &household, Redirect::to(&at_problem(RENEWED)))
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
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let mut cookies = vec![
        keep(visitor::COOKIE, token, &hidden),
        keep(COOKIE, &household.write(), &hidden),
        // By this a page in another tab knows that it may be somebody else's now (`app/src/pages/shell.rs`).
        keep(CHANGED, &now.to_string(), ""),
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

    fn headers(cookie: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_str(cookie).expect("a header"));
        headers
    }

    fn token(digit: &str) -> String {
        digit.repeat(32)
    }

    #[test]
    fn a_household_is_read_as_it_was_written_whatever_its_names_are() {
        let mut anna = Member::new(token("a"), "Anna ~ & Söhne; 100 %".to_owned());
        anna.chosen = ["popular,-because".to_owned(), "-25.50".to_owned()];
        let household = Household { members: vec![anna, Member::new(token("b"), String::new())], active: 1 };
        let cookies = format!("{COOKIE}={}; {}={}", household.write(), visitor::COOKIE, token("b"));
        assert_eq!(Household::read(&headers(&cookies)), household);
    }

    #[test]
    fn a_visitor_who_is_in_no_household_is_one() {
        let alone = Household::read(&headers(&format!("{}={}", visitor::COOKIE, token("c"))));
        assert_eq!((alone.members.len(), alone.active), (1, 0));
        assert_eq!(Household::read(&headers("a=b")).members.len(), 0);
        for odd in ["x", "~~~", ".....", "zz~name", "%", "a~%f"] {
            let read = Household::read(&headers(&format!("{COOKIE}={odd}; {}={}", visitor::COOKIE, token("c"))));
            assert_eq!(read.members.len(), 1, "{odd}");
        }
        let many = (0..20).map(|at| format!("{at:032x}~n~~")).collect::<Vec<_>>().join(".");
        let read = Household::read(&headers(&format!("{COOKIE}={many}; {}={}", visitor::COOKIE, token("c"))));
        assert_eq!((read.members.len(), read.active, read.members[0].token.as_str()), (MOST, 0, token("c").as_str()));
    }

    #[test]
    fn a_code_is_read_however_it_was_copied() {
        let code = in_groups(&token("0"));
        for typed in [
            code.clone(),
            format!("  {} ", code.to_uppercase()),
            format!("https://a.example/you?code={code}"),
            code.replace('-', " "),
        ] {
            assert_eq!(token_of_code(&typed), Some(token("0")), "{typed}");
        }
        for wrong in ["", "0000", "https://a.example/you?code=", "g000-0000-0000-0000-0000-0000-0000-0000"] {
            assert_eq!(token_of_code(wrong), None, "{wrong}");
        }
    }
}
