//! How the parts of a blend are mixed: chosen for nDCG@10 on viewers that none of the parts has seen.
//!
//! A likelihood fit of the mixture was tried and is worse (docs/model.md): what matters is the head of the list, so that
//! is what is compared, for a grid of mixtures, at each length of history by itself.

use rayon::prelude::*;

use super::{
    ModelError, Recommender, best_positions,
    blend::Knot,
    evaluation::{self, Case, Shown},
    linear::{Recipe, Weights, fame},
    set_autoencoder::SetRecommender,
};

#[cfg(test)]
mod tests;

/// What linear experts may be like: λ and dropout by how complete the histories are that they are for.
pub const RECIPES: [Recipe; 7] = [
    recipe(0.0, 20_000.0, 0.3),
    recipe(0.98, 300.0, 0.3),
    recipe(0.98, 300.0, 1.0),
    recipe(0.98, 30.0, 0.3),
    recipe(0.95, 100.0, 1.0),
    recipe(0.9, 30.0, 0.3),
    recipe(0.0, 100.0, 1.0),
];
/// Orders in which each viewer's likes are dealt: the more, the less chance decides.
pub const DRAWS: u32 = 6;
/// How much well-known films may be held back.
const OBSCURITIES: [f32; 3] = [0.0, 0.1, 0.2];
/// The linear part of a mixture, of 10; the rest is the network's.
const PARTS: u32 = 10;
/// Lists of a length that a tuner has: more tell nothing new.
const MOST_LISTS: usize = 3_000;
/// With fewer lists than this a length keeps the mixture of the length before.
const FEWEST_LISTS: usize = 30;
/// Films of each part that are compared: the first of the mixture are among the first of its parts.
const CANDIDATES: usize = 30;
/// What a history of "four fifths" counts as: such viewers have liked dozens of films.
const LONG: usize = 30;
/// Histories shorter than this are no long ones, even if they are four fifths of something.
const LONG_AT_LEAST: usize = 20;

const fn recipe(dropout: f32, lambda: f32, traits: f32) -> Recipe {
    Recipe { dropout, lambda, traits, obscurity: 0.0 }
}

/// A mixture before its expert is made: which recipe, and the multiples of both parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mixture {
    /// Liked films of the histories that it is for.
    pub length: usize,
    /// How the linear expert is to be made.
    pub recipe: Recipe,
    /// What the network's score is multiplied by.
    pub network: f32,
    /// What the expert's score is multiplied by.
    pub linear: f32,
}

/// The recipes of some mixtures, each once, and the knots that use them.
pub fn knots(mixtures: &[Mixture]) -> (Vec<Recipe>, Vec<Knot>) {
    let mut recipes = Vec::new();
    let knots = mixtures.iter().map(|mixture| {
        let expert = recipes.iter().position(|&recipe| recipe == mixture.recipe).unwrap_or_else(|| {
            recipes.push(mixture.recipe);
            recipes.len() - 1
        });
        Knot { length: mixture.length, network: mixture.network, expert, linear: mixture.linear }
    });
    let knots = knots.collect();
    (recipes, knots)
}

/// What a part thinks of a list: its candidates' scores, one row for each expert with each obscurity, the network's last.
struct List {
    scores: Vec<Vec<f32>>,
    /// Whether each candidate is one of those to be found.
    found: Vec<bool>,
    /// The gain of a perfect ranking.
    ideal: f64,
}

/// What the mixtures are compared on: a row of lists for each length.
pub struct Tuner {
    /// Every recipe with every obscurity.
    recipes: Vec<Recipe>,
    rows: Vec<(usize, Vec<List>)>,
}

impl Tuner {
    /// Lets the network and the experts, made by [`RECIPES`] from viewers with so many `likes` of each film, score the
    /// cases.
    pub fn new(
        network: &SetRecommender,
        experts: &[Weights],
        likes: &[u32],
        cases: &[Case],
    ) -> Result<Self, ModelError> {
        let fames: Vec<Vec<f32>> = OBSCURITIES.iter().map(|&obscurity| fame(likes, obscurity)).collect();
        let recipes = RECIPES.iter().flat_map(|&recipe| OBSCURITIES.map(|obscurity| Recipe { obscurity, ..recipe }));
        let mut rows = Vec::new();
        for shown in Shown::ALL {
            let length = if let Shown::Films(films) = shown { films } else { LONG };
            let at_least = if shown == Shown::FourFifths { LONG_AT_LEAST } else { 0 };
            let of_row: Vec<&Case> = cases
                .iter()
                .filter(|case| case.shown() == shown && case.history().ratings.len() >= at_least)
                .take(MOST_LISTS)
                .collect();
            let lists: Result<Vec<Vec<List>>, ModelError> = of_row
                .par_chunks(64)
                .map(|cases| {
                    let histories: Vec<_> = cases.iter().map(|case| case.history()).collect();
                    let by_network = network.scores(&histories)?;
                    Ok(cases.iter().zip(by_network).map(|(case, scores)| list(case, experts, &fames, scores)).collect())
                })
                .collect();
            rows.push((length, lists?.into_iter().flatten().collect()));
        }
        Ok(Self { recipes: recipes.collect(), rows })
    }
}

