//! `marquee serve`.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    thread::available_parallelism,
    time::Duration,
};

use anyhow::{Context, bail};
use app::views::Missing;
use clap::{Args, Parser};
use tokio::net::TcpListener;

use super::{
    options::{address, batch, deadline, kept, patience, positive, threads},
    queue::{QueueArgs, prepared_link},
};
use crate::{
    catalogue::{self, Catalogue, CatalogueError},
    link::Link,
    model::artefact::{self, ArtefactError},
    predictions::{IdMint, Limits, Place, Service, Settings},
    telemetry::Metrics,
    visitors::{SharedVisitors, VisitorStore, Visitors},
    web::{
        files::SiteFiles,
        importing::Imports,
        operator::Operator,
        router::router,
        serving,
        site::{Films, Site},
    },
};

/// SQLite connections for pages and the API.
const READERS: usize = 4;
/// With one thread, which is what a machine of one CPU would get, rendering a page can hang.
const LEAST_TOKIO_THREADS: usize = 2;

/// Options of `marquee serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Where to listen; port 0 takes any free one
    #[arg(long, env = "MARQUEE_ADDR", default_value = "127.0.0.1:3000", value_name = "HOST:PORT", value_parser = address)]
    addr: SocketAddr,

    /// Worker threads that compute predictions [default: CPU cores minus one, at least one]; 0: other processes do
    #[arg(long, env = "MARQUEE_WORKERS", value_name = "N", value_parser = threads)]
    workers: Option<usize>,

    #[command(flatten)]
    queue: QueueArgs,

    /// Predictions that may wait for a worker; one more is refused with 503
    #[arg(long, env = "MARQUEE_QUEUE_CAPACITY", default_value_t = 1024, value_name = "N", value_parser = positive)]
    queue_capacity: usize,

    /// The most predictions computed together
    #[arg(long, env = "MARQUEE_MAX_BATCH", default_value_t = 64, value_name = "N", value_parser = batch)]
    max_batch: usize,

    /// How long a prediction may wait for a worker
    #[arg(long, env = "MARQUEE_DEADLINE", default_value = "60s", value_name = "TIME", value_parser = deadline)]
    deadline: Duration,

    /// How long a result is kept
    #[arg(long, env = "MARQUEE_RESULT_TTL", default_value = "10m", value_name = "TIME", value_parser = kept)]
    result_ttl: Duration,

    /// How many results are kept; the oldest go first
    #[arg(long, env = "MARQUEE_RESULT_CAPACITY", default_value_t = 20_000, value_name = "N", value_parser = positive)]
    result_capacity: usize,

    /// How long a stopping server may take to answer what is open
    #[arg(long, env = "MARQUEE_DRAIN", default_value = "20s", value_name = "TIME", value_parser = patience)]
    drain: Duration,

    /// Makes the model slow on purpose, by so much for each batch: for demonstrations and tests
    #[arg(long, env = "MARQUEE_MODEL_DELAY", default_value = "0s", value_name = "TIME", value_parser = patience)]
    model_delay: Duration,

    /// A file with the token that opens /workers and /metrics from elsewhere [default: this machine only]
    #[arg(long, env = "MARQUEE_OPERATOR_TOKEN_FILE", value_name = "FILE")]
    operator_token_file: Option<PathBuf>,

    /// The folder of the built site [default: `site` beside the binary's folder]
    #[arg(long, env = "MARQUEE_SITE_DIR", value_name = "DIR")]
    site_dir: Option<PathBuf>,
}

impl ServeArgs {
    /// What `marquee serve` without options would get.
    pub fn from_environment() -> Self {
        #[derive(Parser)]
        struct Bare {
            #[command(flatten)]
            args: ServeArgs,
        }
        Bare::parse_from(["marquee"]).args
    }

    fn settings(&self) -> anyhow::Result<Settings> {
        let workers = self.workers.unwrap_or_else(usual_workers);
        let shared = self.queue.redis()?.is_some();
        if workers == 0 && !shared {
            bail!("--workers 0 needs a queue that other processes work off: --queue redis://HOST:PORT");
        }
        Ok(Settings {
            limits: Limits {
                queue_capacity: self.queue_capacity,
                deadline: self.deadline,
                result_ttl: self.result_ttl,
                result_capacity: self.result_capacity,
            },
            workers,
            max_batch: self.max_batch,
            model_delay: self.model_delay,
        })
    }
}

