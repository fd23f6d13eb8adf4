use std::{
    io::Write,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::catalogue::import::{self, Progress, Report};

/// Options of `marquee import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// A MovieLens zip file, or the folder it unpacks to: any edition, CSV, u.data, ratings.dat or RecBole's files
    #[arg(env = "MARQUEE_DATASET")]
    path: PathBuf,
}

/// Runs `marquee import`.
pub fn run(args: &ImportArgs, data_dir: &Path) -> anyhow::Result<()> {
    let started = Instant::now();
    let mut bar = Bar::new(stopped_by_signal()?);
    let outcome = import::import(&args.path, data_dir, &mut bar);
    bar.bar.finish_and_clear();
    let report = outcome?;
    summarise(&report, started.elapsed(), &data_dir.join(crate::catalogue::FILE_NAME))
        .context("cannot write the summary")
}

fn summarise(report: &Report, took: Duration, file: &Path) -> std::io::Result<()> {
    let Report { info, bad, older } = report;
    let mut notes = std::io::stderr().lock();
    if bad.count > 0 {
        writeln!(notes, "{} bad rows were left out:", bad.count)?;
        for row in &bad.first {
            writeln!(notes, "  {row}")?;
        }
        if bad.count > bad.first.len() as u64 {
            writeln!(notes, "  … and {} more", bad.count - bad.first.len() as u64)?;
        }
    }
    if *older > 0 {
        writeln!(notes, "{older} ratings were left out because the same viewer rated the film again later")?;
    }
    let seconds = took.as_secs_f64();
    writeln!(
        std::io::stdout().lock(),
        "{}: {} films, {} ratings, {} viewers in {seconds:.1} s ({:.0} ratings/s) → {}",
        info.dataset,
        info.films,
        info.ratings,
        info.viewers,
        info.ratings as f64 / seconds.max(1e-3),
        file.display(),
    )
}

/// A flag that is raised when the user or the system asks the process to stop.
///
/// Without it an interrupted import would leave its half-made file behind.
fn stopped_by_signal() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let raise = Arc::clone(&stop);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(async {
            #[cfg(unix)]
            if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                tokio::select! {
                    _ = tokio::signal::ctrl_c() => {}
                    _ = terminate.recv() => {}
                }
            }
            #[cfg(not(unix))]
            let _ = tokio::signal::ctrl_c().await;
        });
        raise.store(true, Ordering::Relaxed);
    })?;
    Ok(stop)
}

/// The progress on a terminal; nothing where there is none.
struct Bar {
    bar: ProgressBar,
    stop: Arc<AtomicBool>,
    stage: Stage,
    started: Instant,
}

#[derive(PartialEq)]
enum Stage {
    Start,
    Reading,
    Storing,
    Finishing,
}

impl Bar {
    fn new(stop: Arc<AtomicBool>) -> Self {
        // indicatif hides a bar by itself when stderr is no terminal.
        Self { bar: ProgressBar::no_length(), stop, stage: Stage::Start, started: Instant::now() }
    }

    fn begin(&mut self, stage: Stage, what: &'static str, of: u64) {
        if self.stage == stage {
            return;
        }
        self.stage = stage;
        self.started = Instant::now();
        let template = "{prefix:<9} {wide_bar} {percent:>3} % · {msg} · {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
        self.bar.reset();
        self.bar.set_length(of);
        self.bar.set_prefix(what);
    }

    fn advance(&self, position: u64, rows: u64) {
        self.bar.set_position(position);
        let speed = rows as f64 / self.started.elapsed().as_secs_f64().max(1e-3);
        self.bar.set_message(format!("{rows} rows, {speed:.0} rows/s"));
    }
}

impl Progress for Bar {
    fn reading(&mut self, bytes: u64, of: u64, rows: u64) {
        self.begin(Stage::Reading, "reading", of);
        self.advance(bytes, rows);
    }

    fn storing(&mut self, ratings: u64, of: u64) {
        self.begin(Stage::Storing, "storing", of);
        self.advance(ratings, ratings);
    }

    fn finishing(&mut self) {
        self.stage = Stage::Finishing;
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            self.bar.set_style(style);
        }
        self.bar.set_message("indexing and checking");
        self.bar.enable_steady_tick(Duration::from_millis(100));
    }

    fn is_cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}
