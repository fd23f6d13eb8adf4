/// A year of release, or the beginning of one, that stands behind a name: "the matrix 1999", "alien (1979)".
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Year<'a>(&'a str);

/// What a year off by one costs, as people remember it: the doublings of how many people know the film.
const OFF_BY_ONE: f64 = 4.0;
/// The digits that years of release begin with.
const CENTURIES: [&str; 3] = ["18", "19", "20"];

impl<'a> Year<'a> {
    /// The words in front, and the year behind them; an unfinished one has two digits or more.
    pub(super) fn behind(typed: &'a [String], unfinished: bool) -> Option<(&'a [String], Self)> {
        let (last, name) = typed.split_last().filter(|(_, name)| !name.is_empty())?;
        let is_long_enough = last.len() == 4 || (unfinished && matches!(last.len(), 2 | 3));
        let is_year = is_long_enough
            && last.bytes().all(|digit| digit.is_ascii_digit())
            && CENTURIES.iter().any(|century| last.starts_with(century));
        is_year.then_some((name, Self(last)))
    }

    /// What it costs that a film is of this year; `None` if the film cannot be meant.
    pub(super) fn cost(&self, released: Option<u16>) -> Option<f64> {
        let released = released?;
        if released.to_string().starts_with(self.0) {
            return Some(0.0);
        }
        let year: u16 = self.0.parse().ok().filter(|_| self.0.len() == 4)?;
        (year.abs_diff(released) == 1).then_some(OFF_BY_ONE)
    }
}
