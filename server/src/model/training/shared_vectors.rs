use candle_core::{CpuStorage, DType, Device, InplaceOp2, InplaceOp3, Layout, Result, Var, backprop::GradStore, bail};
use rayon::prelude::*;

use crate::model::Traits;

/// Films' vectors as a sum while they are taught: a vector of the film's own and one for each of its traits.
///
/// Weight decay pulls what nobody taught to zero: a film that hardly anybody liked then stands where its genres and
/// its years stand, instead of nowhere.
pub(super) struct SharedVectors {
    /// For each film the traits that it has.
    traits: Vec<Vec<u32>>,
    /// The sums, which the network uses: (films, width).
    sums: Var,
    /// (films, width).
    own: Var,
    /// (traits, width).
    common: Var,
}

impl SharedVectors {
    /// `vectors` (films, width) are taken apart: all of them is the films' own at first.
    pub(super) fn new(traits: &Traits, sums: &Var) -> Result<Self> {
        let (films, width) = sums.dims2()?;
        let mut of_films = vec![Vec::new(); films];
        for (number, films) in (0..).zip(traits.films()) {
            for &film in films {
                of_films[film as usize].push(number);
            }
        }
        Ok(Self {
            traits: of_films,
            sums: sums.clone(),
            own: Var::from_tensor(&sums.as_tensor().copy()?)?,
            common: Var::zeros((traits.films().len(), width), DType::F32, &Device::Cpu)?,
        })
    }

    /// What is learned: the films' own vectors, and the traits'.
    pub(super) fn learned(&self) -> [&Var; 2] {
        [&self.own, &self.common]
    }

    /// Gives the gradient of the sums to what they are made of.
    pub(super) fn pass_on(&self, gradients: &mut GradStore) -> Result<()> {
        let Some(by_sums) = gradients.remove(&self.sums) else { return Ok(()) };
        let by_common = self.common.zeros_like()?;
        by_common.inplace_op2(&by_sums, &ToTraits(&self.traits))?;
        gradients.insert(&self.common, by_common);
        gradients.insert(&self.own, by_sums);
        Ok(())
    }

    /// Adds up what was learned.
    pub(super) fn compose(&self) -> Result<()> {
        self.sums.inplace_op3(&self.own, &self.common, &OfTraits(&self.traits))
    }
}

/// `target[trait] += rows[film]` for each film's traits, one film after the other: the same sums on any number of threads.
struct ToTraits<'a>(&'a [Vec<u32>]);

impl InplaceOp2 for ToTraits<'_> {
    fn name(&self) -> &'static str {
        "to-traits"
    }

    fn cpu_fwd(&self, target: &mut CpuStorage, to: &Layout, rows: &CpuStorage, from: &Layout) -> Result<()> {
        let width = to.shape().dims2()?.1;
        let CpuStorage::F32(target) = target else { bail!("to-traits is for f32") };
        let (Some((to, end)), Some((from, last))) = (to.contiguous_offsets(), from.contiguous_offsets()) else {
            bail!("to-traits is for contiguous tensors")
        };
        let target = &mut target[to..end];
        let rows = rows.as_slice::<f32>()?[from..last].chunks_exact(width.max(1));
        for (row, traits) in rows.zip(self.0) {
            for &number in traits {
                let sums = &mut target[number as usize * width..][..width];
                for (sum, value) in sums.iter_mut().zip(row) {
                    *sum += value;
                }
            }
        }
        Ok(())
    }
}

/// `target[film] = own[film] + Σ common[trait]` over the film's traits.
struct OfTraits<'a>(&'a [Vec<u32>]);

impl InplaceOp3 for OfTraits<'_> {
    fn name(&self) -> &'static str {
        "of-traits"
    }

    fn cpu_fwd(
        &self,
        target: &mut CpuStorage,
        to: &Layout,
        own: &CpuStorage,
        own_layout: &Layout,
        common: &CpuStorage,
        common_layout: &Layout,
    ) -> Result<()> {
        let width = to.shape().dims2()?.1.max(1);
        let CpuStorage::F32(target) = target else { bail!("of-traits is for f32") };
        let (Some((to, end)), Some((own_from, own_to)), Some((from, last))) =
            (to.contiguous_offsets(), own_layout.contiguous_offsets(), common_layout.contiguous_offsets())
        else {
            bail!("of-traits is for contiguous tensors")
        };
        let own = own.as_slice::<f32>()?[own_from..own_to].par_chunks_exact(width);
        let common = &common.as_slice::<f32>()?[from..last];
        let films = target[to..end].par_chunks_exact_mut(width).zip(own).zip(self.0);
        films.for_each(|((target, own), traits)| {
            target.copy_from_slice(own);
            for &number in traits {
                for (sum, value) in target.iter_mut().zip(&common[number as usize * width..][..width]) {
                    *sum += value;
                }
            }
        });
        Ok(())
    }
}
