//! What visitors bring from elsewhere and take away: files of Letterboxd, IMDb, MovieLens, Trakt and of media libraries.
//!
//! What enters: a file's bytes ([`read()`]) and the names of all films ([`FilmIndex`]). What leaves: ratings and marks of
//! films that are here, and a list of those that are not ([`match_all`]); and in the other direction files ([`Everything`]).
//! Pure functions: nothing here stores anything, and no HTTP comes in.

mod matching;
mod read;
mod write;

use std::fmt;

use app::domain::Stars;

pub use matching::{FilmIndex, Matched, match_all};
pub use read::{MOST_BYTES, Purpose, ReadError, read};
pub use write::Everything;

/// What was in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Contents {
    /// Where it comes from.
    pub format: Format,
    /// What it says of films, in its order.
    pub entries: Vec<Entry>,
    /// Rows that say nothing that can be understood: the first of them.
    pub unreadable: Vec<BadRow>,
    /// How many of those there are.
    pub unreadable_rows: usize,
    /// Series, episodes and games.
    pub not_films: usize,
}

/// Where a file comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// letterboxd.com, and the tables that it takes.
    Letterboxd,
    /// imdb.com.
    Imdb,
    /// A MovieLens data set's ratings, or movielens.org.
    MovieLens,
    /// trakt.tv.
    Trakt,
    /// What Marquee gave away.
    Marquee,
    /// A media library's list.
    Library,
}

impl Format {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Letterboxd => "Letterboxd",
            Self::Imdb => "IMDb",
            Self::MovieLens => "MovieLens",
            Self::Trakt => "Trakt",
            Self::Marquee => "Marquee",
            Self::Library => "library",
        }
    }
}

/// What a file says of one film.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What it says.
    pub what: What,
    /// The film's title there; may be empty where there is a number.
    pub title: String,
    /// The year of release.
    pub year: Option<u16>,
    /// Its number at IMDb, without the "tt".
    pub imdb: Option<u32>,
    /// Its number at TMDB.
    pub tmdb: Option<u32>,
    /// Its number in MovieLens' data sets.
    pub movie_lens: Option<u32>,
    /// When it was said, in seconds since 1970.
    pub at: Option<i64>,
}

/// What can be said of a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Stars.
    Rating(Stars),
    /// They want to see it.
    Watchlist,
    /// They have seen it.
    Seen,
    /// They are not interested.
    Hidden,
    /// It is in their library.
    Have,
}

/// A row that says nothing that can be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// Where it stands.
    pub place: Place,
    /// Its line, counted from 1; of JSON the entry, counted from 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: &'static str,
}

/// Where rows stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a table, by the file's name as its owner calls it; may be empty.
    Table(String),
    /// In a list of JSON, by its name; may be empty.
    List(&'static str),
}

impl fmt::Display for BadRow {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, line, why } = self;
        match place {
            Place::Table(file) if file.is_empty() => write!(out, "line {line}: {why}"),
            Place::Table(file) => write!(out, "{file} line {line}: {why}"),
            Place::List("") => write!(out, "entry {line}: {why}"),
            Place::List(list) => write!(out, "entry {line} of {list}: {why}"),
        }
    }
}
