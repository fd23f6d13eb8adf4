use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{RowKind, Skipped};

/// A row of the home page below "For you".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HomeRow {
    /// Most rated by everyone.
    Popular,
    /// Films like one that the profile likes.
    Because,
    /// Well rated, little known.
    HiddenGems,
    /// Of a genre that the profile likes.
    Genre,
    /// Films like another one that it likes.
    BecauseToo,
    /// Of another genre.
    GenreToo,
    /// Best averages.
    TopRated,
    /// What the visitor wants to see.
    Watchlist,
    /// What they rated last.
    Recent,
}

impl HomeRow {
    /// All of them, as they stand below each other before anybody has moved one.
    pub const ALL: [Self; 9] = [
        Self::Popular,
        Self::Because,
        Self::HiddenGems,
        Self::Genre,
        Self::BecauseToo,
        Self::GenreToo,
        Self::TopRated,
        Self::Watchlist,
        Self::Recent,
    ];

    /// Its name in forms and cookies.
    pub fn name(self) -> &'static str {
        match self {
            Self::Popular => "popular",
            Self::Because => "because",
            Self::HiddenGems => "hidden-gems",
            Self::Genre => "genre",
            Self::BecauseToo => "because-too",
            Self::GenreToo => "genre-too",
            Self::TopRated => "top-rated",
            Self::Watchlist => "watchlist",
            Self::Recent => "recent",
        }
    }

    /// The id of its list of films.
    pub fn track(self) -> &'static str {
        match self {
            Self::Popular => "popular-films",
            Self::Because => "because-films",
            Self::HiddenGems => "hidden-gems-films",
            Self::Genre => "genre-films",
            Self::BecauseToo => "because-too-films",
            Self::GenreToo => "genre-too-films",
            Self::TopRated => "top-rated-films",
            Self::Watchlist => "watchlist-films",
            Self::Recent => "recent-films",
        }
    }

    /// What it is called where rows are arranged.
    pub fn label(self) -> &'static str {
        match self {
            Self::Popular => "Popular",
            Self::Because => "Because you liked a film",
            Self::HiddenGems => "Hidden gems",
            Self::Genre => "A genre you like",
            Self::BecauseToo => "Because you liked another film",
            Self::GenreToo => "Another genre you like",
            Self::TopRated => "Top rated",
            Self::Watchlist => "Your watchlist",
            Self::Recent => "Recently rated",
        }
    }

    /// Of a row that is predicted: its sort, and how many of that sort the prediction has before it.
    pub fn predicted(self) -> Option<(RowKind, usize)> {
        match self {
            Self::Because => Some((RowKind::Because, 0)),
            Self::BecauseToo => Some((RowKind::Because, 1)),
            Self::HiddenGems => Some((RowKind::HiddenGems, 0)),
            Self::Genre => Some((RowKind::Genre, 0)),
            Self::GenreToo => Some((RowKind::Genre, 1)),
            Self::Popular | Self::TopRated | Self::Watchlist | Self::Recent => None,
        }
    }
}

/// No row has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no row of this name")]
pub struct UnknownRow;

impl FromStr for HomeRow {
    type Err = UnknownRow;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|row| row.name() == name).ok_or(UnknownRow)
    }
}

/// The order of the home page's rows, and which are shown. Written as their names with commas between, a minus before those
/// that are hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrangement([(HomeRow, bool); HomeRow::ALL.len()]);

/// What can be done to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Move {
    /// One place up.
    Up,
    /// One place down.
    Down,
    /// Out of sight.
    Hide,
    /// Back in sight.
    Show,
}

impl Default for Arrangement {
    fn default() -> Self {
        Self(HomeRow::ALL.map(|row| (row, true)))
    }
}

impl Arrangement {
    /// All rows in order, and whether they are shown.
    pub fn rows(&self) -> &[(HomeRow, bool)] {
        &self.0
    }

