use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    redis::{Redis, web_server},
    support::{Server, ids, json_of},
};

fn visitor() -> Client {
    Client::builder().cookie_store(true).build().expect("a client")
}

async fn ask(server: &Server, who: &Client, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
    let request = who.request(method, server.at(path));
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    let answer = request.send().await.expect("an answer");
    if answer.status() == StatusCode::NO_CONTENT { (204, Value::Null) } else { json_of(answer).await }
}

async fn get(server: &Server, who: &Client, path: &str) -> Value {
    let (status, value) = ask(server, who, Method::GET, path, None).await;
    assert_eq!(status, 200, "{path}: {value}");
    value
}

/// What the home page's prediction brings.
async fn predicted_rows(server: &Server, who: &Client) -> Vec<Value> {
    let html = who.get(server.at("/")).send().await.expect("an answer").text().await.expect("a page");
    let id = html.split("data-prediction=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a prediction");
    let path = format!("/api/get-result/{id}?wait=8000");
    loop {
        let state = get(server, who, &path).await;
        match state["status"].as_str() {
            Some("SUCCESS") => return state["result"].as_array().expect("films").clone(),
            Some("PENDING" | "STARTED") => {}
            other => panic!("{other:?}: {state}"),
        }
    }
}

/// The sorts of rows, each once, in their order.
fn kinds(films: &[Value]) -> Vec<String> {
    let kind = |film: &Value| match &film["row"] {
        Value::String(kind) => kind.clone(),
        Value::Object(row) => row.keys().next().expect("a kind").clone(),
        other => panic!("{other}"),
    };
    let mut rows: Vec<(Value, String)> = films.iter().map(|film| (film["row"].clone(), kind(film))).collect();
    rows.dedup();
    rows.into_iter().map(|(_, kind)| kind).collect()
}

#[tokio::test]
async fn one_prediction_fills_all_rows_of_the_page_and_no_film_stands_twice() {
    let (server, me) = (Server::start(&[]).await, visitor());
    assert_eq!(kinds(&predicted_rows(&server, &me).await), ["for-you"], "a stranger has no taste to go by");
    for film in server.some_films(4).await {
        ask(&server, &me, Method::PUT, &format!("/api/ratings/{film}"), Some(json!({ "stars": 5 }))).await;
    }
    let films = predicted_rows(&server, &me).await;
    let kinds = kinds(&films);
    assert_eq!(&kinds[..2], ["for-you", "because"], "{kinds:?}");
    assert!(kinds.contains(&"genre".to_owned()), "{kinds:?}");
    let mut all = ids(&json!(films));
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count, "a film stands in two rows");
    let rated = get(&server, &me, "/api/ratings").await;
    let rated = ids(&rated["ratings"]);
    for film in &films {
        assert!(!rated.contains(&film["id"].as_u64().expect("a number")), "{film} is rated");
        if let Some(because) = film["row"]["because"]["id"].as_u64() {
            assert!(rated.contains(&because), "{film} stands there because of a film that is not liked");
        }
        if let Some(genre) = film["row"]["genre"]["name"].as_str() {
            assert!(film["genres"].as_array().expect("genres").iter().any(|of| of == genre), "{film}");
        }
    }
}

#[tokio::test]
async fn films_that_are_seen_or_hidden_are_recommended_no_more_until_it_is_taken_back() {
    let (server, me) = (Server::start(&[]).await, visitor());
    get(&server, &me, "/api/ratings").await;
    let before = ids(&get(&server, &me, "/api/predict?n=5").await);
    for (mark, film) in ["seen", "hidden", "watchlist"].iter().zip(&before) {
        assert_eq!(ask(&server, &me, Method::PUT, &format!("/api/{mark}/{film}"), None).await.0, 204);
    }
    let after = ids(&get(&server, &me, "/api/predict?n=5").await);
    assert!(!after.contains(&before[0]) && !after.contains(&before[1]), "{before:?} {after:?}");
    assert!(after.contains(&before[2]), "what one wants to see may be recommended");
    let rows = ids(&json!(predicted_rows(&server, &me).await));
    assert!(!rows.contains(&before[0]) && !rows.contains(&before[1]));
    assert!(ids(&get(&server, &visitor(), "/api/predict?n=5").await).contains(&before[0]), "for others it stays");
    for (mark, film) in ["seen", "hidden"].iter().zip(&before) {
        ask(&server, &me, Method::DELETE, &format!("/api/{mark}/{film}"), None).await;
    }
    assert_eq!(ids(&get(&server, &me, "/api/predict?n=5").await), before);
}

