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

use super::{Keep, LinearError, Recipe, Row, Together};

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

    let place = |film: usize| -> Vec<f32> { strongest.row(film).iter().copied().collect() };
    let places: Vec<Vec<f32>> = (0..films).map(place).collect();
    let row = |from: usize| {
        let said = places.iter().zip(&scale).map(|(place, to)| {
            let product: f32 = places[from].iter().zip(place).map(|(a, b)| a * b).sum();
            scale[from] / to * product
        });
        keep(from, &mut { said })
    };
    Ok((0..films).into_par_iter().map(row).collect())
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
