use serde::{Deserialize, Serialize};

/// A film of somebody's library that the catalogue does not have: nobody here has rated it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherFilm {
    /// As its list has it; may be empty where there is a number.
    pub title: String,
    /// The year of release.
    pub year: Option<u16>,
    /// Its number at IMDb, without the "tt".
    pub imdb: Option<u32>,
    /// Its number at TMDB.
    pub tmdb: Option<u32>,
}

impl OtherFilm {
    /// What tells it from others: its number, else its title and year.
    pub fn key(&self) -> String {
        match (self.imdb, self.tmdb) {
            (Some(number), _) => format!("tt{number}"),
            (None, Some(number)) => format!("tmdb{number}"),
            (None, None) => format!("{} {}", self.year.unwrap_or_default(), self.title.to_lowercase()),
        }
    }

    /// What it is called: its title, else its number.
    pub fn name(&self) -> String {
        let number = || self.imdb.map(|number| format!("IMDb tt{number:07}"));
        let other = || self.tmdb.map(|number| format!("TMDB {number}"));
        if self.title.is_empty() { number().or_else(other).unwrap_or_default() } else { self.title.clone() }
    }
}
