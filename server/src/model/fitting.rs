//! From ratings to a model that serves: parts are made without some viewers, mixed so that these are served best, and
//! then made once more with everybody.
//!
//! The figures that the artefact has are of the mixture that was chosen on one half of the viewers held out, measured on
//! the other half, both ways; so nothing was measured on anybody it was chosen for.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use app::domain::ViewerId;
use serde::{Deserialize, Serialize};

use super::{
    FilmOrder, Likes, ModelError, Popularity, Traits,
    blend::Blend,
    evaluation::{self, Case, Figures, Shown},
    linear::{LinearError, Recipe, RowShape, Together, Weights, fame},
    set_autoencoder::SetRecommender,
    training::{self, Hyper, Progress, Trained, TrainingError},
    tuning::{self, Mixture, Tuner},
};
use crate::catalogue::Interactions;

#[cfg(test)]
mod tests;

/// One viewer in so many is held out of a round.
const ONE_IN: u64 = 5;
/// Rounds with others held out each, where one would hold out too few to choose on.
const ROUNDS: u64 = 3;
/// With so many viewers one round is enough.
const MANY: usize = 8_000;
/// Fewer viewers than this are all needed for learning.
const FEWEST: usize = 100;
/// More than about this many tell nothing new and take long to rank for.
const ENOUGH: u64 = 2_000;
/// Weights kept of each film: what the rest would add is lost in the third digit (docs/model.md).
const STRONGEST: usize = 400;

/// What `fit` is told.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Where everything random comes from.
    pub seed: u64,
    /// How the network is taught, for so many viewers.
    pub hyper: fn(usize, u64) -> Hyper,
    /// How often the network sees each viewer, instead of what the data suggests.
    pub epochs: Option<usize>,
}

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Parts are made without some viewers.
    Trial {
        /// 1 and up.
        round: u64,
        /// How many there will be.
        rounds: u64,
    },
    /// Parts are made with everybody.
    Final,
}

/// The mixture's figures beside popularity's, on viewers that neither has seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Validation {
    /// Viewers held out, of all rounds.
    pub viewers: usize,
    /// A row for each length of history that occurs.
    pub rows: Vec<Row>,
}

/// How well lists of one length of history were ranked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// How much of each viewer's likes was shown.
    pub shown: Shown,
    /// Lists ranked.
    pub lists: usize,
    /// The mixture's nDCG@10.
    pub ndcg: f64,
    /// The network's alone.
    pub network: f64,
    /// Popularity's.
    pub popularity: f64,
}

/// A model and how it came about.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// The model.
    pub model: Blend,
    /// What teaching the network was told.
    pub hyper: Hyper,
    /// How the model's experts were made.
    pub recipes: Vec<Recipe>,
    /// How many viewers it learned from.
    pub viewers: usize,
    /// How such a model did on viewers it had not seen.
    pub validation: Option<Validation>,
    /// How long everything took.
    pub took: Duration,
}

