//! What the API says when it refuses: always JSON, the field by one name, and words that need no knowledge of the server.

use reqwest::{Method, Response};
use serde_json::json;

use crate::{
    redis::{Redis, web_server},
    support::{Server, json_of},
};

async fn send(server: &Server, method: Method, path: &str, body: &str) -> Response {
    server.http.request(method, server.at(path)).body(body.to_owned()).send().await.expect("an answer")
}

/// A table of one film that is here.
async fn a_file(server: &Server) -> String {
    let found = server.get_json("/api/search?sort=popular&n=1").await;
    let film = &found["films"][0];
    format!("Date,Name,Year,Letterboxd URI,Rating\n2024-01-02,{},{},u,4.5\n", film["title"], film["year"])
}

#[tokio::test]
async fn an_id_that_is_no_text_is_nobodys_and_is_told_so_in_json() {
    let server = Server::start(&[]).await;
    for (method, path) in [
        (Method::GET, "/api/movies/%FF"),
        (Method::GET, "/api/movies/%FF/similar"),
        (Method::GET, "/api/movies/%FF/stars"),
        (Method::POST, "/api/movies/%FF/stars"),
        (Method::GET, "/api/get-result/%FF"),
        (Method::PUT, "/api/ratings/%FF"),
        (Method::DELETE, "/api/ratings/%FF"),
        (Method::PUT, "/api/seen/%FF"),
        (Method::DELETE, "/api/library/%FF"),
    ] {
        let (status, body) = json_of(send(&server, method.clone(), path, "{}").await).await;
        assert_eq!(status, 404, "{method} {path}: {body}");
        assert!(body["error"].as_str().is_some_and(|error| error.contains("UTF-8")), "{method} {path}: {body}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_told_how_large_it_may_be() {
    let server = Server::start(&[]).await;
    for (path, megabytes) in [("/api/predict", 4), ("/api/import", 64)] {
        let body = " ".repeat((megabytes << 20) + 1);
        let (status, answer) = json_of(send(&server, Method::POST, path, &body).await).await;
        assert_eq!(status, 413, "{path}: {answer}");
        let bound = format!("{megabytes} MB");
        assert!(answer["error"].as_str().is_some_and(|error| error.contains(&bound)), "{path}: {answer}");
    }
}

#[tokio::test]
async fn an_import_that_cannot_be_now_says_when_to_try_again() {
    let mut redis = Redis::start();
    let bare = Server::start_on(tempfile::tempdir().expect("a folder"), &[]).await;
    let apart = web_server(&redis, &[]).await;
    let file = a_file(&apart).await;
    redis.kill();
    for server in [&bare, &apart] {
        let answer = send(server, Method::POST, "/api/import?name=ratings.csv", &file).await;
        let retry_after = answer.headers().get("retry-after").cloned();
        let (status, body) = json_of(answer).await;
        assert_eq!(status, 503, "{body}");
        let seconds = retry_after.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        assert!(seconds.is_some_and(|seconds| seconds >= 1), "{seconds:?}: {body}");
    }
}

#[tokio::test]
async fn a_question_of_another_shape_is_told_the_field_and_what_belongs_there() {
    let server = Server::start(&[]).await;
    let deep = format!(r#"{{"liked":{}1{}}}"#, "[".repeat(50), "]".repeat(50));
    for (input, field, said) in [
        (r#"{"liked":[],"years":[1990,1999,2000]}"#, "years", "such as [1990, 1999], not 3"),
        (r#"{"liked":[],"years":[1990]}"#, "years", "such as [1990, 1999], not 1"),
        (r#"{"liked":[],"years":[1999,1990]}"#, "years", "not [1999, 1990]"),
        (r#"{"liked":[],"years":1990}"#, "years", "years must be a list"),
        (r#"{"liked":[],"years":[1990,"x"]}"#, "years[1]", "years[1] must be a whole number"),
        (r#"{"liked":["Heat"]}"#, "liked[0]", "liked[0] must be a whole number"),
        (r#"{"liked":[-7]}"#, "liked[0]", "no film has the number -7"),
        (deep.as_str(), "liked[0]", "liked[0] must be a whole number"),
        (r#"{"liked":[],"candidates":[999999999]}"#, "candidates[0]", "no film has the number 999999999"),
        (r#"{"liked":[],"genres":["Cookery"]}"#, "genres[0]", "no genre is called"),
        (r#"{"liked":[],"genres":[5]}"#, "genres[0]", "genres[0] must be text"),
        (r#"{"liked":[],"n":1.0}"#, "n", "n must be a whole number"),
        (r#"{"liked":[],"n":18446744073709551615}"#, "n", "n is too large a number"),
        (r#"{"liked":[],"obscurity":"x"}"#, "obscurity", "obscurity must be a number"),
        (r#"{"liked":[],"obscurity":1e999}"#, "obscurity", "obscurity is too large a number"),
        (r#"{"liked":[],"include_rated":2}"#, "include_rated", "include_rated must be true or false"),
        (r#"{"ratings":[]}"#, "ratings", "ratings must be an object"),
        (r#"{"ratings":{"1":"x"}}"#, "ratings.1", "ratings.1 must be a number"),
        (r#"{"liked":[],"liked":[]}"#, "input-data", "`liked` stands there twice"),
        (r#"{"likd":[]}"#, "likd", "known fields: liked, ratings, profile, n,"),
        ("5", "input-data", "input-data must be an object"),
    ] {
        let body = format!(r#"{{"input-data":{input}}}"#);
        let (status, answer) = json_of(send(&server, Method::POST, "/api/predict", &body).await).await;
        assert_eq!((status, answer["field"].as_str()), (422, Some(field)), "{input:.60}: {answer}");
        let sentence = answer["error"].as_str().expect("a sentence");
        assert!(sentence.contains(said), "{input:.60}: {answer}");
        for parsers in ["line", "column", "i64", "struct", "expected", "sequence", "boolean"] {
            assert!(!sentence.contains(parsers), "{input:.60}: {answer}");
        }
    }
}

#[tokio::test]
async fn a_fault_of_the_whole_body_is_the_bodys() {
    let server = Server::start(&[]).await;
    for (body, said) in [
        ("[]", "the body must be an object"),
        ("5", "the body must be an object"),
        (r#"[{"liked":[]},1]"#, "the body must be an object"),
        ("{}", "`input-data` is missing"),
    ] {
        let (status, answer) = json_of(send(&server, Method::POST, "/api/predict", body).await).await;
        assert_eq!((status, &answer["field"]), (422, &json!("body")), "{body}: {answer}");
        assert!(answer["error"].as_str().is_some_and(|error| error.contains(said)), "{body}: {answer}");
    }
    let film = server.some_films(1).await[0];
    for (body, field, said) in [
        (r#"{"stars":7}"#, "stars", "a rating is 0.5 to 5 stars in halves, not 7"),
        (r#"{"stars":"x"}"#, "stars", "stars must be a number"),
        ("{}", "body", "`stars` is missing"),
    ] {
        let (status, answer) = json_of(send(&server, Method::PUT, &format!("/api/ratings/{film}"), body).await).await;
        assert_eq!(answer, json!({ "error": said, "field": field }), "{body}: {status}");
    }
}

#[tokio::test]
async fn a_name_that_the_client_made_up_is_sent_back_shortened() {
    let server = Server::start(&[]).await;
    let body = json!({ "input-data": { "ratings": { "x".repeat(5_000): "y" } } }).to_string();
    let (status, answer) = json_of(send(&server, Method::POST, "/api/predict", &body).await).await;
    assert_eq!(status, 422);
    assert!(answer.to_string().len() < 300, "{answer}");
}

#[tokio::test]
async fn a_viewer_who_is_not_there_is_told_whatever_is_searched_for() {
    let server = Server::start(&[]).await;
    for rest in ["", "&sort=match", "&unrated=1", "&library=true", "&q=night"] {
        let (status, answer) = json_of(server.get(&format!("/api/search?profile=999999999{rest}")).await).await;
        assert_eq!((status, &answer["field"]), (422, &json!("profile")), "{rest}: {answer}");
        assert_eq!(server.get(&format!("/api/search?profile=1{rest}")).await.status(), 200, "{rest}");
    }
}

#[tokio::test]
async fn what_is_on_or_off_is_said_in_the_same_words_everywhere() {
    let server = Server::start(&[]).await;
    let file = a_file(&server).await;
    for (method, path, name) in [
        (Method::GET, "/api/predict?liked=&n=1&", "include_rated"),
        (Method::GET, "/api/search?n=1&", "unrated"),
        (Method::GET, "/api/search?n=1&", "library"),
        (Method::POST, "/api/import?name=mine.csv&", "library"),
    ] {
        for value in ["true", "false", "1", "0"] {
            let answer = send(&server, method.clone(), &format!("{path}{name}={value}"), &file).await;
            assert_eq!(answer.status(), 200, "{path}{name}={value}");
        }
        for value in ["", "yes", "TRUE", "2"] {
            let answer = send(&server, method.clone(), &format!("{path}{name}={value}"), &file).await;
            let (status, body) = json_of(answer).await;
            assert_eq!(status, 422, "{path}{name}={value}: {body}");
            assert_eq!(body, json!({ "error": format!("{name} is true or false"), "field": name }));
        }
    }
}

#[tokio::test]
async fn an_address_of_the_api_that_is_not_there_is_404_in_json_whatever_is_asked_of_it() {
    let server = Server::start(&[]).await;
    for path in ["/api", "/api/", "/api/nothing", "/api/movies", "/api/predict/", "/api/%FF"] {
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
            let answer = send(&server, method.clone(), path, "").await;
            assert!(!answer.headers().contains_key("allow"), "{method} {path}");
            let (status, body) = json_of(answer).await;
            assert_eq!(status, 404, "{method} {path}: {body}");
        }
    }
}

/// With results that are gone at once, a wait may end with none: the caller has never heard of an id.
#[tokio::test]
async fn who_waits_for_films_is_never_told_that_an_id_has_expired() {
    let server = Server::start(&["--result-ttl", "0s"]).await;
    for n in 1..=40 {
        let answer = server.get(&format!("/api/predict?liked=&n={n}")).await;
        let status = answer.status().as_u16();
        let says_when = answer.headers().contains_key("retry-after");
        let (_, body) = json_of(answer).await;
        assert!(status == 200 && body.is_array() || status == 503 && says_when, "{status}: {body}");
    }
}
