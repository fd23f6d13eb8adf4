//! What the parts think of the lists, and how good a mixture of them is.

use rand::{Rng, SeedableRng, seq::index::sample};
use rand_chacha::ChaCha8Rng;

use super::{CANDIDATES, Ingredient, Mixture, OBSCURITIES, RECIPES};
use crate::model::{
    best_positions,
    evaluation::{self, Case},
    ials::Factors,
    linear::{Recipe, Weights},
};

/// An expert with an obscurity: places in [`RECIPES`] and [`OBSCURITIES`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    recipe: usize,
    obscurity: usize,
}

impl Part {
    fn all() -> impl Iterator<Item = Self> {
        (0..RECIPES.len()).flat_map(|recipe| (0..OBSCURITIES.len()).map(move |obscurity| Self { recipe, obscurity }))
    }
}

/// How often a mixture that is drawn has a second linear expert.
const SECOND: f64 = 0.6;
/// How often it has factors.
const WITH_FACTORS: f64 = 0.5;
/// What factors have at most.
const MOST_FACTORS: f32 = 0.9;
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

/// How large the parts of a mixture are, if each part's scores are equally spread: all shares add up to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Shares {
    /// Of the linear parts; what these and the factors leave is the network's.
    linear: Vec<(Part, f32)>,
    /// Of factors: which of them.
    factors: Option<(usize, f32)>,
}

impl Shares {
    /// Which factors there are, if any.
    pub fn table(&self) -> Option<usize> {
        self.factors.map(|(table, _)| table)
    }

    /// The mean of some that have the same factors.
    pub fn mean(all: &[&Self]) -> Self {
        let part = 1.0 / all.len().max(1) as f32;
        let mut linear: Vec<(Part, f32)> = Vec::new();
        for &(of, share) in all.iter().flat_map(|shares| &shares.linear) {
            match linear.iter_mut().find(|(other, _)| *other == of) {
                Some((_, sum)) => *sum += part * share,
                None => linear.push((of, part * share)),
            }
        }
        let table = all.first().and_then(|shares| shares.table());
        let of_factors = all.iter().filter_map(|shares| shares.factors).map(|(_, share)| part * share).sum();
        Self { linear, factors: table.map(|table| (table, of_factors)) }
    }
}

/// So many mixtures by chance, always the same ones: the network alone, and the network beside one linear expert or two and,
/// half of the time, one of so many tables of factors.
pub fn drawn(mixtures: usize, tables: usize) -> Vec<Shares> {
    let mut random = ChaCha8Rng::seed_from_u64(evaluation::hash("mixtures"));
    let mut draw = || {
        let obscurity = random.random_range(0..OBSCURITIES.len());
        let recipes = sample(&mut random, RECIPES.len(), 2);
        let second = if random.random_bool(SECOND) { random.random() } else { 0.0 };
        let factors = (tables > 0 && random.random_bool(WITH_FACTORS))
            .then(|| (random.random_range(0..tables), random.random_range(0.0..MOST_FACTORS)));
        let linear = random.random::<f32>() * (1.0 - factors.map_or(0.0, |(_, share)| share));
        let shares: [f32; 2] = [linear * (1.0 - second), linear * second];
        let parts = recipes.into_iter().map(|recipe| Part { recipe, obscurity }).zip(shares);
        Shares { linear: parts.filter(|&(_, share)| share > 0.0).collect(), factors }
    };
    let network = Shares { linear: Vec::new(), factors: None };
    std::iter::once(network).chain(std::iter::repeat_with(&mut draw)).take(mixtures).collect()
}

/// A mixture of parts as their scores are.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixed {
    network: f32,
    linear: Vec<(Part, f32)>,
    factors: Option<(usize, f32)>,
}

