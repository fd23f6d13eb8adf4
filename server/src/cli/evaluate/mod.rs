use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::model::evaluation;

mod dump;
mod few_clicks;
mod files;
mod leave_one_out;
mod stars;

/// EASE's regularisations, of which its row has the best at each length: more than any model that has to choose knows.
const LAMBDAS: [f32; 6] = [100.0, 300.0, 1_000.0, 3_000.0, 10_000.0, 30_000.0];

/// iALS' regularisations and weights of what was not liked, of which its row has the best in the same way.
const IALS: [(f32, f32); 6] = [(3.0, 0.1), (3.0, 0.3), (10.0, 0.3), (10.0, 1.0), (30.0, 1.0), (30.0, 3.0)];

/// Options of `marquee evaluate`.
#[derive(Debug, Args)]
pub struct EvaluateArgs {
    /// What is measured, and how
    #[arg(long, value_enum, default_value = "few-clicks")]
    protocol: Protocol,

    /// few-clicks: which of the five parts of the viewers to leave out of training and to measure on, one after the other
    #[arg(long, value_delimiter = ',', default_value = "0,1,2", value_parser = clap::value_parser!(u64).range(..evaluation::FOLDS))]
    folds: Vec<u64>,

    /// leave-one-out, stars: a file of ratings to learn from: user, item, rating, timestamp; tab-separated. For stars several,
    /// each with its --test
    #[arg(long, value_name = "FILE")]
    train: Vec<PathBuf>,

    /// leave-one-out, stars: a file like it, of the ratings to find or to predict
    #[arg(long, value_name = "FILE")]
    test: Vec<PathBuf>,

    /// leave-one-out: a file with the items that each left-out one is ranked among: (user,item), then items; tab-separated
    #[arg(long, value_name = "FILE")]
    negatives: Option<PathBuf>,

    /// leave-one-out: also measure the model with the order of the ratings, never to be compared with models of sets
    #[arg(long)]
    sequential: bool,

    /// Where everything random in training comes from
    #[arg(long, env = "MARQUEE_SEED", default_value_t = 1)]
    seed: u64,

    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,

    /// Also write every list of the model to this file, a JSON object a line, so that the figures can be computed again
    #[arg(long, value_name = "FILE")]
    dump: Option<PathBuf>,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Protocol {
    /// Films that viewers whom the model has not seen like too, from so many of their likes
    FewClicks,
    /// The one item of each viewer that was left out, among others or among all
    LeaveOneOut,
    /// The stars that viewers gave, from their other ratings
    Stars,
}

/// Runs `marquee evaluate`.
pub fn run(args: &EvaluateArgs, data_dir: &Path) -> anyhow::Result<()> {
    let negatives = ("--negatives", args.negatives.is_some());
    let sequential = ("--sequential", args.sequential);
    match args.protocol {
        Protocol::LeaveOneOut => leave_one_out::run(args),
        Protocol::FewClicks => {
            let files = [("--train", !args.train.is_empty()), ("--test", !args.test.is_empty())];
            refuse(args.protocol, &files)?;
            refuse(args.protocol, &[negatives, sequential])?;
            few_clicks::run(args, data_dir)
        }
        Protocol::Stars => {
            refuse(args.protocol, &[negatives, sequential, ("--dump", args.dump.is_some())])?;
            stars::run(args, data_dir)
        }
    }
}

/// An option that would have no effect is a misunderstanding.
fn refuse(protocol: Protocol, options: &[(&str, bool)]) -> anyhow::Result<()> {
    let name = protocol.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    match options.iter().find(|(_, given)| *given) {
        Some((option, _)) => anyhow::bail!("{option} has no meaning with --protocol {name}"),
        None => Ok(()),
    }
}
