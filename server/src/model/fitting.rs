//! From ratings to a model that serves: parts are made without some viewers, mixed so that these are served best, and
//! then made once more with everybody.
//!
//! The figures that the artefact has are of the mixture that was chosen on one half of the viewers held out, measured on
//! the other half, both ways; so nothing was measured on anybody it was chosen for.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use app::domain::ViewerId;

use super::{
    FilmOrder, Likes, ModelError, Traits,
    blend::{Blend, Knot},
    evaluation::{self, Shown},
    ials,
    linear::{LinearError, Source, Weights},
    training::{self, Hyper, TrainingError},
    tuning::{self, Among, Assembly, Comparison, Ingredient, Mixture, Tuner},
};
use crate::catalogue::Interactions;

mod budget;
mod left_out;
#[cfg(test)]
mod tests;
mod validation;
mod workshop;

use budget::{Plan, Size};
use left_out::LeftOut;
pub use validation::{Row, Validation};
use workshop::{Lists, Parts, Workshop};

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
/// Where one viewer in so many is held out, or fewer, what was made without them is what serves: they would add nothing that
/// can be measured, and making everything again with them would take as long again.
const HARDLY_ANYBODY: u64 = 20;
/// Orders in which the likes of those held out are dealt where viewers are [`MANY`]: others tell more than the same ones again.
const FEW_DRAWS: u32 = 2;
/// Weights kept of each film: what the rest would add is lost in the third digit (docs/model.md).
const STRONGEST: usize = 350;

/// Numbers of a film's factors.
const FACTORS: usize = 64;

/// How often iALS goes through both sides: with many viewers each of them teaches as much as several.
fn iterations(viewers: usize) -> usize {
    if viewers < MANY { 16 } else { 8 }
}

/// Whom the parts are mixed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Visitors: nobody that the parts have learned from. In each round some viewers are held out.
    Newcomers,
    /// The viewers that the parts have learned from: each round does without one liked film of everybody, and these are what
    /// is to be found. Parts that remember too well whom they know are worth less here: such a film was not liked, as far as
    /// they have learned.
    Known,
}

/// What `fit` is told.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Where everything random comes from.
    pub seed: u64,
    /// Whom it is for.
    pub audience: Audience,
    /// How the network is taught, for so many viewers and films.
    pub hyper: fn(usize, usize, u64) -> Hyper,
    /// How often the network sees each viewer, instead of what the data suggests.
    pub epochs: Option<usize>,
    /// About how long two cores may take; without one, as long as it helps.
    pub budget: Option<Duration>,
}

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Networks are taught: those without some viewers and the final one.
    Networks,
    /// Weights in closed form are made, and the parts are tried on those held out.
    Trials,
    /// Mixtures are compared, and the final weights made.
    Mixture,
    /// Predicted stars are learned (`stars::fit`).
    Stars,
}

/// How far the stage is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Steps done.
    pub done: usize,
    /// Steps in all.
    pub of: usize,
    /// The loss of a network's last step.
    pub loss: Option<f32>,
}

/// A model and how it came about.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// The model.
    pub model: Blend,
    /// What teaching the network was told.
    pub hyper: Hyper,
    /// What the model's experts were made of.
    pub experts: Vec<Vec<Ingredient>>,
    /// How the model's factors were learned.
    pub factors: Vec<ials::Hyper>,
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

