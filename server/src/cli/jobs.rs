//! `marquee jobs`: what was given up, and what becomes of it.

use std::{path::Path, time::Duration};

use anyhow::{anyhow, bail};
use clap::{Args, Subcommand};

use super::queue::QueueArgs;
use crate::{
    link::in_words,
    predictions::{
        Limits,
        shared::{DeadLetter, DeadLetters, Retried},
    },
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
        #[arg(long, default_value_t = 100, value_name = "N")]
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

/// `marquee jobs` knows no other bounds; these are what `marquee serve` has unless it is told otherwise.
const LIMITS: Limits = Limits {
    queue_capacity: 1024,
    deadline: Duration::from_secs(60),
    result_ttl: Duration::from_secs(600),
    result_capacity: 20_000,
};
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
            let found = letters.list(*most)?;
            if found.is_empty() {
                println!("No job was given up.");
            }
            found.iter().for_each(|letter| println!("{}", line(letter)));
        }
        Command::Retry(which) => {
            for letter in chosen(&mut letters, which)? {
                match letters.retry(&letter, &LIMITS)? {
                    Retried::Again(id) => println!("{}  again as {id}", letter.letter),
                    Retried::Full => bail!("the queue is full; try again in a moment"),
                    Retried::OtherCatalogue => {
                        bail!("{} is about another catalogue than the one that is served now; drop it", letter.letter)
                    }
                }
            }
        }
        Command::Drop(which) => {
            let chosen = chosen(&mut letters, which)?;
            if chosen.is_empty() {
                println!("No job was given up.");
            }
            for letter in chosen {
                letters.drop_letter(&letter.letter)?;
                println!("{}  dropped", letter.letter);
            }
        }
    }
    Ok(())
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
