//! Weights by way of a table of viewers by viewers: work of films² · viewers, and never a table of films by films.
//!
//! With Z = X·D^(−½) the Woodbury identity gives `P = (XᵀX + D)⁻¹ = D^(−½)·(1 − C)·D^(−½)` with `C = Zᵀ(1 + ZZᵀ)⁻¹Z`. If
//! LLᵀ = 1 + ZZᵀ and W = L⁻¹Z then C = WᵀW, and the weight from film i to film j is
//! `C[i][j] · √(D[j] / D[i]) / (1 − C[j][j])`.

use faer::{
    Accum, Mat, MatMut, Par, Side,
    linalg::{matmul::matmul, triangular_solve::solve_lower_triangular_in_place},
};
use rayon::prelude::*;

use super::{
    Keep, LinearError, Recipe, Row, Together,
    blocks::{COLUMNS, kept_columns},
};

/// The weights that go out from each film. Whatever the number of threads, each number comes of the same additions.
pub fn weights(together: &Together, recipe: &Recipe, keep: Keep<'_>) -> Result<Vec<Row>, LinearError> {
    let films = together.films.len();
    let used = if recipe.traits > 0.0 { together.traits.as_slice() } else { &[] };
    let viewers = together.rows.len() + used.len();
    if films == 0 || viewers == 0 {
        return Ok(vec![Vec::new(); films]);
    }
    let traits = (together.rows.len()..).zip(used);
    let traits = traits.flat_map(|(row, films)| films.iter().map(move |&place| (row, place, recipe.traits)));
    let rows = (0..).zip(&together.rows);
    let entries = || {
        let rows = rows.clone().flat_map(|(row, films)| films.iter().map(move |&(place, value)| (row, place, value)));
        rows.chain(traits.clone())
    };

    let mut squares = vec![0.0; films];
    entries().for_each(|(_, place, value)| squares[place as usize] += value * value);
    let diagonal: Vec<f32> = squares.into_iter().map(|squares| recipe.diagonal(squares)).collect();
    let mut z = vec![0.0; viewers * films];
    entries().for_each(|(row, place, value)| {
        z[place as usize * viewers + row] = value / diagonal[place as usize].sqrt();
    });

    let mut gram = vec![0.0; viewers * viewers];
    {
        let z = faer::MatRef::from_column_major_slice(&z, viewers, films);
        gram.par_chunks_mut(COLUMNS * viewers).enumerate().for_each(|(block, gram)| {
            let columns = gram.len() / viewers;
            let gram = MatMut::from_column_major_slice_mut(gram, viewers, columns);
            let some = z.subrows(block * COLUMNS, columns).transpose();
            matmul(gram, Accum::Replace, z, some, 1.0, Par::Seq);
        });
    }
    let mut gram = Mat::from_fn(viewers, viewers, |row, column| gram[column * viewers + row]);
    for viewer in 0..viewers {
        gram[(viewer, viewer)] += 1.0;
    }
    let llt = gram.llt(Side::Lower).map_err(LinearError::Singular)?;
    drop(gram);

    let mut w = z;
    w.par_chunks_mut(COLUMNS * viewers).for_each(|w| {
        let columns = w.len() / viewers;
        solve_lower_triangular_in_place(llt.L(), MatMut::from_column_major_slice_mut(w, viewers, columns), Par::Seq);
    });
    let scale: Vec<f32> = w
        .par_chunks(viewers)
        .zip(&diagonal)
        .map(|(w, diagonal)| diagonal.sqrt() / (1.0 - w.iter().map(|value| value * value).sum::<f32>()))
        .collect();

    let w = faer::MatRef::from_column_major_slice(&w, viewers, films);
    let finish = |from: usize, weights: &mut [f32]| {
        let own = diagonal[from].sqrt();
        weights.iter_mut().zip(&scale).for_each(|(weight, scale)| *weight = *weight * scale / own);
    };
    Ok(kept_columns(w.transpose(), w, finish, keep))
}
