//! Linear models in closed form: what each film of a history says for every other film.
//!
//! With X the viewers' rows, a diagonal D and `P = (XᵀX + D)⁻¹`, the weight from film i to film j is
//! `−P[i][j] / P[j][j]`, and none goes from a film to itself. D = λ is EASE (Harald Steck, *Embarrassingly Shallow
//! Autoencoders for Sparse Data*, WWW 2019); D = λ + p/(1−p)·diag(XᵀX) is EDLAE, which learns to do with histories of
//! which a part p is missing (Harald Steck, *Autoencoders that don't overfit towards the Identity*, NeurIPS 2020): the
//! larger p, the shorter the histories that it is for.

use app::domain::ViewerId;
use faer::{
    Mat, Side,
    linalg::solvers::{DenseSolveCore, LltError},
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Traits;
use crate::catalogue::Interactions;

mod rows;
mod serving;
#[cfg(test)]
mod tests;

pub use rows::Weights;
pub use serving::LinearRecommender;

/// More films than this make a table of films by films too large: 4 bytes for each pair, three times.
const MOST_FILMS: usize = 12_000;
/// So that a film with one like is not twice as well known as one without.
const FAME_OFFSET: f32 = 5.0;
/// Columns of the table that a thread fills at once.
const COLUMNS: usize = 256;

/// What a viewer's row has for a film.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowShape {
    /// For a film that was rated but not liked; a liked one has 1.
    pub seen: f32,
    /// The row is multiplied by (films rated)^(−damping/2), so that who rates much does not count in proportion.
    pub damping: f32,
}

impl RowShape {
    /// 1 for each liked film, nothing else: what the papers have.
    pub const LIKES: Self = Self { seen: 0.0, damping: 0.0 };
    /// Films that were seen say what goes together too; found by a study on two data sets (docs/model.md).
    pub const RATINGS: Self = Self { seen: 0.25, damping: 0.3 };
}

/// How much the weights believe what few viewers did together, and what they believe instead.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// p: the part of a history that is taken to be missing, 0 to below 1.
    pub dropout: f32,
    /// λ: so many viewers' worth of doubt, above 0.
    pub lambda: f32,
    /// Each genre and each span of years is a viewer more, in whose row all its films have this: 0 or more.
    pub traits: f32,
    /// What is said for a film is divided by (likes + 5) to this power: 0 leaves well-known films as they are.
    pub obscurity: f32,
}

impl Recipe {
    /// EASE: λ and nothing else.
    pub fn ease(lambda: f32) -> Self {
        Self { dropout: 0.0, lambda, traits: 0.0, obscurity: 0.0 }
    }
}

/// What [`Recipe::obscurity`] divides by, for each film.
pub fn fame(likes: &[u32], obscurity: f32) -> Vec<f32> {
    likes.iter().map(|&likes| (likes as f32 + FAME_OFFSET).powf(obscurity)).collect()
}

/// Why there are no weights.
#[derive(Debug, thiserror::Error)]
pub enum LinearError {
    /// No regularisation.
    #[error("λ must be above 0, p from 0 to below 1, traits and obscurity 0 or more, not {0:?}")]
    Recipe(Recipe),
    /// The table is not one of numbers.
    #[error("the films' table cannot be inverted: {0:?}")]
    Singular(LltError),
}

/// How often films were liked (and seen) by the same people: XᵀX of the films that matter.
///
/// Films that nobody liked have no place in it; of a catalogue with more than 12,000 others only those with the most
/// likes have.
#[derive(Debug)]
pub struct Together {
    /// The films of the table: positions, ascending.
    films: Vec<u32>,
    table: Mat<f32>,
    /// How many liked each film of the catalogue.
    likes: Vec<u32>,
    /// The films of each trait: places in the table.
    traits: Vec<Vec<u32>>,
    /// The traits of each film in the table.
    of_films: Vec<Vec<u32>>,
}

