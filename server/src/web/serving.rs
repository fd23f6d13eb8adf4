//! Listening, and ending in good order.

use std::{future::Future, io, time::Duration};

use axum::Router;
use tokio::{net::TcpListener, signal, sync::watch};

use super::site::SharedSite;

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
    let server = axum::serve(listener, router).with_graceful_shutdown({
        let site = SharedSite::clone(&site);
        async move {
            stop.await;
            tracing::info!(drain_s = drain.as_secs_f32(), "stopping");
            if let Some(service) = site.service() {
                service.close();
            }
            ending.send_replace(true);
        }
    });
    let limit = async {
        // An error means that the server has ended, and then nobody asks for the limit.
        let _ = ended.wait_for(|ended| *ended).await;
        tokio::time::sleep(drain.saturating_sub(LAST_WORDS)).await;
        if let Some(service) = site.service() {
            service.abort();
        }
        tokio::time::sleep(LAST_WORDS.min(drain)).await;
    };
    let result = tokio::select! {
        result = async { server.await } => result,
        () = limit => {
            tracing::warn!("connections were still open at the drain limit");
            Ok(())
        }
    };
    sweeping.abort();
    result
}

#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate())?;
    let mut interrupt = signal::unix::signal(signal::unix::SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without a signal to wait for, only killing the process stops it.
        if signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