#[tokio::test]
async fn ratings_and_lists_are_kept_for_their_visitor_alone() {
    let (server, me) = (Server::start(&[]).await, visitor());
    let films = server.some_films(3).await;
    get(&server, &me, "/api/watchlist").await;
    for film in &films[..2] {
        ask(&server, &me, Method::PUT, &format!("/api/watchlist/{film}"), None).await;
    }
    let path = format!("/api/ratings/{}", films[2]);
    assert_eq!(ask(&server, &me, Method::PUT, &path, Some(json!({ "stars": 3.5 }))).await.0, 204);
    let mut wanted = ids(&get(&server, &me, "/api/watchlist").await["films"]);
    wanted.sort_unstable();
    let mut expected = films[..2].to_vec();
    expected.sort_unstable();
    assert_eq!(wanted, expected);
    assert_eq!(get(&server, &me, "/api/ratings").await, json!({ "ratings": [{ "id": films[2], "stars": 3.5 }] }));
    let stranger = visitor();
    assert_eq!(get(&server, &stranger, "/api/watchlist").await, json!({ "films": [] }));
    assert_eq!(get(&server, &stranger, "/api/ratings").await, json!({ "ratings": [] }));
    assert_eq!(ask(&server, &me, Method::DELETE, &path, None).await.0, 204);
    assert_eq!(get(&server, &me, "/api/ratings").await, json!({ "ratings": [] }));
}

#[tokio::test]
async fn what_is_no_film_no_rating_or_of_another_site_changes_nothing_and_is_told_why() {
    let (server, me) = (Server::start(&[]).await, visitor());
    let film = server.some_films(1).await[0];
    get(&server, &me, "/api/ratings").await;
    for (method, path, body, expected) in [
        (Method::PUT, "/api/watchlist/999999999".to_owned(), None, 404),
        (Method::PUT, "/api/watchlist/x".to_owned(), None, 404),
        (Method::PUT, format!("/api/ratings/{film}"), None, 400),
        (Method::PUT, format!("/api/ratings/{film}"), Some(json!({ "stars": 7 })), 422),
        (Method::PUT, format!("/api/ratings/{film}"), Some(json!({ "stars": 4, "more": 1 })), 422),
        (Method::POST, format!("/api/ratings/{film}"), Some(json!({ "stars": 4 })), 405),
        (Method::GET, format!("/api/liked/{film}"), None, 404),
    ] {
        let (status, answer) = ask(&server, &me, method.clone(), &path, body).await;
        assert_eq!(status, expected, "{method} {path}: {answer}");
        assert!(answer["error"].is_string() || answer["error"].is_object(), "{answer}");
    }
    let foreign = me.put(server.at(&format!("/api/hidden/{film}"))).header("sec-fetch-site", "cross-site");
    assert_eq!(foreign.send().await.expect("an answer").status(), StatusCode::FORBIDDEN);
    for list in ["ratings", "watchlist", "seen", "hidden"] {
        let kept = get(&server, &me, &format!("/api/{list}")).await;
        assert!(kept.as_object().expect("a list").values().all(|list| list == &json!([])), "{kept}");
    }
}

#[tokio::test]
async fn without_script_a_film_is_put_on_the_watchlist_by_a_form_and_the_home_page_shows_it() {
    let (server, me) = (Server::start(&[]).await, visitor());
    let film = server.some_films(1).await[0];
    let page = server.at(&format!("/movie/{film}"));
    let html = me.get(&page).send().await.expect("an answer").text().await.expect("a page");
    assert!(html.contains("Not interested") && html.contains("Already seen"), "{html}");
    let form = me.post(server.at("/fn/mark")).header("referer", &page).header("accept", "text/html");
    let form = form.header("content-type", "application/x-www-form-urlencoded");
    let answer = form.body(format!("movie={film}&mark=watchlist&on=true")).send().await.expect("an answer");
    assert_eq!((answer.status(), answer.url().path()), (StatusCode::OK, format!("/movie/{film}").as_str()));
    assert!(answer.text().await.expect("a page").contains("On your watchlist"));
    let home = me.get(server.at("/")).send().await.expect("an answer").text().await.expect("a page");
    assert!(home.contains("Your watchlist"), "{home}");
}

#[tokio::test]
async fn marks_made_on_one_web_server_are_known_to_the_other() {
    let redis = Redis::start();
    let one = Server::start(&["--queue", &redis.url()]).await;
    let other = web_server(&redis, &[]).await;
    let film = one.some_films(1).await[0];
    let me = visitor();
    get(&one, &me, "/api/watchlist").await;
    ask(&one, &me, Method::PUT, &format!("/api/watchlist/{film}"), None).await;
    ask(&one, &me, Method::PUT, &format!("/api/ratings/{film}"), Some(json!({ "stars": 4.5 }))).await;
    // Cookies are for a host, whatever its port.
    assert_eq!(ids(&get(&other, &me, "/api/watchlist").await["films"]), [film]);
    assert_eq!(get(&other, &me, "/api/ratings").await, json!({ "ratings": [{ "id": film, "stars": 4.5 }] }));
    let home = me.get(other.at("/")).send().await.expect("an answer").text().await.expect("a page");
    assert!(home.contains("Your watchlist") && home.contains("Recently rated"), "{home}");
    ask(&other, &me, Method::DELETE, &format!("/api/watchlist/{film}"), None).await;
    assert_eq!(get(&one, &me, "/api/watchlist").await, json!({ "films": [] }));
}
