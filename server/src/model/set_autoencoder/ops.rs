//! What candle has in another way, or more slowly.

use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor, bail};

use crate::model::arithmetic::{Kernel, tanh, vectorized};

/// Members (members, width) times their weights (members), added up by set: (sets, width).
///
/// One pass over the members, on the calling thread. A product and an `index_add` would do as well, but from 65,536
/// numbers on candle shares elementwise operations with its own threads and spins until they are done: on a busy
/// machine a worker would wait for cores that are sending pages.
pub(super) struct WeightedSums {
    /// The set of each member.
    pub(super) rows: Vec<u32>,
    /// How many sets there are.
    pub(super) sets: usize,
}

impl CustomOp2 for WeightedSums {
    fn name(&self) -> &'static str {
        "weighted-sums"
    }

    fn cpu_fwd(
        &self,
        members: &CpuStorage,
        members_layout: &Layout,
        weights: &CpuStorage,
        weights_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (_, width) = members_layout.shape().dims2()?;
        let (Some((from, to)), Some((weights_from, weights_to))) =
            (members_layout.contiguous_offsets(), weights_layout.contiguous_offsets())
        else {
            bail!("weighted-sums is for contiguous tensors")
        };
        let members = members.as_slice::<f32>()?[from..to].chunks_exact(width.max(1));
        let weights = &weights.as_slice::<f32>()?[weights_from..weights_to];
        let mut sums = vec![0.0; self.sets * width];
        for ((&row, member), weight) in self.rows.iter().zip(members).zip(weights) {
            let sum = &mut sums[row as usize * width..][..width];
            for (sum, value) in sum.iter_mut().zip(member) {
                *sum += weight * value;
            }
        }
        Ok((CpuStorage::F32(sums), (self.sets, width).into()))
    }

    fn bwd(
        &self,
        members: &Tensor,
        weights: &Tensor,
        _sums: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let rows = Tensor::from_slice(&self.rows, self.rows.len(), gradient.device())?;
        let by_sum = gradient.index_select(&rows, 0)?; // (members, width)
        let by_weight = (&by_sum * members)?.sum(1)?; // (members)
        Ok((Some(by_sum.broadcast_mul(&weights.unsqueeze(1)?)?), Some(by_weight)))
    }
}

/// The hyperbolic tangent of each number, many side by side: candle asks the C library for one after the other.
pub(super) struct Tanh;

impl CustomOp1 for Tanh {
    fn name(&self) -> &'static str {
        "wide-tanh"
    }

    fn cpu_fwd(&self, numbers: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let Some((from, to)) = layout.contiguous_offsets() else { bail!("wide-tanh is for contiguous tensors") };
        let mut numbers = numbers.as_slice::<f32>()?[from..to].to_vec();
        vectorized(TanhOfAll(&mut numbers));
        Ok((CpuStorage::F32(numbers), layout.shape().clone()))
    }

    fn bwd(&self, _: &Tensor, tangents: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        Ok(Some((gradient - (gradient * tangents.sqr()?)?)?))
    }
}

struct TanhOfAll<'a>(&'a mut [f32]);

impl Kernel for TanhOfAll<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for number in self.0 {
            *number = tanh(*number);
        }
    }
}
