//! Films' factors as a part of a blend: a visitor is solved for exactly, and so is the visitor without any one film.
//!
//! A visitor's factors x solve `A·x = b` with `A = S + Σ r·vvᵀ`, `S = α·Σ over all films of vvᵀ + λ` and `b = Σ r·v` over the
//! liked films' factors v, each with its strength r. With `S = L·Lᵀ` and `L⁻¹·v` in place of each v the scores are the same
//! and S is the identity, so that the few liked films are all that has to be solved for: with their √r·v as the columns of
//! M, x is `M·(1 + MᵀM)⁻¹·√r`, a system of liked films by liked films, or, where these are more than the factors,
//! `(1 + MMᵀ)⁻¹·M·√r` (Woodbury's identity).

use std::sync::Arc;

use faer::{
    Accum, ColRef, Mat, MatMut, MatRef, Par, Side,
    linalg::{matmul::matmul, solvers::Llt, triangular_solve::solve_lower_triangular_in_place},
    prelude::Solve,
};

use super::{Hyper, solving};
use crate::model::{History, pruned::Quantised};

/// Visitors whose products are computed together: more take more memory and are no quicker.
const AT_ONCE: usize = 16;

/// Films' factors, turned so that what all visitors' problems have in common is the identity.
#[derive(Clone, Debug)]
pub struct Factors {
    width: usize,
    /// L⁻¹ times each film's: (films, width), by film.
    films: Arc<[f32]>,
    /// The same for bounds.
    quantised: Arc<Quantised>,
}

impl Factors {
    /// Of the factors `films` (films, factors) as they were learned; `None` unless they are numbers, and as many as the
    /// films have.
    pub fn learned(mut films: Vec<f32>, hyper: Hyper) -> Option<Self> {
        let Hyper { factors, unobserved, regularisation, .. } = hyper;
        let positive = |number: f32| number.is_finite() && number > 0.0;
        let whole = factors > 0 && films.len().is_multiple_of(factors) && films.iter().all(|value| value.is_finite());
        if !(whole && positive(unobserved) && positive(regularisation)) {
            return None;
        }
        let shared = solving::gram(&films, hyper);
        let shared = MatRef::from_column_major_slice(&shared, factors, factors).llt(Side::Lower).ok()?;
        let count = films.len() / factors;
        let columns = MatMut::from_column_major_slice_mut(&mut films, factors, count);
        solve_lower_triangular_in_place(shared.L(), columns, Par::Seq);
        Self::from_parts(films, factors)
    }