/// CPU cores minus one, at least one.
pub fn usual_workers() -> usize {
    available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1)).max(1)
}

/// Runs `marquee serve`.
pub fn run(args: &ServeArgs, data_dir: &Path) -> anyhow::Result<()> {
    let metrics = Metrics::start()?;
    let settings = args.settings()?;
    let files = SiteFiles::find(args.site_dir.as_deref())?;
    std::fs::create_dir_all(data_dir).with_context(|| format!("cannot make {}", data_dir.display()))?;
    let threads = available_parallelism().map_or(LEAST_TOKIO_THREADS, |cores| cores.get().max(LEAST_TOKIO_THREADS));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?;
    let served = runtime.block_on(async {
        let site = Arc::new(site(args, settings, data_dir, metrics).await?);
        let listener = TcpListener::bind(args.addr)
            .await
            .with_context(|| format!("cannot listen on {}; choose another address with --addr", args.addr))?;
        say_where(listener.local_addr()?);
        let router = router(Arc::clone(&site), &files);
        serving::serve(listener, router, site, args.drain).await.context("serving ended")
    });
    // Threads that still compute hold nothing that could be lost: what they would write is in memory only, or will be
    // computed again by another.
    runtime.shutdown_background();
    served
}

/// The catalogue, the predictions over it and the visitors' ratings; what is missing is told on the page, what is
/// broken ends the start.
async fn site(args: &ServeArgs, settings: Settings, data_dir: &Path, metrics: Metrics) -> anyhow::Result<Site> {
    let operator = Operator::new(args.operator_token_file.as_deref())?;
    let site = |visitors, films, link| Site { visitors, films, imports: Imports::new(link), metrics, operator };
    let path = data_dir.join(catalogue::FILE_NAME);
    // Of many web servers each has all of it: visitors' ratings are in Redis, and not in a file that the others don't see.
    let alone = args.queue.redis()?.is_none();
    let catalogue = match Catalogue::open(&path, READERS) {
        Ok(catalogue) => catalogue,
        Err(CatalogueError::Missing { .. }) if alone => {
            tracing::warn!(path = %path.display(), "no catalogue; run marquee import");
            return Ok(site(Arc::new(own_visitors(data_dir)?), Err(Missing::Catalogue), None));
        }
        Err(error) => return Err(error.into()),
    };
    let artefact = match artefact::load(&data_dir.join(artefact::FILE_NAME), catalogue.info()) {
        Ok(artefact) => artefact,
        Err(error @ ArtefactError::Missing { .. }) if alone => {
            tracing::warn!(%error, "no model; run marquee train");
            let service = Err(Missing::Model("it was never trained".into()));
            return Ok(site(Arc::new(own_visitors(data_dir)?), Ok(Films { catalogue, service }), None));
        }
        Err(error) => return Err(error.into()),
    };
    let (visitors, place, link): (Arc<dyn VisitorStore>, Place, Option<Link>) = match args.queue.redis()? {
        None => {
            let visitors = own_visitors(data_dir)?;
            let mint = IdMint::new(visitors.secret());
            (Arc::new(visitors), Place::Memory(mint), None)
        }
        Some(redis) => {
            let (link, identity) = prepared_link(redis, &catalogue.info().fingerprint).await?;
            let visitors = SharedVisitors::new(link.clone());
            let place = Place::Shared(Box::new(link.clone()), identity, args.queue.claims());
            (Arc::new(visitors), place, Some(link))
        }
    };
    let service = Ok(Service::start(settings, &artefact, &path, place)?);
    Ok(site(visitors, Ok(Films { catalogue, service }), link))
}

/// The ratings of a web server that shares them with nobody.
fn own_visitors(data_dir: &Path) -> anyhow::Result<Visitors> {
    let path = data_dir.join("visitors.db");
    Visitors::open(&path).with_context(|| {
        format!(
            "cannot use {}, which holds the visitors' ratings: make it writable, or restore a backup",
            path.display()
        )
    })
}

#[allow(clippy::print_stdout, reason = "what the user of the command waits for")]
fn say_where(addr: SocketAddr) {
    println!("Marquee is on http://{addr}");
}
