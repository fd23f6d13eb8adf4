use serde_json::{Value, json};

use crate::support::{Server, json_of};

/// Sends each body and expects the status, a sentence, and a server that lives on.
#[tokio::test]
async fn wrong_input_gets_a_4xx_with_a_sentence_and_the_server_lives() {
    let server = Server::start(&[]).await;
    let film = server.some_films(1).await[0];
    let wrong: &[(&str, u16, Value)] = &[
        ("unknown film", 422, json!({ "liked": [999_999_999] })),
        ("a negative film", 422, json!({ "liked": [-5] })),
        ("a film beyond 32 bits", 422, json!({ "liked": [4_294_967_296_u64] })),
        ("a film that is text", 422, json!({ "liked": ["Heat"] })),
        ("liked that is no list", 422, json!({ "liked": 5 })),
        ("unknown viewer", 422, json!({ "profile": 999_999_999 })),
        ("a negative viewer", 422, json!({ "profile": -1 })),
        ("no profile at all", 422, json!({})),
        ("no profile but a number", 422, json!({ "n": 5 })),
        ("two profiles", 422, json!({ "liked": [], "profile": 1 })),
        ("seven stars", 422, json!({ "ratings": { film.to_string(): 7 } })),
        ("a quarter star", 422, json!({ "ratings": { film.to_string(): 0.25 } })),
        ("no stars", 422, json!({ "ratings": { film.to_string(): 0 } })),
        ("stars of infinity", 422, json!({ "ratings": { film.to_string(): 1e39 } })),
        ("stars for no number", 422, json!({ "ratings": { "Heat": 4 } })),
        ("a film with a zero in front", 422, json!({ "ratings": { format!("0{film}"): 4 } })),
        ("a film with a sign", 422, json!({ "ratings": { format!("+{film}"): 4 } })),
        ("a film with a space", 422, json!({ "ratings": { format!(" {film}"): 4 } })),
        ("n of 0", 422, json!({ "liked": [], "n": 0 })),
        ("n of -1", 422, json!({ "liked": [], "n": -1 })),
        ("n of a billion", 422, json!({ "liked": [], "n": 1_000_000_000 })),
        ("n of a half", 422, json!({ "liked": [], "n": 0.5 })),
        ("an unknown genre", 422, json!({ "liked": [], "genres": ["Cookery"] })),
        ("years backwards", 422, json!({ "liked": [], "years": [1999, 1990] })),
        ("one year", 422, json!({ "liked": [], "years": [1999] })),
        ("an unknown candidate", 422, json!({ "liked": [], "candidates": [999_999_999] })),
        ("an unknown field", 422, json!({ "liked": [], "likd": [] })),
        ("null", 422, Value::Null),
    ];
    for (what, expected, input) in wrong {
        let (status, body) = json_of(server.post("/api/predict", &json!({ "input-data": input })).await).await;
        assert_eq!(status, *expected, "{what}: {body}");
        assert!(body["error"].as_str().is_some_and(|sentence| sentence.len() > 10), "{what}: {body}");
        assert!(body["field"].is_string(), "{what}: {body}");
    }
    assert_eq!(server.some_films(3).await.len(), 3);
}