/// Makes a model of what those viewers rated for whom `wanted` is true.
pub fn fit(
    interactions: &Interactions,
    traits: &Traits,
    options: Options,
    wanted: impl Fn(ViewerId) -> bool + Sync,
    progress: impl FnMut(Stage, Progress) + Send,
) -> Result<Fitted, FitError> {
    let started = Instant::now();
    let order = Arc::new(FilmOrder::new(interactions.films.clone()));
    let progress = Mutex::new(progress);
    let workshop = Workshop { interactions, traits, options, order };
    let viewers = Likes::of(interactions, training::LEAST_LIKES, &wanted).viewers().len();
    let lots = ONE_IN.max(viewers as u64 / ENOUGH);
    let lot = |viewer: ViewerId| evaluation::hash(&format!("held-out:{}:{viewer}", options.seed)) % (2 * lots);
    let rounds = match viewers {
        0..FEWEST => 0,
        FEWEST..MANY => ROUNDS,
        _ => 1,
    };
    let films = interactions.films.len();
    let again = options.audience == Audience::Known || rounds != 1 || lots < HARDLY_ANYBODY;
    let plan = Plan { rounds, again, factors: true, hyper: workshop.hyper(viewers) };
    let ratings = interactions.items.len();
    let Plan { rounds, factors, hyper, .. } = plan.within(options.budget, Size { viewers, films, ratings });
    let tables = if factors { tuning::FACTORS.len() } else { 0 };
    let epochs = options.budget.map(|_| hyper.epochs).or(options.epochs);
    let workshop = Workshop { options: Options { epochs, ..options }, ..workshop };
    let held_out =
        |round: u64, viewer: ViewerId| options.audience == Audience::Newcomers && lot(viewer) % lots == round;
    let kept = |round: u64, viewer: ViewerId| wanted(viewer) && (round == rounds || !held_out(round, viewer));

    let lessons = match options.audience {
        Audience::Newcomers => Vec::new(),
        Audience::Known => (0..rounds as usize).map(|round| LeftOut::of(interactions, round, &wanted)).collect(),
    };
    let of_round = |round: u64| lessons.get(round as usize).map_or(interactions, |left_out| &left_out.interactions);

    let mut networks = workshop.networks(rounds + u64::from(again), kept, of_round, &progress)?;
    let last = again.then(|| networks.pop()).flatten();
    let draws = if viewers < MANY { tuning::DRAWS } else { FEW_DRAWS };
    let shown = [&Shown::ALL[..], &Shown::BESIDES].concat();
    let mut trials = Vec::new();
    let steps = Steps::new(&progress, Stage::Trials, networks.len() * Workshop::steps_of_trial(tables));
    for (round, trained) in (0..).zip(networks) {
        let kept = |viewer| kept(round, viewer);
        let lists = match lessons.get(round as usize) {
            Some(left_out) => Lists {
                cases: [0, 1].map(|half| left_out.cases(|viewer| lot(viewer) % 2 == half)),
                among: Among::Drawn,
                viewers: 0,
            },
            None => Lists {
                cases: [round, lots + round].map(|half| {
                    evaluation::cases_of(&shown, interactions, draws, |viewer| wanted(viewer) && lot(viewer) == half)
                }),
                among: Among::Best,
                viewers: interactions
                    .viewers
                    .iter()
                    .filter(|&&viewer| wanted(viewer) && held_out(round, viewer))
                    .count(),
            },
        };
        let workshop = Workshop { interactions: of_round(round), ..workshop.clone() };
        trials.push(workshop.trial(&trained, tables, kept, lists, &steps)?);
    }
    drop(lessons);

    // Which parts are made again turns out only then: at most all of them.
    let to_make = if last.is_some() { Workshop::steps_of_parts(tuning::SOURCES.len(), tables) } else { 0 };
    let to_measure = if options.audience == Audience::Newcomers { validation::STEPS } else { 0 };
    let steps = Steps::new(&progress, Stage::Mixture, 1 + to_measure + to_make);
    let all: Vec<&Tuner> = trials.iter().flat_map(|trial| &trial.tuners).collect();
    let compared = Comparison::of(&all);
    let mixtures = mixtures(&compared, |_| true);
    steps.done();
    let validation = match options.audience {
        Audience::Newcomers => validation::validate(&workshop.order, &trials, &compared, &steps)?,
        Audience::Known => None,
    };
    let Assembly { experts, factors, knots } = Assembly::of(&mixtures);
    let parts = match last {
        Some(last) => {
            drop(trials);
            workshop.parts(&last, &sources(&experts), &factors, &wanted, &steps)?
        }
        None => trials.pop().ok_or(FitError::Parts)?.parts,
    };
    let made = experts.iter().map(|expert| parts.expert(expert)).collect::<Option<Vec<_>>>().ok_or(FitError::Parts)?;
    let rounded = made.iter().map(|expert| expert.rounded().map_err(ModelError::from));
    let (made, scales): (Vec<Weights>, Vec<f32>) = rounded.collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
    let knots = knots.into_iter().map(|knot| Knot { linear: knot.linear * scales[knot.expert], ..knot }).collect();
    let tables = parts.tables(&factors).ok_or(FitError::Parts)?;
    let Parts { network, hyper, viewers, .. } = parts;
    let factors = factors.into_iter().map(|number| workshop.factors_hyper(number, viewers)).collect();
    let model = Blend::new(network, made, tables, knots).ok_or(FitError::Parts)?;
    Ok(Fitted { model, hyper, experts, factors, viewers, validation, took: started.elapsed() })
}

/// Whoever panicked while telling, it is only progress.
fn tell(progress: &Mutex<impl FnMut(Stage, Progress)>, stage: Stage, now: Progress) {
    (progress.lock().unwrap_or_else(PoisonError::into_inner))(stage, now);
}

/// The steps of a stage, told one by one.
struct Steps<'a> {
    tell: Box<dyn Fn(usize) + Sync + 'a>,
    done: AtomicUsize,
}

impl<'a> Steps<'a> {
    /// Tells that none of so many is done yet.
    fn new(progress: &'a Mutex<impl FnMut(Stage, Progress) + Send>, stage: Stage, of: usize) -> Self {
        let tell = Box::new(move |done| tell(progress, stage, Progress { done, of, loss: None }));
        tell(0);
        Self { tell, done: AtomicUsize::new(0) }
    }

    /// Tells that one more is done.
    fn done(&self) {
        (self.tell)(self.done.fetch_add(1, Ordering::Relaxed) + 1);
    }
}

/// What is best for the lists of these tuners; the network alone where there are too few of them.
fn mixtures(compared: &Comparison, wanted: impl Fn(usize) -> bool) -> Vec<Mixture> {
    let chosen = compared.best(wanted);
    if chosen.is_empty() { vec![Mixture::network_alone()] } else { chosen }
}

/// What these experts are made of, each once, whatever the obscurity.
fn sources(experts: &[Vec<Ingredient>]) -> Vec<Source> {
    let mut sources: Vec<Source> = Vec::new();
    for &Ingredient { source, .. } in experts.iter().flatten() {
        let plain = source.obscured(0.0);
        if !sources.contains(&plain) {
            sources.push(plain);
        }
    }
    sources
}
