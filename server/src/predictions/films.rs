//! What the filters need to know of each film, by its position in the model.

use app::domain::MovieId;

use super::Request;
use crate::{catalogue::FilmFacts, model::FilmOrder};

/// What the filters need to know of each film, by its position in the model.
#[derive(Debug)]
pub struct FilmTable {
    order: FilmOrder,
    genres: Vec<String>,
    /// One bit for each of `genres`.
    genres_of: Vec<u64>,
    year_of: Vec<Option<u16>>,
    /// How many people rated each film.
    ratings_of: Vec<u32>,
}

/// A data set with more genres than this is none that we know; genres beyond it cannot be filtered by.
const MOST_GENRES: usize = u64::BITS as usize;

impl FilmTable {
    /// The catalogue's facts, in the model's order.
    pub fn new(order: FilmOrder, facts: &[FilmFacts]) -> Self {
        let mut genres: Vec<String> = facts.iter().flat_map(|film| film.genres.iter().cloned()).collect();
        genres.sort_unstable();
        genres.dedup();
        genres.truncate(MOST_GENRES);
        let films = order.films().len();
        let mut table =
            Self { order, genres, genres_of: vec![0; films], year_of: vec![None; films], ratings_of: vec![0; films] };
        for film in facts {
            let Some(position) = table.order.position(film.id) else { continue };
            table.genres_of[position] = table.mask(&film.genres);
            table.year_of[position] = film.year;
            table.ratings_of[position] = film.ratings;
        }
        table
    }

    /// The films, by position.
    pub fn order(&self) -> &FilmOrder {
        &self.order
    }

    /// Every genre that films can be filtered by.
    pub fn genres(&self) -> &[String] {
        &self.genres
    }

    /// Whether the model can score this film.
    pub fn knows(&self, movie: MovieId) -> bool {
        self.order.position(movie).is_some()
    }

    /// How many people rated each film, by position.
    pub fn ratings(&self) -> &[u32] {
        &self.ratings_of
    }

    /// The positions that the request allows, as a filter.
    pub fn allowed<'a>(&'a self, request: &'a Request) -> impl Fn(usize) -> bool + 'a {
        let wanted = self.mask(&request.genres);
        let any_genre = request.genres.is_empty();
        let chosen = request.candidates.is_some();
        move |position| {
            let movie = self.order.films()[position];
            let in_genre = any_genre || self.genres_of[position] & wanted != 0;
            let in_years = request
                .years
                .is_none_or(|(from, to)| self.year_of[position].is_some_and(|year| (from..=to).contains(&year)));
            let rated = || !chosen && !request.include_rated && request.profile.stars(movie).is_some();
            in_genre && in_years && request.exclude.binary_search(&movie).is_err() && !rated()
        }
    }

    fn mask(&self, genres: &[String]) -> u64 {
        let bit = |genre: &String| self.genres.binary_search(genre).map_or(0, |at| 1 << at);
        genres.iter().map(bit).fold(0, |mask, bit| mask | bit)
    }
}
