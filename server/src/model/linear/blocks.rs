//! A product of two tables that is too large to be kept, some columns at a time.

use faer::{Accum, MatMut, MatRef, Par, linalg::matmul::matmul};
use rayon::prelude::*;

use super::{Keep, Row};

/// Columns that a thread works on at once.
pub const COLUMNS: usize = 128;

/// What is kept of each column of `left · right`, a table of places by places, after `finish` has changed it. Whatever the
/// number of threads, each number comes of the same additions.
pub fn kept_columns(
    left: MatRef<'_, f32>,
    right: MatRef<'_, f32>,
    finish: impl Fn(usize, &mut [f32]) + Sync,
    keep: Keep<'_>,
) -> Vec<Row> {
    let places = right.ncols();
    // Used again: memory that is new to the process has to be cleared first.
    let products = || vec![0.0; left.nrows() * COLUMNS];
    let block = |products: &mut Vec<f32>, block: usize| -> Vec<Row> {
        let first = block * COLUMNS;
        let columns = COLUMNS.min(places - first);
        let products = &mut products[..left.nrows() * columns];
        let table = MatMut::from_column_major_slice_mut(products, left.nrows(), columns);
        matmul(table, Accum::Replace, left, right.subcols(first, columns), 1.0, Par::Seq);
        let rows = (first..).zip(products.chunks_exact_mut(left.nrows().max(1)));
        rows.map(|(from, weights)| {
            finish(from, weights);
            keep(from, weights)
        })
        .collect()
    };
    let blocks = (0..places.div_ceil(COLUMNS)).into_par_iter().map_init(products, block);
    blocks.collect::<Vec<_>>().into_iter().flatten().collect()
}
