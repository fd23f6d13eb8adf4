use std::collections::BTreeMap;

use candle_core::{CpuStorage, InplaceOp3, Layout, Result, Tensor, Var, backprop::GradStore, bail};
use rayon::prelude::*;

/// Numbers that one task updates.
const CHUNK: usize = 1 << 14;
const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.999;
const EPSILON: f32 = 1e-8;

/// Loshchilov and Hutter, *Decoupled Weight Decay Regularization*, ICLR 2019.
///
/// The same as candle-nn's AdamW, but each parameter is passed over three times instead of twelve and without new
/// tensors: with ten thousand films the update is otherwise most of a training step. Every number is updated by
/// itself, so the result does not depend on the number of threads.
pub(super) struct AdamW {
    slots: Vec<Slot>,
    steps: i32,
    weight_decay: f32,
}

struct Slot {
    parameter: Var,
    mean: Var,
    variance: Var,
    decays: bool,
}

impl AdamW {
    /// Moments of zero for all parameters; those in `undecayed` keep their size.
    pub(super) fn new(parameters: &BTreeMap<&str, Var>, undecayed: &[&str], weight_decay: f32) -> Result<Self> {
        let slots = parameters.iter().map(|(name, parameter)| {
            Ok(Slot {
                parameter: parameter.clone(),
                mean: Var::from_tensor(&parameter.zeros_like()?)?,
                variance: Var::from_tensor(&parameter.zeros_like()?)?,
                decays: !undecayed.contains(name),
            })
        });
        Ok(Self { slots: slots.collect::<Result<_>>()?, steps: 0, weight_decay })
    }

    /// One step down the gradients.
    pub(super) fn step(&mut self, gradients: &GradStore, learning_rate: f32) -> Result<()> {
        self.steps += 1;
        let mean_scale = 1.0 / (1.0 - BETA_1.powi(self.steps));
        let variance_scale = 1.0 / (1.0 - BETA_2.powi(self.steps));
        for slot in &self.slots {
            let Some(gradient) = gradients.get(&slot.parameter) else { continue };
            let gradient = gradient.contiguous()?;
            let shrink = if slot.decays { 1.0 - learning_rate * self.weight_decay } else { 1.0 };
            update(&slot.mean, &gradient, &gradient, |mean, gradient, _| BETA_1 * mean + (1.0 - BETA_1) * gradient)?;
            update(&slot.variance, &gradient, &gradient, |variance, gradient, _| {
                BETA_2 * variance + (1.0 - BETA_2) * gradient * gradient
            })?;
            update(&slot.parameter, &slot.mean, &slot.variance, move |parameter, mean, variance| {
                let size = (variance * variance_scale).sqrt() + EPSILON;
                parameter * shrink - learning_rate * mean * mean_scale / size
            })?;
        }
        Ok(())
    }
}

/// `target[i] = rule(target[i], a[i], b[i])`, in place and on all threads.
fn update(target: &Tensor, a: &Tensor, b: &Tensor, rule: impl Fn(f32, f32, f32) -> f32 + Sync) -> Result<()> {
    target.inplace_op3(a, b, &Elementwise(rule))
}

struct Elementwise<F>(F);

impl<F: Fn(f32, f32, f32) -> f32 + Sync> InplaceOp3 for Elementwise<F> {
    fn name(&self) -> &'static str {
        "adamw"
    }

    fn cpu_fwd(
        &self,
        target: &mut CpuStorage,
        target_layout: &Layout,
        a: &CpuStorage,
        a_layout: &Layout,
        b: &CpuStorage,
        b_layout: &Layout,
    ) -> Result<()> {
        let CpuStorage::F32(target) = target else { bail!("adamw is for f32") };
        let (Some((from, to)), Some((a_from, a_to)), Some((b_from, b_to))) =
            (target_layout.contiguous_offsets(), a_layout.contiguous_offsets(), b_layout.contiguous_offsets())
        else {
            bail!("adamw is for contiguous tensors")
        };
        let a = &a.as_slice::<f32>()?[a_from..a_to];
        let b = &b.as_slice::<f32>()?[b_from..b_to];
        let chunks = target[from..to].par_chunks_mut(CHUNK).zip(a.par_chunks(CHUNK)).zip(b.par_chunks(CHUNK));
        chunks.for_each(|((target, a), b)| {
            for ((value, &a), &b) in target.iter_mut().zip(a).zip(b) {
                *value = self.0(*value, a, b);
            }
        });
        Ok(())
    }
}