    /// Of factors that were turned already (films, width); `None` unless they are numbers, and as many as the films have.
    pub fn from_parts(films: Vec<f32>, width: usize) -> Option<Self> {
        let whole = width > 0 && films.len().is_multiple_of(width) && films.iter().all(|value| value.is_finite());
        whole.then(|| Self { width, quantised: Quantised::of(&films, width).into(), films: films.into() })
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

    /// The same for bounds.
    pub fn quantised(&self) -> &Quantised {
        &self.quantised
    }

    fn film(&self, film: usize) -> &[f32] {
        &self.films[film * self.width..][..self.width]
    }

    /// The factors of a visitor who liked these films, each with what it counts; nothing where nothing was liked. A film's
    /// score is the inner product with its own.
    pub fn visitor(&self, liked: impl Iterator<Item = (usize, f32)>) -> Vec<f32> {
        let liked: Vec<(usize, f32)> = liked.collect();
        self.problem(&liked)
            .map_or_else(|| vec![0.0; self.width], |problem| problem.visitor().col(0).iter().copied().collect())
    }

    /// Adds the inner products of each of these visitors with every film to the scores that stand beside it: one matrix
    /// product for some visitors at a time.
    pub fn add_all_scores(&self, visitors: &mut [(Vec<f32>, &mut [f32])]) {
        let films = MatRef::from_row_major_slice(&self.films, self.catalogue(), self.width);
        for some in visitors.chunks_mut(AT_ONCE) {
            let factors = Mat::from_fn(self.width, some.len(), |row, column| some[column].0[row]);
            let mut products = Mat::zeros(self.catalogue(), some.len());
            matmul(products.as_mut(), Accum::Replace, films, &factors, 1.0, Par::Seq);
            for ((_, scores), products) in some.iter_mut().zip(products.col_iter()) {
                scores.iter_mut().zip(products.iter()).for_each(|(score, product)| *score += product);
            }
        }
    }

    /// Every film's score for each of these.
    pub fn scores(&self, histories: &[&History]) -> Vec<Vec<f32>> {
        let mut scores = vec![vec![0.0; self.catalogue()]; histories.len()];
        let visitors = histories.iter().map(|history| self.visitor(history.strengths()));
        self.add_all_scores(&mut visitors.zip(scores.iter_mut().map(Vec::as_mut_slice)).collect::<Vec<_>>());
        scores
    }

    /// What the score of each of `films` loses when one of the liked films is taken away and the others keep their
    /// strengths: for each film a loss for each liked film, in their order.
    ///
    /// Exact, though nothing is solved again: without film i, A loses `r·vvᵀ`, and by Sherman and Morrison (*Annals of
    /// Mathematical Statistics*, 1950) the visitor loses `r·(1 − v·x) / (1 − r·v·u) · u` with `u = A⁻¹v`.
    pub fn losses(&self, liked: &[(usize, f32)], films: &[usize]) -> Vec<Vec<f32>> {
        let Some(problem) = self.problem(liked) else {
            return vec![vec![0.0; liked.len()]; films.len()];
        };
        let (visitor, turned) = (problem.visitor(), problem.turned());
        let member = |at: usize| problem.members.col(at).iter();
        let product = |a: &mut dyn Iterator<Item = (&f32, &f32)>| a.map(|(a, b)| a * b).sum::<f32>();
        let scales: Vec<f32> = (0..liked.len())
            .map(|at| {
                // Below 1, because A has the identity besides; rounding must not make it 0.
                let rest = 1.0 - product(&mut member(at).zip(turned.row(at).iter()));
                let missed = problem.roots[(at, 0)] - product(&mut member(at).zip(visitor.col(0).iter()));
                missed / rest.max(f32::EPSILON)
            })
            .collect();
        let asked = Mat::from_fn(self.width, films.len(), |row, column| self.film(films[column])[row]);
        let mut losses = Mat::zeros(liked.len(), films.len());
        matmul(losses.as_mut(), Accum::Replace, &turned, &asked, 1.0, Par::Seq);
        let of_film =
            |losses: ColRef<'_, f32>| scales.iter().zip(losses.iter()).map(|(scale, loss)| scale * loss).collect();
        losses.col_iter().map(of_film).collect()
    }

    /// `None` where nothing was liked.
    fn problem(&self, liked: &[(usize, f32)]) -> Option<Problem> {
        if liked.is_empty() {
            return None;
        }
        let roots = Mat::from_fn(liked.len(), 1, |row, _| liked[row].1.max(0.0).sqrt());
        let mut members = Mat::zeros(self.width, liked.len());
        for (at, &(film, _)) in liked.iter().enumerate() {
            for (member, &number) in members.col_mut(at).iter_mut().zip(self.film(film)) {
                *member = roots[(at, 0)] * number;
            }
        }
        let few = liked.len() <= self.width;
        let (left, right) =
            if few { (members.transpose(), members.as_ref()) } else { (members.as_ref(), members.transpose()) };
        let mut system = Mat::identity(left.nrows(), left.nrows());
        matmul(system.as_mut(), Accum::Add, left, right, 1.0, Par::Seq);
        // At least the identity: it is positive, so the other case is one of numbers that ran away, and says nothing.
        let solved = system.llt(Side::Lower).ok()?;
        Some(Problem { members, roots, few, solved })
    }

    /// Everything that its answers depend on.
    pub fn hash_into(&self, hasher: &mut blake3::Hasher) {
        hasher.update(&(self.width as u64).to_le_bytes());
        // Many at a time: one by one they take longer than reading them from a file.
        for some in self.films.chunks(16_384) {
            hasher.update(&some.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>());
        }
    }
}

/// A visitor's equations, as few as there are.
struct Problem {
    /// M: (width, liked).
    members: Mat<f32>,
    /// √r: (liked, 1).
    roots: Mat<f32>,
    /// Whether what is solved is `1 + MᵀM` and not `1 + MMᵀ`.
    few: bool,
    solved: Llt<f32>,
}

impl Problem {
    /// x: (width, 1).
    fn visitor(&self) -> Mat<f32> {
        if self.few {
            &self.members * self.solved.solve(&self.roots)
        } else {
            self.solved.solve(&self.members * &self.roots)
        }
    }

    /// A⁻¹ times each column of M, as rows: (liked, width).
    fn turned(&self) -> Mat<f32> {
        if self.few {
            self.solved.solve(self.members.transpose())
        } else {
            self.solved.solve(&self.members).transpose().to_owned()
        }
    }
}
