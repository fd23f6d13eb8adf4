//! A baseline with factors: implicit alternating least squares.
//!
//! Hu, Koren and Volinsky, *Collaborative Filtering for Implicit Feedback Datasets*, ICDM 2008, in the form of Rendle,
//! Krichene, Zhang and Koren, *Revisiting the Performance of iALS on Item Recommendation Benchmarks*, RecSys 2022: what
//! was liked should score 1, everything else 0 with the weight α, and a side's factors are pulled to 0 by λ. Each side is
//! solved given the other, by a few steps of conjugate gradients from where it stood (Takács, Pilászy and Tikk,
//! *Applications of the Conjugate Gradient Method for Implicit Feedback Collaborative Filtering*, RecSys 2011).

use std::sync::Arc;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{FilmOrder, History, Likes, ModelError, Recommender, Share};

mod factors;
mod serving;
mod solving;
#[cfg(test)]
mod tests;

pub use factors::Factors;
pub use serving::FactorsRecommender;
use solving::{Problem, gram};

/// Steps of conjugate gradients for each film and viewer in training: as `implicit` takes.
const STEPS: usize = 3;
/// Entities that a thread solves at once.
const CHUNK: usize = 64;

/// How factors are learned.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hyper {
    /// Numbers of a film's and of a viewer's factors.
    pub factors: usize,
    /// How often both sides are gone through.
    pub iterations: usize,
    /// α: the weight of everything that was not liked, beside 1.
    pub unobserved: f32,
    /// λ: the pull to 0.
    pub regularisation: f32,
    /// Where everything random comes from.
    pub seed: u64,
}

/// Films' factors; a visitor's are solved for when they ask.
#[derive(Clone, Debug)]
pub struct Ials {
    order: Arc<FilmOrder>,
    hyper: Hyper,
    /// (films, factors), by film.
    films: Vec<f32>,
    /// α · Σ over films of factors · factorsᵀ, plus λ: what every visitor's problem has in common.
    shared: Vec<f32>,
}

impl Ials {
    /// Learns from likes; `progress` hears of iterations done.
    pub fn train(order: Arc<FilmOrder>, likes: &Likes, hyper: Hyper, mut progress: impl FnMut(usize)) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(hyper.seed);
        let spread = 0.1 / (hyper.factors as f32).sqrt();
        let mut films: Vec<f32> =
            (0..likes.films() * hyper.factors).map(|_| random.random_range(-spread..spread)).collect();
        let mut viewers = vec![0.0; likes.viewers().len() * hyper.factors];
        let by_film = likes.by_film();
        for done in 1..=hyper.iterations {
            solve(&mut viewers, &films, hyper, |viewer| likes.of_viewer(viewer));
            solve(&mut films, &viewers, hyper, |film| by_film.of(film));
            progress(done);
        }
        let shared = gram(&films, hyper);
        Self { order, hyper, films, shared }
    }

    /// The films' factors by themselves; `None` if they are no numbers.
    pub fn into_factors(self) -> Option<Factors> {
        Factors::learned(self.films, self.hyper)
    }

    /// What a visitor's factors are who liked these films. Solved to the end, not by a few steps: it starts from nothing.
    fn visitor(&self, liked: &[u32]) -> Vec<f32> {
        let mut factors = vec![0.0; self.hyper.factors];
        let problem = Problem { shared: &self.shared, others: &self.films, liked };
        problem.solve(&mut factors, 2 * self.hyper.factors);
        factors
    }

    fn film(&self, film: usize) -> &[f32] {
        &self.films[film * self.hyper.factors..(film + 1) * self.hyper.factors]
    }
}

/// One side given the other.
fn solve<'a>(side: &mut [f32], others: &[f32], hyper: Hyper, liked: impl Fn(usize) -> &'a [u32] + Sync) {
    let shared = gram(others, hyper);
    side.par_chunks_mut(CHUNK * hyper.factors).enumerate().for_each(|(chunk, some)| {
        for (place, factors) in some.chunks_mut(hyper.factors).enumerate() {
            let problem = Problem { shared: &shared, others, liked: liked(chunk * CHUNK + place) };
            problem.solve(factors, STEPS);
        }
    });
}

impl Recommender for Ials {
    fn order(&self) -> &FilmOrder {
        &self.order
    }

    fn version(&self) -> &'static str {
        "ials"
    }

    fn scores(&self, histories: &[&History]) -> Result<Vec<Vec<f32>>, ModelError> {
        let scores = histories.par_iter().map(|history| {
            let liked: Vec<u32> = history.liked().map(|film| film as u32).collect();
            let visitor = self.visitor(&liked);
            (0..self.order.films().len()).map(|film| solving::dot(self.film(film), &visitor)).collect()
        });
        Ok(scores.collect())
    }

    /// The score is linear in what was liked once the visitor's problem is fixed: each film's part is what its own 1 adds.
    fn reasons(&self, history: &History, films: &[usize], most: usize) -> Result<Vec<Vec<Share>>, ModelError> {
        let liked: Vec<u32> = history.liked().map(|film| film as u32).collect();
        let problem = Problem { shared: &self.shared, others: &self.films, liked: &liked };
        let parts: Vec<(usize, Vec<f32>)> = liked
            .iter()
            .map(|&film| {
                let mut part = vec![0.0; self.hyper.factors];
                problem.solve_for(self.film(film as usize), &mut part, 2 * self.hyper.factors);
                (film as usize, part)
            })
            .collect();
        let reasons = films.iter().map(|&film| {
            let losses = parts.iter().map(|(liked, part)| (*liked, solving::dot(self.film(film), part)));
            Share::of_losses(losses.collect(), most)
        });
        Ok(reasons.collect())
    }
}
