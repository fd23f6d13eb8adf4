/// A year of release, or the beginning of one, that stands behind a name: "the matrix 1999", "alien (1979)".
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Year<'a>(&'a str);

/// What a year off by one costs, as people remember it: the doublings of how many people know the film.
const OFF_BY_ONE: f64 = 4.0;
/// The digits that years of release begin with.
const CENTURIES: [&str; 3] = ["18", "19", "20"];

impl<'a> Year<'a> {
    /// The words in front, and the year behind them.
    pub(super) fn behind(typed: &'a [String]) -> Option<(&'a [String], Self)> {
        let (last, name) = typed.split_last()?;
        let is_year = last.len() <= 4
            && last.bytes().all(|digit| digit.is_ascii_digit())
            && CENTURIES.iter().any(|century| last.starts_with(century) || century.starts_with(last.as_str()));
        is_year.then_some((name, Self(last)))
    }

    /// Whether it has all its digits.
    pub(super) fn is_whole(&self) -> bool {
        self.0.len() == 4
    }

    /// What it costs that a film is of this year; `None` if the film cannot be meant.
    pub(super) fn cost(&self, released: Option<u16>) -> Option<f64> {
        let released = released?;
        if released.to_string().starts_with(self.0) {
            return Some(0.0);
        }
        let year: u16 = self.0.parse().ok().filter(|_| self.is_whole())?;
        (year.abs_diff(released) == 1).then_some(OFF_BY_ONE)
    }
}
