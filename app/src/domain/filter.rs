use serde::{Deserialize, Serialize};

/// Bytes of a genre's name; no data set has one half as long.
const LONGEST_GENRE: usize = 64;

/// Which films a page shows; it stands in the page's address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Only films of this genre.
    pub genre: Option<String>,
    /// Only films of the ten years from this one.
    pub decade: Option<u16>,
    /// Only films that the profile has not rated.
    pub unrated: bool,
    /// Only films of the visitor's library.
    pub library: bool,
}

impl Filter {
    /// Reads an address: each part by its name. What cannot be read counts as not said.
    pub fn read(part: impl Fn(&str) -> Option<String>) -> Self {
        let is_on = |name: &str| part(name).is_some_and(|value| value == "true");
        Self {
            genre: part("genre").filter(|genre| (1..=LONGEST_GENRE).contains(&genre.len())),
            decade: part("decade").and_then(|year| year.parse().ok()).map(|year: u16| year / 10 * 10),
            unrated: is_on("unrated"),
            library: is_on("library"),
        }
    }

    /// The parts of its address, those that say something.
    pub fn parts(&self) -> impl Iterator<Item = (&'static str, String)> {
        let on = |name: &'static str, is_on: bool| is_on.then(|| (name, "true".to_owned()));
        let genre = self.genre.clone().map(|genre| ("genre", genre));
        let decade = self.decade.map(|decade| ("decade", decade.to_string()));
        [genre, decade, on("unrated", self.unrated), on("library", self.library)].into_iter().flatten()
    }

    /// Whether it lets every film through.
    pub fn is_off(&self) -> bool {
        *self == Self::default()
    }

    /// The years that it lets through, both included.
    pub fn years(&self) -> Option<(u16, u16)> {
        self.decade.map(|decade| (decade, decade.saturating_add(9)))
    }
}
