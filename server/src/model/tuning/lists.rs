//! What the parts think of the lists, and how good a mixture of them is.

use rand::{SeedableRng, seq::index::sample};
use rand_chacha::ChaCha8Rng;

use super::{CANDIDATES, Ingredient, Mixture, OBSCURITIES, PARTS, RECIPES, SECONDS, THIRDS};
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
    /// The recipe of the first linear part, if there is one.
    pub fn first(&self) -> Option<usize> {
        self.linear.first().filter(|&&(_, share)| share > 0.0).map(|(part, _)| part.recipe)
    }
}

fn single(part: Part, share: f32) -> Shares {
    Shares { linear: vec![(part, share)], factors: None }
}

/// Every proportion of the network with every expert, those with the most of the network first.
pub fn singles() -> Vec<Shares> {
    let share = |part: u32| part as f32 / PARTS as f32;
    (0..=PARTS).flat_map(|of_ten| Part::all().map(move |part| single(part, share(of_ten)))).collect()
}

/// The same with a second expert beside the first, which may then have a little more together.
pub fn seconds(single: &Shares) -> Vec<Shares> {
    let Some(&(first, share)) = single.linear.first().filter(|&&(_, share)| share > 0.0) else { return Vec::new() };
    let others = (0..RECIPES.len()).filter(|&recipe| recipe != first.recipe);
    let others = others.map(|recipe| Part { recipe, obscurity: first.obscurity });
    let all = others.flat_map(|other| {
        SECONDS.into_iter().flat_map(move |second| {
            let shares = [share, share + 1.0 / PARTS as f32].into_iter().filter(|&share| share < 1.001);
            shares.map(move |share| Shares {
                linear: vec![(first, share * (1.0 - second)), (other, share * second)],
                factors: None,
            })
        })
    });
    all.collect()
}

/// The same with one of so many tables of factors beside them.
pub fn thirds(shares: &Shares, tables: usize) -> Vec<Shares> {
    let with = |table: usize, third: f32| Shares {
        linear: shares.linear.iter().map(|&(part, share)| (part, share * (1.0 - third))).collect(),
        factors: Some((table, third)),
    };
    (0..tables).flat_map(|table| THIRDS.map(|third| with(table, third))).collect()
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
        factors: &[Factors],
        fames: &[Vec<f32>],
        network: &[f32],
    ) -> Self {
        let history = case.history();
        let shown = |film: usize| history.ratings.binary_search_by_key(&film, |&(film, _)| film).is_ok();
        let experts: Vec<Vec<f32>> = experts.iter().map(|expert| expert.scores(history.strengths())).collect();
        let by_factors = |factors: &Factors| {
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
    fn gain(&self, mixed: &Mixed) -> f64 {
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

/// Lists of about one length, and how far each part's scores are spread on them.
pub struct Row<'a> {
    /// Those that count.
    pub lists: Vec<&'a List>,
    network: f32,
    experts: Vec<[f32; OBSCURITIES.len()]>,
    factors: Vec<f32>,
}

impl<'a> Row<'a> {
    /// Measures the spread.
    pub fn of(lists: Vec<&'a List>) -> Self {
        let mut experts = vec![[1.0; OBSCURITIES.len()]; RECIPES.len()];
        for part in Part::all() {
            experts[part.recipe][part.obscurity] = spread(lists.iter().map(|list| deviation(list.part(part))));
        }
        let network = spread(lists.iter().map(|list| deviation(list.network.iter().copied())));
        let tables = lists.first().map_or(0, |list| list.factors.len());
        let factors = (0..tables)
            .map(|table| spread(lists.iter().map(|list| deviation(list.factors[table].iter().copied()))))
            .collect();
        Self { lists, network, experts, factors }
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
            factors: shares.factors.map(|(table, share)| (table, share / self.factors[table])),
        }
    }

    /// The mixture's mean gain.
    pub fn gain(&self, mixed: &Mixed) -> f64 {
        self.lists.iter().map(|list| list.gain(mixed)).sum::<f64>() / self.lists.len().max(1) as f64
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
