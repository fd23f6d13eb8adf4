//! Teaching the set autoencoder: each step shows it a part of some viewers' likes and asks for the rest.
//!
//! How much is shown is drawn anew each time, from nothing to all but one, so that one network serves people with one
//! like and people with a hundred. Everything random comes from one seed.

use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, Instant},
};

use app::domain::{Stars, ViewerId};
use candle_core::{DType, Device, Tensor, Var};
use candle_nn::VarBuilder;
use rand::{Rng, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use self::{adamw::AdamW, gradients::gradients, loss::Lesson, shared_vectors::SharedVectors};
use super::{
    Likes, Traits,
    set_autoencoder::{Config, LENGTH_FEATURES, SetAutoencoder, Sets, names},
    strengths,
};

mod adamw;
mod gradients;
mod loss;
mod shared_vectors;
#[cfg(test)]
pub(super) mod tests;

/// What training can be told.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hyper {
    /// Where everything random comes from.
    pub seed: u64,
    /// How often each viewer is seen.
    pub epochs: usize,
    /// Viewers of a step.
    pub batch: usize,
    /// Length of a film's vector.
    pub width: usize,
    /// Units of the residual layer.
    pub hidden: usize,
    /// The part of what meets the films' vectors that is put to zero.
    pub dropout: f32,
    /// The part of the shown histories, 0 to 1, whose length is uniform; that of the others is uniform in its logarithm,
    /// because short histories are where visitors start.
    pub uniform_lengths: f32,
    /// AdamW's step at its largest; it falls to zero along a cosine.
    pub learning_rate: f32,
    /// How fast unused weights shrink.
    pub weight_decay: f32,
}

/// A large catalogue.
const MANY_FILMS: usize = 40_000;

impl Hyper {
    /// What suits so many viewers and films: the larger the data, the larger the steps and the fewer the rounds.
    pub fn for_data(viewers: usize, films: usize, seed: u64) -> Self {
        let batch = (viewers / 4).clamp(16, 128).max((viewers / 100).min(256));
        // Each step asks for every film: with as many as this a round is long, and teaches as much as many short ones.
        let (width, fewest) = if films >= MANY_FILMS { (128, 1) } else { (256, 5) };
        Self {
            seed,
            epochs: (60 * 2_000 / viewers.max(1)).clamp(fewest, 60),
            batch,
            width,
            hidden: 256,
            dropout: 0.87,
            uniform_lengths: 1.0,
            learning_rate: 3e-3 * (batch as f32 / 128.0).sqrt(),
            weight_decay: 1.0,
        }
    }
}

/// The traits' vectors while the network is taught: (traits, width).
const TRAITS: &str = "traits.vector";
/// How often a viewer is shown without any film.
const NOTHING_SHOWN: f32 = 0.03;

/// Whoever has more targets counts no more.
const MOST_TARGETS: usize = 50;

/// Which mean of the targets' probabilities is asked to be large (`Lesson::power`) after so many films. After one, all of them
/// count; the more is known, the more the network is to be sure of some rather than to expect all: lists begin with these.
fn power(shown: usize) -> f32 {
    (0.13 * (shown.max(1) as f32).ln()).min(0.5)
}

/// How far training is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Steps done.
    pub step: usize,
    /// Steps in all.
    pub steps: usize,
    /// Rounds over all viewers that are finished.
    pub epoch: usize,
    /// Mean loss of the last step.
    pub loss: f32,
}

