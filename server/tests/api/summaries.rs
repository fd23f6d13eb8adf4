//! The page that says what became of a file: it has an address of its own, for whoever brought the file.

use reqwest::{Client, redirect::Policy};

use crate::{
    redis::{Redis, web_server},
    support::Server,
};

/// A browser that follows no redirect, so that a test sees it.
fn browser() -> Client {
    Client::builder().cookie_store(true).redirect(Policy::none()).build().expect("a client")
}

/// Sends the form; where its answer leads.
async fn bring(server: &Server, who: &Client, purpose: &str, file: &str) -> String {
    let form = format!(
        "--xx\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\n{purpose}\r\n--xx\r\nContent-Disposition: \
         form-data; name=\"file\"; filename=\"ratings.csv\"\r\n\r\n{file}\r\n--xx--\r\n"
    );
    let request = who.post(server.at("/import")).header("content-type", "multipart/form-data; boundary=xx");
    let answer = request.body(form).send().await.expect("an answer");
    assert_eq!(answer.status(), 303, "the answer to a form is another address");
    let location = answer.headers()["location"].to_str().expect("text").to_owned();
    assert!(location.starts_with("/import?done="), "{location}");
    location
}

async fn page(server: &Server, who: &Client, path: &str) -> (u16, String) {
    let answer = who.get(server.at(path)).send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("a page"))
}

const RATINGS: &str = "Date,Name,Year,Letterboxd URI,Rating\n2024-01-02,A Film That Nobody Made,1999,u,3\n";

#[tokio::test]
async fn a_summary_has_an_address_that_can_be_loaded_again_by_whoever_brought_the_file() {
    let server = Server::start(&[]).await;
    let me = browser();
    let summary = bring(&server, &me, "ratings", RATINGS).await;
    for _ in 0..2 {
        let (status, html) = page(&server, &me, &summary).await;
        assert!(status == 200 && html.contains("A Film That Nobody Made") && html.contains("1 row read"), "{html}");
        assert!(html.contains(" data-said="), "it is loaded anew when something was said since");
    }
    let library = bring(&server, &me, "library", "title,year\nA Film Of Mine,1999\n").await;
    let (status, html) = page(&server, &me, &library).await;
    assert!(status == 200 && html.contains("not rated by anyone here"), "{html}");
    assert_eq!(page(&server, &me, &summary).await.0, 200, "the one before is still there");
    let refused = bring(&server, &me, "ratings", "<html>").await;
    let (status, html) = page(&server, &me, &refused).await;
    assert!(status == 422 && html.contains("Nothing was changed") && html.contains("web page"), "{html}");

    let stranger = browser();
    for path in [summary.as_str(), "/import?done=00000000000000000000000000000000", "/import?done=%3Cb%3E"] {
        let (status, html) = page(&server, &stranger, path).await;
        assert!(status == 410 && !html.contains("A Film That Nobody Made"), "{path}: {status} {html}");
        assert!(html.contains("is not here any more") && html.contains("action=\"/import\""), "{path}: {html}");
    }
}

#[tokio::test]
async fn any_web_server_behind_one_redis_shows_the_summary() {
    let redis = Redis::start();
    let (one, other) = (web_server(&redis, &[]).await, web_server(&redis, &[]).await);
    // A cookie is for all ports of a machine.
    let me = browser();
    let summary = bring(&one, &me, "ratings", RATINGS).await;
    let (status, html) = page(&other, &me, &summary).await;
    assert!(status == 200 && html.contains("A Film That Nobody Made"), "{status} {html}");
    let long = format!("{RATINGS}{}", "2024-01-02,Another One,1999,u,4\n".repeat(600_000));
    let summary = bring(&one, &me, "ratings", &long).await;
    let (status, html) = page(&other, &me, &summary).await;
    assert!(status == 200 && html.contains("600,001 rows read"), "{status} {:.9000}", html);
    let refused = bring(&one, &me, "ratings", "<html>").await;
    assert_eq!(page(&other, &me, &refused).await.0, 422);
    assert_eq!(page(&other, &browser(), &summary).await.0, 410, "it is for whoever brought the file");
    let keys: Vec<String> = redis.ask("KEYS {marquee}:i:*");
    assert_eq!(keys.len(), 4, "three, and a list of them: {keys:?}");
    for key in keys {
        let seconds: i64 = redis.ask(&format!("TTL {key}"));
        assert!((1..=600).contains(&seconds), "{key} stays for {seconds} s");
    }
    assert_eq!(me.delete(one.at("/api/visitor")).send().await.expect("an answer").status(), 204);
    for server in [&one, &other] {
        assert_eq!(page(server, &me, &summary).await.0, 410);
    }
    assert_eq!(redis.ask::<Vec<String>>("KEYS {marquee}:i:*"), Vec::<String>::new(), "forgotten is forgotten");
}
