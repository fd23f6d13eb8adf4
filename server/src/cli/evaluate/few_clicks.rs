use std::{io::Write, path::Path, sync::Arc};

use anyhow::Context;
use serde::Serialize;

use super::{EvaluateArgs, IALS, LAMBDAS, dump::Dump};
use crate::{
    catalogue::{self, Reader},
    cli::train::TrainingBar,
    model::{
        FilmOrder, Ials, ItemCosine, Likes, LinearRecommender, Popularity, Traits,
        evaluation::{self, Figures, Shown},
        fitting::{self, Audience, Options},
        ials,
        linear::{Recipe, RowShape, Together},
        training::Hyper,
    },
};

/// What is printed of one model at one length of history.
#[derive(Serialize)]
struct Line {
    model: &'static str,
    liked: Shown,
    lists: usize,
    ndcg_at_10: f64,
    recall_at_20: f64,
}

/// How well the model ranks for viewers it has not seen, beside the baselines.
pub(super) fn run(args: &EvaluateArgs, data_dir: &Path) -> anyhow::Result<()> {
    let reader = Reader::open(&data_dir.join(catalogue::FILE_NAME))?;
    let interactions = reader.interactions()?;
    let order = Arc::new(FilmOrder::new(interactions.films.clone()));
    let traits = Traits::of_catalogue(&reader)?;
    let mut folds = args.folds.clone();
    folds.sort_unstable();
    folds.dedup();
    let mut dump = args.dump.as_deref().map(Dump::create).transpose()?;

    let [mut popularity, mut cosine, mut network, mut blend] = [Figures::default(); 4];
    let mut ease = [Figures::default(); LAMBDAS.len()];
    let mut factors = [Figures::default(); IALS.len()];
    for fold in folds {
        let cases = evaluation::cases(&interactions, evaluation::DRAWS, |viewer| evaluation::fold(viewer) == fold);
        let likes = Likes::of(&interactions, 1, |viewer| evaluation::fold(viewer) != fold);
        popularity.add(&evaluation::measure(&Popularity::new(Arc::clone(&order), &likes), &cases)?);

        for ((regularisation, unobserved), factors) in IALS.into_iter().zip(&mut factors) {
            let hyper = ials::Hyper { factors: 64, iterations: 16, unobserved, regularisation, seed: args.seed };
            factors.add(&evaluation::measure(&Ials::train(Arc::clone(&order), &likes, hyper, |_| ()), &cases)?);
        }

        cosine.add(&evaluation::measure(&ItemCosine::new(Arc::clone(&order), likes), &cases)?);

        let together = Together::of(&interactions, &traits, RowShape::LIKES, |viewer| evaluation::fold(viewer) != fold);
        for (lambda, ease) in LAMBDAS.into_iter().zip(&mut ease) {
            let weights = together.weights(Recipe::ease(lambda), usize::MAX)?;
            ease.add(&evaluation::measure(&LinearRecommender::new(Arc::clone(&order), weights), &cases)?);
        }

        let mut bar = TrainingBar::new();
        let options = Options {
            seed: args.seed,
            audience: Audience::Newcomers,
            hyper: Hyper::for_data,
            epochs: None,
            budget: None,
        };
        let wanted = |viewer| evaluation::fold(viewer) != fold;
        let outcome = fitting::fit(&interactions, &traits, options, wanted, |stage, now| bar.show(stage, now));
        bar.finish();
        let model = outcome?.model;
        network.add(&evaluation::measure(model.network(), &cases)?);
        blend.add(&evaluation::measure(&model, &cases)?);
        if let Some(dump) = &mut dump {
            dump.few_clicks(fold, &model, &cases)?;
        }
    }
    dump.map_or(Ok(()), Dump::finish)?;

    let ease = ease.iter().fold(Figures::default(), Figures::better_of);
    let factors = factors.iter().fold(Figures::default(), Figures::better_of);
    let models = [
        ("popularity", popularity),
        ("item-cosine", cosine),
        ("ials, best α, λ", factors),
        ("ease, best λ", ease),
        ("network alone", network),
        ("model", blend),
    ];
    let mut out = std::io::stdout().lock();
    if args.json {
        let lines: Vec<Line> = models.iter().flat_map(|(model, figures)| lines(model, figures)).collect();
        serde_json::to_writer_pretty(&mut out, &lines)?;
        writeln!(out)?;
    } else {
        write_table(&mut out, "nDCG@10", &models, evaluation::Tally::ndcg)?;
        writeln!(out)?;
        write_table(&mut out, "Recall@20", &models, evaluation::Tally::recall)?;
    }
    out.flush().context("cannot write the figures")
}

fn lines(model: &'static str, figures: &Figures) -> Vec<Line> {
    let rows = Shown::ALL.into_iter().zip(&figures.rows);
    rows.filter_map(|(liked, row)| {
        Some(Line { model, liked, lists: row.lists(), ndcg_at_10: row.ndcg()?, recall_at_20: row.recall()? })
    })
    .collect()
}

/// A line a model, a column a length of history.
fn write_table(
    out: &mut impl Write,
    title: &str,
    models: &[(&'static str, Figures)],
    figure: impl Fn(&evaluation::Tally) -> Option<f64>,
) -> std::io::Result<()> {
    write!(out, "{title:<16}")?;
    for shown in Shown::ALL {
        write!(out, " {:>7}", shown.to_string())?;
    }
    writeln!(out, "   liked films shown")?;
    for (model, figures) in models {
        write!(out, "{model:<16}")?;
        for row in &figures.rows {
            match figure(row) {
                Some(value) => write!(out, " {value:>7.3}")?,
                None => write!(out, " {:>7}", "–")?,
            }
        }
        writeln!(out)?;
    }
    write!(out, "{:<16}", "lists")?;
    if let Some((_, figures)) = models.first() {
        for row in &figures.rows {
            write!(out, " {:>7}", row.lists())?;
        }
    }
    writeln!(out)
}
