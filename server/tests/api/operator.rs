use std::{fs, process::Stdio, time::Instant};

use serde_json::{Value, json};

use crate::{
    redis::{Redis, Worker, pause_a_little, web_server},
    support::{PATIENCE, Server, copy_of_data, marquee},
};

/// The value of a metric whose line begins so.
fn value(text: &str, begins: &str) -> f64 {
    let line = text.lines().find(|line| line.starts_with(begins)).unwrap_or_else(|| panic!("no {begins} in {text}"));
    line.rsplit(' ').next().and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("no number in {line}"))
}

#[tokio::test]
async fn metrics_tell_what_was_done() {
    let server = Server::start(&[]).await;
    for n in [3, 3, 4] {
        let id = server.schedule(json!({ "liked": [], "n": n })).await;
        assert_eq!(server.finished(&id).await["status"], "SUCCESS");
    }
    let answer = server.get("/metrics").await;
    assert!(answer.headers()["content-type"].to_str().expect("text").starts_with("text/plain"));
    let text = answer.text().await.expect("text");
    assert_eq!(value(&text, "marquee_predictions_scheduled_total{outcome=\"new\"}"), 2.0);
    assert_eq!(value(&text, "marquee_predictions_scheduled_total{outcome=\"joined\"}"), 1.0);
    assert_eq!(value(&text, "marquee_predictions_finished_total{state=\"success\"}"), 2.0);
    assert_eq!(value(&text, "marquee_queue_depth"), 0.0);
    assert_eq!(value(&text, "marquee_predictions_running"), 0.0);
    assert_eq!(value(&text, "marquee_queue_up"), 1.0);
    assert_eq!(value(&text, "marquee_batch_size_count"), 2.0);
    assert_eq!(value(&text, "marquee_model_info{"), 1.0);
    let posts = "marquee_http_requests_total{method=\"POST\",route=\"/api/predict\",status=\"202\"}";
    assert_eq!(value(&text, posts), 3.0);
    assert!(value(&text, "process_resident_memory_bytes") > 1e6);
}

#[tokio::test]
async fn metrics_of_addresses_that_guests_invent_are_not_kept() {
    let server = Server::start(&[]).await;
    for number in 0..20 {
        server.get(&format!("/no/such/page/{number}")).await;
        server.get(&format!("/api/get-result/{number}")).await;
    }
    let text = server.get("/metrics").await.text().await.expect("text");
    assert!(!text.contains("such"), "{text}");
    assert_eq!(text.matches("route=\"/api/get-result/{id}\",status").count(), 1);
}

#[tokio::test]
async fn metrics_are_for_the_operator_alone() {
    let data = copy_of_data();
    let token = data.path().join("token");
    fs::write(&token, "the-operators-own-token\n").expect("written");
    let option = token.to_str().expect("text").to_owned();
    let server = Server::start_on(data, &["--operator-token-file", &option]).await;
    // A proxy on this machine passes somebody else's request on.
    let from_elsewhere = || server.http.get(server.at("/metrics")).header("x-forwarded-for", "10.1.2.3");
    let refused = from_elsewhere().send().await.expect("an answer");
    assert_eq!(refused.status(), 403);
    let wrong = from_elsewhere().bearer_auth("not-the-operators-token").send().await.expect("an answer");
    assert_eq!(wrong.status(), 403);
    let right = from_elsewhere().bearer_auth("the-operators-own-token").send().await.expect("an answer");
    assert_eq!(right.status(), 200);
    assert_eq!(server.get("/metrics").await.status(), 200, "the operator sits at this machine");
}

