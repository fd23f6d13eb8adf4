use std::{io::Write, path::PathBuf, time::Instant};

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::catalogue::synth::{self, Size};

/// Options of `marquee synth`.
#[derive(Debug, Args)]
pub struct SynthArgs {
    /// A folder that does not exist yet or is empty
    out: PathBuf,

    /// People who rate
    #[arg(long, env = "MARQUEE_SYNTH_USERS", default_value_t = 600)]
    users: u32,

    /// Films
    #[arg(long, env = "MARQUEE_SYNTH_FILMS", default_value_t = 1000)]
    films: u32,

    /// Ratings in all
    #[arg(long, env = "MARQUEE_SYNTH_RATINGS", default_value_t = 60_000)]
    ratings: u64,

    /// Equal seeds give equal files
    #[arg(long, env = "MARQUEE_SYNTH_SEED", default_value_t = 1)]
    seed: u64,
}

/// Runs `marquee synth`.
pub fn run(args: &SynthArgs) -> anyhow::Result<()> {
    let started = Instant::now();
    // indicatif hides a bar by itself when stderr is no terminal.
    let bar = ProgressBar::new(args.ratings);
    bar.set_style(ProgressStyle::with_template("{wide_bar} {percent:>3} % · {human_pos} ratings · {eta} left")?);
    let size = Size { users: args.users, films: args.films, ratings: args.ratings, seed: args.seed };
    let outcome = synth::write(&args.out, size, &mut |ratings| bar.set_position(ratings));
    bar.finish_and_clear();
    outcome?;
    let seconds = started.elapsed().as_secs_f64();
    writeln!(
        std::io::stdout().lock(),
        "{} films, {} ratings by {} users in {seconds:.1} s → {}",
        args.films,
        args.ratings,
        args.users,
        args.out.display(),
    )
    .context("cannot write the summary")
}
