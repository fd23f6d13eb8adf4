use std::collections::BTreeMap;

use crate::catalogue::FilmFacts;

/// Years that count as one trait.
const SPAN: u16 = 5;

/// What films have in common by what they are and not by who likes them: genres and spans of five years.
///
/// They tell something of a film that hardly anybody has rated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Traits {
    /// The films of each trait: positions, ascending.
    films: Vec<Vec<u32>>,
}

impl Traits {
    /// The traits of the films, which stand in the order of their positions.
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
        Self { films: genres.into_values().chain(spans.into_values()).collect() }
    }

    /// The films of each trait: positions, ascending.
    pub fn films(&self) -> &[Vec<u32>] {
        &self.films
    }
}
