//! Films' factors as a part of a blend: a visitor is solved for exactly, and so is the visitor without any one film.

use std::sync::Arc;

use faer::{Accum, Mat, MatMut, MatRef, Par, Side, linalg::matmul::matmul, prelude::Solve};

use super::{Hyper, solving};
use crate::model::pruned::lengths;

/// Films' factors and what every visitor's problem has in common.
///
/// A visitor's factors x solve `A·x = b` with `A = α·Σ over all films of vvᵀ + λ + Σ r·vvᵀ` and `b = Σ r·v` over the liked
/// films' factors v, each with its strength r.
#[derive(Clone, Debug)]
pub struct Factors {
    width: usize,
    /// (films, width), by film.
    films: Arc<[f32]>,
    /// How long each film's factors are: (films).
    lengths: Arc<[f32]>,
    /// What A has without any liked film: (width, width).
    shared: Arc<[f32]>,
    unobserved: f32,
    regularisation: f32,
}

impl Factors {
    /// The factors `films` (films, factors) as they were learned; `None` unless they are numbers, and as many as the films
    /// have.
    pub fn new(films: Vec<f32>, hyper: Hyper) -> Option<Self> {
        let Hyper { factors, unobserved, regularisation, .. } = hyper;
        let positive = |number: f32| number.is_finite() && number > 0.0;
        let whole = factors > 0 && films.len().is_multiple_of(factors) && films.iter().all(|value| value.is_finite());
        if !(whole && positive(unobserved) && positive(regularisation)) {
            return None;
        }
        let shared = solving::gram(&films, hyper).into();
        let lengths = lengths(&films, factors).into();
        Some(Self { width: factors, films: films.into(), lengths, shared, unobserved, regularisation })
    }

    /// Numbers of a film's factors.
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many films the catalogue has.
    pub fn catalogue(&self) -> usize {
        self.films.len() / self.width
    }

    /// All films' factors: (films, width), by film.
    pub fn films(&self) -> &[f32] {
        &self.films
    }

    /// How long each film's factors are, as a vector: (films).
    pub fn lengths(&self) -> &[f32] {
        &self.lengths
    }

    /// α and λ.
    pub fn weights(&self) -> (f32, f32) {
        (self.unobserved, self.regularisation)
    }

    fn film(&self, film: usize) -> &[f32] {
        &self.films[film * self.width..][..self.width]
    }

    /// The factors of a visitor who liked these films, each with what it counts; nothing where nothing was liked. A film's
    /// score is the inner product with its own.
    pub fn visitor(&self, liked: impl Iterator<Item = (usize, f32)>) -> Vec<f32> {
        let liked: Vec<(usize, f32)> = liked.collect();
        self.problem(&liked).map_or_else(|| vec![0.0; self.width], |problem| problem.visitor)
    }

    /// Adds the visitor's inner product with every film, times `factor`, to its score.
    pub fn add_scores(&self, visitor: &[f32], factor: f32, scores: &mut [f32]) {
        for (score, film) in scores.iter_mut().zip(self.films.chunks_exact(self.width)) {
            *score += factor * solving::dot(visitor, film);
        }
    }

    /// What the score of each of `films` loses when one of the liked films is taken away and the others keep their
    /// strengths: for each film a loss for each liked film, in their order.
    ///
    /// Exact, though nothing is solved again: without film i, A loses `r·vvᵀ`, and by Sherman and Morrison (*Annals of
    /// Mathematical Statistics*, 1950) the visitor loses `r·(1 − v·x) / (1 − r·v·u) · u` with `u = A⁻¹v`.
    pub fn losses(&self, liked: &[(usize, f32)], films: &[usize]) -> Vec<Vec<f32>> {
        let Some(Problem { visitor, solve }) = self.problem(liked) else {
            return vec![vec![0.0; liked.len()]; films.len()];
        };
        let members = Mat::from_fn(self.width, liked.len(), |row, column| self.film(liked[column].0)[row]);
        let turned = solve(&members); // u of each liked film: (width, liked)
        let scales: Vec<f32> = liked
            .iter()
            .zip(turned.col_iter())
            .map(|(&(film, strength), u)| {
                let film = self.film(film);
                let own: f32 = film.iter().zip(u.iter()).map(|(v, u)| v * u).sum();
                // Below 1, because A has λ besides; rounding must not make it 0.
                let rest = (1.0 - strength * own).max(f32::EPSILON);
                strength * (1.0 - solving::dot(film, &visitor)) / rest
            })
            .collect();
        let asked = Mat::from_fn(films.len(), self.width, |row, column| self.film(films[row])[column]);
        let mut losses = Mat::zeros(films.len(), liked.len());
        matmul(losses.as_mut(), Accum::Replace, &asked, &turned, 1.0, Par::Seq);
        let row = |film: usize| scales.iter().enumerate().map(|(at, scale)| scale * losses[(film, at)]).collect();
        (0..films.len()).map(row).collect()
    }

    /// `None` where nothing was liked.
    fn problem(&self, liked: &[(usize, f32)]) -> Option<Problem<impl Fn(&Mat<f32>) -> Mat<f32>>> {
        if liked.is_empty() {
            return None;
        }
        // One column for each liked film: √r·v, so that A is a sum of squares and stays symmetric.
        let mut members = Vec::with_capacity(self.width * liked.len());
        let mut right = Mat::zeros(self.width, 1);
        for &(film, strength) in liked {
            let root = strength.max(0.0).sqrt();
            for (place, &value) in self.film(film).iter().enumerate() {
                members.push(root * value);
                right[(place, 0)] += strength * value;
            }
        }
        let members = MatRef::from_column_major_slice(&members, self.width, liked.len());
        let mut problem = self.shared.to_vec();
        let into = MatMut::from_column_major_slice_mut(&mut problem, self.width, self.width);
        matmul(into, Accum::Add, members, members.transpose(), 1.0, Par::Seq);
        // λ > 0 on the diagonal: it is positive, so the other case is one of numbers that ran away, and says nothing.
        let llt = MatRef::from_column_major_slice(&problem, self.width, self.width).llt(Side::Lower).ok()?;
        let solution = llt.solve(&right);
        let visitor = solution.col(0).iter().copied().collect();
        Some(Problem { visitor, solve: move |right: &Mat<f32>| llt.solve(right) })
    }

    /// Everything that its answers depend on.
    pub fn hash_into(&self, hasher: &mut blake3::Hasher) {
        for number in [self.width as f32, self.unobserved, self.regularisation] {
            hasher.update(&number.to_le_bytes());
        }
        // Many at a time: one by one they take longer than reading them from a file.
        for some in self.films.chunks(16_384) {
            hasher.update(&some.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>());
        }
    }
}

/// A visitor's equations, solved.
struct Problem<S> {
    visitor: Vec<f32>,
    /// A⁻¹ times some columns.
    solve: S,
}