impl Together {
    /// Counts over the viewers for whom `wanted` is true.
    pub fn of(
        interactions: &Interactions,
        traits: &Traits,
        shape: RowShape,
        wanted: impl Fn(ViewerId) -> bool,
    ) -> Self {
        let viewers: Vec<usize> =
            (0..interactions.viewers.len()).filter(|&viewer| wanted(interactions.viewers[viewer])).collect();
        let likes = count_likes(interactions, &viewers);
        let films = most_liked(&likes);
        let mut places = vec![None; interactions.films.len()];
        for (place, &film) in films.iter().enumerate() {
            places[film as usize] = Some(place);
        }
        let rows: Vec<Vec<(usize, f32)>> =
            viewers.iter().map(|&viewer| row(interactions, viewer, shape, &places)).collect();
        let size = films.len();
        let mut sums = vec![0.0; size * size];
        // A thread has columns of its own and walks all viewers: the same sums on any number of threads.
        sums.par_chunks_mut((COLUMNS * size).max(1)).enumerate().for_each(|(block, sums)| {
            let first = block * COLUMNS;
            for row in &rows {
                let from = row.partition_point(|&(place, _)| place < first);
                let to = row.partition_point(|&(place, _)| place < first + COLUMNS);
                for &(column, weight) in &row[from..to] {
                    let sums = &mut sums[(column - first) * size..][..size];
                    for &(place, other) in row {
                        sums[place] += weight * other;
                    }
                }
            }
        });
        let table = Mat::from_fn(size, size, |row, column| sums[column * size + row]);
        let place = |&film: &u32| places[film as usize].map(|place| place as u32);
        let traits: Vec<Vec<u32>> =
            traits.films().iter().map(|films| films.iter().filter_map(place).collect()).collect();
        let mut of_films = vec![Vec::new(); size];
        for (number, films) in (0..).zip(&traits) {
            for &place in films {
                of_films[place as usize].push(number);
            }
        }
        Self { films, table, likes, traits, of_films }
    }

    /// How many viewers liked each film of the catalogue.
    pub fn likes(&self) -> &[u32] {
        &self.likes
    }

    /// The weights in closed form; of each film only the `strongest` that go out from it, by their size.
    pub fn weights(&self, recipe: Recipe, strongest: usize) -> Result<Weights, LinearError> {
        let Recipe { dropout, lambda, traits, obscurity } = recipe;
        let rest = [traits, obscurity].into_iter().all(|value| value.is_finite() && value >= 0.0);
        if !(lambda.is_finite() && lambda > 0.0 && (0.0..1.0).contains(&dropout) && rest) {
            return Err(LinearError::Recipe(recipe));
        }
        let mut regularised = self.table.clone();
        if traits > 0.0 {
            regularised.par_col_iter_mut().zip(&self.of_films).for_each(|(mut column, of_film)| {
                for &place in of_film.iter().flat_map(|&number| &self.traits[number as usize]) {
                    column[place as usize] += traits * traits;
                }
            });
        }
        for film in 0..self.films.len() {
            regularised[(film, film)] *= 1.0 + dropout / (1.0 - dropout);
            regularised[(film, film)] += lambda;
        }
        let inverse = regularised.llt(Side::Lower).map_err(LinearError::Singular)?.inverse();
        drop(regularised);
        let rows = (0..self.films.len()).into_par_iter().map(|from| {
            // The inverse is symmetric: its column is the row, and lies together in memory.
            let weights = inverse.col(from).iter().enumerate().filter(|&(to, _)| to != from);
            let weights = weights.map(|(to, value)| (self.films[to], -value / inverse[(to, to)]));
            let mut row: Vec<(u32, f32)> = weights.filter(|&(_, weight)| weight != 0.0).collect();
            keep_strongest(&mut row, strongest);
            row
        });
        let weights = Weights::new(self.likes.len(), &self.films, &rows.collect::<Vec<_>>());
        Ok(if obscurity > 0.0 { weights.divided(&fame(&self.likes, obscurity)) } else { weights })
    }
}

fn count_likes(interactions: &Interactions, viewers: &[usize]) -> Vec<u32> {
    let mut likes = vec![0; interactions.films.len()];
    for &viewer in viewers {
        for (film, _) in interactions.of_viewer(viewer).filter(|(_, stars)| stars.is_liked()) {
            likes[film] += 1;
        }
    }
    likes
}

/// The films that somebody liked, at most [`MOST_FILMS`] of them: positions, ascending.
fn most_liked(likes: &[u32]) -> Vec<u32> {
    let mut films: Vec<u32> = (0..likes.len() as u32).filter(|&film| likes[film as usize] > 0).collect();
    films.sort_by_key(|&film| std::cmp::Reverse(likes[film as usize]));
    films.truncate(MOST_FILMS);
    films.sort_unstable();
    films
}

/// A viewer's row of X: places in the table and what stands there, ascending.
fn row(interactions: &Interactions, viewer: usize, shape: RowShape, places: &[Option<usize>]) -> Vec<(usize, f32)> {
    let ratings = interactions.of_viewer(viewer);
    let scale = (ratings.len() as f32).powf(-shape.damping / 2.0);
    let weighted = ratings.map(|(film, stars)| (film, if stars.is_liked() { scale } else { scale * shape.seen }));
    weighted.filter(|&(_, weight)| weight > 0.0).filter_map(|(film, weight)| Some((places[film]?, weight))).collect()
}

/// Leaves the largest weights by size, of equal ones the first films', ascending by film.
fn keep_strongest(row: &mut Vec<(u32, f32)>, strongest: usize) {
    if strongest < row.len() {
        row.select_nth_unstable_by(strongest, |a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
        row.truncate(strongest);
        row.sort_unstable_by_key(|&(film, _)| film);
    }
}