/// Why there is no model.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    /// Nobody liked two films.
    #[error(
        "no viewer of the catalogue liked two films (four stars or more), so there is nothing to learn from; import a data set with more ratings"
    )]
    NoLikes,
    /// An option makes no sense.
    #[error("{0}")]
    Option(&'static str),
    /// The weights ran away.
    #[error("training diverged: a weight is not a number; try a smaller learning rate")]
    Diverged,
    /// The system gave no thread.
    #[error("cannot start a thread to train on: {0}")]
    Thread(#[from] rayon::ThreadPoolBuildError),
    /// A tensor operation failed.
    #[error("the model's arithmetic failed: {0}")]
    Tensor(#[from] candle_core::Error),
}

/// A taught network and how it came about.
#[derive(Debug)]
pub struct Trained {
    /// The network.
    pub net: SetAutoencoder,
    /// A short hash of its parameters.
    pub version: String,
    /// What training was told.
    pub hyper: Hyper,
    /// Whom it learned from.
    pub viewers: Vec<ViewerId>,
    /// How long it took.
    pub took: Duration,
}

/// Likes a viewer needs to teach anything: one to show, one to ask for.
pub const LEAST_LIKES: usize = 2;

/// From so many numbers in the films' vectors on, a step is worth being shared among threads. Below, they would wait
/// for each other most of the time: with 9,742 films two threads take as long as one and twice its work.
const SHARED_FROM: usize = 1 << 23;

/// Teaches a network with these likes. The same likes and options give the same weights, bit for bit.
pub fn train(
    likes: &Likes,
    traits: &Traits,
    hyper: Hyper,
    progress: impl FnMut(Progress) + Send,
) -> Result<Trained, TrainingError> {
    if is_shared(likes, &hyper) {
        return teach(likes, traits, hyper, progress);
    }
    rayon::ThreadPoolBuilder::new().num_threads(1).build()?.install(|| teach(likes, traits, hyper, progress))
}

/// Whether a step is worth being shared among threads.
pub fn is_shared(likes: &Likes, hyper: &Hyper) -> bool {
    likes.films().saturating_mul(hyper.width) >= SHARED_FROM
}

/// How many steps it takes.
pub fn steps(likes: &Likes, hyper: &Hyper) -> usize {
    let pupils = (0..likes.viewers().len()).filter(|&viewer| likes.of_viewer(viewer).len() >= LEAST_LIKES).count();
    hyper.epochs * pupils.div_ceil(hyper.batch.max(1))
}

fn teach(
    likes: &Likes,
    traits: &Traits,
    hyper: Hyper,
    mut progress: impl FnMut(Progress),
) -> Result<Trained, TrainingError> {
    if hyper.epochs == 0 || hyper.batch == 0 || hyper.width == 0 || hyper.hidden == 0 {
        return Err(TrainingError::Option("epochs, batch, width and hidden must be at least 1"));
    }
    let mut pupils: Vec<usize> =
        (0..likes.viewers().len()).filter(|&viewer| likes.of_viewer(viewer).len() >= LEAST_LIKES).collect();
    if pupils.is_empty() {
        return Err(TrainingError::NoLikes);
    }
    let started = Instant::now();
    let mut random = ChaCha8Rng::seed_from_u64(hyper.seed);
    let config = Config { films: likes.films(), width: hyper.width, hidden: hyper.hidden };
    let mut parameters = initial(config, likes, &mut random)?;
    let net = network(config, &parameters)?;
    let [films, bias] = [names::FILMS, names::BIAS].map(|name| parameters[name].clone());
    let undecayed = [names::BIAS, names::PRIOR, names::SCALES];
    let shared = SharedVectors::new(traits, &films)?;
    let [own, common] = shared.learned();
    parameters.extend([(names::FILMS, own.clone()), (TRAITS, common.clone())]);
    let mut optimiser = AdamW::new(&parameters, &undecayed, hyper.weight_decay)?;

    let steps = hyper.epochs * pupils.len().div_ceil(hyper.batch);
    let mut step = 0;
    for epoch in 0..hyper.epochs {
        pupils.shuffle(&mut random);
        for batch in pupils.chunks(hyper.batch) {
            let (sets, lessons) = deal(likes, batch, &hyper, &mut random);
            let mask = dropout_mask(batch.len(), &hyper, &mut random)?;
            let (loss, mut gradients) = gradients(&net, (&films, &bias), &sets, &lessons, mask.as_ref())?;
            let along = step as f32 / steps as f32;
            let learning_rate = hyper.learning_rate * 0.5 * (1.0 + (std::f32::consts::PI * along).cos());
            shared.pass_on(&mut gradients)?;
            optimiser.step(&gradients, learning_rate)?;
            shared.compose()?;
            step += 1;
            progress(Progress { step, steps, epoch, loss });
        }
    }
    let net = net.detached()?;
    if !net.is_finite()? {
        return Err(TrainingError::Diverged);
    }
    let version = net.version()?;
    let viewers = pupils_in_order(likes, pupils);
    Ok(Trained { net, version, hyper, viewers, took: started.elapsed() })
}

fn pupils_in_order(likes: &Likes, mut pupils: Vec<usize>) -> Vec<ViewerId> {
    pupils.sort_unstable();
    pupils.into_iter().map(|viewer| likes.viewers()[viewer]).collect()
}

/// The network whose weights these are: it changes with them.
fn network(config: Config, parameters: &BTreeMap<&str, Var>) -> candle_core::Result<SetAutoencoder> {
    let tensors: HashMap<String, Tensor> =
        parameters.iter().map(|(name, var)| ((*name).to_owned(), var.as_tensor().clone())).collect();
    SetAutoencoder::load(config, &VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu))
}

/// The weights before the first step.
fn initial(config: Config, likes: &Likes, random: &mut ChaCha8Rng) -> candle_core::Result<BTreeMap<&'static str, Var>> {
    let Config { films, width, hidden } = config;
    let mut uniform = |rows: usize, columns: usize, deviation: f32| {
        let bound = deviation * 3.0_f32.sqrt();
        let values: Vec<f32> = (0..rows * columns).map(|_| random.random_range(-bound..=bound)).collect();
        Var::from_vec(values, (rows, columns), &Device::Cpu)
    };
    let root = (width as f32).sqrt();
    let vectors = uniform(films, width, 1.0 / root)?;
    let into = uniform(hidden, width, 1.0 / root)?;
    let out = uniform(width, hidden, 0.1 / (hidden as f32).sqrt())?;
    // Popularity as softmax sees it: exp(bias) is in proportion to the likes.
    let popularity: Vec<f32> = likes.counts().iter().map(|&count| (count as f32 + 0.3).ln()).collect();
    Ok([
        (names::FILMS, vectors),
        (names::WEIGHT, Var::zeros(films, DType::F32, &Device::Cpu)?),
        (names::BIAS, Var::from_vec(popularity, films, &Device::Cpu)?),
        (names::INTO, into),
        (names::OUT, out),
        (names::PRIOR, Var::zeros((LENGTH_FEATURES, width), DType::F32, &Device::Cpu)?),
        (names::SCALES, Var::zeros((LENGTH_FEATURES, 2), DType::F32, &Device::Cpu)?),
    ]
    .into())
}

