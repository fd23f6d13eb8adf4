//! How long iALS takes to train on a catalogue's likes, as JSON; and the likes themselves, so that another program can
//! train on the very same ones. `scripts/bench-implicit` runs it.
//!
//! `cargo bench -p server --bench ials -- --data-dir data --pairs /tmp`

#![allow(missing_docs, reason = "a program")]

use std::{
    error::Error,
    fs::File,
    io::{self, BufWriter, Write, stdout},
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use app::domain::Stars;
use clap::Parser;
use serde_json::json;
use server::{
    catalogue::{self, Reader},
    model::{FilmOrder, History, Ials, Likes, Recommender, ials::Hyper},
};

/// Histories whose scores are looked at together: each is as long as there are films.
const BATCH: usize = 64;

#[derive(Parser)]
struct Args {
    /// Where catalogue.db lives. Without it nothing is measured: so `cargo test --all-targets` runs every bench.
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Writes offsets.u64 and films.u32 there, little-endian: viewer v's likes are films[offsets[v]..offsets[v + 1]].
    #[arg(long)]
    pairs: Option<PathBuf>,
    #[arg(long, default_value_t = 64)]
    factors: usize,
    /// None: only the likes are written.
    #[arg(long, default_value_t = 16)]
    iterations: usize,
    /// α: the weight of everything that was not liked, beside 1.
    #[arg(long, default_value_t = 0.3)]
    unobserved: f32,
    /// λ: the pull to 0.
    #[arg(long, default_value_t = 10.0)]
    regularisation: f32,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Viewers, the first ones, over whom the fit is measured.
    #[arg(long, default_value_t = 1000)]
    fit: usize,
    /// What cargo gives to every bench.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let Some(data_dir) = &args.data_dir else { return Ok(()) };
    let reader = Reader::open(&data_dir.join(catalogue::FILE_NAME))?;
    // The ratings go as soon as the likes are there: of 32 million they would stand in the way of the measurement.
    let (order, likes) = {
        let interactions = reader.interactions()?;
        let likes = Likes::of(&interactions, 1, |_| true);
        (Arc::new(FilmOrder::new(interactions.films)), likes)
    };
    let viewers = likes.viewers().len();
    let pairs: usize = (0..viewers).map(|viewer| likes.of_viewer(viewer).len()).sum();
    if let Some(folder) = &args.pairs {
        write_pairs(&likes, folder)?;
    }

    let mut report = json!({ "viewers": viewers, "films": likes.films(), "pairs": pairs });
    if args.iterations > 0 {
        let Args { factors, iterations, unobserved, regularisation, seed, .. } = args;
        let hyper = Hyper { factors, iterations, unobserved, regularisation, seed };
        let mut ends = Vec::with_capacity(iterations);
        let started = Instant::now();
        let model = Ials::train(order, &likes, hyper, |_| ends.push(started.elapsed().as_secs_f64()));
        report["seconds"] = json!(started.elapsed().as_secs_f64());
        report["ends"] = json!(ends);
        report["fit"] = json!(fit(&model, &likes, args.fit.min(viewers))?);
    }
    let mut out = stdout().lock();
    writeln!(out, "{report}")?;
    Ok(())
}

/// The mean score that the first viewers' liked films get: models of the same likes with the same settings agree in it.
fn fit(model: &Ials, likes: &Likes, viewers: usize) -> Result<f64, Box<dyn Error>> {
    let (mut sum, mut count) = (0.0, 0);
    for first in (0..viewers).step_by(BATCH) {
        let some = first..viewers.min(first + BATCH);
        let liked = |viewer| likes.of_viewer(viewer).iter().map(|&film| (film as usize, Stars::MOST)).collect();
        let histories: Vec<History> = some.clone().map(|viewer| History { ratings: liked(viewer) }).collect();
        let scores = model.scores(&histories.iter().collect::<Vec<_>>())?;
        for (viewer, scores) in some.zip(scores) {
            sum += likes.of_viewer(viewer).iter().map(|&film| f64::from(scores[film as usize])).sum::<f64>();
            count += likes.of_viewer(viewer).len();
        }
    }
    Ok(sum / f64::from(u32::try_from(count.max(1))?))
}

fn write_pairs(likes: &Likes, folder: &Path) -> io::Result<()> {
    let mut offsets = BufWriter::new(File::create(folder.join("offsets.u64"))?);
    let mut films = BufWriter::new(File::create(folder.join("films.u32"))?);
    let mut end = 0_u64;
    offsets.write_all(&end.to_le_bytes())?;
    for viewer in 0..likes.viewers().len() {
        let liked = likes.of_viewer(viewer);
        end += liked.len() as u64;
        offsets.write_all(&end.to_le_bytes())?;
        liked.iter().try_for_each(|film| films.write_all(&film.to_le_bytes()))?;
    }
    offsets.flush()?;
    films.flush()
}
