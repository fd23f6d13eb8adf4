use std::collections::{BTreeMap, HashMap};

use crate::catalogue::{CatalogueError, FilmFacts, FilmNames, Reader, search::spelling};

/// Years that count as one trait.
const SPAN: u16 = 5;

/// What films have in common by what they are and not by who likes them: genres, spans of five years, and words of their
/// titles.
///
/// They tell something of a film that hardly anybody has rated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Traits {
    /// The films of each genre and each span: positions, ascending.
    films: Vec<Vec<u32>>,
    /// How many of these are genres: the first ones.
    genres: usize,
    /// The films of each word.
    words: Vec<Vec<u32>>,
}

impl Traits {
    /// The traits of the films, which stand in the order of their positions; titles aside.
    pub fn of(facts: &[FilmFacts]) -> Self {
        let mut genres: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        let mut spans: BTreeMap<u16, Vec<u32>> = BTreeMap::new();
        for (position, film) in (0..).zip(facts) {
            for genre in &film.genres {
                genres.entry(genre).or_default().push(position);
            }
            if let Some(year) = film.year {
                spans.entry(year / SPAN).or_default().push(position);
            }
        }
        let first = genres.len();
        Self { films: genres.into_values().chain(spans.into_values()).collect(), genres: first, words: Vec::new() }
    }

    /// With the words of the same films' titles, their other names included, whatever the order of `names`.
    pub fn with_titles(self, facts: &[FilmFacts], names: &[FilmNames]) -> Self {
        let positions: HashMap<_, u32> = facts.iter().map(|film| film.id).zip(0..).collect();
        let mut words: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for film in names {
            let Some(&position) = positions.get(&film.id) else { continue };
            for word in std::iter::once(&film.title).chain(&film.aliases).flat_map(|name| spelling::words(name)) {
                words.entry(word).or_default().push(position);
            }
        }
        let words = words.into_values().map(|mut films| {
            films.sort_unstable();
            films.dedup();
            films
        });
        Self { words: words.filter(|films| films.len() > 1).collect(), ..self }
    }

    /// All traits of a catalogue's films.
    pub fn of_catalogue(reader: &Reader) -> Result<Self, CatalogueError> {
        let facts = reader.facts()?;
        Ok(Self::of(&facts).with_titles(&facts, &reader.names()?))
    }

    /// The films of each genre and each span of years: positions, ascending.
    pub fn films(&self) -> &[Vec<u32>] {
        &self.films
    }

    /// The films of each genre: positions, ascending.
    pub fn genres(&self) -> &[Vec<u32>] {
        &self.films[..self.genres]
    }

    /// The films that have each word in their title, if there are two or more: positions, ascending.
    pub fn words(&self) -> &[Vec<u32>] {
        &self.words
    }
}
