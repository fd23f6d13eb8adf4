//! How the parts of a blend are mixed: chosen for nDCG@10 on viewers that none of the parts has seen.
//!
//! A likelihood fit of the mixture was tried and is worse (docs/model.md): what matters is the head of the list, so that
//! is what is compared, for a grid of mixtures, at each length of history by itself.

use std::ops::Range;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    ModelError, Recommender,
    blend::{self, Knot},
    evaluation::Case,
    linear::{Recipe, RowShape, Weights, fame},
    set_autoencoder::SetRecommender,
};

mod lists;
#[cfg(test)]
mod tests;

use lists::{List, Mixed, Row, seconds, singles};

/// What linear experts may be like, for short and for long histories, in small and in large catalogues: of some hundred
/// that were tried on two data sets those that together leave nothing to be had by any other (docs/model.md).
pub const RECIPES: [Recipe; 12] = [
    recipe(RowShape::RATINGS, 0.0, 20_000.0, 0.3),
    recipe(RowShape::RATINGS, 0.99, 100.0, 1.0),
    recipe(RowShape::STARS, 0.995, 100.0, 1.0),
    recipe(RowShape::STARS, 0.98, 100.0, 3.0),
    recipe(RowShape::STARS, 0.8, 1_000.0, 2.0),
    recipe(RowShape::STARS, 0.8, 300.0, 3.0),
    recipe(RowShape::STARS, 0.9, 30.0, 1.0),
    recipe(RowShape::STARS, 0.0, 100.0, 1.0),
    recipe(RowShape::RATINGS, 0.99, 30.0, 0.3),
    directions(16),
    directions(32),
    directions(64),
];
/// Orders in which each viewer's likes are dealt: the more, the less chance decides.
pub const DRAWS: u32 = 6;
/// Lengths of histories that have a mixture each: lists are taken by what they show, whatever part of a viewer's likes
/// that is.
const LENGTHS: [usize; 8] = [1, 3, 5, 10, 20, 40, 80, 160];
/// How much well-known films may be held back.
const OBSCURITIES: [f32; 3] = [0.0, 0.1, 0.2];
/// The linear part of a mixture, of 10; the rest is the network's.
const PARTS: u32 = 10;
/// What a second linear expert may have of the linear part.
const SECONDS: [f32; 3] = [0.25, 0.5, 0.75];
/// Lists of a length that a tuner has: more tell nothing new.
const MOST_LISTS: usize = 3_000;
/// With fewer lists than this a length has no mixture: the nearest one serves.
const FEWEST_LISTS: usize = 30;
/// Films of each part that are compared: the first of the mixture are among the first of its parts.
const CANDIDATES: usize = 20;
/// What the lists of the next shorter and the next longer length count.
const NEIGHBOURS: f64 = 0.5;

const fn recipe(rows: RowShape, dropout: f32, lambda: f32, traits: f32) -> Recipe {
    Recipe { rows, dropout, lambda, traits, directions: 0, obscurity: 0.0 }
}

const fn directions(directions: usize) -> Recipe {
    Recipe { directions, ..recipe(RowShape::STARS, 0.0, 1.0, 0.0) }
}

/// A part of a linear expert.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ingredient {
    /// How its weights are made.
    pub recipe: Recipe,
    /// What they are multiplied by.
    pub factor: f32,
}

/// A mixture before its expert is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture {
    /// Liked films of the histories that it is for.
    pub length: usize,
    /// What the network's score is multiplied by.
    pub network: f32,
    /// What the linear expert is the sum of.
    pub expert: Vec<Ingredient>,
    /// What the expert's score is multiplied by.
    pub linear: f32,
}

/// The experts of some mixtures, each once, and the knots that use them.
pub fn knots(mixtures: &[Mixture]) -> (Vec<Vec<Ingredient>>, Vec<Knot>) {
    let mut experts: Vec<Vec<Ingredient>> = Vec::new();
    let knots = mixtures.iter().map(|mixture| {
        let expert = experts.iter().position(|expert| *expert == mixture.expert).unwrap_or_else(|| {
            experts.push(mixture.expert.clone());
            experts.len() - 1
        });
        Knot { length: mixture.length, network: mixture.network, expert, linear: mixture.linear }
    });
    let knots = knots.collect();
    (experts, knots)
}