/// For each length the mixture with the best mean nDCG@10 over the lists of these tuners, those of the next shorter and
/// the next longer length counting half: what is good for ten films is hardly bad for twenty, and chance decides less. Of
/// equals the one with the most of the network. A length with few lists has the mixture of the length before; if the
/// first one has, there is none.
pub fn best(tuners: &[&Tuner]) -> Vec<Mixture> {
    let Some(first) = tuners.first() else { return Vec::new() };
    let trials: Vec<Option<Vec<Trial>>> = (0..first.rows.len())
        .map(|row| {
            let lists: Vec<&List> = tuners.iter().flat_map(|tuner| &tuner.rows[row].1).collect();
            (lists.len() >= FEWEST_LISTS).then(|| try_all(&lists, &first.recipes))
        })
        .collect();
    let mut mixtures: Vec<Mixture> = Vec::new();
    for (row, &(length, _)) in first.rows.iter().enumerate() {
        let gain = |row: Option<usize>, trial: usize| {
            let trials = row.and_then(|row| trials.get(row)).and_then(Option::as_ref);
            trials.map_or(0.0, |trials| trials[trial].gain)
        };
        let chosen = trials[row].as_ref().and_then(|tried| {
            let all = (0..tried.len()).map(|trial| {
                let neighbours = gain(row.checked_sub(1), trial) + gain(Some(row + 1), trial);
                (tried[trial].gain + 0.5 * neighbours, tried[trial].mixture)
            });
            all.reduce(|best, other| if other.0 > best.0 { other } else { best })
        });
        let mixture = chosen.map(|(_, mixture)| mixture).or_else(|| mixtures.last().copied());
        mixtures.extend(mixture.map(|mixture| Mixture { length, ..mixture }));
    }
    mixtures
}

/// A mixture and how good it is.
struct Trial {
    mixture: Mixture,
    /// Mean nDCG@10.
    gain: f64,
}

/// Every proportion with every recipe, in this order.
fn try_all(lists: &[&List], recipes: &[Recipe]) -> Vec<Trial> {
    let spread_of = |part: usize| spread(lists.iter().map(|list| &list.scores[part]));
    let network = spread_of(recipes.len());
    let spreads: Vec<f32> = (0..recipes.len()).map(spread_of).collect();
    let trials: Vec<(u32, usize)> =
        (0..=PARTS).flat_map(|linear| (0..recipes.len()).map(move |recipe| (linear, recipe))).collect();
    let trials = trials.into_par_iter().map(|(part, recipe)| {
        let share = part as f32 / PARTS as f32;
        let (network, linear) = ((1.0 - share) / network, share / spreads[recipe]);
        let mixture = Mixture { length: 0, recipe: recipes[recipe], network, linear };
        let gains = lists.iter().map(|list| list.gain(&mixture, recipe)).sum::<f64>();
        Trial { mixture, gain: gains / lists.len() as f64 }
    });
    trials.collect()
}

/// Mean over lists of the standard deviation of the candidates' scores; 1 where all are equal.
fn spread<'a>(lists: impl ExactSizeIterator<Item = &'a Vec<f32>>) -> f32 {
    let count = lists.len().max(1) as f32;
    let deviation = |scores: &Vec<f32>| {
        let number = scores.len().max(1) as f32;
        let mean = scores.iter().sum::<f32>() / number;
        (scores.iter().map(|score| (score - mean).powi(2)).sum::<f32>() / number).sqrt()
    };
    let mean = lists.map(deviation).sum::<f32>() / count;
    if mean.is_finite() && mean > 0.0 { mean } else { 1.0 }
}

fn list(case: &Case, experts: &[Weights], fames: &[Vec<f32>], network: Vec<f32>) -> List {
    let mut parts: Vec<Vec<f32>> = Vec::with_capacity(experts.len() * fames.len() + 1);
    for expert in experts {
        let scores = expert.scores(case.history().liked());
        parts.extend(fames.iter().map(|fame| scores.iter().zip(fame).map(|(score, fame)| score / fame).collect()));
    }
    parts.push(network);
    let shown = |film: usize| case.history().ratings.binary_search_by_key(&film, |&(film, _)| film).is_ok();
    let mut candidates: Vec<usize> =
        parts.iter().flat_map(|scores| best_positions(scores, CANDIDATES, |film| !shown(film))).collect();
    candidates.sort_unstable();
    candidates.dedup();
    List {
        scores: parts.iter().map(|scores| candidates.iter().map(|&film| scores[film]).collect()).collect(),
        found: candidates.iter().map(|film| case.targets().binary_search(film).is_ok()).collect(),
        ideal: evaluation::ideal_gain(case.targets().len()),
    }
}

impl List {
    /// nDCG@10 of the mixture, whose expert is this row of the scores.
    fn gain(&self, mixture: &Mixture, expert: usize) -> f64 {
        let network = &self.scores[self.scores.len() - 1];
        let scores: Vec<f32> = network
            .iter()
            .zip(&self.scores[expert])
            .map(|(network, linear)| mixture.network * network + mixture.linear * linear)
            .collect();
        let ranking = best_positions(&scores, evaluation::NDCG_AT, |_| true);
        let gains = ranking.into_iter().enumerate().filter(|&(_, film)| self.found[film]);
        gains.map(|(place, _)| evaluation::gain(place)).sum::<f64>() / self.ideal
    }
}
