use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    path::Path,
    sync::Arc,
};

use anyhow::{Context, bail};
use app::domain::{MovieId, Stars, ViewerId};
use serde::Serialize;

use super::{EvaluateArgs, IALS, LAMBDAS, dump::Dump, files};
use crate::{
    catalogue::Interactions,
    cli::train::TrainingBar,
    model::{
        FilmOrder, Ials, ItemCosine, Likes, LinearRecommender, Popularity, Recommender, Sequential, Traits,
        fitting::{self, Audience, Options},
        ials,
        leave_one_out::{self, Case, Tally},
        linear::{Recipe, RowShape, Together},
        training::Hyper,
    },
};

/// A left-out rating and what it is ranked among.
type Negatives = ((ViewerId, MovieId), Vec<MovieId>);

/// What is printed of one model.
#[derive(Serialize)]
struct Line<'a> {
    model: &'a str,
    lists: usize,
    hr_at_10: f64,
    ndcg_at_10: f64,
    /// The same among all items that the user has not in training.
    hr_at_10_of_all: f64,
    ndcg_at_10_of_all: f64,
}

/// How well the model finds the one item that was left out, beside the baselines.
pub(super) fn run(args: &EvaluateArgs) -> anyhow::Result<()> {
    let ([train], [test], Some(negatives)) = (args.train.as_slice(), args.test.as_slice(), &args.negatives) else {
        bail!("--protocol leave-one-out needs one --train FILE, one --test FILE and one --negatives FILE");
    };
    let (known, asked) = (files::ratings(train)?, files::ratings(test)?);
    let negatives = read_negatives(negatives)?;
    let mut films: Vec<MovieId> = known.iter().chain(&asked).map(|rating| rating.item).collect();
    films.extend(negatives.iter().flat_map(|(_, films)| films));
    films.sort_unstable();
    films.dedup();
    let interactions = files::interactions(&films, &known);
    let mut interactions = interactions.map_err(|film| anyhow::anyhow!("item {film} is lost"))?;
    // Every rating counts as liked, whatever its stars: that is the protocol.
    interactions.stars.fill(Stars::LIKED);
    let cases = cases(&interactions, &asked, &negatives)?;
    let order = Arc::new(FilmOrder::new(interactions.films.clone()));

    let mut bar = TrainingBar::new();
    // Whoever is asked about is known from training: that is the protocol too.
    let options =
        Options { seed: args.seed, audience: Audience::Known, hyper: Hyper::for_data, epochs: None, budget: None };
    let traits = Traits::default();
    let outcome = fitting::fit(&interactions, &traits, options, |_| true, |stage, now| bar.show(stage, now));
    bar.finish();
    let model = outcome?.model;

    let likes = Likes::of(&interactions, 1, |_| true);
    let measure = |model: &dyn Recommender| leave_one_out::measure(model, &cases);
    let mut figures = vec![
        ("popularity", measure(&Popularity::new(Arc::clone(&order), &likes))?),
        ("item-cosine", measure(&ItemCosine::new(Arc::clone(&order), likes.clone()))?),
    ];
    let mut best = Tally::default();
    for (regularisation, unobserved) in IALS {
        let hyper = ials::Hyper { factors: 64, iterations: 16, unobserved, regularisation, seed: args.seed };
        best = best.better_of(measure(&Ials::train(Arc::clone(&order), &likes, hyper, |_| ()))?);
    }
    figures.push(("ials, best α, λ", best));
    let together = Together::of(&interactions, &traits, RowShape::LIKES, |_| true);
    let mut best = Tally::default();
    for lambda in LAMBDAS {
        let weights = together.weights(Recipe::ease(lambda), usize::MAX)?;
        best = best.better_of(measure(&LinearRecommender::new(Arc::clone(&order), weights))?);
    }
    figures.push(("ease, best λ", best));
    figures.push(("network alone", measure(model.network())?));
    figures.push(("model", measure(&model)?));
    if args.sequential {
        let sequential = Sequential::fit(&model, &interactions)?;
        figures.push(("model, sequential", leave_one_out::measure_in_order(&sequential, &cases)?));
    }
    if let Some(path) = &args.dump {
        let mut dump = Dump::create(path)?;
        dump.leave_one_out(&model, &cases)?;
        dump.finish()?;
    }

    let mut out = std::io::stdout().lock();
    if args.json {
        let lines: Vec<Line<'_>> = figures.iter().map(|(model, tally)| line(model, tally)).collect();
        serde_json::to_writer_pretty(&mut out, &lines)?;
        writeln!(out)?;
    } else {
        write_table(&mut out, &figures)?;
    }
    out.flush().context("cannot write the figures")
}

