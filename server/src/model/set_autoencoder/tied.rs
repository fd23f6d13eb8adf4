//! Vectors against all films' vectors, with a gradient that is laid out like the films.
//!
//! `o.matmul(&films.t()?)` is the same product, but its gradient for the films comes out transposed and is then added
//! element by element with strides: the slowest part of a training step.

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor, backend::BackendStorage};

/// (rows, width) · (films, width)ᵀ = (rows, films).
pub(super) fn product(rows: &Tensor, films: &Tensor) -> Result<Tensor> {
    rows.contiguous()?.apply_op2(films, TiedProduct)
}

struct TiedProduct;

impl CustomOp2 for TiedProduct {
    fn name(&self) -> &'static str {
        "tied-product"
    }

    fn cpu_fwd(
        &self,
        rows: &CpuStorage,
        rows_layout: &Layout,
        films: &CpuStorage,
        films_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (height, width) = rows_layout.shape().dims2()?;
        let (count, _) = films_layout.shape().dims2()?;
        let transposed = films_layout.transpose(0, 1)?;
        let scores = rows.matmul(films, (1, height, count, width), rows_layout, &transposed)?;
        Ok((scores, (height, count).into()))
    }

    fn bwd(
        &self,
        rows: &Tensor,
        films: &Tensor,
        _scores: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        Ok((Some(gradient.matmul(films)?), Some(gradient.t()?.matmul(rows)?)))
    }
}
