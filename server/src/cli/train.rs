use std::{
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    catalogue::{self, Reader},
    model::{
        FilmOrder,
        artefact::{self, Metadata},
        training::{Hyper, Progress},
        validation::{self, Validation},
    },
};

/// Options of `marquee train`.
#[derive(Debug, Args)]
pub struct TrainArgs {
    /// Where everything random comes from: the same seed, catalogue and number of threads give the same weights
    #[arg(long, env = "MARQUEE_SEED", default_value_t = 1)]
    seed: u64,

    /// How often each viewer is seen; by default fewer times the more viewers there are
    #[arg(long, env = "MARQUEE_EPOCHS", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    epochs: Option<u32>,
}

impl TrainArgs {
    fn hyper(&self, viewers: usize) -> Hyper {
        let hyper = Hyper::for_viewers(viewers, self.seed);
        Hyper { epochs: self.epochs.map_or(hyper.epochs, |epochs| epochs as usize), ..hyper }
    }
}

/// Runs `marquee train`.
pub fn run(args: &TrainArgs, data_dir: &Path) -> anyhow::Result<()> {
    let reader = Reader::open(&data_dir.join(catalogue::FILE_NAME))?;
    let interactions = reader.interactions()?;
    let mut bar = TrainingBar::new();
    let outcome = validation::train(&interactions, |viewers| args.hyper(viewers), args.seed, |now| bar.show(now));
    bar.finish();
    let (trained, validation) = outcome?;

    let path = data_dir.join(artefact::FILE_NAME);
    let order = FilmOrder::new(interactions.films);
    let metadata = artefact::save(&path, &trained, &order, reader.info(), validation)?;
    summarise(&metadata, &path).context("cannot write the summary")
}

fn summarise(metadata: &Metadata, path: &Path) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    if let Some(validation) = &metadata.validation {
        write_validation(&mut out, validation)?;
    }
    writeln!(
        out,
        "{}: model {} of {} viewers' likes in {:.1} s → {}",
        metadata.dataset,
        metadata.version,
        metadata.viewers,
        metadata.training_seconds,
        path.display(),
    )
}

fn write_validation(out: &mut impl Write, validation: &Validation) -> std::io::Result<()> {
    writeln!(out, "nDCG@10 on the likes of {} viewers who were held out:", validation.viewers)?;
    writeln!(out, "{:>6} {:>7} {:>11} {:>7} {:>7}", "liked", "model", "popularity", "gain", "lists")?;
    for row in &validation.rows {
        writeln!(
            out,
            "{:>6} {:>7.3} {:>11.3} {:>+7.3} {:>7}",
            row.shown.to_string(),
            row.ndcg,
            row.popularity,
            row.ndcg - row.popularity,
            row.lists,
        )?;
    }
    Ok(())
}

/// How often a plain line says how far it is, where there is no terminal to draw on.
const PLAIN_EVERY: Duration = Duration::from_secs(10);

/// A bar on a terminal; elsewhere a line now and then.
pub(super) struct TrainingBar {
    bar: ProgressBar,
    said: Instant,
}

impl TrainingBar {
    pub(super) fn new() -> Self {
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("training {bar:32} {percent:>3} %  {msg}  {eta} left") {
            bar.set_style(style);
        }
        Self { bar, said: Instant::now() }
    }

    pub(super) fn show(&mut self, now: Progress) {
        let Progress { step, steps, epoch, loss } = now;
        self.bar.set_length(steps as u64);
        self.bar.set_position(step as u64);
        self.bar.set_message(format!("round {}, loss {loss:.3}", epoch + 1));
        if self.bar.is_hidden() && self.said.elapsed() >= PLAIN_EVERY {
            self.said = Instant::now();
            let percent = 100 * step / steps.max(1);
            // Progress that can't be shown is no reason to stop.
            let _ = writeln!(std::io::stderr().lock(), "training: {percent} %, round {}, loss {loss:.3}", epoch + 1);
        }
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
