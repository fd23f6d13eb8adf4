//! `marquee jobs`: what was given up, and what becomes of it.

use std::{path::Path, time::Duration};

use anyhow::{anyhow, bail};
use clap::{Args, Subcommand};

use super::{options::positive, queue::QueueArgs};
use crate::{
    link::in_words,
    predictions::shared::{DeadLetter, DeadLetters, Retried},
};

/// Options of `marquee jobs`.
#[derive(Debug, Args)]
pub struct JobsArgs {
    #[command(flatten)]
    queue: QueueArgs,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the jobs that were given up because they ended their workers, oldest first
    List {
        /// How many at most
        #[arg(long, default_value_t = 100, value_name = "N", value_parser = positive)]
        most: usize,
    },
    /// Put jobs into the queue again; prints the id to ask for each
    Retry(Which),
    /// Throw jobs away
    Drop(Which),
}

#[derive(Debug, Args)]
struct Which {
    /// Their names, as `marquee jobs list` shows them
    #[arg(required_unless_present = "all", value_name = "JOB")]
    jobs: Vec<String>,

    /// All of them
    #[arg(long, conflicts_with = "jobs")]
    all: bool,
}

/// How long a job that is tried again may wait, and how long its result is kept: what `marquee serve` has unless it is told
/// otherwise.
const DEADLINE: Duration = Duration::from_secs(60);
const RESULT_TTL: Duration = Duration::from_secs(600);
/// More than the stream of dead letters ever holds.
const ALL: usize = 100_000;

/// Runs `marquee jobs`.
#[allow(clippy::print_stdout, reason = "what the user of the command asked for")]
pub fn run(args: &JobsArgs, _data_dir: &Path) -> anyhow::Result<()> {
    let redis = args.queue.redis_needed()?;
    let mut letters =
        DeadLetters::open(redis.clone()).map_err(|error| anyhow!("cannot use {redis}: {}", in_words(&error)))?;
    match &args.command {
        Command::List { most } => {
            let found = told(letters.list(*most)?);
            found.iter().for_each(|letter| println!("{}", line(letter)));
        }
        Command::Retry(which) => {
            for letter in told(chosen(&mut letters, which)?) {
                match letters.retry(&letter, DEADLINE, RESULT_TTL)? {
                    Retried::Again(id) => println!("{}  again as {id}", letter.letter),
                    Retried::NobodyServes => bail!("no web server has been on this queue; start one first"),
                    Retried::OtherCatalogue => {
                        bail!("{} is about another catalogue than the one that is served now; drop it", letter.letter)
                    }
                }
            }
        }
        Command::Drop(which) => {
            for letter in told(chosen(&mut letters, which)?) {
                letters.drop_letter(&letter.letter)?;
                println!("{}  dropped", letter.letter);
            }
        }
    }
    Ok(())
}

/// The same; that there is none is said.
#[allow(clippy::print_stdout, reason = "what the user of the command asked for")]
fn told(letters: Vec<DeadLetter>) -> Vec<DeadLetter> {
    if letters.is_empty() {
        println!("No job was given up.");
    }
    letters
}

fn chosen(letters: &mut DeadLetters, which: &Which) -> anyhow::Result<Vec<DeadLetter>> {
    if which.all {
        return Ok(letters.list(ALL)?);
    }
    let mut found = Vec::new();
    for job in &which.jobs {
        match letters.find(job)? {
            Some(letter) => found.push(letter),
            None => bail!("no job is called {job:?}; `marquee jobs list` shows them"),
        }
    }
    Ok(found)
}

fn line(letter: &DeadLetter) -> String {
    let given_up = std::time::UNIX_EPOCH + Duration::from_millis(letter.at);
    let asked = match &letter.request {
        Some(request) => request.in_words(),
        None => "cannot be read".to_owned(),
    };
    let when = humantime::format_rfc3339_seconds(given_up);
    format!("{}  {when}  {} deliveries, last to {}  {asked}", letter.letter, letter.deliveries, letter.worker)
}
