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
        Traits,
        artefact::{self, ArtefactError, Metadata},
        fitting::{self, Audience, Options, Progress, Stage, Validation},
        stars,
        training::Hyper,
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

    /// Try less, so that two cores need about this long, such as 45s or 10m; by default as much as helps (two minutes for
    /// MovieLens latest-small)
    #[arg(long, env = "MARQUEE_BUDGET", value_name = "DURATION")]
    budget: Option<humantime::Duration>,

    /// Do nothing if there is a model of this catalogue that this release can read
    #[arg(long)]
    if_needed: bool,
}

/// Runs `marquee train`.
pub fn run(args: &TrainArgs, data_dir: &Path) -> anyhow::Result<()> {
    let reader = Reader::open(&data_dir.join(catalogue::FILE_NAME))?;
    let path = data_dir.join(artefact::FILE_NAME);
    if args.if_needed {
        match artefact::load(&path, reader.info()) {
            Ok(_) => return Ok(()),
            Err(error @ ArtefactError::Io { .. }) => return Err(error.into()),
            Err(ArtefactError::Missing { .. }) => {}
            Err(error) => writeln!(std::io::stderr().lock(), "training anew, because {error}")?,
        }
    }
    let interactions = reader.interactions()?;
    let traits = Traits::of_catalogue(&reader)?;
    let options = Options {
        seed: args.seed,
        audience: Audience::Newcomers,
        hyper: Hyper::for_data,
        epochs: args.epochs.map(|epochs| epochs as usize),
        budget: args.budget.map(Duration::from),
    };
    let mut bar = TrainingBar::new();
    let outcome = fitting::fit(&interactions, &traits, options, |_| true, |stage, now| bar.show(stage, now));
    let fitted = outcome.inspect_err(|_| bar.finish())?;
    let outcome = stars::fit(
        &interactions,
        &traits,
        args.seed,
        |_| true,
        |done, of| {
            bar.show(Stage::Stars, Progress { done, of, loss: None });
        },
    );
    bar.finish();

    let metadata = artefact::save(&path, &fitted, &outcome?, reader.info())?;
    summarise(&metadata, &path).context("cannot write the summary")
}

fn summarise(metadata: &Metadata, path: &Path) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    if let Some(validation) = &metadata.validation {
        write_validation(&mut out, validation)?;
    }
    if let Some(stars::Validation { ratings, rmse, mae, coverage }) = metadata.stars_validation {
        writeln!(
            out,
            "stars of {ratings} ratings held out: RMSE {rmse:.3}, MAE {mae:.3}, {:.1} % within the 80 % interval",
            100.0 * coverage,
        )?;
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
    writeln!(out, "{:>6} {:>7} {:>8} {:>7} {:>11} {:>7}", "liked", "model", "network", "iALS", "popularity", "lists")?;
    for fitting::Row { shown, lists, ndcg, network, popularity, ials } in &validation.rows {
        let shown = shown.to_string();
        let ials = ials.map_or("–".to_owned(), |ials| format!("{ials:.3}"));
        writeln!(out, "{shown:>6} {ndcg:>7.3} {network:>8.3} {ials:>7} {popularity:>11.3} {lists:>7}")?;
    }
    Ok(())
}

/// How often a plain line says how far it is, where there is no terminal to draw on.
const PLAIN_EVERY: Duration = Duration::from_secs(10);

/// A bar on a terminal; elsewhere a line where something begins, and now and then.
pub(super) struct TrainingBar {
    bar: ProgressBar,
    stage: Option<Stage>,
    said: Instant,
}

impl TrainingBar {
    pub(super) fn new() -> Self {
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{prefix} {bar:32} {percent:>3} %  {msg}  {eta} left") {
            bar.set_style(style);
        }
        Self { bar, stage: None, said: Instant::now() }
    }

    pub(super) fn show(&mut self, stage: Stage, now: Progress) {
        let Progress { done, of, loss } = now;
        if of == 0 {
            return;
        }
        let doing = match stage {
            Stage::Networks => "teaching",
            Stage::Trials => "trying",
            Stage::Mixture => "mixing",
            Stage::Stars => "predicting stars",
        };
        let begins = self.stage != Some(stage);
        if begins {
            self.stage = Some(stage);
            self.bar.reset();
            self.bar.set_prefix(doing);
        }
        let loss = loss.map(|loss| format!("loss {loss:.3}")).unwrap_or_default();
        self.bar.set_length(of as u64);
        self.bar.set_position(done as u64);
        self.bar.set_message(loss.clone());
        if self.bar.is_hidden() && (begins || self.said.elapsed() >= PLAIN_EVERY) {
            self.said = Instant::now();
            let percent = 100 * done / of;
            // Progress that can't be shown is no reason to stop.
            let _ = writeln!(
                std::io::stderr().lock(),
                "{doing}: {percent} %{}{loss}",
                if loss.is_empty() { "" } else { ", " }
            );
        }
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