#[tokio::test]
async fn what_is_no_json_is_400_and_json_of_another_shape_422() {
    let server = Server::start(&[]).await;
    let deep = "[".repeat(100_000);
    for (body, expected) in [
        ("", 400),
        ("{", 400),
        ("not json", 400),
        (r#"{"input-data":{"liked":[]}} trailing"#, 400),
        ("\u{0}\u{1}", 400),
        (deep.as_str(), 400),
        ("[]", 422),
        // A list is no object, whatever is in it.
        (r#"[{"liked":[]}]"#, 422),
        (r#"{"input-data":[[1],null,null,null,null,null,null,null,null,null,null]}"#, 422),
        ("{}", 422),
        ("5", 422),
    ] {
        let sent = server.http.post(server.at("/api/predict")).body(body.to_owned()).send().await;
        let (status, answer) = json_of(sent.expect("an answer")).await;
        assert!(status == expected || (body == deep && status == 422), "{body:.40}: {status} {answer}");
        assert!(answer["error"].is_string());
    }
    let broken = server.http.post(server.at("/api/predict")).body(vec![0xff_u8, 0xfe, 0x00]).send().await;
    assert_eq!(broken.expect("an answer").status(), 400);
}

#[tokio::test]
async fn a_huge_body_is_refused_and_the_server_lives() {
    let server = Server::start(&[]).await;
    let sent = server.http.post(server.at("/api/predict")).body(vec![b' '; 50 << 20]).send().await;
    // The server may hang up on the sender before all of it is sent; if it answers, then so.
    if let Ok(response) = sent {
        let (status, body) = json_of(response).await;
        assert_eq!(status, 413, "{body}");
    }
    assert_eq!(server.some_films(3).await.len(), 3);
}

#[tokio::test]
async fn wrong_queries_are_told_which_parameter_and_why() {
    let server = Server::start(&[]).await;
    for (query, field) in [
        ("liked=x", "liked[0]"),
        ("liked=999999999", "liked[0]"),
        ("profile=999999999", "profile"),
        ("profile=", "profile"),
        ("n=0", "n"),
        ("n=1000000000", "n"),
        ("n=99999999999999999999", "n"),
        ("years=x", "years"),
        ("include_rated=perhaps", "include_rated"),
        ("genre=Drama", "genre"),
        ("liked=&profile=1", "input-data"),
        // A number is written in one way, as in a path.
        ("liked=01", "liked[0]"),
        ("liked=1,%2B2", "liked[1]"),
        ("liked=-0", "liked[0]"),
        ("exclude=01", "exclude[0]"),
        ("candidates=001", "candidates[0]"),
        ("profile=0414", "profile"),
        ("profile=%2B1", "profile"),
        ("profile=%201", "profile"),
        ("n=020", "n"),
        ("years=01990", "years"),
        ("years=1990-01999", "years"),
        // What is said twice is said in two ways.
        ("n=1&n=1", "n"),
        ("liked=1&liked=2", "liked"),
    ] {
        let (status, body) = json_of(server.get(&format!("/api/predict?{query}")).await).await;
        assert_eq!(status, 422, "{query}: {body}");
        assert_eq!(body["field"], field, "{query}: {body}");
    }
    let id = server.schedule(json!({ "liked": [] })).await;
    for query in ["wait=forever", "wait=01", "wait=1&wait=2"] {
        let (status, body) = json_of(server.get(&format!("/api/get-result/{id}?{query}")).await).await;
        assert_eq!((status, &body["field"]), (422, &json!("wait")), "{query}: {body}");
    }
    let film = server.some_films(1).await[0];
    for (path, field) in [
        (format!("/api/movies/{film}/similar?n=012"), "n"),
        (format!("/api/movies/{film}/similar?n=1&n=2"), "n"),
        (format!("/api/movies/{film}/stars?profile=01"), "profile"),
        (format!("/api/movies/{film}/stars?profile=1&profile=2"), "profile"),
        ("/api/search?q=a&q=b".to_owned(), "q"),
        ("/api/search?page=01".to_owned(), "page"),
        ("/api/search?n=05".to_owned(), "n"),
        ("/api/search?decade=01990".to_owned(), "decade"),
        ("/api/search?profile=01".to_owned(), "profile"),
    ] {
        let (status, body) = json_of(server.get(&path).await).await;
        assert_eq!((status, &body["field"]), (422, &json!(field)), "{path}: {body}");
    }
    for page in ["/?profile=01", "/search?profile=%2B1", "/for-you?profile=01", "/?profile=1&profile=2"] {
        assert_eq!(server.get(page).await.status(), 404, "{page}");
    }
}

#[tokio::test]
async fn unknown_addresses_and_methods_of_the_api_answer_json() {
    let server = Server::start(&[]).await;
    let (status, body) = json_of(server.get("/api/nothing").await).await;
    assert_eq!(status, 404, "{body}");
    let sent = server.http.delete(server.at("/api/predict")).send().await;
    let (status, body) = json_of(sent.expect("an answer")).await;
    assert_eq!(status, 405, "{body}");
}

#[tokio::test]
async fn an_odd_request_id_is_replaced_and_a_plain_one_is_kept() {
    let server = Server::start(&[]).await;
    let answered = async |id: &str| {
        let answer = server.http.get(server.at("/healthz")).header("x-request-id", id).send().await.expect("an answer");
        answer.headers()["x-request-id"].to_str().expect("text").to_owned()
    };
    assert_eq!(answered("trace-1:a/b").await, "trace-1:a/b");
    for odd in ["a b".to_owned(), "x".repeat(129), "\"}".to_owned()] {
        assert_eq!(answered(&odd).await.len(), 32, "{odd}");
    }
}

#[tokio::test]
async fn a_film_has_one_address() {
    let server = Server::start(&[]).await;
    let film = server.some_films(1).await[0];
    for (number, expected) in [
        (film.to_string(), 200),
        (format!("0{film}"), 404),
        (format!("+{film}"), 404),
        (format!("%2B{film}"), 404),
        (format!("-{film}"), 404),
        (format!("{film}.0"), 404),
    ] {
        for address in ["/movie/", "/api/movies/"] {
            let status = server.get(&format!("{address}{number}")).await.status();
            assert_eq!(status, expected, "{address}{number}");
        }
        let poster = server.get(&format!("/poster/{number}.svg")).await.status();
        assert_eq!(poster, expected, "/poster/{number}.svg");
    }
}
