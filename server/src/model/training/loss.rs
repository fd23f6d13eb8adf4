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
}

/// Σ over rows of weight · the mean over targets of −log softmax(scores), and its gradient (rows, films).
///
/// Two passes over the scores, where a chain of tensor operations would keep eight copies of (rows, films).
pub(super) fn cross_entropy(scores: &Tensor, lessons: &[Lesson]) -> Result<(f32, Tensor)> {
    let (rows, films) = scores.dims2()?;
    debug_assert_eq!(rows, lessons.len());
    let scores = scores.contiguous()?;
    let mut gradients = vec![0.0; rows * films];
    let losses: Vec<f32> = {
        let (storage, layout) = scores.storage_and_layout();
        let (Storage::Cpu(storage), Some((from, to))) = (&*storage, layout.contiguous_offsets()) else {
            bail!("scores are not in memory, one after the other")
        };
        let rows = storage.as_slice::<f32>()?[from..to].par_chunks(films.max(1));
        let rows = rows.zip(gradients.par_chunks_mut(films.max(1))).zip(lessons);
        rows.map(|((row, gradients), lesson)| lesson.learn(row, gradients)).collect()
    };
    let total = losses.iter().sum(); // one after the other: the same on any number of threads
    Ok((total, Tensor::from_vec(gradients, (rows, films), &Device::Cpu)?))
}

impl Lesson {
    /// The row's loss; its gradient into `gradients`.
    fn learn(&self, row: &[f32], gradients: &mut [f32]) -> f32 {
        let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        for (gradient, score) in gradients.iter_mut().zip(row) {
            *gradient = (score - largest).exp();
        }
        for &film in &self.shown {
            gradients[film as usize] = 0.0;
        }
        let sum = gradients.iter().sum::<f32>().max(f32::MIN_POSITIVE);
        for gradient in gradients.iter_mut() {
            *gradient *= self.weight / sum;
        }
        let targets = self.targets.len() as f32;
        for &film in &self.targets {
            gradients[film as usize] -= self.weight / targets;
        }
        let mean = self.targets.iter().map(|&film| row[film as usize]).sum::<f32>() / targets;
        self.weight * (largest + sum.ln() - mean)
    }
}
