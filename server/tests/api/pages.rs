use reqwest::{Client, redirect::Policy};

use crate::support::{Server, json_of};

async fn home_of(server: &Server, http: &Client) -> String {
    http.get(server.at("/")).send().await.expect("an answer").text().await.expect("a page")
}

#[tokio::test]
async fn the_first_html_has_twenty_places_real_films_and_a_scheduled_prediction() {
    let server = Server::start(&["--model-delay", "2s"]).await;
    let html = home_of(&server, &server.http).await;
    assert_eq!(html.matches("card-waiting").count(), 20, "{html}");
    assert!(html.contains("data-prediction=\"") && html.contains("aria-busy=\"true\""));
    assert!(html.contains("Popular"));
    assert!(!html.contains(" style="), "the content security policy forbids style attributes");
}

#[tokio::test]
async fn a_page_carries_its_policy_and_a_cookie_that_scripts_cannot_read() {
    let server = Server::start(&[]).await;
    let response = server.get("/").await;
    let header = |name: &str| response.headers()[name].to_str().expect("text").to_owned();
    let (policy, cookie) = (header("content-security-policy"), header("set-cookie"));
    assert!(policy.contains("script-src 'self' 'nonce-") && !policy.contains("unsafe-inline"), "{policy}");
    for part in ["marquee_visitor=", "HttpOnly", "SameSite=Lax"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert_eq!(header("x-content-type-options"), "nosniff");
    let html = response.text().await.expect("a page");
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a nonce");
    assert!(html.contains(nonce), "the page's own scripts would not run");
}

#[tokio::test]
async fn a_rating_by_form_is_stored_for_its_visitor_alone_and_leads_back() {
    let server = Server::start(&[]).await;
    let film = server.some_films(1).await[0];
    let visitor = Client::builder().cookie_store(true).redirect(Policy::none()).build().expect("a client");
    home_of(&server, &visitor).await;
    let response = visitor
        .post(server.at("/fn/rate"))
        .header("accept", "text/html")
        .header("referer", server.at("/"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("movie={film}&stars=4.5"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status(), 302);
    let location = response.headers()["location"].to_str().expect("text");
    assert_eq!(location, "/");
    let own = visitor.get(server.at("/api/predict?n=200")).send().await.expect("an answer");
    let (_, own) = json_of(own).await;
    assert!(!crate::support::ids(&own).contains(&film), "a rated film came back");
    let (_, other) = json_of(server.get("/api/predict?n=200").await).await;
    assert!(crate::support::ids(&other).contains(&film), "another visitor's rating counts");
}

#[tokio::test]
async fn ratings_that_are_none_are_refused() {
    let server = Server::start(&[]).await;
    let film = server.some_films(1).await[0];
    for body in [
        format!("movie={film}&stars=7"),
        format!("movie={film}&stars=4.3"),
        format!("movie={film}&stars=NaN"),
        "movie=999999999&stars=4".into(),
        "movie=&stars=4".into(),
        String::new(),
        "x".repeat(100),
    ] {
        let sent = server
            .http
            .post(server.at("/fn/rate"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.clone())
            .send()
            .await
            .expect("an answer");
        assert!(sent.status().is_client_error(), "{body}: {}", sent.status());
    }
    assert_eq!(server.get("/healthz").await.status(), 200);
}

#[tokio::test]
async fn another_sites_page_cannot_rate_in_a_visitors_name() {
    let server = Server::start(&[]).await;
    let own = server.url.clone();
    let film = server.some_films(1).await[0];
    let post = |path: &str, name: &str, value: &str| {
        let request = server.http.post(server.at(path)).header(name, value);
        let form = request.header("content-type", "application/x-www-form-urlencoded");
        form.body(format!("movie={film}&stars=5")).send()
    };
    // Where a page is plain HTTP under a name, browsers leave Sec-Fetch-Site out, and Origin tells.
    let foreign = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "http://evil.example"),
        ("origin", "http://127.0.0.1:1"),
        ("origin", "null"),
    ];
    for (name, value) in foreign {
        for path in ["/fn/rate", "/"] {
            let refused = post(path, name, value).await.expect("an answer");
            assert_eq!(refused.status(), 403, "{path}, {name}: {value}");
            assert!(!refused.headers().contains_key("set-cookie"), "a refusal would replace the visitor's cookie");
        }
    }
    assert!(post("/fn/rate", "origin", &own).await.expect("an answer").status().is_success());
}

#[tokio::test]
async fn a_form_leads_back_to_a_page_of_ours_whatever_it_says() {
    let server = Server::start(&[]).await;
    let film = server.some_films(1).await[0];
    let http = Client::builder().redirect(Policy::none()).build().expect("a client");
    for (from, back) in [
        ("http://evil.example/x?y=1", "/x?y=1"),
        ("//evil.example/x", "/evil.example/x"),
        ("nonsense nonsense", "/"),
        ("/for-you", "/for-you"),
    ] {
        let form = http.post(server.at("/fn/rate")).header("accept", "text/html").header("referer", from);
        let form = form.header("content-type", "application/x-www-form-urlencoded");
        let answer = form.body(format!("movie={film}&stars=5")).send().await.expect("an answer");
        let location = answer.headers().get("location").map_or("/", |value| value.to_str().expect("text"));
        assert!(location == back || location == "/", "{from} leads to {location}");
    }
}

#[tokio::test]
async fn a_poster_is_an_svg_that_is_kept_for_good() {
    let server = Server::start(&[]).await;
    let film = server.some_films(1).await[0];
    let poster = server.get(&format!("/poster/{film}.svg")).await;
    assert_eq!(poster.status(), 200);
    assert_eq!(poster.headers()["content-type"], "image/svg+xml");
    assert!(poster.headers()["cache-control"].to_str().expect("text").contains("immutable"));
    let svg = poster.text().await.expect("a drawing");
    assert!(svg.starts_with("<svg"), "{svg:.80}");
    for unknown in ["/poster/999999999.svg", "/poster/x.svg", "/poster/1"] {
        assert_eq!(server.get(unknown).await.status(), 404, "{unknown}");
    }
}

#[tokio::test]
async fn an_address_that_is_none_gets_a_page_that_says_so() {
    let server = Server::start(&[]).await;
    let response = server.get("/no/such/page").await;
    assert_eq!(response.status(), 404);
    assert!(response.headers()["content-type"].to_str().expect("text").starts_with("text/html"));
}

#[tokio::test]
async fn viewers_that_are_none_do_not_break_the_page() {
    let server = Server::start(&[]).await;
    for query in ["?profile=999999999", "?profile=x", "?profile=", "?profile=-1", "?x=%ff"] {
        let status = server.get(&format!("/{query}")).await.status();
        assert!(!status.is_server_error(), "{query}: {status}");
    }
    assert_eq!(server.get("/?profile=1").await.status(), 200);
}

#[tokio::test]
async fn the_plain_page_of_a_viewer_that_is_none_is_not_found() {
    let server = Server::start(&[]).await;
    for query in ["?profile=999999999", "?profile=x"] {
        assert_eq!(server.get(&format!("/for-you{query}")).await.status(), 404, "{query}");
    }
    assert_eq!(server.get("/for-you?profile=1").await.status(), 200);
}

#[tokio::test]
async fn the_plain_page_says_when_the_queue_is_full() {
    let options = ["--workers", "1", "--queue-capacity", "1", "--max-batch", "1", "--model-delay", "3s"];
    let server = Server::start(&options).await;
    // One that is computed and one that waits: only then does the queue stay full for a while.
    let mut accepted = 0;
    for film in server.some_films(60).await {
        let body = serde_json::json!({ "input-data": { "liked": [film] } });
        match server.post("/api/predict", &body).await.status().as_u16() {
            202 => accepted += 1,
            503 if accepted == 2 => break,
            _ => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
        }
    }
    assert_eq!(accepted, 2, "the queue is full");
    let page = server.get("/for-you?profile=1").await;
    assert_eq!(page.status(), 503);
    assert!(page.text().await.expect("a page").contains("Try again"));
}

#[tokio::test]
async fn a_page_says_what_the_browser_had_said_last() {
    let server = Server::start(&[]).await;
    let page = async |cookie: &str| {
        let request = server.http.get(server.at("/you")).header("cookie", cookie);
        request.send().await.expect("an answer").text().await.expect("a page")
    };
    assert!(page("theme=dark; said=1700000000000").await.contains(" data-said=\"1700000000000\""));
    assert!(page("theme=dark").await.contains(" data-said"), "nothing was said, which is known too");
}

#[tokio::test]
async fn a_page_out_of_the_cache_is_that_of_the_same_cookies() {
    let server = Server::start(&[]).await;
    let answer = server.http.get(server.at("/you")).header("accept-encoding", "gzip").send().await.expect("an answer");
    let varies: Vec<_> = answer.headers().get_all("vary").iter().filter_map(|value| value.to_str().ok()).collect();
    assert!(varies.contains(&"cookie") && varies.contains(&"accept-encoding"), "{varies:?}");
}
