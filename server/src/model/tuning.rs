//! How the parts of a blend are mixed: chosen for nDCG@10 on viewers that none of the parts has seen.
//!
//! A likelihood fit of the mixture was tried and is worse (docs/model.md): what matters is the head of the list, so that is
//! what the mixture [climbs](ascent) to.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    ModelError, Recommender,
    blend::{self, Knot},
    evaluation::Case,
    ials::Factors,
    linear::{Likeness, Recipe, RowShape, Source, Weights, fame},
    set_autoencoder::SetRecommender,
};

mod ascent;
mod lists;
#[cfg(test)]
mod tests;

pub use lists::Among;
use lists::{List, Part, Spread};

/// What linear experts may be like, for short and for long histories, in small and in large catalogues: of some hundred
/// that were tried on two data sets those that together leave nothing to be had by any other (docs/model.md).
pub const SOURCES: [Source; RECIPES + 2] = [
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
    Source::Facts(Likeness::Titles),
    Source::Facts(Likeness::Genres),
];
/// How many of them are made of ratings: the first ones. The others are made of what is known of the films.
pub const RECIPES: usize = 12;
/// What factors may be like: λ and α of iALS, from long histories to short ones.
pub const FACTORS: [(f32, f32); 3] = [(3.0, 0.1), (3.0, 0.3), (10.0, 1.0)];
/// Orders in which each viewer's likes are dealt: the more, the less chance decides.
pub const DRAWS: u32 = 6;
/// Lengths of histories that have a mixture each; between them there is [something of both](blend::between).
const KNOTS: [usize; 5] = [1, 3, 10, 40, 160];
/// Lengths that lists are sorted by: by what they show, whatever part of a viewer's likes that is.
const LENGTHS: [usize; 9] = [1, 3, 5, 10, 20, 40, 80, 160, 320];
/// How much well-known films may be held back.
const OBSCURITIES: [f32; 3] = [0.0, 0.1, 0.2];
/// Lists of a length that a tuner has: more tell nothing new.
const MOST_LISTS: usize = 3_000;
/// With fewer lists than this near it a length has no mixture: those around it serve.
const FEWEST_LISTS: usize = 30;
/// Lists that a thread scores at once: at a time it holds the scores of all films for each of them.
const AT_ONCE: usize = 16;
/// Films of each part that are compared: the first of the mixture are among the first of its parts.
const CANDIDATES: usize = 20;

const fn recipe(rows: RowShape, dropout: f32, lambda: f32, traits: f32) -> Source {
    Source::Ratings(Recipe { rows, dropout, lambda, traits, directions: 0, obscurity: 0.0 })
}

const fn directions(directions: usize) -> Source {
    let rows = RowShape::STARS;
    Source::Ratings(Recipe { rows, dropout: 0.0, lambda: 1.0, traits: 0.0, directions, obscurity: 0.0 })
}

/// A part of a linear expert.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ingredient {
    /// How its weights are made.
    pub source: Source,
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

impl Mixture {
    /// What serves where too few viewers are there to choose on.
    pub fn network_alone() -> Self {
        Self::of(1, &[Part::Network], &[1.0])
    }

    /// The parts, multiplied by these; those that are multiplied by 0 are not in it.
    fn of(length: usize, parts: &[Part], factors: &[f32]) -> Self {
        let mut mixture = Self { length, network: 0.0, expert: Vec::new(), linear: 1.0, factors: None };
        for (&part, &factor) in parts.iter().zip(factors).filter(|&(_, &factor)| factor != 0.0) {
            match part {
                Part::Network => mixture.network = factor,
                Part::Linear { source, obscurity } => {
                    let source = SOURCES[source].obscured(OBSCURITIES[obscurity]);
                    mixture.expert.push(Ingredient { source, factor });
                }
                Part::Factors(table) => mixture.factors = Some((table, factor)),
            }
        }
        if mixture.expert.is_empty() {
            // A knot has an expert, whatever it is multiplied by.
            mixture.expert.push(Ingredient { source: SOURCES[1], factor: 1.0 });
            mixture.linear = 0.0;
        }
        mixture
    }
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
    /// How many tables of factors its lists were scored by.
    tables: usize,
}

