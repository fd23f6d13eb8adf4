//! How the parts of a blend are mixed: chosen for nDCG@10 on viewers that none of the parts has seen.
//!
//! A likelihood fit of the mixture was tried and is worse (docs/model.md): what matters is the head of the list, so that
//! is what is compared, for a grid of mixtures, at each length of history by itself.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    ModelError, Recommender,
    blend::{self, Knot},
    evaluation::Case,
    ials::Factors,
    linear::{Recipe, RowShape, Weights, fame},
    set_autoencoder::SetRecommender,
};

mod lists;
#[cfg(test)]
mod tests;

pub use lists::Among;
use lists::{List, Shares, Spread};

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
/// What factors may be like: λ and α of iALS, from long histories to short ones.
pub const FACTORS: [(f32, f32); 3] = [(3.0, 0.1), (3.0, 0.3), (10.0, 1.0)];
/// Orders in which each viewer's likes are dealt: the more, the less chance decides.
pub const DRAWS: u32 = 6;
/// Lengths of histories that have a mixture each: lists are taken by what they show, whatever part of a viewer's likes
/// that is.
const LENGTHS: [usize; 9] = [1, 3, 5, 10, 20, 40, 80, 160, 320];
/// How much well-known films may be held back.
const OBSCURITIES: [f32; 3] = [0.0, 0.1, 0.2];
/// Mixtures that are compared, drawn by chance: where several numbers are to be chosen and some matter little, chance finds
/// better ones than a grid of as many (Bergstra and Bengio, *Random Search for Hyper-Parameter Optimization*, JMLR 2012).
const TRIED: usize = 700;
/// The best of them are made one: which of them is the very best is chance, and their mean errs less.
const AVERAGED: usize = 10;
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
    /// Which of [`FACTORS`], and what their score is multiplied by.
    pub factors: Option<(usize, f32)>,
}

/// What some mixtures need, each part once, and the knots that use it.
pub struct Assembly {
    /// Linear experts.
    pub experts: Vec<Vec<Ingredient>>,
    /// Which of [`FACTORS`].
    pub factors: Vec<usize>,
    /// The mixtures.
    pub knots: Vec<Knot>,
}

impl Assembly {
    /// Of these mixtures.
    pub fn of(mixtures: &[Mixture]) -> Self {
        let (mut experts, mut factors) = (Vec::new(), Vec::new());
        let knots = mixtures.iter().map(|mixture| {
            let expert = place(&mut experts, &mixture.expert);
            let (factors, ials) =
                mixture.factors.map_or((0, 0.0), |(number, factor)| (place(&mut factors, &number), factor));
            Knot { length: mixture.length, network: mixture.network, expert, linear: mixture.linear, factors, ials }
        });
        let knots = knots.collect();
        Self { experts, factors, knots }
    }
}

/// Where the item stands; at the end, if it was not there.
fn place<T: Clone + PartialEq>(items: &mut Vec<T>, item: &T) -> usize {
    items.iter().position(|other| other == item).unwrap_or_else(|| {
        items.push(item.clone());
        items.len() - 1
    })
}

/// What the mixtures are compared on: lists for each of [`LENGTHS`].
pub struct Tuner {
    rows: Vec<Vec<List>>,
}

impl Tuner {
    /// Lets the network, the experts, made by [`RECIPES`] from viewers with so many `likes` of each film, and the factors,
    /// made by [`FACTORS`] or none at all, score the cases, whose films are then ranked `among` others.
    pub fn new(
        network: &SetRecommender,
        experts: &[&Weights],
        factors: &[&Factors],
        likes: &[u32],
        cases: &[Case],
        among: Among,
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
            Ok(cases
                .iter()
                .zip(by_network)
                .map(|(case, scores)| List::of(case, among, experts, factors, &fames, &scores))
                .collect())
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

/// What mixtures gain on the lists of some tuners.
pub struct Comparison {
    shares: Vec<Shares>,
    /// How far the parts' scores are spread on the lists of each of [`LENGTHS`].
    spreads: Vec<Spread>,
    /// For each tuner and each of [`LENGTHS`].
    gains: Vec<Vec<Gains>>,
}

/// What each mixture gains on some lists.
struct Gains {
    lists: usize,
    /// Over all lists, by mixture.
    sums: Vec<f64>,
}

impl Comparison {
    /// Compares all mixtures on all lists.
    pub fn of(tuners: &[&Tuner]) -> Self {
        let spreads: Vec<Spread> = (0..LENGTHS.len())
            .map(|row| Spread::of(&tuners.iter().flat_map(|tuner| &tuner.rows[row]).collect::<Vec<_>>()))
            .collect();
        let tables = spreads.iter().map(Spread::tables).max().unwrap_or_default();
        let shares = lists::drawn(TRIED, tables);
        let gains = |lists: &Vec<List>, spread: &Spread| Gains {
            lists: lists.len(),
            sums: shares
                .par_iter()
                .map(|shares| {
                    let mixed = spread.mixed(shares);
                    lists.iter().map(|list| list.gain(&mixed)).sum()
                })
                .collect(),
        };
        let of_tuner =
            |tuner: &&Tuner| tuner.rows.iter().zip(&spreads).map(|(lists, spread)| gains(lists, spread)).collect();
        let gains = tuners.iter().map(of_tuner).collect();
        Self { shares, spreads, gains }
    }

    /// For each length the mean of the mixtures with the best mean gains over the lists of those tuners for whose place
    /// `wanted` is true, lists of the next shorter and the next longer length counting half: what is good for ten films is
    /// hardly bad for twenty, and chance decides less. All that make up a mean have the same factors. A length with few lists
    /// has no mixture.
    pub fn best(&self, wanted: impl Fn(usize) -> bool) -> Vec<Mixture> {
        let tuners = || self.gains.iter().enumerate().filter(|&(place, _)| wanted(place)).map(|(_, rows)| rows);
        let count = |row: usize| tuners().map(|rows| rows[row].lists).sum::<usize>();
        let enough = |row: usize| row < LENGTHS.len() && count(row) >= FEWEST_LISTS;
        let mean =
            |row: usize, mixture: usize| tuners().map(|rows| rows[row].sums[mixture]).sum::<f64>() / count(row) as f64;
        let chosen = (0..LENGTHS.len()).filter(|&row| enough(row)).map(|row| {
            let neighbours: Vec<_> = [row.wrapping_sub(1), row + 1].into_iter().filter(|&row| enough(row)).collect();
            let gain = |mixture: usize| {
                let beside = neighbours.iter().map(|&row| mean(row, mixture)).sum::<f64>();
                (mixture, mean(row, mixture) + NEIGHBOURS * beside)
            };
            let mut compared: Vec<(usize, f64)> = (0..self.shares.len()).map(gain).collect();
            // Stable: of equals the first stays before the others.
            compared.sort_by(|a, b| b.1.total_cmp(&a.1));
            let compared: Vec<&Shares> = compared.iter().map(|&(mixture, _)| &self.shares[mixture]).collect();
            let alike = compared.iter().copied().filter(|shares| shares.table() == compared[0].table());
            let mean = Shares::mean(&alike.take(AVERAGED).collect::<Vec<_>>());
            self.spreads[row].mixed(&mean).mixture(LENGTHS[row])
        });
        chosen.collect()
    }
}
