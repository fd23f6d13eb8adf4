//! What the parts think of the lists.

use rand::{SeedableRng, seq::index::sample};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{CANDIDATES, OBSCURITIES, RECIPES, SOURCES};
use crate::model::{
    arithmetic::{Kernel, add, dot, vectorized},
    best_positions,
    evaluation::{self, Case},
    linear::Weights,
};

/// What can have a share of a mixture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Part {
    /// The network.
    Network,
    /// An expert with an obscurity: places in [`SOURCES`] and [`OBSCURITIES`].
    Linear { source: usize, obscurity: usize },
    /// Factors: which of [`FACTORS`](super::FACTORS).
    Factors(usize),
}

impl Part {
    /// All of them where there are so many tables of factors.
    pub fn all(tables: usize) -> Vec<Self> {
        let linear = (0..SOURCES.len()).flat_map(|source| {
            let obscurities = if source < RECIPES { OBSCURITIES.len() } else { 1 };
            (0..obscurities).map(move |obscurity| Self::Linear { source, obscurity })
        });
        std::iter::once(Self::Network).chain(linear).chain((0..tables).map(Self::Factors)).collect()
    }

    /// Which row of a list's scores it has, and which of [`OBSCURITIES`] they have.
    #[inline(always)]
    fn place(self) -> (usize, usize) {
        match self {
            Self::Network => (0, 0),
            Self::Linear { source, obscurity } => (1 + source, obscurity),
            Self::Factors(table) => (1 + SOURCES.len() + table, 0),
        }
    }
}

/// Films drawn at random among which one that was left out is ranked.
const DRAWN: usize = 100;

/// What a list's films are ranked among.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Among {
    /// All films: those that any part has among its best, and no other can be the best of a mixture.
    Best,
    /// Some that chance has drawn.
    Drawn,
}

/// What the parts think of a list's candidates.
pub struct List {
    /// A row for each: the network, the experts by [`SOURCES`], the factors by [`FACTORS`](super::FACTORS).
    scores: Vec<f32>,
    /// What each of [`OBSCURITIES`] multiplies what an expert says by: a row for each.
    fames: Vec<f32>,
    /// Which candidates are those to be found, ascending.
    found: Vec<usize>,
    /// How many there are.
    candidates: usize,
    /// The gain of a perfect ranking.
    ideal: f64,
}

impl List {
    /// Lets the experts score the case as the network and the factors did; `fames` are what each of [`OBSCURITIES`]
    /// multiplies what is said for a film by.
    pub fn of(
        case: &Case,
        among: Among,
        experts: &[&Weights],
        fames: &[Vec<f32>],
        network: &[f32],
        factors: &[&[f32]],
    ) -> Self {
        let history = case.history();
        let shown = |film: usize| history.ratings.binary_search_by_key(&film, |&(film, _)| film).is_ok();
        let experts: Vec<Vec<f32>> = experts.iter().map(|expert| expert.scores(history.strengths())).collect();
        let mut candidates = Vec::new();
        match among {
            Among::Best => {
                let mut add =
                    |scores: &[f32]| candidates.extend(best_positions(scores, CANDIDATES, |film| !shown(film)));
                add(network);
                factors.iter().for_each(|scores| add(scores));
                experts.iter().for_each(|scores| add(scores));
                let mut obscured = vec![0.0; network.len()];
                for scores in &experts[..RECIPES] {
                    for fame in &fames[1..] {
                        let products = scores.iter().zip(fame).map(|(score, fame)| score * fame);
                        obscured.iter_mut().zip(products).for_each(|(place, product)| *place = product);
                        add(&obscured);
                    }
                }
            }
            Among::Drawn => {
                let mut random = ChaCha8Rng::seed_from_u64(evaluation::hash(&format!("drawn:{}", case.viewer())));
                let films = sample(&mut random, network.len(), DRAWN.min(network.len()));
                candidates.extend(films.into_iter().filter(|&film| !shown(film)));
                candidates.extend(case.targets());
            }
        }
        candidates.sort_unstable();
        candidates.dedup();
        let of_candidates = |scores: &[f32]| candidates.iter().map(|&film| scores[film]).collect::<Vec<_>>();
        let rows = [network].into_iter().chain(experts.iter().map(Vec::as_slice)).chain(factors.iter().copied());
        Self {
            scores: rows.flat_map(of_candidates).collect(),
            fames: fames.iter().flat_map(|fame| of_candidates(fame)).collect(),
            found: (0..candidates.len())
                .filter(|&place| case.targets().binary_search(&candidates[place]).is_ok())
                .collect(),
            candidates: candidates.len(),
            ideal: evaluation::ideal_gain(case.targets().len()),
        }
    }

    /// Where all experts say the same, both tables of factors do, and each film is held back by its place.
    #[cfg(test)]
    pub fn plain(network: &[f32], expert: &[f32], factors: &[f32], found: &[bool]) -> Self {
        let rows = [network].into_iter().chain([expert; SOURCES.len()]).chain([factors; 2]);
        let found: Vec<usize> = (0..found.len()).filter(|&place| found[place]).collect();
        Self {
            scores: rows.flatten().copied().collect(),
            fames: OBSCURITIES
                .iter()
                .flat_map(|obscurity| (1..=network.len()).map(move |place| (place as f32).powf(-obscurity)))
                .collect(),
            ideal: evaluation::ideal_gain(found.len()),
            found,
            candidates: network.len(),
        }
    }

    #[inline(always)]
    fn row(&self, number: usize) -> &[f32] {
        &self.scores[number * self.candidates..(number + 1) * self.candidates]
    }

