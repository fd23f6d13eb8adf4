use super::{best_positions, strengths};
use std::collections::HashMap;

use app::domain::{MovieId, Stars};

/// The films that a model knows, each at its position in the model's rows and columns.
#[derive(Clone, Debug, Default)]
pub struct FilmOrder {
    films: Vec<MovieId>,
    positions: HashMap<MovieId, usize>,
}

impl FilmOrder {
    /// Films in this order.
    pub fn new(films: Vec<MovieId>) -> Self {
        let positions = films.iter().enumerate().map(|(position, &movie)| (movie, position)).collect();
        Self { films, positions }
    }

    /// All films, by position.
    pub fn films(&self) -> &[MovieId] {
        &self.films
    }

    /// Where the film stands, if the model knows it.
    pub fn position(&self, movie: MovieId) -> Option<usize> {
        self.positions.get(&movie).copied()
    }
}

/// A profile as models see it: positions in [`FilmOrder`] and stars, ascending by position, each film once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Position of the film, and the stars it was given.
    pub ratings: Vec<(usize, Stars)>,
}

impl History {
    /// The ratings of those films that the model knows.
    pub fn new(order: &FilmOrder, ratings: impl Iterator<Item = (MovieId, Stars)>) -> Self {
        let mut ratings: Vec<_> =
            ratings.filter_map(|(movie, stars)| order.position(movie).map(|position| (position, stars))).collect();
        ratings.sort_unstable_by_key(|&(position, _)| position);
        ratings.dedup_by_key(|&mut (position, _)| position);
        Self { ratings }
    }

    /// Positions of the films with four stars or more.
    pub fn liked(&self) -> impl Iterator<Item = usize> + '_ {
        self.ratings.iter().filter(|(_, stars)| stars.is_liked()).map(|&(position, _)| position)
    }

    /// The same and how much each counts: on average 1, the more the more stars it has.
    pub fn strengths(&self) -> impl Iterator<Item = (usize, f32)> + '_ {
        let stars = self.ratings.iter().map(|&(_, stars)| stars).filter(|stars| stars.is_liked());
        self.liked().zip(strengths(stars))
    }
}

/// A film of the history and its part, 0 to 1, of what the history adds to a recommendation's score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// Position of the history's film.
    pub film: usize,
    /// 0 to 1; the shares of one recommendation add up to at most 1.
    pub share: f32,
}

impl Share {
    /// What a score loses without each film, as shares of all that it can lose: the largest first, at most `most`, of
    /// equal ones the film that stands first. Films that lowered the score are left out and count for nothing.
    pub fn of_losses(mut losses: Vec<(usize, f32)>, most: usize) -> Vec<Self> {
        losses.retain(|&(_, loss)| loss > 0.0);
        let total: f32 = losses.iter().map(|&(_, loss)| loss).sum();
        // As numbers, which are sorted without a branch: what is above zero has bits that ascend with it.
        let mut keys: Vec<u64> = Vec::with_capacity(losses.len());
        keys.extend(losses.iter().map(|&(film, loss)| u64::from(!loss.to_bits()) << 32 | film as u64));
        keys.sort_unstable();
        keys.truncate(most);
        let share = |key: u64| Self { film: key as u32 as usize, share: f32::from_bits(!((key >> 32) as u32)) / total };
        keys.into_iter().map(share).collect()
    }
}

/// Films with their scores, best first.
pub type Ranked = Vec<(usize, f32)>;

/// Why a model gave no scores.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A tensor operation failed.
    #[error("the model's arithmetic failed: {0}")]
    Tensor(#[from] candle_core::Error),
}

/// A model that is ready to serve.
pub trait Recommender: Send + Sync {
    /// The films it scores.
    fn order(&self) -> &FilmOrder;

    /// Changes whenever the model answers differently: part of the key under which results are shared.
    fn version(&self) -> &str;

    /// For each history the score of every film, by position. One matrix product for all of them.
    fn scores(&self, histories: &[&History]) -> Result<Vec<Vec<f32>>, ModelError>;

    /// For each history its best films (positions) among those that `allowed(history, film)` lets pass, at most as many as
    /// `most` says for it; of equal ones the first film. `None` for a history for which a score is not a number. What
    /// [`scores`](Self::scores) would say, up to rounding; a model may know how to have it for less.
    fn best(
        &self,
        histories: &[&History],
        most: &[usize],
        allowed: &dyn Fn(usize, usize) -> bool,
    ) -> Result<Vec<Option<Ranked>>, ModelError> {
        let scores = self.scores(histories)?;
        let best = scores.iter().zip(most).enumerate().map(|(history, (scores, &most))| {
            let best = best_positions(scores, most, |film| allowed(history, film));
            let numbers = scores.iter().all(|score| score.is_finite());
            numbers.then(|| best.into_iter().map(|film| (film, scores[film])).collect())
        });
        Ok(best.collect())
    }

    /// For each of `films` (positions), the films of the history that raised its score most, largest share first, at
    /// most `most` of them; films that lowered it are left out.
    fn reasons(&self, history: &History, films: &[usize], most: usize) -> Result<Vec<Vec<Share>>, ModelError>;

    /// How alike films are (positions), −1 to 1: a row for each of `films`, a number for each of `others`. A model that has
    /// no notion of it says 0.
    fn alike(&self, films: &[usize], others: &[usize]) -> Result<Vec<Vec<f32>>, ModelError> {
        Ok(vec![vec![0.0; others.len()]; films.len()])
    }
}