    /// The rows that are shown, in order.
    pub fn shown(&self) -> impl Iterator<Item = HomeRow> + '_ {
        self.0.iter().filter(|(_, shown)| *shown).map(|&(row, _)| row)
    }

    /// Reads what [`Display`](fmt::Display) wrote. Names of no row are passed over, and rows that are not named come last: so
    /// a cookie of another version is good for what it knows.
    pub fn read(text: &str) -> Self {
        let mut order: Vec<(HomeRow, bool)> = Vec::new();
        for name in text.split(',').take(4 * HomeRow::ALL.len()) {
            let (name, shown) = name.strip_prefix('-').map_or((name, true), |name| (name, false));
            if let Ok(row) = name.parse::<HomeRow>()
                && order.iter().all(|&(known, _)| known != row)
            {
                order.push((row, shown));
            }
        }
        let named = order.clone();
        order.extend(
            HomeRow::ALL.into_iter().filter(|row| named.iter().all(|(known, _)| known != row)).map(|row| (row, true)),
        );
        let mut all = Self::default();
        for (place, row) in all.0.iter_mut().zip(order) {
            *place = row;
        }
        all
    }

    /// The arrangement after a row was moved; the same where it cannot be.
    pub fn moved(mut self, row: HomeRow, to: Move) -> Self {
        let Some(at) = self.0.iter().position(|&(other, _)| other == row) else { return self };
        match to {
            Move::Up if at > 0 => self.0.swap(at, at - 1),
            Move::Down if at + 1 < self.0.len() => self.0.swap(at, at + 1),
            Move::Up | Move::Down => {}
            Move::Hide => self.0[at].1 = false,
            Move::Show => self.0[at].1 = true,
        }
        self
    }
}

impl fmt::Display for Arrangement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (row, shown)) in self.0.iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            let minus = if *shown { "" } else { "-" };
            write!(f, "{comma}{minus}{}", row.name())?;
        }
        Ok(())
    }
}

/// How recommendations are re-ranked. Written as two numbers with a dot between: obscurity and variety.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tuning {
    /// From well known (−100) to obscure (100); 0 leaves the model's order.
    pub obscurity: i8,
    /// From close to the taste (0, the model's order) to further afield (100).
    pub variety: u8,
}

impl Tuning {
    /// Both, drawn into their bounds.
    pub fn new(obscurity: i32, variety: i32) -> Self {
        Self { obscurity: obscurity.clamp(-100, 100) as i8, variety: variety.clamp(0, 100) as u8 }
    }

    /// Reads what [`Display`](fmt::Display) wrote; anything else leaves the model's order.
    pub fn read(text: &str) -> Self {
        let numbers = text.split_once('.').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
        numbers.map_or_else(Self::default, |(obscurity, variety)| Self::new(obscurity, variety))
    }
}

impl fmt::Display for Tuning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.obscurity, self.variety)
    }
}

/// What a visitor has chosen for the pages in this browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// The home page's rows.
    pub rows: Arrangement,
    /// How recommendations are re-ranked.
    pub tuning: Tuning,
    /// What a new visitor skipped.
    pub skipped: Skipped,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_moves_one_place_hides_and_comes_back() {
        let first = Arrangement::default();
        let moved = first.moved(HomeRow::Because, Move::Up);
        assert_eq!(moved.rows()[0], (HomeRow::Because, true));
        assert_eq!(moved.moved(HomeRow::Because, Move::Up), moved, "there is no place above the first");
        assert_eq!(moved.moved(HomeRow::Because, Move::Down), first);
        let hidden = first.moved(HomeRow::Popular, Move::Hide);
        assert_eq!(hidden.shown().next(), Some(HomeRow::Because));
        assert_eq!(hidden.moved(HomeRow::Popular, Move::Show), first);
    }

    #[test]
    fn an_arrangement_is_read_as_it_was_written_and_a_strange_one_still_has_every_row_once() {
        let arranged = Arrangement::default().moved(HomeRow::Recent, Move::Up).moved(HomeRow::Genre, Move::Hide);
        assert_eq!(Arrangement::read(&arranged.to_string()), arranged);
        for strange in ["", "recent,recent,,-no-such-row", &"genre,".repeat(10_000), "-", "\u{0}\u{ffff}"] {
            let mut rows: Vec<&str> = Arrangement::read(strange).rows().iter().map(|(row, _)| row.name()).collect();
            rows.sort_unstable();
            rows.dedup();
            assert_eq!(rows.len(), HomeRow::ALL.len(), "{strange:.20}");
        }
        assert_eq!(Arrangement::read("recent").rows()[0], (HomeRow::Recent, true));
    }

    #[test]
    fn tuning_stays_in_its_bounds_whatever_the_cookie_says() {
        let tuning = Tuning::new(-30, 80);
        assert_eq!(Tuning::read(&tuning.to_string()), tuning);
        assert_eq!(Tuning::read("-9999.9999"), Tuning { obscurity: -100, variety: 100 });
        for strange in ["", "1", "a.b", "1.2.3", "99999999999.1"] {
            assert_eq!(Tuning::read(strange), Tuning::default(), "{strange}");
        }
    }
}