/// Everything that can go wrong on the way.
#[derive(Debug, thiserror::Error)]
pub enum FitError {
    /// No network came out.
    #[error(transparent)]
    Training(#[from] TrainingError),
    /// No weights came out.
    #[error(transparent)]
    Linear(#[from] LinearError),
    /// The model did not answer.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A part does not fit the others.
    #[error("the parts of the model do not fit together")]
    Parts,
}

/// The parts of a model, before they are mixed.
struct Parts {
    trained: Trained,
    network: SetRecommender,
    experts: Vec<Weights>,
    /// How many of those it learned from liked each film.
    likes: Vec<u32>,
}

/// Makes a model of what those viewers rated for whom `wanted` is true.
pub fn fit(
    interactions: &Interactions,
    traits: &Traits,
    options: Options,
    wanted: impl Fn(ViewerId) -> bool + Sync,
    mut progress: impl FnMut(Stage, Progress) + Send,
) -> Result<Fitted, FitError> {
    let started = Instant::now();
    let order = Arc::new(FilmOrder::new(interactions.films.clone()));
    let workshop = Workshop { interactions, traits, options, order };
    let viewers = Likes::of(interactions, training::LEAST_LIKES, &wanted).viewers().len();
    let lots = ONE_IN.max(viewers as u64 / ENOUGH);
    let lot = |viewer: ViewerId| evaluation::hash(&format!("held-out:{}:{viewer}", options.seed)) % (2 * lots);

    let mut rounds = Vec::new();
    let number_of_rounds = match viewers {
        0..FEWEST => 0,
        FEWEST..MANY => ROUNDS,
        _ => 1,
    };
    for number in 0..number_of_rounds {
        let held_out = |viewer: ViewerId| lot(viewer) % lots == number;
        let rest = |viewer: ViewerId| wanted(viewer) && !held_out(viewer);
        let stage = Stage::Trial { round: number + 1, rounds: number_of_rounds };
        let parts = workshop.parts(&tuning::RECIPES, rest, |now| progress(stage, now))?;
        let likes = Likes::of(interactions, 1, rest);
        let popularity = Popularity::new(Arc::clone(&workshop.order), &likes);
        let cases = [number, lots + number]
            .map(|half| evaluation::cases(interactions, tuning::DRAWS, |viewer| wanted(viewer) && lot(viewer) == half));
        let tuner = |cases: &[Case]| Tuner::new(&parts.network, &parts.experts, &parts.likes, cases);
        let tuners = [tuner(&cases[0])?, tuner(&cases[1])?];
        let viewers = (0..interactions.viewers.len())
            .filter(|&at| wanted(interactions.viewers[at]) && held_out(interactions.viewers[at]))
            .count();
        rounds.push(Round { parts, popularity, cases, tuners, viewers });
    }

    let all: Vec<&Tuner> = rounds.iter().flat_map(|round| &round.tuners).collect();
    let mixtures = mixtures(&all);
    let validation = validate(&rounds)?;
    drop(rounds);
    let (recipes, knots) = tuning::knots(&mixtures);
    let parts = workshop.parts(&recipes, &wanted, |now| progress(Stage::Final, now))?;
    let hyper = parts.trained.hyper;
    let model = Blend::new(parts.network, parts.experts, knots).ok_or(FitError::Parts)?;
    Ok(Fitted { model, hyper, recipes, viewers, validation, took: started.elapsed() })
}

/// What was made without some viewers, and what it is asked about them.
struct Round {
    parts: Parts,
    popularity: Popularity,
    /// The lists of each half of the viewers held out.
    cases: [Vec<Case>; 2],
    tuners: [Tuner; 2],
    /// Viewers held out.
    viewers: usize,
}

/// What is best for these lists; the network alone where there are too few of them.
fn mixtures(tuners: &[&Tuner]) -> Vec<Mixture> {
    let chosen = tuning::best(tuners);
    if chosen.is_empty() { vec![network_alone()] } else { chosen }
}

/// What serves where too few viewers are there to choose on.
fn network_alone() -> Mixture {
    Mixture { length: 1, recipe: tuning::RECIPES[2], network: 1.0, linear: 0.0 }
}

struct Workshop<'a> {
    interactions: &'a Interactions,
    traits: &'a Traits,
    options: Options,
    order: Arc<FilmOrder>,
}

impl Workshop<'_> {
    /// The network and the experts beside each other: one core each does for a while.
    fn parts(
        &self,
        recipes: &[Recipe],
        wanted: impl Fn(ViewerId) -> bool + Sync,
        progress: impl FnMut(Progress) + Send,
    ) -> Result<Parts, FitError> {
        let likes = Likes::of(self.interactions, training::LEAST_LIKES, &wanted);
        let hyper = (self.options.hyper)(likes.viewers().len(), self.options.seed);
        let hyper = Hyper { epochs: self.options.epochs.unwrap_or(hyper.epochs), ..hyper };
        let (trained, experts) = thread::scope(|scope| {
            let linear = scope.spawn(|| {
                let together = Together::of(self.interactions, self.traits, RowShape::RATINGS, &wanted);
                let experts = recipes.iter().map(|&recipe| together.weights(recipe, STRONGEST));
                experts.collect::<Result<Vec<_>, _>>().map(|experts| (experts, together.likes().to_vec()))
            });
            let trained = training::train(&likes, self.traits, hyper, progress);
            (trained, linear.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        });
        let (trained, (experts, likes)) = (trained?, experts?);
        let network = SetRecommender::new(trained.net.clone(), Arc::clone(&self.order), trained.version.clone())
            .map_err(ModelError::from)?;
        Ok(Parts { trained, network, experts, likes })
    }
}

/// Each half's figures with the mixtures that were chosen on the other halves.
fn validate(rounds: &[Round]) -> Result<Option<Validation>, FitError> {
    let [mut blend, mut network, mut popularity] = [Figures::default(); 3];
    for half in 0..2 {
        let others: Vec<&Tuner> = rounds.iter().map(|round| &round.tuners[1 - half]).collect();
        let (recipes, knots) = tuning::knots(&mixtures(&others));
        for Round { parts, popularity: popular, cases, .. } in rounds {
            let cases = &cases[half];
            network.add(&evaluation::measure(&parts.network, cases)?);
            popularity.add(&evaluation::measure(popular, cases)?);
            let experts = recipes.iter().map(|&recipe| parts.expert(recipe));
            let experts = experts.collect::<Option<Vec<_>>>().ok_or(FitError::Parts)?;
            let model = Blend::new(parts.network.clone(), experts, knots.clone()).ok_or(FitError::Parts)?;
            blend.add(&evaluation::measure(&model, cases)?);
        }
    }
    let rows = Shown::ALL.into_iter().zip(blend.rows).zip(network.rows).zip(popularity.rows);
    let rows: Vec<Row> = rows
        .filter_map(|(((shown, blend), network), popularity)| {
            let (lists, ndcg) = (blend.lists(), blend.ndcg()?);
            Some(Row { shown, lists, ndcg, network: network.ndcg()?, popularity: popularity.ndcg()? })
        })
        .collect();
    let viewers = rounds.iter().map(|round| round.viewers).sum();
    Ok((!rows.is_empty()).then_some(Validation { viewers, rows }))
}

impl Parts {
    /// The expert of this recipe, if [`tuning::RECIPES`] has it but for its obscurity.
    fn expert(&self, recipe: Recipe) -> Option<Weights> {
        let like = |made: &Recipe| Recipe { obscurity: recipe.obscurity, ..*made } == recipe;
        let made = self.experts.get(tuning::RECIPES.iter().position(like)?)?;
        Some(made.divided(&fame(&self.likes, recipe.obscurity)))
    }
}