/// What the mixtures are compared on: lists for each of [`LENGTHS`].
pub struct Tuner {
    rows: Vec<Vec<List>>,
}

impl Tuner {
    /// Lets the network and the experts, made by [`RECIPES`] from viewers with so many `likes` of each film, score the
    /// cases.
    pub fn new(
        network: &SetRecommender,
        experts: &[&Weights],
        likes: &[u32],
        cases: &[Case],
    ) -> Result<Self, ModelError> {
        let fames: Vec<Vec<f32>> = OBSCURITIES.iter().map(|&obscurity| fame(likes, obscurity)).collect();
        let mut of_rows = vec![Vec::new(); LENGTHS.len()];
        for case in cases {
            let row = &mut of_rows[nearest(case.history().ratings.len())];
            if row.len() < MOST_LISTS {
                row.push(case);
            }
        }
        let lists = |cases: &[&Case]| {
            let histories: Vec<_> = cases.iter().map(|case| case.history()).collect();
            let by_network = network.scores(&histories)?;
            Ok(cases.iter().zip(by_network).map(|(case, scores)| List::of(case, experts, &fames, &scores)).collect())
        };
        let rows = of_rows.iter().map(|cases| {
            let lists: Result<Vec<Vec<List>>, ModelError> = cases.par_chunks(64).map(lists).collect();
            Ok(lists?.into_iter().flatten().collect())
        });
        Ok(Self { rows: rows.collect::<Result<_, ModelError>>()? })
    }
}

/// Which of [`LENGTHS`] is nearest to this one.
fn nearest(length: usize) -> usize {
    let distance = |&place: &usize| blend::ratio(LENGTHS[place], length);
    (0..LENGTHS.len()).min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or_default()
}

/// For each length the mixture with the best mean nDCG@10 over the lists of these tuners, those of the next shorter and
/// the next longer length counting half: what is good for ten films is hardly bad for twenty, and chance decides less. Of
/// equals the one with the most of the network. First the best single expert and proportion are found, then whether
/// another expert beside it is better still. A length with few lists has no mixture.
pub fn best(tuners: &[&Tuner]) -> Vec<Mixture> {
    let rows = (0..LENGTHS.len()).map(|row| Row::of(tuners.iter().flat_map(|tuner| &tuner.rows[row]).collect()));
    let rows: Vec<Row<'_>> = rows.collect();
    let singles = singles();
    let gains: Vec<Vec<f64>> =
        rows.iter().map(|row| singles.par_iter().map(|single| row.gain(&row.mixed(single))).collect()).collect();
    let enough = |row: usize| rows.get(row).is_some_and(|row| row.lists.len() >= FEWEST_LISTS);
    let neighbours = |row: usize| [row.wrapping_sub(1), row + 1].into_iter().filter(|&row| enough(row));
    let chosen = (0..rows.len()).filter(|&row| enough(row)).map(|row| {
        let gain = |single: usize| {
            gains[row][single] + NEIGHBOURS * neighbours(row).map(|row| gains[row][single]).sum::<f64>()
        };
        let single = first_best(0..singles.len(), gain).unwrap_or_default();
        let first = rows[row].mixed(&singles[single]);
        let mut tried = vec![first];
        tried.extend(seconds(&singles[single]).iter().map(|pair| rows[row].mixed(pair)));
        let gain = |mixed: &Mixed| {
            rows[row].gain(mixed) + NEIGHBOURS * neighbours(row).map(|row| rows[row].gain(mixed)).sum::<f64>()
        };
        let gains: Vec<f64> = tried.par_iter().map(gain).collect();
        let best = first_best(0..tried.len(), |tried| gains[tried]).unwrap_or_default();
        tried.swap_remove(best).mixture(LENGTHS[row])
    });
    chosen.collect()
}

/// The number with the largest gain, of equals the first.
fn first_best(numbers: Range<usize>, gain: impl Fn(usize) -> f64) -> Option<usize> {
    let gains = numbers.map(|number| (gain(number), number));
    Some(gains.reduce(|best, other| if other.0 > best.0 { other } else { best })?.1)
}
