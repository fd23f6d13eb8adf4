//! Traces, as an OpenTelemetry collector gets them.

use std::{
    net::SocketAddr,
    process::{Child, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{Router, body::Bytes, http::HeaderMap, routing::post};
use serde_json::json;

use crate::{
    redis::Redis,
    support::{PATIENCE, Server, copy_of_data, marquee, serve_command},
};

type Received = Arc<Mutex<Vec<Bytes>>>;

/// Takes what is exported, and keeps it.
async fn collector() -> (SocketAddr, Received) {
    let received = Received::default();
    let kept = Arc::clone(&received);
    let keep = async move |headers: HeaderMap, body: Bytes| {
        assert_eq!(headers["content-type"], "application/x-protobuf");
        kept.lock().expect("whole").push(body);
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/v1/traces", post(keep))).await });
    (address, received)
}

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn contains(body: &[u8], part: &[u8]) -> bool {
    body.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn a_prediction_in_a_worker_belongs_to_the_trace_of_the_client_who_asked() {
    let (address, received) = collector().await;
    let redis = Redis::start();
    let exporting =
        [("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{address}")), ("OTEL_BSP_SCHEDULE_DELAY", "100".into())];
    let data = copy_of_data();
    let mut serve = serve_command(data.path(), &["--workers", "0", "--queue", &redis.url()]);
    serve.envs(exporting.clone()).env("OTEL_SERVICE_NAME", "web-of-the-test");
    let server = Server::start_as(serve, data).await;
    let data = copy_of_data();
    let mut worker = marquee();
    worker.args(["worker", "--workers", "1", "--queue", &redis.url(), "--data-dir"]).arg(data.path());
    worker.envs(exporting).env("OTEL_SERVICE_NAME", "worker-of-the-test");
    let _worker = Killed(worker.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts"));

    let trace = [7_u8; 16];
    let traceparent = format!("00-{}-0102030405060708-01", "07".repeat(16));
    let body = json!({ "input-data": { "liked": [] } });
    let sent = server.http.post(server.at("/api/predict")).header("traceparent", traceparent).json(&body);
    assert_eq!(sent.send().await.expect("an answer").status(), 202);

    // A part of the trace from each process: what it did, and the id that the client chose.
    for (service, span) in [("web-of-the-test", "request"), ("worker-of-the-test", "prediction")] {
        let parts = [service.as_bytes(), span.as_bytes(), &trace];
        let begun = Instant::now();
        while !received.lock().expect("whole").iter().any(|body| parts.iter().all(|part| contains(body, part))) {
            assert!(begun.elapsed() < PATIENCE, "{service} exports no {span}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
