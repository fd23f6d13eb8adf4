//! Weights by inverting XᵀX + D: work of films³, whatever the number of viewers.

use faer::{Mat, Side, linalg::solvers::DenseSolveCore};
use rayon::prelude::*;

use super::{Keep, LinearError, Recipe, Row};

/// Columns of the table that a thread fills at once.
const COLUMNS: usize = 256;

/// How often films were liked (and seen) by the same people: XᵀX.
#[derive(Debug)]
pub struct Table {
    sums: Mat<f32>,
    /// The films of each trait.
    traits: Vec<Vec<u32>>,
    /// The traits of each film.
    of_films: Vec<Vec<u32>>,
}

impl Table {
    /// Counts over the rows; `films` is how many films have a place.
    pub fn of(rows: &[Row], traits: &[Vec<u32>], films: usize) -> Self {
        let mut sums = vec![0.0; films * films];
        // A thread has columns of its own and walks all viewers: the same sums on any number of threads.
        sums.par_chunks_mut((COLUMNS * films).max(1)).enumerate().for_each(|(block, sums)| {
            let first = block * COLUMNS;
            for row in rows {
                let from = row.partition_point(|&(place, _)| (place as usize) < first);
                let to = row.partition_point(|&(place, _)| (place as usize) < first + COLUMNS);
                for &(column, weight) in &row[from..to] {
                    let sums = &mut sums[(column as usize - first) * films..][..films];
                    for &(place, other) in row {
                        sums[place as usize] += weight * other;
                    }
                }
            }
        });
        let mut of_films = vec![Vec::new(); films];
        for (number, films) in (0..).zip(traits) {
            for &place in films {
                of_films[place as usize].push(number);
            }
        }
        let sums = Mat::from_fn(films, films, |row, column| sums[column * films + row]);
        Self { sums, traits: traits.to_vec(), of_films }
    }

    /// What stands at a row and a column.
    #[cfg(test)]
    pub fn at(&self, row: usize, column: usize) -> f32 {
        self.sums[(row, column)]
    }

    /// The weights that go out from each film.
    pub fn weights(&self, recipe: &Recipe, keep: Keep<'_>) -> Result<Vec<Row>, LinearError> {
        let films = self.of_films.len();
        let mut regularised = self.sums.clone();
        if recipe.traits > 0.0 {
            regularised.par_col_iter_mut().zip(&self.of_films).for_each(|(mut column, of_film)| {
                for &place in of_film.iter().flat_map(|&number: &u32| &self.traits[number as usize]) {
                    column[place as usize] += recipe.traits * recipe.traits;
                }
            });
        }
        for film in 0..films {
            regularised[(film, film)] += recipe.diagonal(regularised[(film, film)]);
        }
        let inverse = regularised.llt(Side::Lower).map_err(LinearError::Singular)?.inverse();
        drop(regularised);
        // The inverse is symmetric: its column is the row, and lies together in memory.
        let own: Vec<f32> = (0..films).map(|film| inverse[(film, film)]).collect();
        let row = |weights: &mut Vec<f32>, from: usize| {
            weights.clear();
            weights.extend(inverse.col(from).iter().zip(&own).map(|(value, own)| -value / own));
            keep(from, weights)
        };
        Ok((0..films).into_par_iter().map_init(Vec::new, row).collect())
    }
}