/// Splits each viewer's likes into what is shown and what is asked for.
fn deal(likes: &Likes, batch: &[usize], hyper: &Hyper, random: &mut ChaCha8Rng) -> (Sets, Vec<Lesson>) {
    let mut sets = Sets::default();
    let mut lessons: Vec<Lesson> = batch
        .iter()
        .map(|&viewer| {
            let (films, stars) = (likes.of_viewer(viewer), likes.stars_of_viewer(viewer));
            let mut dealt: Vec<(u32, Stars)> = films.iter().copied().zip(stars.iter().copied()).collect();
            let length = draw_length(dealt.len(), hyper.uniform_lengths, random);
            let (shown, targets) = dealt.partial_shuffle(random, length);
            shown.sort_unstable();
            let strengths = strengths(shown.iter().map(|&(_, stars)| stars));
            let films = |dealt: &[(u32, Stars)]| dealt.iter().map(|&(film, _)| film).collect::<Vec<_>>();
            let (shown, targets) = (films(shown), films(targets));
            sets.push(shown.iter().copied().zip(strengths));
            let weight = (targets.len().min(MOST_TARGETS) as f32).powf(0.75);
            let power = power(shown.len());
            Lesson { shown, targets, weight, power }
        })
        .collect();
    let total: f32 = lessons.iter().map(|lesson| lesson.weight).sum();
    for lesson in &mut lessons {
        lesson.weight /= total;
    }
    (sets, lessons)
}

/// How many of `likes` (at least 2) films are shown: now and then none, else 1 to all but one.
fn draw_length(likes: usize, uniform: f32, random: &mut ChaCha8Rng) -> usize {
    let (kind, place): (f32, f32) = (random.random(), random.random());
    if kind < NOTHING_SHOWN {
        0
    } else if kind < NOTHING_SHOWN + (1.0 - NOTHING_SHOWN) * uniform {
        1 + (place * (likes - 1) as f32) as usize
    } else {
        ((likes as f32).powf(place) as usize).max(1)
    }
    .min(likes - 1)
}

/// 0 with the probability of dropout, else what keeps the mean: (rows, width).
fn dropout_mask(rows: usize, hyper: &Hyper, random: &mut ChaCha8Rng) -> candle_core::Result<Option<Tensor>> {
    if hyper.dropout <= 0.0 {
        return Ok(None);
    }
    let keep = 1.0 - hyper.dropout;
    let mask: Vec<f32> =
        (0..rows * hyper.width).map(|_| if random.random::<f32>() < keep { 1.0 / keep } else { 0.0 }).collect();
    Tensor::from_vec(mask, (rows, hyper.width), &Device::Cpu).map(Some)
}
