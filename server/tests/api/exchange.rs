use std::time::{Duration, Instant};

use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::{
    redis::{Redis, web_server},
    support::{Server, ids, json_of},
};

fn visitor() -> Client {
    Client::builder().cookie_store(true).build().expect("a client")
}

async fn get(server: &Server, who: &Client, path: &str) -> Response {
    who.get(server.at(path)).send().await.expect("an answer")
}

async fn import(server: &Server, who: &Client, query: &str, bytes: impl Into<reqwest::Body>) -> (u16, Value) {
    let path = server.at(&format!("/api/import{query}"));
    json_of(who.post(path).body(bytes).send().await.expect("an answer")).await
}

/// Titles and years of some films that are here.
async fn films(server: &Server, count: usize) -> Vec<(u64, String, u64)> {
    let found = server.get_json("/api/search?sort=popular&n=100").await;
    let found = found["films"].as_array().expect("films").clone();
    let film = |film: &Value| Some((film["id"].as_u64()?, film["title"].as_str()?.to_owned(), film["year"].as_u64()?));
    found.iter().filter_map(film).take(count).collect()
}

fn letterboxd(films: &[(u64, String, u64)], stars: &str) -> String {
    let row = |(_, title, year): &(u64, String, u64)| format!("2024-01-02,\"{title}\",{year},u,{stars}\n");
    format!("Date,Name,Year,Letterboxd URI,Rating\n{}", films.iter().map(row).collect::<String>())
}

/// A form with a file, as a browser sends it.
async fn send_form(server: &Server, who: &Client, purpose: &str, name: &str, file: &[u8]) -> (u16, String) {
    let mut body = format!(
        "--xx\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\n{purpose}\r\n--xx\r\nContent-Disposition: form-data; \
         name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--xx--\r\n");
    let request = who.post(server.at("/import")).header("content-type", "multipart/form-data; boundary=xx").body(body);
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("a page"))
}

#[tokio::test]
async fn a_file_of_ratings_is_kept_once_however_often_it_is_brought() {
    let server = Server::start(&[]).await;
    let me = visitor();
    let films = films(&server, 5).await;
    let mut file = letterboxd(&films[..4], "4.5");
    file.push_str("2024-01-02,A Film That Nobody Made,1999,u,1\n2024-01-02,Odd,1999,u,eleven\n");
    for round in 0..2 {
        let (status, summary) = import(&server, &me, "?name=ratings.csv", file.clone()).await;
        assert_eq!(status, 200, "{summary}");
        let (new, same) = if round == 0 { (4, 0) } else { (0, 4) };
        assert_eq!(summary["ratings"], json!({ "new": new, "changed": 0, "same": same, "older": 0 }), "{summary}");
        assert_eq!((&summary["unmatched_rows"], &summary["unreadable_rows"]), (&json!(1), &json!(1)));
        assert_eq!(
            summary["unmatched"][0],
            json!({ "title": "A Film That Nobody Made", "year": 1999, "said": "1 star" })
        );
        assert_eq!(summary["unreadable"][0], "ratings.csv line 7: the rating is not a number");
    }
    let rated = get(&server, &me, "/api/ratings").await.json::<Value>().await.expect("ratings");
    let mut expected: Vec<u64> = films[..4].iter().map(|film| film.0).collect();
    expected.sort_unstable();
    assert_eq!(ids(&rated["ratings"]), expected);
    let other = get(&server, &visitor(), "/api/ratings").await.json::<Value>().await.expect("ratings");
    assert_eq!(other["ratings"], json!([]), "another visitor has them too");
}

