//! What the filters need to know of each film, by its position in the model.

use app::domain::MovieId;

use super::Request;
use crate::{
    catalogue::FilmFacts,
    model::{FilmOrder, best_positions},
};

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
    /// Whether each film is well rated and little known.
    gems: Vec<bool>,
    /// The best rated films, best first.
    top_rated: Vec<MovieId>,
}

/// What fewer people rated is not known to be good.
const GEM_FROM: u32 = 5;
/// One film in so many is too well known to be a gem.
const WELL_KNOWN: usize = 10;
/// Films that [`FilmTable::top_rated`] knows.
const TOP_RATED: usize = 100;
/// So many ratings' worth of doubt about a gem's average.
const GEM_DOUBT: u32 = 10;
/// One film in so many is well rated.
const WELL_RATED: usize = 4;

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
        let mut table = Self {
            order,
            genres,
            genres_of: vec![0; films],
            year_of: vec![None; films],
            ratings_of: vec![0; films],
            gems: vec![false; films],
            top_rated: Vec::new(),
        };
        let mut averages = vec![0.0; films];
        for film in facts {
            let Some(position) = table.order.position(film.id) else { continue };
            table.genres_of[position] = table.mask(&film.genres);
            table.year_of[position] = film.year;
            table.ratings_of[position] = film.ratings;
            averages[position] = film.average.unwrap_or_default();
        }
        table.gems = gems(&table.ratings_of, &averages);
        table.top_rated = top_rated(&table.order, &table.ratings_of, &averages);
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

    /// The films with the best averages, each drawn towards everyone's by as many ratings as a well-known film has: one
    /// with two votes does not win. Best first, at most 100.
    pub fn top_rated(&self) -> &[MovieId] {
        &self.top_rated
    }

    /// Whether the film is well rated and little known.
    pub fn is_gem(&self, position: usize) -> bool {
        self.gems[position]
    }

    /// The film's genres, as places in [`genres`](Self::genres).
    pub fn genres_of(&self, position: usize) -> impl Iterator<Item = usize> + '_ {
        let mask = self.genres_of[position];
        (0..self.genres.len()).filter(move |&genre| mask & 1 << genre != 0)
    }

    /// Whether the film is of the genre with this place in [`genres`](Self::genres).
    pub fn is_of(&self, position: usize, genre: usize) -> bool {
        self.genres_of[position] & 1 << genre != 0
    }

    /// The positions that the request allows, as a filter.
    pub fn allowed<'a>(&'a self, request: &'a Request) -> impl Fn(usize) -> bool + 'a {
        let wanted = self.mask(&request.genres);
        let any_genre = request.genres.is_empty();
        let chosen = request.candidates.as_ref();
        move |position| {
            let movie = self.order.films()[position];
            let in_genre = any_genre || self.genres_of[position] & wanted != 0;
            let in_years = request
                .years
                .is_none_or(|(from, to)| self.year_of[position].is_some_and(|year| (from..=to).contains(&year)));
            let rated = || chosen.is_none() && !request.include_rated && request.profile.stars(movie).is_some();
            let in_choice = || chosen.is_none_or(|chosen| chosen.binary_search(&movie).is_ok());
            in_genre && in_years && in_choice() && request.exclude.binary_search(&movie).is_err() && !rated()
        }
    }

    fn mask(&self, genres: &[String]) -> u64 {
        let bit = |genre: &String| self.genres.binary_search(genre).map_or(0, |at| 1 << at);
        genres.iter().map(bit).fold(0, |mask, bit| mask | bit)
    }
}

/// As many ratings as the least known of the tenth of all films that most people rated.
fn well_known(ratings: &[u32]) -> u32 {
    let mut known: Vec<u32> = ratings.to_vec();
    known.sort_unstable_by(|a, b| b.cmp(a));
    known.get(known.len() / WELL_KNOWN).copied().unwrap_or_default()
}

/// See [`FilmTable::top_rated`].
fn top_rated(order: &FilmOrder, ratings: &[u32], averages: &[f32]) -> Vec<MovieId> {
    let weighted = weighted(ratings, averages, well_known(ratings));
    let best = best_positions(&weighted, TOP_RATED, |film| ratings[film] > 0);
    best.into_iter().map(|film| order.films()[film]).collect()
}

/// Which films are gems: among those that enough people rated, the average (drawn towards everyone's) is in the best
/// quarter, and they are not among the tenth of all films that most people rated.
fn gems(ratings: &[u32], averages: &[f32]) -> Vec<bool> {
    let weighted = weighted(ratings, averages, GEM_DOUBT);
    let most = well_known(ratings).max(GEM_FROM);
    let enough = || (0..ratings.len()).filter(|&film| ratings[film] >= GEM_FROM);
    let mut good: Vec<f32> = enough().map(|film| weighted[film]).collect();
    good.sort_unstable_by(|a, b| b.total_cmp(a));
    let Some(&bar) = good.get(good.len() / WELL_RATED) else { return vec![false; ratings.len()] };
    let mut gems = vec![false; ratings.len()];
    enough().filter(|&film| ratings[film] <= most && weighted[film] >= bar).for_each(|film| gems[film] = true);
    gems
}

/// Averages as if so many people more had given each film everyone's average (a Bayesian average).
fn weighted(ratings: &[u32], averages: &[f32], doubt: u32) -> Vec<f32> {
    let all: f64 = ratings.iter().map(|&ratings| f64::from(ratings)).sum();
    let sum: f64 =
        ratings.iter().zip(averages).map(|(&ratings, &average)| f64::from(ratings) * f64::from(average)).sum();
    let everyone = if all > 0.0 { sum / all } else { 0.0 };
    let doubt = f64::from(doubt.max(1));
    let one = |(&ratings, &average): (&u32, &f32)| {
        let ratings = f64::from(ratings);
        ((ratings * f64::from(average) + doubt * everyone) / (ratings + doubt)) as f32
    };
    ratings.iter().zip(averages).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_with_two_votes_is_not_the_best_of_all() {
        let order = FilmOrder::new((1..=20).map(MovieId).collect());
        let mut ratings = vec![100; 20];
        let mut averages = vec![3.0; 20];
        (ratings[0], averages[0], averages[1], ratings[2]) = (2, 5.0, 4.5, 0);
        let top = top_rated(&order, &ratings, &averages);
        assert_eq!((top[0], top[1], top.len()), (MovieId(2), MovieId(1), 19), "and what nobody rated has no place");
    }

    #[test]
    fn a_gem_is_rated_well_by_enough_people_and_is_not_known_to_everybody() {
        // Twenty films: two known to all, one loved by two people, one loved and one hated by ten, the rest so-so.
        let mut ratings = vec![10; 20];
        let mut averages = vec![3.0; 20];
        (ratings[0], ratings[1], ratings[2]) = (1_000, 900, 2);
        (averages[0], averages[2], averages[3], averages[4]) = (5.0, 5.0, 4.8, 1.0);
        let gems = gems(&ratings, &averages);
        assert!(gems[3] && !gems[0] && !gems[1] && !gems[2] && !gems[4]);
        assert!(super::gems(&[], &[]).is_empty());
        assert_eq!(super::gems(&[1, 2], &[5.0, 5.0]), [false, false], "nothing is known well enough");
    }
}