#[tokio::test]
async fn a_worker_tells_metrics_of_its_own() {
    let redis = Redis::start();
    let server = web_server(&redis, &[]).await;
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|any| any.local_addr()).expect("a port").port();
    let address = format!("127.0.0.1:{port}");
    let _worker = Worker::start(&redis, &["--metrics-addr", &address]);
    let id = server.schedule(json!({ "liked": [] })).await;
    assert_eq!(server.finished(&id).await["status"], "SUCCESS");
    let text = server.http.get(format!("http://{address}/metrics")).send().await.expect("an answer");
    let text = text.text().await.expect("text");
    assert_eq!(value(&text, "marquee_predictions_finished_total{state=\"success\"}"), 1.0);
    let web = server.get("/metrics").await.text().await.expect("text");
    assert_eq!(value(&web, "marquee_predictions_scheduled_total{outcome=\"new\"}"), 1.0);
}

#[tokio::test]
async fn the_workers_of_all_processes_and_what_they_did_are_seen_from_any_server() {
    let redis = Redis::start();
    let scheduling = web_server(&redis, &[]).await;
    let watching = web_server(&redis, &[]).await;
    let _workers = [0; 3].map(|_| Worker::start(&redis, &[]));
    for n in [3, 4, 5] {
        let id = scheduling.schedule(json!({ "liked": [], "n": n })).await;
        assert_eq!(scheduling.finished(&id).await["status"], "SUCCESS");
    }
    let begun = Instant::now();
    let page = loop {
        let page = watching.get_json("/fn/workers").await;
        if page["workers"].as_array().is_some_and(|workers| workers.len() == 3) {
            break page;
        }
        assert!(begun.elapsed() < PATIENCE, "three processes compute: {page}");
        pause_a_little();
    };
    let done = page["workers"].as_array().into_iter().flatten().filter_map(|worker| worker["done"].as_u64());
    assert_eq!(done.sum::<u64>(), 3, "{page}");
    assert_eq!(page["shared"], true);
    assert_eq!(page["recent"][0]["what"], "5 films for 0 ratings", "the newest first");
    assert_eq!(page["recent"].as_array().map(Vec::len), Some(3));
    assert_eq!(page["batches"].as_array().into_iter().flatten().filter_map(Value::as_u64).sum::<u64>(), 3);
}

#[tokio::test]
async fn the_workers_page_is_for_the_operator_alone() {
    let server = Server::start(&[]).await;
    let from_elsewhere = |path: &str| server.http.get(server.at(path)).header("x-forwarded-for", "10.1.2.3").send();
    for path in ["/workers", "/fn/workers"] {
        let refused = from_elsewhere(path).await.expect("an answer");
        assert_eq!(refused.status(), 403, "{path}");
        let text = refused.text().await.expect("text");
        assert!(!text.contains("worker-0"), "{text}");
    }
    let page = server.get("/workers").await.text().await.expect("text");
    assert!(page.contains("worker-0"), "{page}");
}

#[tokio::test]
async fn a_requests_id_follows_its_prediction_to_the_workers_log() {
    let redis = Redis::start();
    let server = web_server(&redis, &[]).await;
    let data = copy_of_data();
    let log = data.path().join("log");
    let mut command = marquee();
    command.args(["worker", "--workers", "1", "--log-format", "json", "--queue", &redis.url(), "--data-dir"]);
    command.arg(data.path()).env("MARQUEE_LOG", "server=debug");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(fs::File::create(&log).expect("a file"));
    let mut worker = command.spawn().expect("it starts");
    let body = json!({ "input-data": { "liked": [] } });
    let sent = server.http.post(server.at("/api/predict")).header("x-request-id", "follow-me-1234").json(&body);
    assert_eq!(sent.send().await.expect("an answer").status(), 202);
    let begun = Instant::now();
    let line = loop {
        assert!(begun.elapsed() < PATIENCE, "no line has the id: {:?}", fs::read_to_string(&log));
        let text = fs::read_to_string(&log).expect("the log");
        if let Some(line) = text.lines().find(|line| line.contains("follow-me-1234") && line.contains("is done")) {
            break serde_json::from_str::<Value>(line).expect("a JSON object a line");
        }
        pause_a_little();
    };
    assert_eq!(line["request"], "follow-me-1234");
    assert_eq!(line["state"], "success");
    let _ = worker.kill();
    let _ = worker.wait();
}