#[tokio::test]
async fn what_is_taken_away_is_everything_and_can_be_brought_back_by_another() {
    let server = Server::start(&[]).await;
    let (me, other) = (visitor(), visitor());
    let films = films(&server, 6).await;
    import(&server, &me, "?name=ratings.csv", letterboxd(&films[..2], "2")).await;
    for (list, film) in ["watchlist", "seen", "hidden", "library"].into_iter().zip(&films[2..]) {
        let path = server.at(&format!("/api/{list}/{}", film.0));
        assert_eq!(me.put(path).send().await.expect("an answer").status(), 204);
    }
    let export = get(&server, &me, "/api/export").await;
    assert_eq!(export.headers()["content-disposition"], "attachment; filename=\"marquee.json\"");
    let export = export.text().await.expect("a file");
    let (status, summary) = import(&server, &other, "", export.clone()).await;
    assert_eq!(
        (status, &summary["source"], &summary["ratings"]["new"]),
        (200, &json!("Marquee"), &json!(2)),
        "{summary}"
    );
    for list in ["watchlist", "seen", "hidden", "library"] {
        assert_eq!(summary[list], 1, "{list}: {summary}");
    }
    let mine: Value = serde_json::from_str(&export).expect("JSON");
    let theirs = get(&server, &other, "/api/export").await.json::<Value>().await.expect("JSON");
    assert_eq!(theirs["ratings"], mine["ratings"]);

    let table = get(&server, &me, "/api/export/ratings.csv").await.text().await.expect("a table");
    assert!(
        table.starts_with("imdbID,tmdbID,Title,Year,Rating,WatchedDate\n") && table.lines().count() == 3,
        "{table}"
    );
    let (status, summary) = import(&server, &visitor(), "?name=ratings.csv", table).await;
    assert_eq!((status, &summary["ratings"]["new"]), (200, &json!(2)), "{summary}");
}