    #[inline(always)]
    fn fame(&self, obscurity: usize) -> &[f32] {
        &self.fames[obscurity * self.candidates..(obscurity + 1) * self.candidates]
    }

    /// The candidates' scores by the parts, each times its factor.
    pub fn mixed(&self, parts: &[Part], factors: &[f32]) -> Vec<f32> {
        vectorized(Mix { list: self, parts, factors })
    }

    /// For each part Σ of its scores times `by`.
    pub fn products(&self, parts: &[Part], by: &[f32]) -> Vec<f32> {
        vectorized(Products { list: self, parts, by })
    }

    /// The places of the candidates that are to be found.
    pub fn found(&self) -> &[usize] {
        &self.found
    }

    /// The gain of a perfect ranking.
    pub fn ideal(&self) -> f64 {
        self.ideal
    }
}

/// See [`List::mixed`].
struct Mix<'a> {
    list: &'a List,
    parts: &'a [Part],
    factors: &'a [f32],
}

impl Kernel for Mix<'_> {
    type Output = Vec<f32>;

    #[inline(always)]
    fn run(self) -> Vec<f32> {
        let Self { list, parts, factors } = self;
        let mut by_obscurity = OBSCURITIES.map(|_| vec![0.0; list.candidates]);
        for (&part, &factor) in parts.iter().zip(factors) {
            let (row, obscurity) = part.place();
            add(&mut by_obscurity[obscurity], list.row(row), factor);
        }
        let [mut scores, obscured @ ..] = by_obscurity;
        for (obscurity, obscured) in (1..).zip(&obscured) {
            for ((sum, score), fame) in scores.iter_mut().zip(obscured).zip(list.fame(obscurity)) {
                *sum += score * fame;
            }
        }
        scores
    }
}

/// See [`List::products`].
struct Products<'a> {
    list: &'a List,
    parts: &'a [Part],
    by: &'a [f32],
}

impl Kernel for Products<'_> {
    type Output = Vec<f32>;

    #[inline(always)]
    fn run(self) -> Vec<f32> {
        let Self { list, parts, by } = self;
        let mut by_obscurity = OBSCURITIES.map(|_| by.to_vec());
        for (obscurity, by) in by_obscurity.iter_mut().enumerate().skip(1) {
            for (by, fame) in by.iter_mut().zip(list.fame(obscurity)) {
                *by *= fame;
            }
        }
        let mut products = Vec::with_capacity(parts.len());
        for &part in parts {
            let (row, obscurity) = part.place();
            products.push(dot(list.row(row), &by_obscurity[obscurity]));
        }
        products
    }
}

/// How far each part's scores are spread on some lists: mean standard deviations, in the order of
/// [`Part::all`].
pub struct Spread(Vec<f32>);

impl Spread {
    /// On these lists.
    pub fn of(lists: &[&List], tables: usize) -> Self {
        let spread = |part| {
            let deviations = lists.iter().map(|list| deviation(&list.mixed(&[part], &[1.0])));
            let mean = deviations.sum::<f32>() / lists.len().max(1) as f32;
            if mean.is_finite() && mean > 0.0 { mean } else { 1.0 }
        };
        Self(Part::all(tables).into_par_iter().map(spread).collect())
    }

    /// What the parts are multiplied by to have these shares.
    pub fn factors(&self, shares: &[f64]) -> Vec<f64> {
        shares.iter().zip(&self.0).map(|(share, spread)| share / f64::from(*spread)).collect()
    }
}

fn deviation(scores: &[f32]) -> f32 {
    let (sum, squares) = scores.iter().fold((0.0_f64, 0.0_f64), |(sum, squares), &score| {
        (sum + f64::from(score), squares + f64::from(score).powi(2))
    });
    let count = scores.len().max(1) as f64;
    (squares / count - (sum / count).powi(2)).max(0.0).sqrt() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mixture_is_the_sum_of_its_parts_and_products_are_with_the_scores_that_are_added() {
        let [network, expert, table] = [[0.5, -1.0, 2.0], [1.0, 3.0, -2.0], [0.25, 0.5, 4.0]];
        let list = List::plain(&network, &expert, &table, &[true, false, false]);
        let parts = [
            Part::Network,
            Part::Linear { source: 3, obscurity: 0 },
            Part::Linear { source: 1, obscurity: 2 },
            Part::Factors(1),
        ];
        let scores = |part: Part| -> Vec<f32> {
            let held_back = |(place, score): (usize, &f32), obscurity: usize| {
                score / (place as f32 + 1.0).powf(OBSCURITIES[obscurity])
            };
            match part {
                Part::Network => network.to_vec(),
                Part::Factors(_) => table.to_vec(),
                Part::Linear { obscurity, .. } => {
                    expert.iter().enumerate().map(|score| held_back(score, obscurity)).collect()
                }
            }
        };
        let close = |a: f32, b: f32| assert!((a - b).abs() < 1e-5, "{a} is not {b}");
        let factors = [2.0, 0.5, 3.0, -1.0];
        for (place, score) in list.mixed(&parts, &factors).into_iter().enumerate() {
            close(score, parts.iter().zip(factors).map(|(&part, factor)| factor * scores(part)[place]).sum());
        }
        let by = [1.0, -2.0, 0.5];
        for (&part, product) in parts.iter().zip(list.products(&parts, &by)) {
            close(product, scores(part).iter().zip(by).map(|(score, by)| score * by).sum());
        }
    }
}