fn line<'a>(model: &'a str, tally: &Tally) -> Line<'a> {
    Line {
        model,
        lists: tally.lists,
        hr_at_10: tally.of_candidates.hits(tally.lists),
        ndcg_at_10: tally.of_candidates.ndcg(tally.lists),
        hr_at_10_of_all: tally.of_all.hits(tally.lists),
        ndcg_at_10_of_all: tally.of_all.ndcg(tally.lists),
    }
}

fn write_table(out: &mut impl Write, figures: &[(&'static str, Tally)]) -> std::io::Result<()> {
    writeln!(out, "{:<20} {:>8} {:>8} {:>10} {:>10} {:>7}", "", "HR@10", "NDCG@10", "HR@10 all", "NDCG all", "lists")?;
    for (model, tally) in figures {
        let Line { lists, hr_at_10, ndcg_at_10, hr_at_10_of_all, ndcg_at_10_of_all, .. } = line(model, tally);
        writeln!(
            out,
            "{model:<20} {hr_at_10:>8.4} {ndcg_at_10:>8.4} {hr_at_10_of_all:>10.4} {ndcg_at_10_of_all:>10.4} {lists:>7}"
        )?;
    }
    Ok(())
}

/// Each line of the test with its negatives; the history is everything that the user has in training.
fn cases(interactions: &Interactions, asked: &[files::Rating], negatives: &[Negatives]) -> anyhow::Result<Vec<Case>> {
    if asked.len() != negatives.len() {
        bail!("the test has {} lines, the negatives have {}", asked.len(), negatives.len());
    }
    let position = |film: &MovieId| interactions.films.binary_search(film).ok();
    let case = |(rating, (named, others)): (&files::Rating, &Negatives)| {
        if (rating.user, rating.item) != *named {
            bail!(
                "the negatives are of user {} and item {} where the test has {} and {}",
                named.0,
                named.1,
                rating.user,
                rating.item
            );
        }
        let at = interactions.viewers.binary_search(&rating.user).ok();
        let at = at.with_context(|| format!("user {} of the test is not in training", rating.user))?;
        let target = position(&rating.item).context("an item is lost")?;
        let candidates = others.iter().filter_map(position).filter(|&film| film != target).collect();
        Ok(Case::new(interactions, at, target, candidates))
    };
    asked.iter().zip(negatives).map(case).collect()
}

/// The lines of a file of negatives: `(user,item)`, then items, tab-separated.
fn read_negatives(path: &Path) -> anyhow::Result<Vec<Negatives>> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut negatives = Vec::new();
    for (number, line) in (1..).zip(BufReader::new(file).lines()) {
        let line = line.with_context(|| format!("cannot read line {number} of {}", path.display()))?;
        if line.trim().is_empty() {
            continue;
        }
        let parsed = parse_negatives(&line);
        negatives.push(parsed.with_context(|| {
            format!("line {number} of {}: not (user,item) and items with tabs between them", path.display())
        })?);
    }
    Ok(negatives)
}

fn parse_negatives(line: &str) -> Option<Negatives> {
    let mut fields = line.trim_end().split('\t');
    let (user, item) = fields.next()?.strip_prefix('(')?.strip_suffix(')')?.split_once(',')?;
    let named = (ViewerId(user.trim().parse().ok()?), MovieId(item.trim().parse().ok()?));
    let films = fields.map(|field| field.parse().map(MovieId).ok()).collect::<Option<_>>()?;
    Some((named, films))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negatives_are_read_and_anything_else_is_not() {
        let read = parse_negatives("(0,25)\t1064\t174\r").unwrap();
        assert_eq!(read, ((ViewerId(0), MovieId(25)), vec![MovieId(1064), MovieId(174)]));
        for wrong in ["", "0,25\t1", "(0)\t1", "(0,25)\tx", "(0,25", "(a,1)\t2"] {
            assert_eq!(parse_negatives(wrong), None, "{wrong}");
        }
    }
}