impl Mixed {
    /// The same by recipes.
    pub fn mixture(self, length: usize) -> Mixture {
        let ingredient = |&(part, factor): &(Part, f32)| {
            let recipe = Recipe { obscurity: OBSCURITIES[part.obscurity], ..RECIPES[part.recipe] };
            Ingredient { recipe, factor }
        };
        let expert: Vec<Ingredient> = self.linear.iter().map(ingredient).collect();
        let (expert, linear) = match expert[..] {
            // Lengths that differ in the proportion only have the same expert.
            [Ingredient { recipe, factor }] => (vec![Ingredient { recipe, factor: 1.0 }], factor),
            _ => (expert, 1.0),
        };
        Mixture { length, network: self.network, expert, linear, factors: self.factors }
    }
}

/// What the parts think of a list's candidates.
pub struct List {
    network: Vec<f32>,
    /// By [`RECIPES`].
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

    fn part(&self, part: Part) -> impl Iterator<Item = f32> {
        self.experts[part.recipe].iter().zip(&self.fames[part.obscurity]).map(|(score, fame)| score / fame)
    }

    /// nDCG@10 of the mixture.
    pub fn gain(&self, mixed: &Mixed) -> f64 {
        let mut scores: Vec<f32> = self.network.iter().map(|score| mixed.network * score).collect();
        for &(part, factor) in &mixed.linear {
            for (sum, score) in scores.iter_mut().zip(self.part(part)) {
                *sum += factor * score;
            }
        }
        if let Some((table, factor)) = mixed.factors {
            for (sum, score) in scores.iter_mut().zip(&self.factors[table]) {
                *sum += factor * score;
            }
        }
        let ranking = best_positions(&scores, evaluation::NDCG_AT, |_| true);
        let gains = ranking.into_iter().enumerate().filter(|&(_, film)| self.found[film]);
        gains.map(|(place, _)| evaluation::gain(place)).sum::<f64>() / self.ideal
    }
}

/// How far each part's scores are spread on lists of about one length.
pub struct Spread {
    network: f32,
    experts: Vec<[f32; OBSCURITIES.len()]>,
    factors: Vec<f32>,
}

impl Spread {
    /// On these lists.
    pub fn of(lists: &[&List]) -> Self {
        let mut experts = vec![[1.0; OBSCURITIES.len()]; RECIPES.len()];
        for part in Part::all() {
            experts[part.recipe][part.obscurity] = spread(lists.iter().map(|list| deviation(list.part(part))));
        }
        let network = spread(lists.iter().map(|list| deviation(list.network.iter().copied())));
        let tables = lists.first().map_or(0, |list| list.factors.len());
        let factors = (0..tables)
            .map(|table| spread(lists.iter().map(|list| deviation(list.factors[table].iter().copied()))))
            .collect();
        Self { network, experts, factors }
    }

    /// How many tables of factors there are.
    pub fn tables(&self) -> usize {
        self.factors.len()
    }

    /// What the parts are multiplied by to have these shares here.
    pub fn mixed(&self, shares: &Shares) -> Mixed {
        let linear: f32 = shares.linear.iter().map(|(_, share)| share).sum();
        let of = |&(part, share): &(Part, f32)| (part, share / self.experts[part.recipe][part.obscurity]);
        let rest = 1.0 - linear - shares.factors.map_or(0.0, |(_, share)| share);
        Mixed {
            network: rest.max(0.0) / self.network,
            linear: shares.linear.iter().map(of).collect(),
            // Where there is no list there is no table to be spread.
            factors: shares.factors.map(|(table, share)| (table, share / self.factors.get(table).unwrap_or(&1.0))),
        }
    }
}

/// Mean of the lists' standard deviations; 1 where all scores are equal.
fn spread(deviations: impl ExactSizeIterator<Item = f32>) -> f32 {
    let count = deviations.len().max(1) as f32;
    let mean = deviations.sum::<f32>() / count;
    if mean.is_finite() && mean > 0.0 { mean } else { 1.0 }
}

fn deviation(scores: impl Iterator<Item = f32>) -> f32 {
    let (count, sum, squares) = scores.fold((0.0_f64, 0.0_f64, 0.0_f64), |(count, sum, squares), score| {
        (count + 1.0, sum + f64::from(score), squares + f64::from(score).powi(2))
    });
    ((squares / count.max(1.0) - (sum / count.max(1.0)).powi(2)).max(0.0)).sqrt() as f32
}
