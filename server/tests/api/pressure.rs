use std::time::Duration;

use serde_json::json;

use crate::support::{PATIENCE, Server, ids, json_of};

#[tokio::test]
async fn a_full_queue_answers_503_at_once_and_serves_again_when_the_load_is_gone() {
    let server =
        Server::start(&["--workers", "1", "--queue-capacity", "2", "--max-batch", "1", "--model-delay", "1s"]).await;
    let films = {
        let body = server.get_json("/api/predict?liked=&n=12").await;
        ids(&body)
    };
    let mut admitted = Vec::new();
    let mut refused = 0;
    for film in &films {
        let response = server.post("/api/predict", &json!({ "input-data": { "liked": [film] } })).await;
        if response.status() == 503 {
            let retry_after = response.headers()["retry-after"].to_str().expect("text").parse::<u64>();
            assert!(retry_after.is_ok_and(|seconds| seconds >= 1));
            refused += 1;
            let (_, body) = json_of(response).await;
            assert!(body["error"].is_string());
        } else {
            let (_, body) = json_of(response).await;
            admitted.push(body["result-id"].as_str().expect("an id").to_owned());
        }
    }
    assert!(refused >= 8, "{refused} of {} were refused", films.len());
    let page = server.get("/").await;
    assert_eq!(page.status(), 200, "the page does not need a place in the queue");
    for id in admitted {
        assert_eq!(server.finished(&id).await["status"], "SUCCESS");
    }
    assert_eq!(server.finished(&server.schedule(json!({ "liked": [films[11]] })).await).await["status"], "SUCCESS");
}

#[tokio::test]
async fn what_waits_past_its_deadline_fails_honestly_and_can_be_tried_again() {
    let server = Server::start(&["--workers", "1", "--deadline", "300ms", "--model-delay", "1500ms"]).await;
    let first = server.schedule(json!({ "liked": [] })).await;
    while server.get_json(&format!("/api/get-result/{first}")).await["status"] == "PENDING" {}
    let late = server.schedule(json!({ "liked": [], "n": 3 })).await;
    let failed = server.finished(&late).await;
    assert_eq!(failed["status"], "FAILURE");
    assert!(failed["error"].as_str().is_some_and(|error| error.contains("again")), "{failed}");
    assert_eq!(server.finished(&first).await["status"], "SUCCESS");
    let again = server.schedule(json!({ "liked": [], "n": 3 })).await;
    assert_eq!(server.finished(&again).await["status"], "SUCCESS");
}

#[tokio::test]
async fn a_caller_that_hangs_up_gives_its_place_in_the_queue_back() {
    let server = Server::start(&["--workers", "1", "--queue-capacity", "1", "--model-delay", "3s"]).await;
    let running = server.schedule(json!({ "liked": [], "n": 1 })).await;
    while server.get_json(&format!("/api/get-result/{running}")).await["status"] == "PENDING" {}
    let waiting = tokio::spawn(server.http.get(server.at("/api/predict?liked=&n=2")).send());
    let another = json!({ "input-data": { "liked": [], "n": 3 } });
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(server.post("/api/predict", &another).await.status(), 503, "the place is taken");
    waiting.abort();
    let start = std::time::Instant::now();
    while server.post("/api/predict", &another).await.status() != 202 {
        assert!(start.elapsed() < PATIENCE, "the place is still taken");
    }
}

#[tokio::test]
async fn pages_come_while_the_model_is_busy_and_every_prediction_comes_in_the_end() {
    let server = Server::start(&["--workers", "1", "--model-delay", "4s"]).await;
    let pages = futures::future::join_all((0..32).map(|_| server.get("/"))).await;
    let mut scheduled = Vec::new();
    for page in pages {
        assert_eq!(page.status(), 200);
        let html = page.text().await.expect("a page");
        let id = html.split("data-prediction=\"").nth(1).and_then(|rest| rest.split('"').next());
        scheduled.push(id.expect("an id in the page").to_owned());
    }
    let state = server.get_json(&format!("/api/get-result/{}", scheduled[0])).await;
    assert_ne!(state["status"], "SUCCESS", "the pages waited for their predictions");
    for id in scheduled {
        assert_eq!(server.finished(&id).await["status"], "SUCCESS");
    }
}

#[tokio::test]
async fn a_stopping_server_answers_what_is_open_and_exits_0() {
    let mut server = Server::start(&["--workers", "1", "--model-delay", "1s", "--drain", "15s"]).await;
    let open: Vec<_> = (1..=8)
        .map(|n| tokio::spawn(server.http.get(server.at(&format!("/api/predict?liked=&n={n}"))).send()))
        .collect();
    tokio::time::sleep(Duration::from_millis(700)).await;
    server.terminate();
    for (n, answer) in (1..).zip(open) {
        let (status, body) = json_of(answer.await.expect("no panic").expect("an answer, not a hang-up")).await;
        assert_eq!(status, 200, "{body}");
        assert_eq!(ids(&body).len(), n);
    }
    assert_eq!(server.ended(PATIENCE).await.and_then(|status| status.code()), Some(0));
}

#[tokio::test]
async fn a_stopping_server_keeps_to_its_drain_limit_and_answers_what_it_cannot_finish() {
    let mut server = Server::start(&["--workers", "1", "--model-delay", "50s", "--drain", "2s"]).await;
    let open = tokio::spawn(server.http.get(server.at("/api/predict?liked=")).send());
    tokio::time::sleep(Duration::from_millis(500)).await;
    server.terminate();
    let (status, body) = json_of(open.await.expect("no panic").expect("an answer, not a hang-up")).await;
    assert_eq!(status, 503);
    assert!(body["error"].is_string(), "{body}");
    assert_eq!(server.ended(Duration::from_secs(20)).await.and_then(|status| status.code()), Some(0));
}
