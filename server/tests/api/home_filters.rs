use std::collections::HashSet;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Server, ids};

/// A visitor who has a cookie.
struct Visitor<'a> {
    http: Client,
    server: &'a Server,
}

impl<'a> Visitor<'a> {
    async fn new(server: &'a Server) -> Self {
        let visitor = Self { http: Client::builder().cookie_store(true).build().expect("a client"), server };
        visitor.page("/").await;
        visitor
    }

    async fn page(&self, path: &str) -> String {
        self.http.get(self.server.at(path)).send().await.expect("an answer").text().await.expect("a page")
    }

    async fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.page(path).await).expect("JSON")
    }

    async fn put(&self, path: &str, body: Value) {
        let answer = self.http.request(Method::PUT, self.server.at(path)).json(&body).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::NO_CONTENT, "{path}");
    }

    /// What was predicted for a page.
    async fn predicted(&self, page: &str) -> Vec<u64> {
        let id = page.split("data-prediction=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a prediction");
        for _ in 0..100 {
            let state = self.json(&format!("/api/get-result/{id}?wait=2000")).await;
            if state["status"] == "SUCCESS" {
                return ids(&state["result"]);
            }
        }
        panic!("it is not finished");
    }

    async fn found(&self, query: &str) -> HashSet<u64> {
        let mut all = HashSet::new();
        for page in 1..=4 {
            all.extend(ids(&self.json(&format!("/api/search?{query}&n=100&page={page}")).await["films"]));
        }
        all
    }
}

/// The films that a page links to.
fn linked(page: &str) -> Vec<u64> {
    let numbers = page.split("href=\"/movie/").skip(1);
    numbers.filter_map(|rest| rest.split(['"', '?']).next().and_then(|id| id.parse().ok())).collect()
}

/// The same below the rows' headings, without what a new visitor is offered.
fn in_rows(page: &str) -> Vec<u64> {
    linked(page.split("id=\"for-you\"").nth(1).expect("the first row"))
}

#[tokio::test]
async fn a_filter_in_the_address_holds_in_every_row() {
    let server = Server::start(&[]).await;
    let visitor = Visitor::new(&server).await;
    for film in server.some_films(4).await {
        visitor.put(&format!("/api/ratings/{film}"), json!({ "stars": 5 })).await;
    }
    for filter in ["genre=Drama", "decade=1990", "genre=Comedy&decade=1990", "decade=1995", "unrated=true"] {
        let allowed = visitor.found(filter).await;
        assert!(!allowed.is_empty(), "{filter}");
        let page = visitor.page(&format!("/?{filter}")).await;
        let (shown, predicted) = (in_rows(&page), visitor.predicted(&page).await);
        assert!(!shown.is_empty() && !predicted.is_empty(), "{filter}");
        for film in shown.iter().chain(&predicted) {
            assert!(allowed.contains(film), "{filter} shows {film}");
        }
        let plain = visitor.page(&format!("/for-you?{filter}")).await;
        assert!(linked(&plain).iter().all(|film| allowed.contains(film)), "{filter} without script");
        assert!(!linked(&plain).is_empty(), "{filter} without script");
    }
}

#[tokio::test]
async fn only_what_one_has_is_shown_when_that_is_asked_for() {
    let server = Server::start(&[]).await;
    let visitor = Visitor::new(&server).await;
    assert!(!visitor.page("/").await.contains("Only what I have"), "who has no library is not asked");
    let films: Vec<u64> = server.some_films(12).await;
    for film in &films {
        visitor.put(&format!("/api/library/{film}"), json!(null)).await;
    }
    visitor.put(&format!("/api/ratings/{}", films[0]), json!({ "stars": 5 })).await;
    let page = visitor.page("/?library=true").await;
    assert!(page.contains("Only what I have"));
    let predicted = visitor.predicted(&page).await;
    let mut sorted = predicted.clone();
    sorted.sort_unstable();
    let mut expected = films[1..].to_vec();
    expected.sort_unstable();
    assert_eq!(sorted, expected, "each film that one has and has not rated, once");
    assert!(in_rows(&page).iter().all(|film| films.contains(film)));

    assert_eq!(visitor.found("library=true").await, films.iter().copied().collect());
    assert_eq!(visitor.found("library=true&unrated=true").await, films[1..].iter().copied().collect());
    let stranger = Visitor::new(&server).await;
    assert!(stranger.found("library=true").await.is_empty(), "it is one's own");
    let search = visitor.page("/search?library=true").await;
    assert!(search.contains("12 films") && linked(&search).iter().all(|film| films.contains(film)));
}

#[tokio::test]
async fn a_filter_that_lets_nothing_through_shows_an_empty_page_and_a_way_out() {
    let server = Server::start(&[]).await;
    let visitor = Visitor::new(&server).await;
    for filter in ["genre=No+such%22%3Cgenre%3E", "decade=1870", "library=true", "decade=65535"] {
        let page = visitor.page(&format!("/?{filter}")).await;
        assert!(!page.contains("data-prediction=\""), "{filter}: there is nothing to choose from");
        assert!(page.contains(">All films<") && !page.contains("<genre>"), "{filter}");
        assert!(page.contains("<h1>No films</h1>") && !page.contains("id=\"for-you\""), "{filter}");
    }
    for nonsense in ["genre=", "decade=soon", "unrated=maybe", "colour=red", "decade=99999999"] {
        let page = visitor.page(&format!("/?{nonsense}")).await;
        assert!(!in_rows(&page).is_empty() && !page.contains(">All films<"), "{nonsense}");
    }
}

#[tokio::test]
async fn the_api_says_which_switches_it_understands() {
    let server = Server::start(&[]).await;
    let answer = server.get("/api/search?library=perhaps").await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().await.expect("text").contains("true or false"));
}

#[tokio::test]
async fn a_page_without_films_says_whether_there_are_none_or_the_visitor_put_them_away() {
    let server = Server::start(&[]).await;
    let visitor = Visitor::new(&server).await;
    let filter = "genre=Western&decade=1920";
    let films = visitor.found(filter).await;
    assert!(!films.is_empty() && films.len() < 10, "a narrow one: {films:?}");
    for film in &films {
        visitor.put(&format!("/api/hidden/{film}"), json!(null)).await;
    }
    for (query, says) in [
        (filter, "You have rated, seen or hidden every film that is all of this: Western, 1920s."),
        ("genre=Western&decade=1850", "No film here is all of this: Western, 1850s."),
        ("genre=Foo", "There is no genre “Foo” here."),
        ("library=true", "There is no film in your library yet."),
    ] {
        for path in ["/", "/for-you"] {
            let page = visitor.page(&format!("{path}?{query}")).await;
            assert!(page.contains(says), "{path}?{query}: {page}");
        }
    }
    for (query, says) in
        [("genre=Foo", "There is no genre “Foo” here."), ("library=true", "There is no film in your library yet.")]
    {
        let page = visitor.page(&format!("/search?q=the&{query}")).await;
        assert!(page.contains(says), "{query}: {page}");
    }
}
