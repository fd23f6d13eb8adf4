//! `marquee worker`.

use std::{net::SocketAddr, path::Path, time::Duration};

use anyhow::{Context, bail};
use clap::Args;
use metrics::gauge;
use tokio::net::TcpListener;

use super::{
    options::{batch, deadline, kept, patience, positive, threads},
    queue::{QueueArgs, prepared_link},
    serve::usual_workers,
};
use crate::{
    catalogue::{self, Reader},
    model::artefact,
    predictions::{Crew, Limits, Settings},
    telemetry::{Metrics, names},
    web::{
        listening::{Bounds, listen},
        router::worker_router,
        serving::stop_signal,
    },
};

fn some_threads(text: &str) -> Result<usize, String> {
    positive(text).and_then(|_| threads(text))
}

/// Options of `marquee worker`.
#[derive(Debug, Args)]
pub struct WorkerArgs {
    #[command(flatten)]
    queue: QueueArgs,

    /// Worker threads that compute predictions [default: CPU cores minus one, at least one]
    #[arg(long, env = "MARQUEE_WORKERS", value_name = "N", value_parser = some_threads)]
    workers: Option<usize>,

    /// The most predictions computed together
    #[arg(long, env = "MARQUEE_MAX_BATCH", default_value_t = 64, value_name = "N", value_parser = batch)]
    max_batch: usize,

    /// How long a prediction may wait for a worker; the same as the web servers'
    #[arg(long, env = "MARQUEE_DEADLINE", default_value = "60s", value_name = "TIME", value_parser = deadline)]
    deadline: Duration,

    /// How long a result is kept; the same as the web servers'
    #[arg(long, env = "MARQUEE_RESULT_TTL", default_value = "10m", value_name = "TIME", value_parser = kept)]
    result_ttl: Duration,

    /// How long a stopping worker may take to finish what it computes
    #[arg(long, env = "MARQUEE_DRAIN", default_value = "20s", value_name = "TIME", value_parser = patience)]
    drain: Duration,

    /// Where to tell /metrics and /healthz [default: nowhere]; keep it off the public network
    #[arg(long, env = "MARQUEE_METRICS_ADDR", value_name = "IP:PORT")]
    metrics_addr: Option<SocketAddr>,

    /// Makes the model slow on purpose, by so much for each batch: for demonstrations and tests
    #[arg(long, env = "MARQUEE_MODEL_DELAY", default_value = "0s", value_name = "TIME", value_parser = patience)]
    model_delay: Duration,
}

/// Waits until a worker thread has ended that nobody stopped.
async fn one_dies(crew: &Crew) {
    while crew.all_alive() {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Runs `marquee worker`.
pub fn run(args: &WorkerArgs, data_dir: &Path) -> anyhow::Result<()> {
    let metrics = Metrics::start()?;
    let redis = args.queue.redis_needed()?;
    let path = data_dir.join(catalogue::FILE_NAME);
    let info = Reader::open(&path)?.info().clone();
    let artefact = artefact::load(&data_dir.join(artefact::FILE_NAME), &info)?;
    let settings = Settings {
        limits: Limits { queue_capacity: 0, deadline: args.deadline, result_ttl: args.result_ttl, result_capacity: 0 },
        workers: args.workers.unwrap_or_else(usual_workers),
        max_batch: args.max_batch,
        model_delay: args.model_delay,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime
        .block_on(async {
            // Before anything takes long: a stop is heard from here on.
            let stop = stop_signal()?;
            let (link, _) = prepared_link(redis, &info.fingerprint).await?;
            let crew =
                Crew::start(link.redis(), settings, &artefact.model, (&path, &info.fingerprint), args.queue.claims())?;
            if let Some(address) = args.metrics_addr {
                let listener = TcpListener::bind(address).await.with_context(|| {
                    format!("cannot listen on {address}; choose another address with --metrics-addr")
                })?;
                gauge!(names::MODEL, "version" => artefact.model.version().to_owned()).set(1.0);
                tokio::spawn(listen(listener, worker_router(metrics), Bounds::default(), std::future::pending()));
            }
            say_ready(settings.workers, &link.redis().to_string());
            tokio::select! {
                () = stop => {}
                () = one_dies(&crew) => bail!("a worker thread has died; start the process anew"),
            }
            tracing::info!(drain_s = args.drain.as_secs_f32(), "stopping");
            crew.stop();
            if !crew.ended(args.drain).await {
                bail!("a worker was still computing at the drain limit; others will take its jobs over");
            }
            Ok(())
        })
        .context("the worker ended")
}

#[allow(clippy::print_stdout, reason = "what the user of the command waits for")]
fn say_ready(workers: usize, queue: &str) {
    let threads = if workers == 1 { "thread" } else { "threads" };
    println!("Marquee works for {queue} on {workers} {threads}");
}
