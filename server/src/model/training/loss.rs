use candle_core::{Device, Result, Storage, Tensor, bail};
use rayon::prelude::*;

/// What one row of scores should have said.
#[derive(Clone, Debug)]
pub(super) struct Lesson {
    /// Films of the history: they can't be recommended, so they are left out of the softmax.
    pub(super) shown: Vec<u32>,
    /// Films that were liked as well; at least one.
    pub(super) targets: Vec<u32>,
    /// The row's part of the loss.
    pub(super) weight: f32,
    /// Which mean of the targets' probabilities is to be large, 0 to 1: with 0 the geometric one, which asks for all of them
    /// alike, with 1 the arithmetic one, which any of them satisfies.
    pub(super) power: f32,
}

/// Σ over rows of weight · −log of the power mean of the targets' softmax(scores), and its gradient by score (rows, films).
///
/// The power mean of n numbers p is (Σ pᵃ / n)^(1/a). Its logarithm has the gradient that the targets' logarithms have, each in
/// proportion to pᵃ: the larger the power, the less is asked for what cannot be told from the history.
///
/// A row's scores are what it has in `by_taste` (rows, films) and its `popularity` times each film's bias; they are
/// added up here because one pass costs less than another tensor.
pub(super) fn cross_entropy(
    by_taste: &Tensor,
    popularity: &[f32],
    bias: &[f32],
    lessons: &[Lesson],
) -> Result<(f32, Tensor)> {
    let (rows, films) = by_taste.dims2()?;
    debug_assert!(rows == lessons.len() && rows == popularity.len() && films == bias.len());
    let by_taste = by_taste.contiguous()?;
    let mut gradients = vec![0.0; rows * films];
    let losses: Vec<f32> = {
        let (storage, layout) = by_taste.storage_and_layout();
        let (Storage::Cpu(storage), Some((from, to))) = (&*storage, layout.contiguous_offsets()) else {
            bail!("scores are not in memory, one after the other")
        };
        let rows = storage.as_slice::<f32>()?[from..to].par_chunks(films.max(1));
        let rows = rows.zip(gradients.par_chunks_mut(films.max(1))).zip(popularity).zip(lessons);
        let losses = rows.map(|(((by_taste, row), popularity), lesson)| {
            for ((score, by_taste), bias) in row.iter_mut().zip(by_taste).zip(bias) {
                *score = by_taste + popularity * bias;
            }
            lesson.learn(row)
        });
        losses.collect()
    };
    let total = losses.iter().sum(); // one after the other: the same on any number of threads
    Ok((total, Tensor::from_vec(gradients, (rows, films), &Device::Cpu)?))
}

impl Lesson {
    /// The row's loss; its scores are replaced by their gradients.
    fn learn(&self, row: &mut [f32]) -> f32 {
        let of_targets: Vec<f32> = self.targets.iter().map(|&film| row[film as usize]).collect();
        let best = of_targets.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        // As softmax is, without exponents that overflow.
        let shares: Vec<f32> = of_targets.iter().map(|score| (self.power * (score - best)).exp()).collect();
        let (count, of_all) = (self.targets.len() as f32, shares.iter().sum::<f32>());
        let mean = if self.power > 0.0 {
            best + (of_all / count).ln() / self.power
        } else {
            of_targets.iter().sum::<f32>() / count
        };
        let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        for value in row.iter_mut() {
            *value = (*value - largest).exp();
        }
        for &film in &self.shown {
            row[film as usize] = 0.0;
        }
        let sum = row.iter().sum::<f32>().max(f32::MIN_POSITIVE);
        for value in row.iter_mut() {
            *value *= self.weight / sum;
        }
        for (&film, share) in self.targets.iter().zip(shares) {
            row[film as usize] -= self.weight * share / of_all;
        }
        self.weight * (largest + sum.ln() - mean)
    }
}