#[tokio::test]
async fn a_library_is_kept_and_so_are_its_films_that_nobody_rated() {
    let server = Server::start(&[]).await;
    let me = visitor();
    let films = films(&server, 3).await;
    let rows: Vec<Value> =
        films.iter().map(|(_, title, year)| json!({ "Name": title, "ProductionYear": year })).collect();
    let (status, summary) = import(&server, &me, "?library=true", json!({ "Items": rows }).to_string()).await;
    assert_eq!((status, &summary["library"]), (200, &json!(3)), "{summary}");
    let library = get(&server, &me, "/api/library").await.json::<Value>().await.expect("films");
    assert_eq!(library["films"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn a_file_that_cannot_be_used_changes_nothing_and_is_told_why() {
    let server = Server::start(&[]).await;
    let me = visitor();
    for (bytes, why) in [
        (&b""[..], "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a PNG picture"),
        (b"<html></html>", "web page"),
        (b"PK\x03\x04half", "only half"),
        (b"colour,size\n1,2\n", "names films and ratings"),
        (b"[{\"rating\":9,", "ends in the middle"),
        (b"userId,movieId,rating\n1,1,3\n2,1,3\n", "marquee import"),
    ] {
        let (status, answer) = import(&server, &me, "", bytes).await;
        assert!(status == 422 && answer["error"].as_str().is_some_and(|error| error.contains(why)), "{why}: {answer}");
        let (status, html) = send_form(&server, &me, "ratings", "file", bytes).await;
        assert!(status == 422 && html.contains("Nothing was changed") && html.contains(why), "{why}: {status} {html}");
    }
    let (status, answer) = import(&server, &me, "?colour=red", "x").await;
    assert_eq!((status, answer["field"].as_str()), (422, Some("query")), "{answer}");
    let rated = get(&server, &me, "/api/ratings").await.json::<Value>().await.expect("ratings");
    assert_eq!(rated["ratings"], json!([]));
}

#[tokio::test]
async fn a_file_beyond_the_limit_is_refused() {
    let server = Server::start(&[]).await;
    let (status, answer) = import(&server, &visitor(), "", vec![b' '; (64 << 20) + 1]).await;
    assert_eq!(status, 413, "{answer}");
    assert!(answer["error"].as_str().is_some_and(|error| error.contains("a list of films")), "{answer}");
}

/// Begins to send a file, and is in no hurry with the rest of it.
async fn half_a_file(server: &Server, path: &str, kind: &str) -> TcpStream {
    let address = server.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: here\r\nContent-Type: {kind}\r\nContent-Length: 1000000\r\n\r\n--xx\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    stream
}

#[tokio::test]
async fn who_sends_slowly_keeps_nobody_from_importing() {
    let server = Server::start(&[]).await;
    let films = films(&server, 2).await;
    let mut slow = Vec::new();
    for _ in 0..4 {
        slow.push(half_a_file(&server, "/api/import?name=ratings.csv", "text/csv").await);
        slow.push(half_a_file(&server, "/import", "multipart/form-data; boundary=xx").await);
    }
    let begun = Instant::now();
    let (status, summary) = import(&server, &visitor(), "?name=ratings.csv", letterboxd(&films, "4")).await;
    assert_eq!((status, &summary["ratings"]["new"]), (200, &json!(2)), "{summary}");
    let (status, html) =
        send_form(&server, &visitor(), "ratings", "ratings.csv", letterboxd(&films, "4").as_bytes()).await;
    assert!(status == 200 && html.contains("Your Letterboxd file is in"), "{status} {html}");
    assert!(begun.elapsed() < Duration::from_secs(10), "it took {:?}", begun.elapsed());
    drop(slow);
}

#[tokio::test]
async fn the_import_form_works_without_script_and_its_answer_has_the_summary() {
    let server = Server::start(&[]).await;
    let me = visitor();
    let films = films(&server, 2).await;
    let page = get(&server, &me, "/import").await.text().await.expect("a page");
    assert!(page.contains("enctype=\"multipart/form-data\"") && page.contains("action=\"/import\""), "{page}");
    let file = format!("{}2024-01-02,<b>None such</b>,1999,u,3\n", letterboxd(&films, "5"));
    let (status, html) = send_form(&server, &me, "ratings", "ratings.csv", file.as_bytes()).await;
    assert_eq!(status, 200);
    for text in ["Your Letterboxd file is in", "new ratings", "Not found here", "/search?q=%3Cb%3ENone+such", "</html>"]
    {
        assert!(html.contains(text), "{text} is missing: {html}");
    }
    assert!(!html.contains("<b>None such"), "what a file says is not the page's own");
    assert!(!html.contains(" style="), "the content security policy forbids style attributes");
    let (status, html) = send_form(&server, &me, "ratings", "", b"").await;
    assert!(status == 422 && html.contains("Choose one first"), "{html}");
    let broken =
        me.post(server.at("/import")).header("content-type", "multipart/form-data; boundary=xx").body("--xx\r\nhalf");
    assert!(broken.send().await.expect("an answer").status().is_client_error());
    let plain = me.post(server.at("/import")).body("no form").send().await.expect("an answer");
    assert_eq!(plain.status(), 422);
    let foreign = me.post(server.at("/import")).header("origin", "https://elsewhere.example").body("x").send().await;
    assert_eq!(foreign.expect("an answer").status(), 403);
}

#[tokio::test]
async fn a_long_import_is_told_step_by_step_on_a_page_that_is_sent_meanwhile() {
    let server = Server::start(&[]).await;
    let films = films(&server, 50).await;
    let part = letterboxd(&films, "4");
    let rows = part.split_once('\n').expect("rows").1.repeat(12_000);
    let file = format!("Date,Name,Year,Letterboxd URI,Rating\n{rows}");
    let (status, html) = send_form(&server, &visitor(), "ratings", "ratings.csv", file.as_bytes()).await;
    assert_eq!(status, 200);
    assert!(html.matches("class=\"import-step\"").count() > 3, "{}", html.len());
    assert!(html.contains("600,000 rows read."), "{}", &html[html.len().saturating_sub(6_000)..]);
    assert!(html.find("import-step").expect("a step") < html.find("import-ended").expect("an end"));
}

#[tokio::test]
async fn who_asks_to_be_forgotten_is_in_memory_and_in_redis() {
    let redis = Redis::start();
    let alone = Server::start(&[]).await;
    let shared = web_server(&redis, &[]).await;
    for server in [&alone, &shared] {
        let (me, other) = (visitor(), visitor());
        let films = films(server, 3).await;
        for who in [&me, &other] {
            let (status, summary) = import(server, who, "?name=ratings.csv", letterboxd(&films, "4")).await;
            assert_eq!((status, &summary["ratings"]["new"]), (200, &json!(3)), "{summary}");
            let form = format!("movie={}&stars=3&view=1", films[0].0);
            let kind = ("content-type", "application/x-www-form-urlencoded");
            who.post(server.at("/fn/rate")).header(kind.0, kind.1).body(form).send().await.expect("an answer");
        }
        let (_, again) = import(server, &me, "?name=ratings.csv", letterboxd(&films, "4")).await;
        assert_eq!(again["ratings"]["same"], 3, "{again}");
        assert_eq!(me.delete(server.at("/api/visitor")).send().await.expect("an answer").status(), 204);
        let gone = get(server, &me, "/api/export").await.json::<Value>().await.expect("JSON");
        assert_eq!(gone["ratings"], json!([]));
        let left = get(server, &other, "/api/export").await.json::<Value>().await.expect("JSON");
        assert_eq!(left["ratings"].as_array().map(Vec::len), Some(3));
    }
    let keys: Vec<String> = redis.ask("KEYS *");
    assert_eq!(keys.iter().filter(|key| key.contains(":r:")).count(), 2, "only the other's: {keys:?}");
}

#[tokio::test]
async fn a_film_that_one_has_and_nobody_rated_is_kept_and_shown_as_such() {
    let redis = Redis::start();
    let (alone, shared) = (Server::start(&[]).await, web_server(&redis, &[]).await);
    for server in [&alone, &shared] {
        let me = visitor();
        let known = films(server, 1).await.remove(0);
        let list = format!(
            "title,year,imdb\n\"{}\",{},\nOur <Wedding>,2020,tt9999999\nOur <Wedding>,2020,tt9999999\nHolidays,,\n",
            known.1, known.2
        );
        for round in 0..2 {
            let (status, summary) = import(server, &me, "?library=true&name=mine.csv", list.clone()).await;
            let new = if round == 0 { (1, 2) } else { (0, 0) };
            assert_eq!((status, &summary["library"], &summary["library_others"]), (200, &json!(new.0), &json!(new.1)));
            assert_eq!(summary["unmatched_rows"], 0, "what one has is kept, known here or not");
        }
        let page = get(server, &me, "/films/library").await.text().await.expect("a page");
        assert!(page.contains("Not rated by anyone here") && page.contains("2 films are yours"), "{page}");
        assert!(page.contains("Our &lt;Wedding&gt;") && page.contains("imdb.com/title/tt9999999"), "{page}");
        let export = get(server, &me, "/api/export").await.text().await.expect("a file");
        let other = visitor();
        let (_, summary) = import(server, &other, "", export).await;
        assert_eq!((&summary["library"], &summary["library_others"]), (&json!(1), &json!(2)), "{summary}");

        let form = me
            .post(server.at("/you"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body("do=drop-others");
        assert_eq!(form.send().await.expect("an answer").status(), 200);
        let page = get(server, &me, "/films/library").await.text().await.expect("a page");
        assert!(!page.contains("Not rated by anyone here") && page.contains(&known.1), "the rest stays");
        let forgotten = other.delete(server.at("/api/visitor")).send().await.expect("an answer");
        assert_eq!(forgotten.status(), 204);
        let page = get(server, &other, "/films/library").await.text().await.expect("a page");
        assert!(!page.contains("Wedding"), "forgotten is forgotten");
    }
}
