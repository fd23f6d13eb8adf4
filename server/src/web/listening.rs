//! Connections: how many, and how long one may say nothing.
//!
//! `axum::serve` has neither bound: whoever opens sockets and sends half a request would hold them for good.

use std::{future::Future, io, pin::pin, sync::Arc, time::Duration};

use axum::{Extension, Router, extract::ConnectInfo};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, sync::Semaphore};
use tower::Layer;
use tower_http::timeout::RequestBodyTimeoutLayer;

/// How long to let be when the system has no socket to give.
const WITHOUT_SOCKETS: Duration = Duration::from_millis(100);

/// The bounds of what comes in.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Connections at once; one more waits in the system's backlog until another ends.
    pub connections: usize,
    /// How long the head of a request may take, how long its body may pause, and how long a connection may rest between
    /// two requests.
    pub silence: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { connections: 10_000, silence: Duration::from_secs(30) }
    }
}

/// Accepts connections until `stop`, then no more; ends when every request that is open then has its answer.
pub async fn listen(listener: TcpListener, router: Router, bounds: Bounds, stop: impl Future<Output = ()>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(bounds.silence);
    // The same for a body: whoever sends half of it is not waited for either.
    let service = RequestBodyTimeoutLayer::new(bounds.silence).layer(router);
    let places = Arc::new(Semaphore::new(bounds.connections));
    let open = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let next = async {
            // The semaphore is never closed.
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = &mut stop => break,
            next = next => next,
        };
        let (stream, from) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                if !is_the_peers(&error) {
                    tracing::error!(%error, "no connection can be accepted");
                    tokio::time::sleep(WITHOUT_SOCKETS).await;
                }
                continue;
            }
        };
        // Answers are small and written at once; waiting for more to send would only delay them.
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(Extension(ConnectInfo(from)).layer(service.clone()));
        let connection = open.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    open.shutdown().await;
}

fn is_the_peers(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
        time::timeout,
    };

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);
    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n";

    async fn listening(bounds: Bounds) -> std::net::SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new().route("/", get(|| async { "here" }).post(|body: String| async { body }));
        tokio::spawn(listen(listener, router, bounds, std::future::pending()));
        address
    }

    async fn read_to_end(stream: &mut TcpStream) -> String {
        let mut text = Vec::new();
        timeout(PATIENCE, stream.read_to_end(&mut text)).await.expect("the connection is closed").expect("text");
        String::from_utf8(text).expect("text")
    }

    #[tokio::test]
    async fn half_a_request_does_not_hold_its_connection() {
        let address = listening(Bounds { connections: 8, silence: Duration::from_millis(200) }).await;
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        stream.write_all(&REQUEST[..20]).await.expect("sent");
        let answer = read_to_end(&mut stream).await;
        assert!(!answer.contains("200"), "{answer}");
    }

    #[tokio::test]
    async fn half_a_body_does_not_hold_its_connection() {
        let address = listening(Bounds { connections: 8, silence: Duration::from_millis(200) }).await;
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        stream.write_all(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\nhalf").await.expect("sent");
        let answer = read_to_end(&mut stream).await;
        assert!(!answer.contains("200 OK"), "{answer}");
    }

    #[tokio::test]
    async fn a_connection_that_rests_too_long_is_closed() {
        let address = listening(Bounds { connections: 8, silence: Duration::from_millis(200) }).await;
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        stream.write_all(REQUEST).await.expect("sent");
        assert!(read_to_end(&mut stream).await.contains("200 OK"));
    }

    #[tokio::test]
    async fn one_connection_too_many_waits_for_a_place() {
        let address = listening(Bounds { connections: 1, silence: PATIENCE }).await;
        let mut first = TcpStream::connect(address).await.expect("a connection");
        first.write_all(REQUEST).await.expect("sent");
        let mut answer = [0; 8];
        first.read_exact(&mut answer).await.expect("an answer");
        let mut second = TcpStream::connect(address).await.expect("the backlog takes it");
        second.write_all(REQUEST).await.expect("sent");
        let early = timeout(Duration::from_millis(300), second.read_exact(&mut answer)).await;
        assert!(early.is_err(), "it was answered although the place is taken");
        drop(first);
        timeout(PATIENCE, second.read_exact(&mut answer)).await.expect("its turn comes").expect("an answer");
    }
}
