//! The arithmetic of iALS: one film's or one viewer's factors given the other side.

use faer::{Accum, MatMut, MatRef, Par, linalg::matmul::matmul};
use rayon::prelude::*;

use super::Hyper;

/// Rows whose products are summed at once, and whose sums are then added in a fixed order.
const ROWS: usize = 4096;
/// Numbers that the compiler adds side by side.
const LANES: usize = 8;

/// α · (others)ᵀ(others) + λ on the diagonal: (factors, factors).
pub fn gram(others: &[f32], hyper: Hyper) -> Vec<f32> {
    let factors = hyper.factors;
    let parts: Vec<Vec<f32>> = others
        .par_chunks(ROWS * factors)
        .map(|some| {
            let some = MatRef::from_column_major_slice(some, factors, some.len() / factors);
            let mut sum = vec![0.0; factors * factors];
            let into = MatMut::from_column_major_slice_mut(&mut sum, factors, factors);
            matmul(into, Accum::Replace, some, some.transpose(), hyper.unobserved, Par::Seq);
            sum
        })
        .collect();
    let mut gram = vec![0.0; factors * factors];
    for part in &parts {
        gram.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
    }
    for place in 0..factors {
        gram[place * factors + place] += hyper.regularisation;
    }
    gram
}

/// The normal equations `(shared + Σ vvᵀ) x = Σ v` over the liked v.
pub struct Problem<'a> {
    /// (factors, factors), symmetric.
    pub shared: &'a [f32],
    /// The other side's factors.
    pub others: &'a [f32],
    /// Which of them were liked.
    pub liked: &'a [u32],
}

impl Problem<'_> {
    /// Improves `x`, at most so many steps.
    pub fn solve(&self, x: &mut [f32], steps: usize) {
        if self.liked.is_empty() {
            x.fill(0.0);
            return;
        }
        // The residual Σ v − (shared + Σ vvᵀ)x in one pass over the liked.
        let mut residual: Vec<f32> = vec![0.0; x.len()];
        self.add_shared(x, &mut residual);
        residual.iter_mut().for_each(|number| *number = -*number);
        for &other in self.liked {
            let other = self.other(other);
            add_scaled(1.0 - dot(other, x), other, &mut residual);
        }
        self.descend(x, residual, steps);
    }

    /// The same with another right-hand side, from x = 0.
    pub fn solve_for(&self, right: &[f32], x: &mut [f32], steps: usize) {
        x.fill(0.0);
        self.descend(x, right.to_vec(), steps);
    }

    /// Conjugate gradients (Hestenes and Stiefel, 1952).
    fn descend(&self, x: &mut [f32], mut residual: Vec<f32>, steps: usize) {
        let mut direction = residual.clone();
        let mut image = vec![0.0; x.len()];
        let mut square = dot(&residual, &residual);
        let enough = 1e-12 * square.max(f32::MIN_POSITIVE);
        for _ in 0..steps {
            if square <= enough {
                break;
            }
            image.fill(0.0);
            self.add_shared(&direction, &mut image);
            for &other in self.liked {
                let other = self.other(other);
                add_scaled(dot(other, &direction), other, &mut image);
            }
            let step = square / dot(&direction, &image);
            add_scaled(step, &direction, x);
            add_scaled(-step, &image, &mut residual);
            let next = dot(&residual, &residual);
            let turn = next / square;
            direction.iter_mut().zip(&residual).for_each(|(direction, rest)| *direction = rest + turn * *direction);
            square = next;
        }
    }

    fn add_shared(&self, x: &[f32], into: &mut [f32]) {
        for (row, &number) in self.shared.chunks_exact(x.len()).zip(x) {
            add_scaled(number, row, into);
        }
    }

    fn other(&self, other: u32) -> &[f32] {
        let factors = self.shared.len().isqrt();
        &self.others[other as usize * factors..(other as usize + 1) * factors]
    }
}

/// The inner product, several lanes side by side.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0; LANES];
    let (a, b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a.zip(b) {
        for lane in 0..LANES {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    lanes.iter().sum::<f32>() + rest
}

fn add_scaled(by: f32, row: &[f32], into: &mut [f32]) {
    into.iter_mut().zip(row).for_each(|(into, row)| *into += by * row);
}
