use serde_json::json;

use crate::support::{Server, ids, json_of};

#[tokio::test]
async fn scheduling_answers_202_with_an_id_where_to_ask_and_when() {
    let server = Server::start(&[]).await;
    let response = server.post("/api/predict", &json!({ "input-data": { "liked": [] } })).await;
    assert_eq!(response.status(), 202);
    let header = |name: &str| response.headers()[name].to_str().expect("text").to_owned();
    let (location, retry_after) = (header("location"), header("retry-after"));
    let (_, body) = json_of(response).await;
    let id = body["result-id"].as_str().expect("an id");
    assert_eq!(body, json!({ "status": "working", "result-id": id }));
    assert_eq!(location, format!("/api/get-result/{id}"));
    assert!(retry_after.parse::<u32>().is_ok(), "{retry_after}");
}

#[tokio::test]
async fn polling_shows_a_waiting_state_and_then_twenty_recommendations() {
    let server = Server::start(&["--model-delay", "1s"]).await;
    let liked = server.some_films(3).await;
    let id = server.schedule(json!({ "liked": liked })).await;
    let waiting = server.get_json(&format!("/api/get-result/{id}")).await;
    assert!(waiting == json!({ "status": "PENDING" }) || waiting == json!({ "status": "STARTED" }), "{waiting}");
    let done = server.finished(&id).await;
    assert_eq!(done["status"], "SUCCESS");
    let films = done["result"].as_array().expect("a list");
    assert_eq!(films.len(), 20);
    for film in films {
        let mut fields: Vec<_> = film.as_object().expect("an object").keys().map(String::as_str).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["genres", "id", "reasons", "score", "title", "year"]);
        assert!(!liked.contains(&film["id"].as_u64().expect("a number")), "a rated film came back");
        for reason in film["reasons"].as_array().expect("a list") {
            assert!(liked.contains(&reason["id"].as_u64().expect("a number")), "{reason}");
            assert!((0.0..=1.0).contains(&reason["share"].as_f64().expect("a share")), "{reason}");
        }
    }
    let scores: Vec<f64> = films.iter().map(|film| film["score"].as_f64().expect("a score")).collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    assert!(films.iter().any(|film| film["reasons"] != json!([])), "no reasons at all");
}

#[tokio::test]
async fn the_direct_call_answers_with_the_list_that_the_queue_would_give() {
    let server = Server::start(&[]).await;
    let liked = server.some_films(2).await;
    let direct = server.get_json(&format!("/api/predict?liked={},{}&n=7", liked[0], liked[1])).await;
    let id = server.schedule(json!({ "liked": liked, "n": 7 })).await;
    assert_eq!(server.finished(&id).await["result"], direct);
    assert_eq!(ids(&direct).len(), 7);
}

#[tokio::test]
async fn every_way_to_name_a_profile_is_understood() {
    let server = Server::start(&[]).await;
    let films = server.some_films(2).await;
    let ratings = json!({ films[0].to_string(): 4.5, films[1].to_string(): 0.5 });
    for input in
        [json!({ "liked": [] }), json!({ "liked": films }), json!({ "ratings": ratings }), json!({ "profile": 1 })]
    {
        let id = server.schedule(input.clone()).await;
        let done = server.finished(&id).await;
        assert_eq!(done["status"], "SUCCESS", "{input}: {done}");
    }
    assert_eq!(ids(&server.get_json("/api/predict").await).len(), 20, "nobody's profile is the empty one");
}

#[tokio::test]
async fn a_waiting_poll_is_answered_when_the_state_changes() {
    let server = Server::start(&["--model-delay", "500ms"]).await;
    let id = server.schedule(json!({ "liked": [] })).await;
    let mut states = Vec::new();
    for _ in 0..4 {
        let body = server.get_json(&format!("/api/get-result/{id}?wait=9000")).await;
        states.push(body["status"].as_str().expect("a status").to_owned());
        if states.last().is_some_and(|state| state == "SUCCESS") {
            break;
        }
    }
    assert_eq!(states.last().map(String::as_str), Some("SUCCESS"), "{states:?}");
}

#[tokio::test]
async fn an_id_that_never_was_is_404_and_one_that_expired_is_410() {
    let server = Server::start(&["--result-ttl", "0s"]).await;
    for never in ["0".repeat(40), "nonsense".into(), "é".into(), "../../etc".into(), "a".repeat(5000)] {
        let (status, body) = json_of(server.get(&format!("/api/get-result/{}", urlencode(&never))).await).await;
        assert_eq!(status, 404, "{never:.50}: {body}");
        assert!(body["error"].is_string());
    }
    let id = server.schedule(json!({ "liked": [] })).await;
    let mut status = 200;
    for _ in 0..100 {
        status = server.get(&format!("/api/get-result/{id}?wait=100")).await.status().as_u16();
        if status != 200 {
            break;
        }
    }
    assert_eq!(status, 410);
}

#[tokio::test]
async fn an_id_of_before_a_restart_is_gone_not_unknown() {
    let server = Server::start(&[]).await;
    let id = server.schedule(json!({ "liked": [] })).await;
    let restarted = server.killed_and_restarted(&[]).await;
    assert_eq!(restarted.get(&format!("/api/get-result/{id}")).await.status(), 410);
}

#[tokio::test]
async fn what_a_visitor_scheduled_is_nobody_elses() {
    let server = Server::start(&[]).await;
    let cookie = |digit: &str| format!("marquee_visitor={}", digit.repeat(32));
    let body = json!({ "input-data": { "liked": [] } });
    let scheduled = server.http.post(server.at("/api/predict")).header("cookie", cookie("a")).json(&body).send().await;
    let (_, body) = json_of(scheduled.expect("an answer")).await;
    let address = server.at(&format!("/api/get-result/{}", body["result-id"].as_str().expect("an id")));
    let as_visitor = |cookie: String| server.http.get(&address).header("cookie", cookie).send();
    assert_eq!(as_visitor(cookie("a")).await.expect("an answer").status(), 200);
    assert_eq!(as_visitor(cookie("b")).await.expect("an answer").status(), 404);
    assert_eq!(server.http.get(&address).send().await.expect("an answer").status(), 404);
}

#[tokio::test]
async fn a_film_is_told_by_its_number() {
    let server = Server::start(&[]).await;
    let film = server.some_films(1).await[0];
    let body = server.get_json(&format!("/api/movies/{film}")).await;
    assert_eq!(body["id"], film);
    assert!(body["title"].is_string() && body["genres"].is_array() && body["histogram"].is_array(), "{body}");
    for unknown in ["999999999", "-1", "x", "4294967296"] {
        let (status, body) = json_of(server.get(&format!("/api/movies/{unknown}")).await).await;
        assert_eq!(status, 404, "{body}");
    }
}

#[tokio::test]
async fn a_server_with_its_model_says_that_it_is_alive_and_ready() {
    let server = Server::start(&[]).await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(server.get(path).await.status(), 200, "{path}");
    }
}

fn urlencode(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