impl Tuner {
    /// Lets the network, the experts, made by [`SOURCES`] from viewers with so many `likes` of each film, and the factors,
    /// made by [`FACTORS`] or none at all, score the cases, whose films are then ranked `among` others.
    pub fn new(
        network: &SetRecommender,
        experts: &[&Weights],
        factors: &[&Factors],
        likes: &[u32],
        cases: &[Case],
        among: Among,
    ) -> Result<Self, ModelError> {
        let fames: Vec<Vec<f32>> = OBSCURITIES
            .iter()
            .map(|&obscurity| fame(likes, obscurity).into_iter().map(|fame| 1.0 / fame).collect())
            .collect();
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
            let by_factors: Vec<Vec<Vec<f32>>> = factors.iter().map(|factors| factors.scores(&histories)).collect();
            let list = |(at, case): (usize, &&Case)| {
                let by_factors: Vec<&[f32]> = by_factors.iter().map(|scores| scores[at].as_slice()).collect();
                List::of(case, among, experts, &fames, &by_network[at], &by_factors)
            };
            Ok(cases.iter().enumerate().map(list).collect())
        };
        let rows = of_rows.iter().map(|cases| {
            let lists: Result<Vec<Vec<List>>, ModelError> = cases.par_chunks(AT_ONCE).map(lists).collect();
            Ok(lists?.into_iter().flatten().collect())
        });
        Ok(Self { rows: rows.collect::<Result<_, ModelError>>()?, tables: factors.len() })
    }
}

/// Which of [`LENGTHS`] is nearest to this one.
fn nearest(length: usize) -> usize {
    let distance = |&place: &usize| {
        let (a, b) = (LENGTHS[place], length.max(1));
        a.max(b) as f32 / a.min(b) as f32
    };
    (0..LENGTHS.len()).min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or_default()
}

/// The lists of some tuners, and how far the parts' scores are spread on them.
pub struct Comparison<'a> {
    tuners: Vec<&'a Tuner>,
    tables: usize,
    /// Near each of [`KNOTS`].
    spreads: Vec<Spread>,
}

impl<'a> Comparison<'a> {
    /// Of these tuners.
    pub fn of(tuners: &[&'a Tuner]) -> Self {
        let tables = tuners.first().map_or(0, |tuner| tuner.tables);
        let lists = |knot| near(knot).flat_map(|row| tuners.iter().flat_map(move |tuner| &tuner.rows[row])).collect();
        let spreads = (0..KNOTS.len()).map(|knot| Spread::of(&lists(knot) as &Vec<_>, tables)).collect();
        Self { tuners: tuners.to_vec(), tables, spreads }
    }

    /// For each of the lengths the mixture that is best for the lists of those tuners for whose place `wanted` is true. One
    /// with few lists near it has no mixture.
    pub fn best(&self, wanted: impl Fn(usize) -> bool) -> Vec<Mixture> {
        let tuners = || self.tuners.iter().enumerate().filter(|&(place, _)| wanted(place)).map(|(_, tuner)| tuner);
        let rows = (0..LENGTHS.len()).map(|row| tuners().flat_map(|tuner| &tuner.rows[row]).collect::<Vec<_>>());
        let rows: Vec<Vec<&List>> = rows.collect();
        let enough = |&knot: &usize| near(knot).map(|row| rows[row].len()).sum::<usize>() >= FEWEST_LISTS;
        let knots = (0..KNOTS.len()).filter(enough);
        let (knots, spreads): (Vec<usize>, Vec<&Spread>) = knots.map(|knot| (KNOTS[knot], &self.spreads[knot])).unzip();
        let factors = ascent::best(&rows, &knots, &spreads, self.tables);
        let parts = Part::all(self.tables);
        knots.iter().zip(factors).map(|(&length, factors)| Mixture::of(length, &parts, &factors)).collect()
    }
}

/// Which of [`LENGTHS`] have something of this one of [`KNOTS`].
fn near(knot: usize) -> impl Iterator<Item = usize> {
    (0..LENGTHS.len()).filter(move |&row| blend::between(&KNOTS, LENGTHS[row]).any(|(other, _)| other == knot))
}
