//! How long the model takes: absolute times, and ratios to something measured in the same run, which hold on any
//! machine. Of a model with random parts, or, with `--data-dir`, of a trained one and its catalogue's viewers.
//!
//! `cargo bench -p server --bench model -- --data-dir data`

#![allow(missing_docs, reason = "a program")]

use std::{
    collections::HashMap,
    error::Error,
    hint::black_box,
    io::{self, Write, stdout},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use app::domain::{MovieId, Stars};
use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use clap::Parser;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use server::{
    catalogue::{self, Reader},
    model::{
        FilmOrder, History, ModelError, Recommender, artefact,
        blend::{Blend, Knot},
        compute_alone,
        ials::{self, Factors},
        linear::Weights,
        set_autoencoder::{Config, LENGTH_FEATURES, SetAutoencoder, SetRecommender, names},
        set_candle_threads,
    },
};

/// As many films as MovieLens latest-small has, and the network that is trained on it.
const CONFIG: Config = Config { films: 9_742, width: 256, hidden: 256 };
/// Weights that go out from each film.
const STRONGEST: usize = 350;
const BATCH: usize = 64;
/// Films that a prediction has.
const CHOSEN: usize = 20;
const FACTORS: ials::Hyper = ials::Hyper { factors: 64, iterations: 16, unobserved: 0.3, regularisation: 3.0, seed: 1 };

#[derive(Parser)]
struct Args {
    /// Where catalogue.db and model.safetensors live. Without it a model of random parts is measured.
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// What cargo gives to every bench.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    set_candle_threads(1);
    compute_alone()?;
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut out = stdout().lock();
    match args.data_dir {
        None => with_random_parts(&mut random, &mut out),
        Some(data_dir) => trained(&data_dir, &mut random, &mut out),
    }
}

/// Scores take as long as with trained ones, and predictions longer: no film can be ruled out.
fn with_random_parts(random: &mut ChaCha8Rng, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let model = model(random)?;
    let histories: Vec<History> = (0..BATCH).map(|i| history(1 + i, random)).collect();
    let batch: Vec<&History> = histories.iter().collect();

    let one = median(|| model.scores(&batch[20..21]))?;
    let hundred = history(100, random);
    let of_hundred = median(|| model.scores(&[&hundred]))?;
    let only_network = median(|| model.network().scores(&[&hundred]))?;
    let singles = median(|| batch.iter().try_for_each(|history| model.scores(&[history]).map(drop)))?;
    let together = median(|| model.scores(&batch))?;
    let all_predicted = median(|| predict(&model, &batch))?;

    let long = history(1_000, random);
    let chosen: Vec<usize> = (0..CHOSEN).collect();
    let long_scores = median(|| model.scores(&[&long]))?;
    let short_reasons = median(|| model.reasons(batch[20], &chosen, 3))?;
    let long_reasons = median(|| model.reasons(&long, &chosen, 3))?;

    writeln!(out, "one thread; random parts: {} films, width {}", CONFIG.films, CONFIG.width)?;
    line(out, "scores, 1 history of 21 likes", one)?;
    line(out, "scores, 1 history of 100 likes", of_hundred)?;
    line(out, &format!("scores, {BATCH} histories, one by one"), singles)?;
    line(out, &format!("scores, {BATCH} histories, one batch"), together)?;
    line(out, &format!("best 20 and reasons, batch of {BATCH}"), all_predicted)?;
    line(out, "scores, 1 history of 1,000 likes", long_scores)?;
    line(out, "reasons, 20 films of 21 likes", short_reasons)?;
    line(out, "reasons, 20 films of 1,000 likes", long_reasons)?;
    writeln!(out, "ratio batch-speedup {:.2}", ratio(singles, together))?;
    writeln!(out, "ratio blend-to-network-100 {:.2}", ratio(of_hundred, only_network))?;
    writeln!(out, "ratio reasons-to-scores-21 {:.2}", ratio(short_reasons, one))?;
    writeln!(out, "ratio reasons-to-scores-1000 {:.2}", ratio(long_reasons, long_scores))?;
    Ok(())
}

/// What a visitor waits for of the model, with viewers of the catalogue in a visitor's place.
fn trained(data_dir: &Path, random: &mut ChaCha8Rng, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let reader = Reader::open(&data_dir.join(catalogue::FILE_NAME))?;
    let started = Instant::now();
    let model = artefact::load(&data_dir.join(artefact::FILE_NAME), reader.info())?.model;
    let loaded = started.elapsed();
    let interactions = reader.interactions()?;
    let liked = |viewer| interactions.of_viewer(viewer).filter(|(_, stars)| stars.is_liked());
    let viewers: Vec<Vec<(usize, Stars)>> =
        (0..interactions.viewers.len()).map(|viewer| liked(viewer).collect()).collect();
    // As long as asked, of viewers who liked that much and more, each in turn.
    let histories = |lengths: &mut dyn Iterator<Item = usize>, random: &mut ChaCha8Rng| -> Option<Vec<History>> {
        let mut turn = viewers.iter().cycle();
        lengths
            .map(|length| {
                let films = turn.by_ref().take(viewers.len()).find(|films| films.len() >= length)?;
                let mut some = rand::seq::index::sample(random, films.len(), length).into_vec();
                some.sort_unstable();
                Some(History { ratings: some.into_iter().map(|at| films[at]).collect() })
            })
            .collect()
    };
    writeln!(out, "one thread; the model of {}: {} films", data_dir.display(), interactions.films.len())?;
    line(out, "loading", loaded)?;
    for length in [1, 10, 100] {
        let Some(histories) = histories(&mut [length; BATCH].into_iter(), random) else {
            return Err(io::Error::other(format!("no viewer liked {length} films")).into());
        };
        let each = median(|| histories.iter().try_for_each(|history| predict(&*model, &[history])))?;
        let number = if length == 1 { "1 like".to_owned() } else { format!("{length} likes") };
        line(out, &format!("best 20 and reasons, {number}"), each / BATCH as u32)?;
    }
    let Some(histories) = histories(&mut (1..=BATCH), random) else {
        return Err(io::Error::other(format!("no viewer liked {BATCH} films")).into());
    };
    let batch: Vec<&History> = histories.iter().collect();
    let singles = median(|| histories.iter().try_for_each(|history| predict(&*model, &[history])))?;
    let together = median(|| predict(&*model, &batch))?;
    line(out, &format!("best 20 and reasons, batch of {BATCH}"), together)?;
    writeln!(out, "ratio trained-batch-speedup {:.2}", ratio(singles, together))?;
    Ok(())
}

/// All that a prediction asks of the model.
fn predict(model: &dyn Recommender, histories: &[&History]) -> Result<(), ModelError> {
    let best = model.best(histories, &vec![CHOSEN; histories.len()], &|_, _| true)?;
    for (best, history) in best.iter().flatten().zip(histories) {
        let films: Vec<usize> = best.iter().map(|&(film, _)| film).collect();
        black_box(model.reasons(history, &films, 5)?);
    }
    Ok(())
}

fn line(out: &mut impl Write, what: &str, time: Duration) -> io::Result<()> {
    writeln!(out, "{what:<38}{time:>10.2?}")
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
