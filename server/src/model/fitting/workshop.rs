//! Where the parts of a model are made, and tried on viewers that they have not learned from.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use app::domain::ViewerId;

use super::{FACTORS, FitError, Options, Progress, STRONGEST, Stage, Steps, iterations, tell};
use crate::{
    catalogue::Interactions,
    model::{
        FilmOrder, Ials, Likes, ModelError, Popularity, Traits,
        evaluation::{Case, Shown},
        ials::{self, Factors},
        linear::{self, Source, Weights, fame},
        set_autoencoder::SetRecommender,
        training::{self, Hyper, Trained},
        tuning::{self, Among, Ingredient, Tuner},
    },
};

/// The parts of a model, before they are mixed.
pub(super) struct Parts {
    pub(super) network: SetRecommender,
    /// What teaching the network was told.
    pub(super) hyper: Hyper,
    /// Whom it learned from: so many.
    pub(super) viewers: usize,
    /// Sources, a recipe's obscurity aside, and what was made of them.
    pub(super) made: Vec<(Source, Weights)>,
    /// The tables of factors that were asked for, by their numbers.
    pub(super) factors: Vec<(usize, Factors)>,
    /// How many of those it learned from liked each film.
    pub(super) likes: Vec<u32>,
}

/// What was made without some viewers, and what it is asked about them.
pub(super) struct Trial {
    pub(super) parts: Parts,
    pub(super) popularity: Popularity,
    /// The lists of each half of the viewers held out.
    pub(super) cases: [Vec<Case>; 2],
    pub(super) tuners: [Tuner; 2],
    /// Viewers held out.
    pub(super) viewers: usize,
}

/// What a trial is asked.
pub(super) struct Lists {
    /// By halves of the viewers.
    pub(super) cases: [Vec<Case>; 2],
    pub(super) among: Among,
    /// How many viewers are held out.
    pub(super) viewers: usize,
}

/// What parts are made of.
#[derive(Clone)]
pub(super) struct Workshop<'a> {
    pub(super) interactions: &'a Interactions,
    pub(super) traits: &'a Traits,
    pub(super) options: Options,
    pub(super) order: Arc<FilmOrder>,
}

impl Workshop<'_> {
    /// How a network is taught that has so many viewers.
    pub(super) fn hyper(&self, viewers: usize) -> Hyper {
        let hyper = (self.options.hyper)(viewers, self.interactions.films.len(), self.options.seed);
        Hyper { epochs: self.options.epochs.unwrap_or(hyper.epochs), ..hyper }
    }

    /// Teaches so many networks, the n-th with what the viewers for whom `kept(n, viewer)` is true rated of `of_round(n)`: each
    /// on a core of its own, unless one is large enough to be shared among the cores.
    pub(super) fn networks<'l>(
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
    pub(super) fn trial(
        &self,
        trained: &Trained,
        tables: usize,
        kept: impl Fn(ViewerId) -> bool + Sync,
        Lists { cases, among, viewers }: Lists,
        steps: &Steps<'_>,
    ) -> Result<Trial, FitError> {
        let tables: Vec<usize> = (0..tables).collect();
        let parts = self.parts(trained, &tuning::SOURCES, &tables, &kept, steps)?;
        let popularity = Popularity::new(Arc::clone(&self.order), &Likes::of(self.interactions, 1, &kept));
        let experts: Vec<&Weights> = parts.made.iter().map(|(_, weights)| weights).collect();
        let factors: Vec<&Factors> = parts.factors.iter().map(|(_, factors)| factors).collect();
        let tuner = |half: usize| {
            let tuner = Tuner::new(&parts.network, &experts, &factors, &parts.likes, &cases[half], among);
            steps.done();
            tuner
        };
        let tuners = [tuner(0)?, tuner(1)?];
        let of_the_table = |case: &Case| Shown::ALL.contains(&case.shown());
        let cases = cases.map(|cases| cases.into_iter().filter(of_the_table).collect());
        Ok(Trial { parts, popularity, cases, tuners, viewers })
    }

    pub(super) fn parts(
        &self,
        trained: &Trained,
        sources: &[Source],
        tables: &[usize],
        wanted: impl Fn(ViewerId) -> bool + Sync,
        steps: &Steps<'_>,
    ) -> Result<Parts, FitError> {
        let network = SetRecommender::new(trained.net.clone(), Arc::clone(&self.order), trained.version.clone())
            .map_err(ModelError::from)?;
        let made = linear::make(self.interactions, self.traits, &wanted, sources, STRONGEST, || steps.done())?;
        let likes = Likes::of(self.interactions, 1, &wanted);
        let learn = |&number: &usize| {
            let hyper = self.factors_hyper(number, likes.viewers().len());
            let factors = Ials::train(Arc::clone(&self.order), &likes, hyper, |_| ()).into_factors();
            steps.done();
            Some((number, factors?))
        };
        let factors = tables.iter().map(learn).collect::<Option<Vec<_>>>().ok_or(FitError::Parts)?;
        Ok(Parts {
            network,
            hyper: trained.hyper,
            viewers: trained.viewers.len(),
            made: sources.iter().copied().zip(made).collect(),
            factors,
            likes: likes.counts(),
        })
    }

    /// How many steps [`Self::parts`] takes.
    pub(super) fn steps_of_parts(sources: usize, tables: usize) -> usize {
        sources + tables
    }

    /// How many steps [`Self::trial`] takes: those of its parts, and a tuner for each half.
    pub(super) fn steps_of_trial(tables: usize) -> usize {
        Self::steps_of_parts(tuning::SOURCES.len(), tables) + 2
    }

    /// How the factors with this number of [`tuning::FACTORS`] are learned from so many viewers.
    pub(super) fn factors_hyper(&self, number: usize, viewers: usize) -> ials::Hyper {
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
    /// The tables of factors with these numbers, if all of them are there.
    pub(super) fn tables(&self, numbers: &[usize]) -> Option<Vec<Factors>> {
        let table = |number: &usize| self.factors.iter().find(|(other, _)| other == number);
        numbers.iter().map(|number| Some(table(number)?.1.clone())).collect()
    }

    /// The expert that is made of these, if all of them are there.
    pub(super) fn expert(&self, ingredients: &[Ingredient]) -> Option<Weights> {
        sum(&self.made, &self.likes, ingredients)
    }
}

/// The sum of these ingredients; `None` unless all were made.
pub(super) fn sum(made: &[(Source, Weights)], likes: &[u32], ingredients: &[Ingredient]) -> Option<Weights> {
    // Each source once: what differs by obscurity only is added up before.
    let mut summands: Vec<(&Weights, Vec<f32>)> = Vec::new();
    for &Ingredient { source, factor } in ingredients {
        let (_, weights) = made.iter().find(|(made, _)| *made == source.obscured(0.0))?;
        let factors = fame(likes, source.obscurity()).into_iter().map(|fame| factor / fame);
        match summands.iter_mut().find(|(other, _)| std::ptr::eq(*other, weights)) {
            Some((_, sums)) => sums.iter_mut().zip(factors).for_each(|(sum, factor)| *sum += factor),
            None => summands.push((weights, factors.collect())),
        }
    }
    Some(Weights::sum(&summands, STRONGEST))
}
