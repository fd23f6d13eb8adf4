//! How long the model takes: absolute times, and ratios to something measured in the same run, which hold on any
//! machine. `cargo bench -p server --bench model`

use std::{
    collections::HashMap,
    error::Error,
    hint::black_box,
    io::{Write, stdout},
    sync::Arc,
    time::{Duration, Instant},
};

use app::domain::{MovieId, Stars};
use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use server::model::{
    FilmOrder, History, ModelError, Recommender,
    blend::{Blend, Knot},
    compute_alone,
    ials::{self, Factors},
    linear::Weights,
    set_autoencoder::{Config, LENGTH_FEATURES, SetAutoencoder, SetRecommender, names},
    set_candle_threads,
};

/// As many films as MovieLens latest-small has, and the network that is trained on it.
const CONFIG: Config = Config { films: 9_742, width: 256, hidden: 256 };
/// Weights that go out from each film.
const STRONGEST: usize = 350;
const BATCH: usize = 64;
/// Films that a prediction has.
const CHOSEN: usize = 20;
const FACTORS: ials::Hyper = ials::Hyper { factors: 64, iterations: 16, unobserved: 0.3, regularisation: 3.0, seed: 1 };

fn main() -> Result<(), Box<dyn Error>> {
    set_candle_threads(1);
    compute_alone()?;
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let model = model(&mut random)?;
    let histories: Vec<History> = (0..BATCH).map(|i| history(1 + i, &mut random)).collect();
    let batch: Vec<&History> = histories.iter().collect();

    let one = median(|| model.scores(&batch[20..21]))?;
    let hundred = history(100, &mut random);
    let of_hundred = median(|| model.scores(&[&hundred]))?;
    let only_network = median(|| model.network().scores(&[&hundred]))?;
    let singles = median(|| batch.iter().try_for_each(|history| model.scores(&[history]).map(drop)))?;
    let together = median(|| model.scores(&batch))?;

    // What a prediction takes: with random parts no film can be ruled out, so this is the longest that it can be.
    let predict = |histories: &[&History]| -> Result<(), ModelError> {
        let best = model.best(histories, &vec![CHOSEN; histories.len()], &|_, _| true)?;
        for (best, history) in best.iter().flatten().zip(histories) {
            let films: Vec<usize> = best.iter().map(|&(film, _)| film).collect();
            black_box(model.reasons(history, &films, 5)?);
        }
        Ok(())
    };
    let ten_predicted = median(|| predict(&[&histories[9]]))?;
    let hundred_predicted = median(|| predict(&[&hundred]))?;
    let all_predicted = median(|| predict(&batch))?;

    let long = history(1_000, &mut random);
    let chosen: Vec<usize> = (0..CHOSEN).collect();
    let long_scores = median(|| model.scores(&[&long]))?;
    let short_reasons = median(|| model.reasons(batch[20], &chosen, 3))?;
    let long_reasons = median(|| model.reasons(&long, &chosen, 3))?;

    let mut out = stdout().lock();
    writeln!(out, "one thread, {} films, width {}", CONFIG.films, CONFIG.width)?;
    writeln!(out, "scores, 1 history of 21 likes         {one:>10.2?}")?;
    writeln!(out, "scores, 1 history of 100 likes        {of_hundred:>10.2?}")?;
    writeln!(out, "scores, {BATCH} histories, one by one      {singles:>10.2?}")?;
    writeln!(out, "scores, {BATCH} histories, one batch       {together:>10.2?}")?;
    writeln!(out, "best 20 and reasons, 10 likes         {ten_predicted:>10.2?}")?;
    writeln!(out, "best 20 and reasons, 100 likes        {hundred_predicted:>10.2?}")?;
    writeln!(out, "best 20 and reasons, batch of {BATCH}      {all_predicted:>10.2?}")?;
    writeln!(out, "scores, 1 history of 1,000 likes      {long_scores:>10.2?}")?;
    writeln!(out, "reasons, 20 films of 21 likes         {short_reasons:>10.2?}")?;
    writeln!(out, "reasons, 20 films of 1,000 likes      {long_reasons:>10.2?}")?;
    writeln!(out, "ratio batch-speedup {:.2}", ratio(singles, together))?;
    writeln!(out, "ratio blend-to-network-100 {:.2}", ratio(of_hundred, only_network))?;
    writeln!(out, "ratio reasons-to-scores-21 {:.2}", ratio(short_reasons, one))?;
    writeln!(out, "ratio reasons-to-scores-1000 {:.2}", ratio(long_reasons, long_scores))?;
    Ok(())
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}

