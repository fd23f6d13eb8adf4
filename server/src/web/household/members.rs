use axum::http::HeaderMap;

use super::names::tidy;
use crate::web::visitor;

pub(super) const COOKIE: &str = "marquee_household";
/// Profiles of one browser; their cookie has to stay under 4 kB.
pub(super) const MOST: usize = 6;
/// What was chosen for the pages, in cookies of these names.
pub(super) const CHOSEN: [&str; 2] = ["rows", "tuning"];

/// One profile of this browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) token: String,
    pub(super) name: String,
    /// The values of [`CHOSEN`]; of the active one they are in cookies of their own.
    pub(super) chosen: [String; 2],
}

/// The profiles of this browser.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Household {
    pub(super) members: Vec<Member>,
    /// Where it stands in there; beyond the end: none is.
    pub(super) active: usize,
}

impl Household {
    pub(super) fn read(headers: &HeaderMap) -> Self {
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

    /// One more, which is the active one then; an error is the name of what the page says.
    pub(super) fn add(&mut self, member: Member) -> Result<(), &'static str> {
        if self.members.len() >= MOST {
            return Err("full");
        }
        self.members.push(member);
        self.active = self.members.len() - 1;
        Ok(())
    }

    pub(super) fn active(&mut self) -> Option<&mut Member> {
        self.members.get_mut(self.active)
    }

    /// The active one leaves this browser; the first of the others, if there is any, is active then.
    pub(super) fn remove_active(&mut self) {
        if self.active < self.members.len() {
            self.members.remove(self.active);
        }
        self.active = if self.members.is_empty() { usize::MAX } else { 0 };
    }

    /// What was chosen for the active one's pages, from the cookies that have it.
    pub(super) fn take_what_was_chosen(&mut self, headers: &HeaderMap) {
        if let Some(member) = self.active() {
            member.chosen = CHOSEN.map(|name| visitor::cookie(headers, name).unwrap_or_default().to_owned());
        }
    }

    pub(super) fn write(&self) -> String {
        self.members.iter().map(Member::write).collect::<Vec<_>>().join(".")
    }
}

impl Member {
    pub(super) fn new(token: String, name: String) -> Self {
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

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, header};

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
}
