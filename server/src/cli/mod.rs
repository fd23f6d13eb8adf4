//! The command line: one file a command. Each turns its options into a call of the rooms below and prints what a
//! person wants to know; `anyhow` ends here.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::{
    model::set_candle_threads,
    telemetry::{LogFormat, start_logging},
};

mod evaluate;
mod import;
mod jobs;
mod options;
mod queue;
mod serve;
mod synth;
mod train;
mod visitors;
mod worker;

/// Film recommendations on your own machine; the page never waits for its model.
#[derive(Debug, Parser)]
#[command(name = "marquee", version, max_term_width = 110)]
pub struct Cli {
    /// Where catalogue.db, visitors.db and model.safetensors live.
    #[arg(long, global = true, env = "MARQUEE_DATA_DIR", default_value = "data", value_name = "DIR")]
    data_dir: PathBuf,

    /// How log lines are written; MARQUEE_LOG says which (warn,server=debug)
    #[arg(long, global = true, env = "MARQUEE_LOG_FORMAT", default_value = "text", value_name = "FORMAT")]
    log_format: LogFormat,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the web application with its own workers (also what bare `marquee` does)
    Serve(serve::ServeArgs),
    /// Compute predictions for web servers on a shared queue
    Worker(worker::WorkerArgs),
    /// Look after jobs that were given up on a shared queue
    Jobs(jobs::JobsArgs),
    /// Move visitors' ratings to where several web servers share them
    Visitors(visitors::VisitorsArgs),
    /// Make the catalogue of a MovieLens zip or folder
    Import(import::ImportArgs),
    /// Train the model on the catalogue's ratings
    Train(train::TrainArgs),
    /// Print how good the model is, beside the baselines
    Evaluate(evaluate::EvaluateArgs),
    /// Write a MovieLens-shaped folder of any size
    Synth(synth::SynthArgs),
}

impl Command {
    /// Threads for one matrix product: those who serve have a worker for each, those who learn have the machine.
    fn threads(&self) -> usize {
        match self {
            Self::Serve(_) | Self::Worker(_) => 1,
            _ => std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

/// Runs the command that the process was started with.
pub fn run() -> anyhow::Result<()> {
    let Cli { data_dir, log_format, command } = Cli::parse();
    let _until_the_end = start_logging(log_format);
    let command = command.unwrap_or_else(|| Command::Serve(serve::ServeArgs::from_environment()));
    set_candle_threads(command.threads());
    match command {
        Command::Serve(args) => serve::run(&args, &data_dir),
        Command::Worker(args) => worker::run(&args, &data_dir),
        Command::Jobs(args) => jobs::run(&args, &data_dir),
        Command::Visitors(args) => visitors::run(&args, &data_dir),
        Command::Import(args) => import::run(&args, &data_dir),
        Command::Train(args) => train::run(&args, &data_dir),
        Command::Evaluate(args) => evaluate::run(&args, &data_dir),
        Command::Synth(args) => synth::run(&args),
    }
}
