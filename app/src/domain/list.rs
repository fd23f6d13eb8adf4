use std::str::FromStr;

use super::Mark;

/// A list of films that is the visitor's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilmList {
    /// What they rated.
    Rated,
    /// What has a mark.
    Marked(Mark),
}

impl FilmList {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Rated,
        Self::Marked(Mark::Watchlist),
        Self::Marked(Mark::Seen),
        Self::Marked(Mark::Library),
        Self::Marked(Mark::Hidden),
    ];

    /// Its name, as addresses have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rated => "rated",
            Self::Marked(mark) => mark.name(),
        }
    }

    /// What it is called.
    pub fn label(self) -> &'static str {
        match self {
            Self::Rated => "Rated",
            Self::Marked(Mark::Watchlist) => "Watchlist",
            Self::Marked(Mark::Seen) => "Seen",
            Self::Marked(Mark::Hidden) => "Not interested",
            Self::Marked(Mark::Library) => "Library",
        }
    }
}

/// No list has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a list is one of rated, watchlist, seen, library, hidden")]
pub struct InvalidList;

impl FromStr for FilmList {
    type Err = InvalidList;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|list| list.name() == name).ok_or(InvalidList)
    }
}
