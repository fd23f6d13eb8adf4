//! Listening, and ending in good order.

use std::{
    future::Future,
    io,
    sync::OnceLock,
    time::{Duration, Instant},
};

use axum::Router;
use tokio::{net::TcpListener, signal, sync::watch};

use super::{
    listening::{Bounds, listen},
    site::SharedSite,
};

/// Kept back from the drain limit, so that the last answers still get out.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Serves until SIGTERM or SIGINT, then ends within `drain`: nothing new is accepted, what runs is finished, what
/// waits is worked off, and whatever is not done shortly before the limit is answered with a failure.
pub async fn serve(listener: TcpListener, router: Router, site: SharedSite, drain: Duration) -> io::Result<()> {
    let (ending, mut ended) = watch::channel(false);
    let sweeping = tokio::spawn({
        let site = SharedSite::clone(&site);
        async move {
            if let Some(service) = site.service() {
                service.keep_swept().await;
            }
        }
    });
    let stop = stop_signal()?;
    let stopped = OnceLock::new();
    let stopping = {
        let (site, stopped) = (SharedSite::clone(&site), &stopped);
        async move {
            stop.await;
            let _ = stopped.set(Instant::now());
            tracing::info!(drain_s = drain.as_secs_f32(), "stopping");
            if let Some(service) = site.service() {
                service.close();
            }
            ending.send_replace(true);
        }
    };
    let limit = async {
        // An error means that the server has ended, and then nobody asks for the limit.
        let _ = ended.wait_for(|ended| *ended).await;
        tokio::time::sleep(drain.saturating_sub(LAST_WORDS)).await;
        if let Some(service) = site.service() {
            service.abort();
        }
        tokio::time::sleep(LAST_WORDS.min(drain)).await;
    };
    tokio::select! {
        () = listen(listener, router, Bounds::default(), stopping) => {}
        () = limit => tracing::warn!("connections were still open at the drain limit"),
    }
    sweeping.abort();
    // The workers of a shared queue went on until here: an open request may have waited for them.
    let left = stopped.get().map_or(drain, |at| drain.saturating_sub(at.elapsed())).max(LAST_WORDS);
    if let Some(service) = site.service()
        && !service.stop_workers(left).await
    {
        tracing::warn!("a worker was still computing; others will take its jobs over");
    }
    Ok(())
}

/// Completes at SIGTERM or SIGINT.
#[cfg(unix)]
pub fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate())?;
    let mut interrupt = signal::unix::signal(signal::unix::SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Completes at Ctrl-C.
#[cfg(not(unix))]
pub fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without a signal to wait for, only killing the process stops it.
        if signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
