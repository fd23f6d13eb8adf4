//! What the parts think of the lists.

use rand::{SeedableRng, seq::index::sample};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{CANDIDATES, OBSCURITIES, RECIPES, SOURCES};
use crate::model::{
    best_positions,
    evaluation::{self, Case},
    ials::Factors,
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
    network: Vec<f32>,
    /// By [`SOURCES`].
    experts: Vec<Vec<f32>>,
    /// By [`FACTORS`](super::FACTORS).
    factors: Vec<Vec<f32>>,
    /// What each of [`OBSCURITIES`] divides by.
    fames: Vec<Vec<f32>>,
    /// Whether each candidate is one of those to be found.
    found: Vec<bool>,
    /// The gain of a perfect ranking.
    ideal: f64,
}

impl List {
    /// Lets the experts and factors score the case as the network did.
    pub fn of(
        case: &Case,
        among: Among,
        experts: &[&Weights],
        factors: &[&Factors],
        fames: &[Vec<f32>],
        network: &[f32],
    ) -> Self {
        let history = case.history();
        let shown = |film: usize| history.ratings.binary_search_by_key(&film, |&(film, _)| film).is_ok();
        let experts: Vec<Vec<f32>> = experts.iter().map(|expert| expert.scores(history.strengths())).collect();
        let by_factors = |factors: &&Factors| {
            let mut scores = vec![0.0; network.len()];
            factors.add_scores(&factors.visitor(history.strengths()), 1.0, &mut scores);
            scores
        };
        let factors: Vec<Vec<f32>> = factors.iter().map(by_factors).collect();

        let mut candidates = Vec::new();
        match among {
            Among::Best => {
                let mut add =
                    |scores: &[f32]| candidates.extend(best_positions(scores, CANDIDATES, |film| !shown(film)));
                add(network);
                for (scores, fame) in experts.iter().flat_map(|scores| fames.iter().map(move |fame| (scores, fame))) {
                    add(&scores.iter().zip(fame).map(|(score, fame)| score / fame).collect::<Vec<_>>());
                }
                factors.iter().for_each(|scores| add(scores));
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
        Self {
            network: of_candidates(network),
            experts: experts.iter().map(|scores| of_candidates(scores)).collect(),
            factors: factors.iter().map(|scores| of_candidates(scores)).collect(),
            fames: fames.iter().map(|fame| of_candidates(fame)).collect(),
            found: candidates.iter().map(|film| case.targets().binary_search(film).is_ok()).collect(),
            ideal: evaluation::ideal_gain(case.targets().len()),
        }
    }

    /// Where all experts say the same and the well-known are never held back.
    #[cfg(test)]
    pub fn plain(network: Vec<f32>, expert: &[f32], factors: Vec<f32>, found: Vec<bool>) -> Self {
        let ideal = evaluation::ideal_gain(found.iter().filter(|&&found| found).count());
        let fames = vec![vec![1.0; found.len()]; OBSCURITIES.len()];
        let experts = vec![expert.to_vec(); SOURCES.len()];
        Self { network, experts, factors: vec![factors.clone(), factors], fames, found, ideal }
    }

    /// How many tables of factors there are.
    pub fn tables(&self) -> usize {
        self.factors.len()
    }

    /// How many candidates there are.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Adds the part's scores times `factor`, one for each candidate.
    pub fn add_scores(&self, part: Part, factor: f32, to: &mut [f32]) {
        let add =
            |scores: &[f32], to: &mut [f32]| to.iter_mut().zip(scores).for_each(|(sum, score)| *sum += factor * score);
        match part {
            Part::Network => add(&self.network, to),
            Part::Factors(table) => add(&self.factors[table], to),
            Part::Linear { source, obscurity: 0 } => add(&self.experts[source], to),
            Part::Linear { source, obscurity } => {
                let scores = self.experts[source].iter().zip(&self.fames[obscurity]);
                to.iter_mut().zip(scores).for_each(|(sum, (score, fame))| *sum += factor * (score / fame));
            }
        }
    }

    /// Σ of the part's scores times `by`.
    pub fn product(&self, part: Part, by: &[f32]) -> f32 {
        let dot = |scores: &[f32]| scores.iter().zip(by).map(|(score, by)| score * by).sum();
        match part {
            Part::Network => dot(&self.network),
            Part::Factors(table) => dot(&self.factors[table]),
            Part::Linear { source, obscurity: 0 } => dot(&self.experts[source]),
            Part::Linear { source, obscurity } => {
                let scores = self.experts[source].iter().zip(&self.fames[obscurity]);
                scores.zip(by).map(|((score, fame), by)| score / fame * by).sum()
            }
        }
    }

    /// The places of the candidates that are to be found.
    pub fn found(&self) -> impl Iterator<Item = usize> {
        self.found.iter().enumerate().filter(|&(_, &found)| found).map(|(place, _)| place)
    }

    /// The gain of a perfect ranking.
    pub fn ideal(&self) -> f64 {
        self.ideal
    }
}

/// How far each part's scores are spread on lists of about one length: mean standard deviations, in the order of
/// [`Part::all`].
pub struct Spread(Vec<f32>);

impl Spread {
    /// On these lists.
    pub fn of(lists: &[&List], tables: usize) -> Self {
        let spread = |part| {
            let deviations = lists.iter().map(|list| {
                let mut scores = vec![0.0; list.len()];
                list.add_scores(part, 1.0, &mut scores);
                deviation(&scores)
            });
            let mean = deviations.sum::<f32>() / lists.len().max(1) as f32;
            if mean.is_finite() && mean > 0.0 { mean } else { 1.0 }
        };
        Self(Part::all(tables).into_par_iter().map(spread).collect())
    }

    /// What the parts are multiplied by to have these shares.
    pub fn factors(&self, shares: &[f32]) -> Vec<f32> {
        shares.iter().zip(&self.0).map(|(share, spread)| share / spread).collect()
    }
}

fn deviation(scores: &[f32]) -> f32 {
    let (sum, squares) = scores.iter().fold((0.0_f64, 0.0_f64), |(sum, squares), &score| {
        (sum + f64::from(score), squares + f64::from(score).powi(2))
    });
    let count = scores.len().max(1) as f64;
    (squares / count - (sum / count).powi(2)).max(0.0).sqrt() as f32
}