/// The median of 31 runs after three to warm up.
fn median<T, E>(mut run: impl FnMut() -> Result<T, E>) -> Result<Duration, E> {
    let mut times = Vec::new();
    for at in 0..34 {
        let started = Instant::now();
        black_box(run()?);
        if at >= 3 {
            times.push(started.elapsed());
        }
    }
    times.sort_unstable();
    Ok(times[times.len() / 2])
}

/// So many films that the history's owner liked.
fn history(likes: usize, random: &mut ChaCha8Rng) -> History {
    let mut films: Vec<usize> = rand::seq::index::sample(random, CONFIG.films, likes).into_vec();
    films.sort_unstable();
    History { ratings: films.into_iter().map(|film| (film, Stars::MOST)).collect() }
}

/// Random parts: they take as long as trained ones.
fn model(random: &mut ChaCha8Rng) -> Result<Blend, Box<dyn Error>> {
    // Two experts, because most histories are between two lengths.
    let experts = vec![expert(random)?, expert(random)?];
    let films = (0..CONFIG.films * FACTORS.factors).map(|_| random.random_range(-0.1..0.1)).collect();
    let factors = Factors::learned(films, FACTORS).ok_or("factors out of place")?;
    let short = Knot { length: 1, network: 1.0, expert: 0, linear: 1.0, factors: 0, ials: 1.0 };
    let long = Knot { length: 2_000, expert: 1, ..short };
    Ok(Blend::new(network(random)?, experts, vec![factors], vec![short, long]).ok_or("parts that do not fit")?)
}

fn expert(random: &mut ChaCha8Rng) -> Result<Weights, Box<dyn Error>> {
    let films = CONFIG.films as u32;
    let rows = (0..films).map(|_| {
        let mut row = rand::seq::index::sample(random, CONFIG.films, STRONGEST).into_vec();
        row.sort_unstable();
        row.into_iter().map(|film| film as u32)
    });
    let towards: Vec<u32> = rows.flatten().collect();
    let values = towards.iter().map(|_| random.random_range(-0.1..0.1)).collect();
    let offsets = (0..=films).map(|film| film * STRONGEST as u32).collect();
    Ok(Weights::from_parts(offsets, towards, values).ok_or("weights out of place")?)
}

fn network(random: &mut ChaCha8Rng) -> Result<SetRecommender, Box<dyn Error>> {
    let Config { films, width, hidden } = CONFIG;
    let shapes = [
        (names::FILMS, vec![films, width]),
        (names::WEIGHT, vec![films]),
        (names::BIAS, vec![films]),
        (names::INTO, vec![hidden, width]),
        (names::OUT, vec![width, hidden]),
        (names::PRIOR, vec![LENGTH_FEATURES, width]),
        (names::SCALES, vec![LENGTH_FEATURES, 2]),
    ];
    let mut tensors = HashMap::new();
    for (name, shape) in shapes {
        let weights: Vec<f32> = (0..shape.iter().product()).map(|_| random.random_range(-0.1..0.1)).collect();
        tensors.insert(name.to_owned(), Tensor::from_vec(weights, shape, &Device::Cpu)?);
    }
    let net = SetAutoencoder::load(CONFIG, &VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu))?;
    let order = FilmOrder::new((1..=films as u32).map(MovieId).collect());
    Ok(SetRecommender::new(net, Arc::new(order), "bench".to_owned())?)
}
