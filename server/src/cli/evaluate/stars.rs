use std::{io::Write, path::Path};

use anyhow::{Context, bail};
use serde::Serialize;

use super::{EvaluateArgs, files};
use crate::{
    catalogue::{self, Interactions, Reader},
    model::{
        History, Traits,
        stars::{self, Offsets, StarsModel},
    },
};

/// What is printed of one model.
#[derive(Clone, Serialize)]
struct Line {
    model: &'static str,
    train: String,
    test: String,
    ratings: usize,
    rmse: f64,
    mae: f64,
    /// The part of the ratings within their intervals.
    coverage: Option<f64>,
}

/// How well stars are predicted, beside two simpler guesses.
pub(super) fn run(args: &EvaluateArgs, data_dir: &Path) -> anyhow::Result<()> {
    if args.train.is_empty() || args.train.len() != args.test.len() {
        bail!("--protocol stars needs --train FILE and --test FILE, as many of one as of the other");
    }
    let reader = Reader::open(&data_dir.join(catalogue::FILE_NAME))?;
    let films = reader.interactions()?.films;
    let traits = Traits::of_catalogue(&reader)?;
    let mut lines = Vec::new();
    for (train, test) in args.train.iter().zip(&args.test) {
        let read = |path: &Path| -> anyhow::Result<Interactions> {
            let ratings = files::ratings(path)?;
            files::interactions(&films, &ratings).map_err(|film| {
                anyhow::anyhow!("{} has film {film}, which the catalogue has not: import its data set", path.display())
            })
        };
        let (known, asked) = (read(train)?, read(test)?);
        let model = stars::fit(&known, &traits, args.seed, |_| true, |_, _| ())?.model;
        let offsets = Offsets::of(&known);
        let mut tallies = [Tally::default(); 3];
        for (at, viewer) in asked.viewers.iter().enumerate() {
            let ratings = known.viewers.binary_search(viewer).map(|at| known.of_viewer(at).collect());
            let history = History { ratings: ratings.unwrap_or_default() };
            measure(&mut tallies, &model, &offsets, &history, asked.of_viewer(at))
                .context("the model has no answer")?;
        }
        let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for (tally, model) in tallies.iter().zip(["average", "film + visitor", "model"]) {
            let ratings = tally.ratings as f64;
            lines.push(Line {
                model,
                train: name(train),
                test: name(test),
                ratings: tally.ratings,
                rmse: (tally.squares / ratings).sqrt(),
                mae: tally.absolute / ratings,
                coverage: (model == "model").then_some(tally.held as f64 / ratings),
            });
        }
    }
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &lines)?;
        writeln!(out)?;
    } else {
        write_table(&mut out, &lines)?;
    }
    out.flush().context("cannot write the figures")
}

/// Sums over ratings.
#[derive(Clone, Copy, Default)]
struct Tally {
    squares: f64,
    absolute: f64,
    held: usize,
    ratings: usize,
}

fn measure(
    tallies: &mut [Tally; 3],
    model: &StarsModel,
    offsets: &Offsets,
    history: &History,
    asked: impl Iterator<Item = (usize, app::domain::Stars)>,
) -> Option<()> {
    let visitor = model.visitor(history)?;
    let offset = offsets.visitor(history);
    for (film, stars) in asked {
        let stars = f64::from(stars.get());
        let predicted = visitor.predict(film)?;
        let guesses = [model.scalars().average, offsets.stars(film, offset), predicted.stars()];
        for (tally, guess) in tallies.iter_mut().zip(guesses) {
            tally.squares += (guess - stars).powi(2);
            tally.absolute += (guess - stars).abs();
            tally.held += usize::from((predicted.interval.0..=predicted.interval.1).contains(&stars));
            tally.ratings += 1;
        }
    }
    Some(())
}

/// A line for each file and model, and the means over the files.
fn write_table(out: &mut impl Write, lines: &[Line]) -> std::io::Result<()> {
    writeln!(out, "{:<20} {:<16} {:>8} {:>7} {:>7} {:>10}", "test", "model", "ratings", "RMSE", "MAE", "within 80 %")?;
    let files = lines.len() / 3;
    let means = (0..3).filter(|_| files > 1).map(|model| {
        let of_model: Vec<&Line> = lines.iter().skip(model).step_by(3).collect();
        let mean = |number: fn(&Line) -> f64| of_model.iter().map(|line| number(line)).sum::<f64>() / files as f64;
        Line {
            test: "mean".to_owned(),
            ratings: of_model.iter().map(|line| line.ratings).sum(),
            rmse: mean(|line| line.rmse),
            mae: mean(|line| line.mae),
            coverage: of_model[0].coverage.map(|_| mean(|line| line.coverage.unwrap_or_default())),
            ..of_model[0].clone()
        }
    });
    for line in lines.iter().cloned().chain(means) {
        let Line { test, model, ratings, rmse, mae, coverage, .. } = line;
        let coverage = coverage.map_or("–".to_owned(), |coverage| format!("{:.1} %", 100.0 * coverage));
        writeln!(out, "{test:<20} {model:<16} {ratings:>8} {rmse:>7.4} {mae:>7.4} {coverage:>10}")?;
    }
    Ok(())
}
