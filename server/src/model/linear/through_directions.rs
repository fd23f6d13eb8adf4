//! Weights of low rank: what is left of X in its strongest directions (Cremonesi, Koren and Turrin, *Performance of
//! Recommender Algorithms on Top-N Recommendation Tasks*, RecSys 2010, there called PureSVD).
//!
//! X̂ has each row divided by its norm and each column by its number, both to a small power, so that neither who rates much
//! nor what everybody knows makes a direction by itself. With V the directions, the weight from film i to film j is
//! `(n[j]/n[i])^¼ · V[i]·V[j]`. The directions are found by subspace iteration from random ones (Halko, Martinsson and Tropp,
//! *Finding Structure with Randomness*, SIAM Review 2011): X̂ is only ever multiplied with, and is sparse.

use faer::{Mat, Side};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{Keep, LinearError, Recipe, Row, Together, blocks::kept_columns};

/// Directions that are carried along so that the wanted ones are exact.
const MORE: usize = 10;
/// How often X̂ᵀX̂ is gone through: what more rounds change does not change a ranking.
const ROUNDS: usize = 5;
/// Rows and columns are divided by their squares' sum to this power.
const ROW_POWER: f32 = 0.25;
const FILM_POWER: f32 = 0.25;
/// The directions are the data's and not chance's: the same start serves always.
const SEED: u64 = 1;

/// The weights that go out from each film.
pub fn weights(together: &Together, recipe: &Recipe, keep: Keep<'_>) -> Result<Vec<Row>, LinearError> {
    let films = together.films.len();
    let mut by_viewer = together.rows.clone();
    if recipe.traits > 0.0 {
        let of_trait = |films: &Vec<u32>| films.iter().map(|&place| (place, recipe.traits)).collect();
        by_viewer.extend(together.traits.iter().map(of_trait));
    }
    let mut numbers = vec![0.0; films];
    for &(place, value) in by_viewer.iter().flatten() {
        numbers[place as usize] += value * value;
    }
    let wanted = recipe.directions.min(films).min(by_viewer.len());
    if wanted == 0 {
        return Ok(vec![Vec::new(); films]);
    }
    let scale: Vec<f32> = numbers.iter().map(|number: &f32| number.max(f32::MIN_POSITIVE).powf(-FILM_POWER)).collect();
    for row in &mut by_viewer {
        let norm = row.iter().map(|(_, value)| value * value).sum::<f32>().powf(-ROW_POWER);
        row.iter_mut().for_each(|(place, value)| *value *= norm * scale[*place as usize]);
    }
    let by_film = transposed(&by_viewer, films);

    let width = (wanted + MORE).min(films).min(by_viewer.len());
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let mut directions = Mat::<f32>::from_fn(films, width, |_, _| random.random_range(-1.0..1.0));
    for _ in 0..ROUNDS {
        directions = product(&by_film, &product(&by_viewer, &directions)).qr().compute_thin_Q();
    }
    let image = product(&by_viewer, &directions);
    let within = image.transpose() * &image;
    let turned = within.self_adjoint_eigen(Side::Lower).map_err(LinearError::NoDirections)?;
    // Ascending: the strongest stand last.
    let strongest = directions * turned.U().subcols(width - wanted, wanted);

    let to = Mat::from_fn(films, wanted, |film, direction| strongest[(film, direction)] / scale[film]);
    let from = Mat::from_fn(wanted, films, |direction, film| strongest[(film, direction)] * scale[film]);
    Ok(kept_columns(to.as_ref(), from.as_ref(), |_, _| (), keep))
}

/// The columns as rows.
fn transposed(rows: &[Row], columns: usize) -> Vec<Row> {
    let mut turned = vec![Vec::new(); columns];
    for (number, row) in (0..).zip(rows) {
        row.iter().for_each(|&(place, value)| turned[place as usize].push((number, value)));
    }
    turned
}

/// Sparse rows times a table. Each number comes of the same additions on any number of threads.
fn product(rows: &[Row], table: &Mat<f32>) -> Mat<f32> {
    let width = table.ncols();
    // By rows, so that what is added lies together.
    let flat: Vec<f32> =
        (0..table.nrows()).flat_map(|row| table.row(row).iter().copied().collect::<Vec<_>>()).collect();
    let of_row = |row: &Row| {
        let mut sums = vec![0.0; width];
        for &(place, value) in row {
            let numbers = &flat[place as usize * width..][..width];
            sums.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += value * number);
        }
        sums
    };
    let products: Vec<Vec<f32>> = rows.par_iter().map(of_row).collect();
    Mat::from_fn(rows.len(), width, |row, column| products[row][column])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Traits,
        linear::{RowShape, tests::EASE},
        training::tests::planted,
    };

    fn together() -> Together {
        Together::rows(&planted(120, 60), &Traits::default(), RowShape::STARS, |_| true)
    }

    fn of(directions: usize) -> Vec<Row> {
        let all = |_: usize, weights: &[f32]| (0..).zip(weights.iter().copied()).collect();
        weights(&together(), &Recipe { directions, ..EASE }, &all).unwrap()
    }

    /// The same from the definition: the whole table and all its directions.
    #[test]
    fn the_strongest_directions_are_those_of_the_whole_table() {
        let Together { films, rows, .. } = together();
        let mut x = Mat::<f64>::zeros(rows.len(), films.len());
        for (viewer, row) in rows.iter().enumerate() {
            row.iter().for_each(|&(film, value)| x[(viewer, film as usize)] = f64::from(value));
        }
        let squares: Vec<f64> = x.col_iter().map(|column| column.iter().map(|value| value * value).sum()).collect();
        for viewer in 0..rows.len() {
            let square: f64 = x.row(viewer).iter().map(|value| value * value).sum();
            for film in 0..films.len() {
                x[(viewer, film)] *= square.powf(-0.25) * squares[film].powf(-0.25);
            }
        }
        let table = x.transpose() * &x;
        let eigen = table.self_adjoint_eigen(Side::Lower).unwrap();
        let strongest = eigen.U().subcols(films.len() - 5, 5);
        let ours = of(5);
        for from in 0..films.len() {
            for to in 0..films.len() {
                let product: f64 = (0..5).map(|at| strongest[(from, at)] * strongest[(to, at)]).sum();
                let weight = (squares[to] / squares[from]).powf(0.25) * product;
                assert!(
                    (f64::from(ours[from][to].1) - weight).abs() < 5e-3,
                    "{from} to {to}: {weight}, {:?}",
                    ours[from][to]
                );
            }
        }
    }

    #[test]
    fn more_directions_than_there_are_say_nothing_of_other_films() {
        let all = of(500);
        for (from, row) in all.iter().enumerate() {
            for &(to, weight) in row {
                let expected = f32::from(u8::from(from == to as usize));
                assert!((weight - expected).abs() < 1e-3, "{from} to {to}: {weight}");
            }
        }
        let nobody = Together::rows(&planted(5, 10), &Traits::default(), RowShape::STARS, |_| false);
        let kept = weights(&nobody, &Recipe { directions: 3, ..EASE }, &|_, _| Vec::new()).unwrap();
        assert!(kept.iter().all(Vec::is_empty));
    }
}
