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
use lists::{List, Row, Shares, seconds, singles, thirds};

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
/// The linear part of a mixture, of 10; the rest is the network's.
const PARTS: u32 = 10;
/// What a second linear expert may have of the linear part.
const SECONDS: [f32; 3] = [0.25, 0.5, 0.75];
/// What factors may have of a mixture.
const THIRDS: [f32; 7] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.85];
/// The best pairs of experts that are also tried with factors, beside each expert by itself: what is best beside others is
/// not always what is best alone.
const CONTENDERS: usize = 6;
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
        factors: &[Factors],
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

/// For each length the mixture with the best mean gain over the lists of these tuners, those of the next shorter and the
/// next longer length counting half: what is good for ten films is hardly bad for twenty, and chance decides less. Of
/// equals the one with the most of the network. First the best proportion of each single expert is found, then whether
/// another one beside the best is better still, and then whether factors beside any of these are. A length with few lists
/// has no mixture.
pub fn best(tuners: &[&Tuner]) -> Vec<Mixture> {
    let rows = (0..LENGTHS.len()).map(|row| Row::of(tuners.iter().flat_map(|tuner| &tuner.rows[row]).collect()));
    let rows: Vec<Row<'_>> = rows.collect();
    let singles = singles();
    let enough = |row: usize| rows.get(row).is_some_and(|row| row.lists.len() >= FEWEST_LISTS);
    let chosen = (0..rows.len()).filter(|&row| enough(row)).map(|row| {
        let own = &rows[row];
        let neighbours: Vec<_> = [row.wrapping_sub(1), row + 1].into_iter().filter(|&row| enough(row)).collect();
        let compare = |shares: Vec<Shares>| {
            let gain = |shares: Shares| {
                let mixed = own.mixed(&shares);
                let beside = neighbours.iter().map(|&row| rows[row].gain(&mixed)).sum::<f64>();
                (own.gain(&mixed) + NEIGHBOURS * beside, shares)
            };
            let mut compared: Vec<_> = shares.into_par_iter().map(gain).collect();
            // Stable: of equals the first stays before the others.
            compared.sort_by(|a, b| b.0.total_cmp(&a.0));
            compared
        };
        let mut tried = compare(singles.clone());
        let pairs = tried.first().map(|(_, single)| seconds(single)).unwrap_or_default();
        let mut seen = Vec::new();
        tried.retain(|(_, shares)| {
            let new = !seen.contains(&shares.first());
            seen.push(shares.first());
            new
        });
        tried.extend(compare(pairs).into_iter().take(CONTENDERS));
        let with_factors = tried.iter().flat_map(|(_, shares)| thirds(shares, own.tables())).collect();
        tried.extend(compare(with_factors));
        let best = tried.into_iter().reduce(|best, other| if other.0 > best.0 { other } else { best });
        best.map(|(_, shares)| own.mixed(&shares).mixture(LENGTHS[row]))
    });
    chosen.flatten().collect()
}
