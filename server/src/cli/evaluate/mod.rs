use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::model::evaluation;

mod dump;
mod few_clicks;
mod files;
mod stars;

/// Options of `marquee evaluate`.
#[derive(Debug, Args)]
pub struct EvaluateArgs {
    /// What is measured, and how
    #[arg(long, value_enum, default_value = "few-clicks")]
    protocol: Protocol,

    /// few-clicks: which of the five parts of the viewers to leave out of training and to measure on, one after the other
    #[arg(long, value_delimiter = ',', default_value = "0,1,2", value_parser = clap::value_parser!(u64).range(..evaluation::FOLDS))]
    folds: Vec<u64>,

    /// stars: a file of ratings to learn from: user, item, rating, timestamp; tab-separated. Several: each with its --test
    #[arg(long, value_name = "FILE")]
    train: Vec<PathBuf>,

    /// stars: a file like it, of the ratings to predict
    #[arg(long, value_name = "FILE")]
    test: Vec<PathBuf>,

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
    /// The stars that viewers gave, from their other ratings
    Stars,
}

/// Runs `marquee evaluate`.
pub fn run(args: &EvaluateArgs, data_dir: &Path) -> anyhow::Result<()> {
    match args.protocol {
        Protocol::FewClicks => {
            let files = [("--train", !args.train.is_empty()), ("--test", !args.test.is_empty())];
            refuse(args.protocol, &files)?;
            few_clicks::run(args, data_dir)
        }
        Protocol::Stars => {
            refuse(args.protocol, &[("--dump", args.dump.is_some())])?;
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
