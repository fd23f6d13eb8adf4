use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

use serde::{Deserialize, Serialize};

use super::MovieId;

/// What a visitor can say of a film beside stars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    /// They want to see it.
    Watchlist,
    /// They have seen it, and say no stars.
    Seen,
    /// They are not interested.
    Hidden,
    /// They have it: it is in their library.
    Library,
}

impl Mark {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Watchlist, Self::Seen, Self::Hidden, Self::Library];

    /// Its name, as addresses and forms have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Watchlist => "watchlist",
            Self::Seen => "seen",
            Self::Hidden => "hidden",
            Self::Library => "library",
        }
    }

    /// Whether a film that has it is never recommended.
    pub fn ends_recommendation(self) -> bool {
        matches!(self, Self::Seen | Self::Hidden)
    }
}

/// No mark has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a mark is one of watchlist, seen, hidden, library")]
pub struct InvalidMark;

impl FromStr for Mark {
    type Err = InvalidMark;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|mark| mark.name() == name).ok_or(InvalidMark)
    }
}

/// The marks of a visitor, and when each was made (seconds since 1970).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    films: BTreeMap<(Mark, MovieId), i64>,
}

impl Marks {
    /// Whether the film has the mark.
    pub fn has(&self, movie: MovieId, mark: Mark) -> bool {
        self.films.contains_key(&(mark, movie))
    }

    /// The film's marks.
    pub fn of(&self, movie: MovieId) -> impl Iterator<Item = Mark> + '_ {
        Mark::ALL.into_iter().filter(move |&mark| self.has(movie, mark))
    }

    /// The films with the mark, the last one marked first.
    pub fn films(&self, mark: Mark) -> Vec<MovieId> {
        let with = self.films.iter().filter(|((of, _), _)| *of == mark);
        let mut films: Vec<_> = with.map(|(&(_, movie), &at)| (at, movie)).collect();
        films.sort_unstable_by(|a, b| b.cmp(a));
        films.into_iter().map(|(_, movie)| movie).collect()
    }

    /// When the film was marked, if it was.
    pub fn at(&self, movie: MovieId, mark: Mark) -> Option<i64> {
        self.films.get(&(mark, movie)).copied()
    }

    /// The films that are not to be recommended: seen and hidden ones. Ascending.
    pub fn excluded(&self) -> Vec<MovieId> {
        let films = self.films.keys().filter(|(mark, _)| mark.ends_recommendation()).map(|&(_, movie)| movie);
        films.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.films.is_empty()
    }
}

impl FromIterator<(Mark, MovieId, i64)> for Marks {
    fn from_iter<I: IntoIterator<Item = (Mark, MovieId, i64)>>(marks: I) -> Self {
        Self { films: marks.into_iter().map(|(mark, movie, at)| ((mark, movie), at)).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks() -> Marks {
        let of = |mark, movie, at| (mark, MovieId(movie), at);
        [
            of(Mark::Watchlist, 1, 10),
            of(Mark::Watchlist, 2, 30),
            of(Mark::Watchlist, 3, 20),
            of(Mark::Hidden, 2, 5),
            of(Mark::Seen, 9, 5),
            of(Mark::Seen, 2, 5),
        ]
        .into_iter()
        .collect()
    }

    #[test]
    fn the_last_film_put_on_a_list_stands_first() {
        assert_eq!(marks().films(Mark::Watchlist), [MovieId(2), MovieId(3), MovieId(1)]);
        assert!(marks().films(Mark::Hidden) == [MovieId(2)] && Marks::default().films(Mark::Seen).is_empty());
    }

    #[test]
    fn seen_and_hidden_films_are_not_recommended_and_those_to_be_seen_are() {
        assert_eq!(marks().excluded(), [MovieId(2), MovieId(9)]);
    }

    #[test]
    fn a_mark_is_read_by_its_name_and_by_no_other() {
        for mark in Mark::ALL {
            assert_eq!(mark.name().parse(), Ok(mark));
        }
        for other in ["", "Seen", "watchlist ", "liked"] {
            assert_eq!(other.parse::<Mark>(), Err(InvalidMark));
        }
    }
}
