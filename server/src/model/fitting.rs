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
    thread,
    time::{Duration, Instant},
};

use app::domain::ViewerId;

use super::{
    FilmOrder, Ials, Likes, ModelError, Popularity, Traits,
    blend::{Blend, Knot},
    evaluation::{self, Case},
    ials::{self, Factors},
    linear::{self, LinearError, Recipe, Weights, fame},
    set_autoencoder::SetRecommender,
    training::{self, Hyper, Trained, TrainingError},
    tuning::{self, Among, Assembly, Comparison, Ingredient, Mixture, Tuner},
};
use crate::catalogue::Interactions;

mod budget;
mod left_out;
#[cfg(test)]
mod tests;
mod validation;

use budget::{Plan, Size};
use left_out::LeftOut;
pub use validation::{Row, Validation};

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
    let say = |stage, done, of| tell(&progress, stage, Progress { done, of, loss: None });
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
    let plan = Plan { rounds, factors: true, hyper: workshop.hyper(viewers) };
    let ratings = interactions.items.len();
    let Plan { rounds, factors, hyper } = plan.within(options.budget, Size { viewers, films, ratings });
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

    let mut networks = workshop.networks(rounds + 1, kept, of_round, &progress)?;
    let last = networks.pop().ok_or(FitError::Parts)?;
    let mut trials = Vec::new();
    for (round, trained) in (0..).zip(networks) {
        say(Stage::Trials, round as usize, rounds as usize);
        let kept = |viewer| kept(round, viewer);
        let lists = match lessons.get(round as usize) {
            Some(left_out) => Lists {
                cases: [0, 1].map(|half| left_out.cases(|viewer| lot(viewer) % 2 == half)),
                among: Among::Drawn,
                viewers: 0,
            },
            None => Lists {
                cases: [round, lots + round].map(|half| {
                    evaluation::cases(interactions, tuning::DRAWS, |viewer| wanted(viewer) && lot(viewer) == half)
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
        trials.push(workshop.trial(&trained, tables, kept, lists)?);
    }
    drop(lessons);

    say(Stage::Mixture, 0, 2);
    let all: Vec<&Tuner> = trials.iter().flat_map(|trial| &trial.tuners).collect();
    let compared = Comparison::of(&all);
    let mixtures = mixtures(&compared, |_| true);
    let validation = match options.audience {
        Audience::Newcomers => validation::validate(&trials, &compared)?,
        Audience::Known => None,
    };
    drop(trials);
    say(Stage::Mixture, 1, 2);
    let Assembly { experts, factors, knots } = Assembly::of(&mixtures);
    let parts = workshop.parts(&last, &recipes(&experts), &factors, &wanted)?;
    let made = experts.iter().map(|expert| parts.expert(expert)).collect::<Option<Vec<_>>>().ok_or(FitError::Parts)?;
    let rounded = made.iter().map(|expert| expert.rounded().map_err(ModelError::from));
    let (made, scales): (Vec<Weights>, Vec<f32>) = rounded.collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
    let knots = knots.into_iter().map(|knot| Knot { linear: knot.linear * scales[knot.expert], ..knot }).collect();
    let hyper = last.hyper;
    let factors = factors.into_iter().map(|number| workshop.factors_hyper(number, viewers)).collect();
    let model = Blend::new(parts.network, made, parts.factors, knots).ok_or(FitError::Parts)?;
    Ok(Fitted { model, hyper, experts, factors, viewers, validation, took: started.elapsed() })
}

/// Whoever panicked while telling, it is only progress.
fn tell(progress: &Mutex<impl FnMut(Stage, Progress)>, stage: Stage, now: Progress) {
    (progress.lock().unwrap_or_else(PoisonError::into_inner))(stage, now);
}

/// The parts of a model, before they are mixed.
struct Parts {
    network: SetRecommender,
    /// Recipes, their obscurity aside, and what was made of them.
    made: Vec<(Recipe, Weights)>,
    /// The tables of factors that were asked for.
    factors: Vec<Factors>,
    /// How many of those it learned from liked each film.
    likes: Vec<u32>,
}

/// What was made without some viewers, and what it is asked about them.
struct Trial {
    parts: Parts,
    popularity: Popularity,
    /// The lists of each half of the viewers held out.
    cases: [Vec<Case>; 2],
    tuners: [Tuner; 2],
    /// Viewers held out.
    viewers: usize,
}

/// What a trial is asked.
struct Lists {
    /// By halves of the viewers.
    cases: [Vec<Case>; 2],
    among: Among,
    /// How many viewers are held out.
    viewers: usize,
}

/// What is best for the lists of these tuners; the network alone where there are too few of them.
fn mixtures(compared: &Comparison, wanted: impl Fn(usize) -> bool) -> Vec<Mixture> {
    let chosen = compared.best(wanted);
    if chosen.is_empty() { vec![network_alone()] } else { chosen }
}

/// What serves where too few viewers are there to choose on.
fn network_alone() -> Mixture {
    let expert = vec![Ingredient { recipe: tuning::RECIPES[1], factor: 1.0 }];
    Mixture { length: 1, network: 1.0, expert, linear: 0.0, factors: None }
}

/// The recipes of these experts, each once, whatever the obscurity.
fn recipes(experts: &[Vec<Ingredient>]) -> Vec<Recipe> {
    let mut recipes: Vec<Recipe> = Vec::new();
    for &Ingredient { recipe, .. } in experts.iter().flatten() {
        let plain = Recipe { obscurity: 0.0, ..recipe };
        if !recipes.contains(&plain) {
            recipes.push(plain);
        }
    }
    recipes
}

#[derive(Clone)]
struct Workshop<'a> {
    interactions: &'a Interactions,
    traits: &'a Traits,
    options: Options,
    order: Arc<FilmOrder>,
}

impl Workshop<'_> {
    /// How a network is taught that has so many viewers.
    fn hyper(&self, viewers: usize) -> Hyper {
        let hyper = (self.options.hyper)(viewers, self.interactions.films.len(), self.options.seed);
        Hyper { epochs: self.options.epochs.unwrap_or(hyper.epochs), ..hyper }
    }

    /// Teaches so many networks, the n-th with what the viewers for whom `kept(n, viewer)` is true rated of `of_round(n)`: each
    /// on a core of its own, unless one is large enough to be shared among the cores.
    fn networks<'l>(
        &self,
        networks: u64,
        kept: impl Fn(u64, ViewerId) -> bool + Sync,
        of_round: impl Fn(u64) -> &'l Interactions,
        progress: &Mutex<impl FnMut(Stage, Progress) + Send>,
    ) -> Result<Vec<Trained>, FitError> {
        let lessons = (0..networks).map(|number| {
            let likes = Likes::of(of_round(number), training::LEAST_LIKES, |viewer| kept(number, viewer));
            let hyper = self.hyper(likes.viewers().len());
            (likes, hyper)
        });
        let lessons: Vec<(Likes, Hyper)> = lessons.collect();
        let of = lessons.iter().map(|(likes, hyper)| training::steps(likes, hyper)).sum();
        let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let at_once = match lessons.first() {
            Some((likes, hyper)) if !training::is_shared(likes, hyper) => rayon::current_num_threads(),
            _ => 1,
        };
        let teach = || {
            let mut taught = Vec::new();
            while let Some((number, (likes, hyper))) =
                Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|number| Some((number, lessons.get(number)?)))
            {
                let trained = training::train(likes, self.traits, *hyper, |now| {
                    let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                    tell(progress, Stage::Networks, Progress { done, of, loss: Some(now.loss) });
                });
                taught.push((number, trained));
            }
            taught
        };
        let mut taught: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..at_once.clamp(1, lessons.len().max(1))).map(|_| scope.spawn(teach)).collect();
            let outcomes = threads.into_iter().map(|thread| thread.join());
            outcomes.flat_map(|outcome| outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
        });
        taught.sort_by_key(|&(number, _)| number);
        Ok(taught.into_iter().map(|(_, trained)| trained).collect::<Result<_, _>>()?)
    }

    /// A network that was taught by those for whom `kept` is true, experts made of the same, and what they think of the
    /// lists of the others.
    fn trial(
        &self,
        trained: &Trained,
        tables: usize,
        kept: impl Fn(ViewerId) -> bool + Sync,
        Lists { cases, among, viewers }: Lists,
    ) -> Result<Trial, FitError> {
        let tables: Vec<usize> = (0..tables).collect();
        let parts = self.parts(trained, &tuning::RECIPES, &tables, &kept)?;
        let popularity = Popularity::new(Arc::clone(&self.order), &Likes::of(self.interactions, 1, &kept));
        let experts: Vec<&Weights> = parts.made.iter().map(|(_, weights)| weights).collect();
        let tuner =
            |half: usize| Tuner::new(&parts.network, &experts, &parts.factors, &parts.likes, &cases[half], among);
        let tuners = [tuner(0)?, tuner(1)?];
        Ok(Trial { parts, popularity, cases, tuners, viewers })
    }

    fn parts(
        &self,
        trained: &Trained,
        recipes: &[Recipe],
        tables: &[usize],
        wanted: impl Fn(ViewerId) -> bool + Sync,
    ) -> Result<Parts, FitError> {
        let network = SetRecommender::new(trained.net.clone(), Arc::clone(&self.order), trained.version.clone())
            .map_err(ModelError::from)?;
        let made = linear::make(self.interactions, self.traits, &wanted, recipes, STRONGEST)?;
        let likes = Likes::of(self.interactions, 1, &wanted);
        let learn = |&number: &usize| {
            let hyper = self.factors_hyper(number, likes.viewers().len());
            Ials::train(Arc::clone(&self.order), &likes, hyper, |_| ()).into_factors()
        };
        let factors = tables.iter().map(learn).collect::<Option<Vec<_>>>().ok_or(FitError::Parts)?;
        Ok(Parts { network, made: recipes.iter().copied().zip(made).collect(), factors, likes: likes.counts() })
    }

    /// How the factors with this number of [`tuning::FACTORS`] are learned from so many viewers.
    fn factors_hyper(&self, number: usize, viewers: usize) -> ials::Hyper {
        let (regularisation, unobserved) = tuning::FACTORS[number];
        ials::Hyper {
            factors: FACTORS,
            iterations: iterations(viewers),
            unobserved,
            regularisation,
            seed: self.options.seed,
        }
    }
}

impl Parts {
    /// The expert that is made of these, if all of them are there.
    fn expert(&self, ingredients: &[Ingredient]) -> Option<Weights> {
        let weights = ingredients.iter().map(|Ingredient { recipe, factor }| {
            let plain = Recipe { obscurity: 0.0, ..*recipe };
            let (_, made) = self.made.iter().find(|(made, _)| *made == plain)?;
            Some((made.divided(&fame(&self.likes, recipe.obscurity)), *factor))
        });
        Some(Weights::sum(&weights.collect::<Option<Vec<_>>>()?, STRONGEST))
    }
}
