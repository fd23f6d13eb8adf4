use candle_core::{CpuStorage, InplaceOp3, Layout, Result, Tensor, Var, backprop::GradStore, bail};

use super::loss::{Lesson, cross_entropy};
use crate::model::set_autoencoder::{Opinion, SetAutoencoder, Sets};

/// The loss of a step, and its gradients by parameter.
///
/// `mask` (sets, width) is dropout: it multiplies what meets the films' vectors. The network is differentiated by
/// candle up to there; the last layer by hand, because its gradient is as large as all the films' vectors and candle
/// would make four copies of it.
pub(super) fn gradients(
    net: &SetAutoencoder,
    (films, bias): (&Var, &Var),
    sets: &Sets,
    lessons: &[Lesson],
    mask: Option<&Tensor>,
) -> Result<(f32, GradStore)> {
    let members = Var::from_tensor(&net.members(sets)?)?; // (members, width)
    let mut opinion = net.opinion(sets, &members)?;
    if let Some(mask) = mask {
        opinion.taste = (opinion.taste * mask)?;
    }
    let fixed = Opinion { taste: opinion.taste.detach(), popularity: opinion.popularity.detach() };
    let by_taste = net.by_taste(&fixed.taste)?.detach(); // (sets, films)
    let popularity = fixed.popularity.flatten_all()?.to_vec1()?;
    let (loss, by_score) = cross_entropy(&by_taste, &popularity, &bias.to_vec1()?, lessons)?; // (sets, films)

    // Σ opinion · ∂loss/∂opinion has the gradients that the loss has.
    let by_taste = by_score.matmul(&films.detach())?; // (sets, width)
    let by_popularity = by_score.matmul(&bias.detach().unsqueeze(1)?)?; // (sets, 1)
    let taste = (&opinion.taste * by_taste)?.sum_all()?;
    let popularity = (&opinion.popularity * by_popularity)?.sum_all()?;
    let mut gradients = (taste + popularity)?.backward()?;

    // A film's vector is used twice: against every opinion, and in the sets that the film is in.
    let by_films = by_score.t()?.matmul(&fixed.taste)?; // (films, width)
    if let Some(by_members) = gradients.get(&members) {
        by_films.inplace_op3(&sets.films()?, &by_members.contiguous()?, &AddRows)?;
    }
    gradients.insert(films, by_films);
    gradients.insert(bias, fixed.popularity.t()?.matmul(&by_score)?.squeeze(0)?);
    Ok((loss, gradients))
}

/// `target[index[i]] += rows[i]`, one after the other: the same sums on any number of threads.
struct AddRows;

impl InplaceOp3 for AddRows {
    fn name(&self) -> &'static str {
        "add-rows"
    }

    fn cpu_fwd(
        &self,
        target: &mut CpuStorage,
        target_layout: &Layout,
        index: &CpuStorage,
        index_layout: &Layout,
        rows: &CpuStorage,
        rows_layout: &Layout,
    ) -> Result<()> {
        let width = target_layout.shape().dims2()?.1;
        let CpuStorage::F32(target) = target else { bail!("add-rows is for f32") };
        let (Some((from, to)), Some((index_from, index_to)), Some((rows_from, rows_to))) =
            (target_layout.contiguous_offsets(), index_layout.contiguous_offsets(), rows_layout.contiguous_offsets())
        else {
            bail!("add-rows is for contiguous tensors")
        };
        let target = &mut target[from..to];
        let index = &index.as_slice::<u32>()?[index_from..index_to];
        let rows = rows.as_slice::<f32>()?[rows_from..rows_to].chunks_exact(width.max(1));
        for (&at, row) in index.iter().zip(rows) {
            let target = &mut target[at as usize * width..][..width];
            for (sum, value) in target.iter_mut().zip(row) {
                *sum += value;
            }
        }
        Ok(())
    }
}
