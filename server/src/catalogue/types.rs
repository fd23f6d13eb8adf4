use std::path::PathBuf;

use app::domain::{MovieId, ViewerId};

use crate::sqlite::SqliteError;

/// What a catalogue is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// The data set's name: "ml-latest-small".
    pub dataset: String,
    /// Films, also those that nobody rated.
    pub films: u32,
    /// Ratings, one for a viewer and a film.
    pub ratings: u64,
    /// People who rated.
    pub viewers: u32,
    /// Equal for equal films and ratings, whatever files they came in: 64 hexadecimal digits.
    pub fingerprint: String,
    /// Seconds since 1970.
    pub imported_at: i64,
}

/// A film as lists show it.
#[derive(Clone, Debug, PartialEq)]
pub struct MovieSummary {
    /// The data set's own number.
    pub id: MovieId,
    /// Without its year: "The Godfather".
    pub title: String,
    /// The year of release, where the data has one.
    pub year: Option<u16>,
    /// In the data set's order.
    pub genres: Vec<String>,
    /// Mean stars, where anybody rated it.
    pub average: Option<f32>,
    /// How many people rated it.
    pub ratings: u32,
}

/// Everything the catalogue knows of a film.
#[derive(Clone, Debug, PartialEq)]
pub struct Movie {
    /// What lists show.
    pub summary: MovieSummary,
    /// Other titles: original, "also known as".
    pub aliases: Vec<String>,
    /// Its number at IMDb, without the "tt".
    pub imdb_id: Option<u32>,
    /// Its number at TMDB.
    pub tmdb_id: Option<u32>,
    /// How many ratings of half a star, one star, … five stars.
    pub histogram: [u32; 10],
}

/// A person of the data set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// The data set's own number.
    pub id: ViewerId,
    /// Films rated.
    pub rated: u32,
    /// Of those, with four stars or more.
    pub liked: u32,
    /// Up to two genres that stand out in what they like, strongest first.
    pub taste: Vec<String>,
}

/// What filters and models ask of a film.
#[derive(Clone, Debug, PartialEq)]
pub struct FilmFacts {
    /// The data set's own number.
    pub id: MovieId,
    /// The year of release, where the data has one.
    pub year: Option<u16>,
    /// In the data set's order.
    pub genres: Vec<String>,
    /// How many people rated it.
    pub ratings: u32,
    /// Of their stars; `None` where nobody did.
    pub average: Option<f32>,
}

/// Everything that a film can be found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilmNames {
    /// The data set's own number.
    pub id: MovieId,
    /// Without its year: "The Godfather".
    pub title: String,
    /// Other titles: original, "also known as".
    pub aliases: Vec<String>,
    /// The year of release, where the data has one.
    pub year: Option<u16>,
    /// Its number at IMDb, without the "tt".
    pub imdb_id: Option<u32>,
    /// Its number at TMDB.
    pub tmdb_id: Option<u32>,
    /// How many people rated it.
    pub ratings: u32,
}

/// Why the catalogue gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// Nothing was imported yet.
    #[error("there is no catalogue at {path}: make one with `marquee import PATH`", path = path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The file is something else, or of another version.
    #[error("{path} cannot be used as a catalogue: {reason}; make it anew with `marquee import PATH`", path = path.display())]
    NotACatalogue {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A statement or a database thread failed.
    #[error(transparent)]
    Sqlite(#[from] SqliteError),
    /// The tables of a new file could not be made.
    #[error("cannot make the catalogue's tables: {0}")]
    Schema(String),
}

impl From<rusqlite::Error> for CatalogueError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(SqliteError::Sql(error))
    }
}
