use candle_core::{CpuStorage, CustomOp1, DType, Device, Layout, Result, Shape, Tensor, bail};
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

/// Σ over rows of weight · the mean over targets of −log softmax(scores): a scalar.
///
/// Value and gradient in one pass over the scores each, where a chain of tensor operations would keep eight copies of
/// (rows, films).
pub(super) fn cross_entropy(scores: &Tensor, lessons: Vec<Lesson>) -> Result<Tensor> {
    scores.contiguous()?.apply_op1(CrossEntropy { lessons })
}

struct CrossEntropy {
    lessons: Vec<Lesson>,
}

impl CustomOp1 for CrossEntropy {
    fn name(&self) -> &'static str {
        "cross-entropy"
    }

    fn cpu_fwd(&self, scores: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let rows = self.rows(scores, layout)?;
        let losses: Vec<f32> = rows.into_par_iter().zip(&self.lessons).map(|(row, lesson)| lesson.loss(row)).collect();
        let total = losses.iter().sum(); // one after the other: the same on any number of threads
        Ok((CpuStorage::F32(vec![total]), Shape::from(())))
    }

    fn bwd(&self, scores: &Tensor, _loss: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let gradient = gradient.to_dtype(DType::F32)?.to_scalar::<f32>()?;
        let (storage, layout) = scores.storage_and_layout();
        let candle_core::Storage::Cpu(scores_here) = &*storage else { bail!("cross-entropy is for the CPU") };
        let films = scores.dim(1)?;
        let mut gradients = vec![0.0; scores.elem_count()];
        let rows = self.rows(scores_here, layout)?;
        gradients
            .par_chunks_mut(films.max(1))
            .zip(rows)
            .zip(&self.lessons)
            .for_each(|((gradients, row), lesson)| lesson.gradient(row, gradient, gradients));
        Tensor::from_vec(gradients, scores.shape(), &Device::Cpu).map(Some)
    }
}

impl CrossEntropy {
    fn rows<'a>(&self, scores: &'a CpuStorage, layout: &Layout) -> Result<Vec<&'a [f32]>> {
        let (_, films) = layout.shape().dims2()?;
        let Some((from, to)) = layout.contiguous_offsets() else { bail!("scores are not contiguous") };
        let rows: Vec<&[f32]> = scores.as_slice::<f32>()?[from..to].chunks(films.max(1)).collect();
        debug_assert_eq!(rows.len(), self.lessons.len());
        Ok(rows)
    }
}

impl Lesson {
    /// The largest score, and Σ exp(score − largest) over the films that were not shown.
    fn normaliser(&self, row: &[f32]) -> (f32, f32) {
        let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let all: f32 = row.iter().map(|score| (score - largest).exp()).sum();
        let shown: f32 = self.shown.iter().map(|&film| (row[film as usize] - largest).exp()).sum();
        (largest, (all - shown).max(f32::MIN_POSITIVE))
    }

    fn loss(&self, row: &[f32]) -> f32 {
        let (largest, sum) = self.normaliser(row);
        let mean = self.targets.iter().map(|&film| row[film as usize]).sum::<f32>() / self.targets.len() as f32;
        self.weight * (largest + sum.ln() - mean)
    }

    fn gradient(&self, row: &[f32], outer: f32, gradients: &mut [f32]) {
        let (largest, sum) = self.normaliser(row);
        let outer = outer * self.weight;
        for (gradient, score) in gradients.iter_mut().zip(row) {
            *gradient = outer * (score - largest).exp() / sum;
        }
        for &film in &self.shown {
            gradients[film as usize] = 0.0;
        }
        for &film in &self.targets {
            gradients[film as usize] -= outer / self.targets.len() as f32;
        }
    }
}
