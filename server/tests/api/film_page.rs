use reqwest::Client;

use crate::support::Server;

async fn page(server: &Server, http: &Client, path: &str) -> (u16, String) {
    let response = http.get(server.at(path)).send().await.expect("an answer");
    (response.status().as_u16(), response.text().await.expect("a page"))
}

#[tokio::test]
async fn a_film_has_a_page_with_everything_that_is_known_of_it() {
    let server = Server::start(&[]).await;
    let film = server.some_films(1).await[0];
    let facts = server.get_json(&format!("/api/movies/{film}")).await;
    let (status, html) = page(&server, &server.http, &format!("/movie/{film}")).await;
    assert_eq!(status, 200);
    let title = facts["title"].as_str().expect("a title");
    assert!(html.contains(&format!(">{title}</h1>")) && html.contains(&format!("<title>{title}")), "{html}");
    for text in ["Predicted for you", "likely between", "average of", "Similar films", "action=\"/fn/rate\""] {
        assert!(html.contains(text), "{text} is missing: {html}");
    }
    assert_eq!(html.matches("closest to the prediction").count(), 1);
    assert!(html.contains("It is what everyone thinks"), "a visitor without ratings is told so");
    assert!(!html.contains(" style="), "the content security policy forbids style attributes");
    let similar = server.get_json(&format!("/api/movies/{film}/similar")).await;
    for film in crate::support::ids(&similar) {
        assert!(html.contains(&format!("href=\"/movie/{film}\"")), "{film} is not linked");
    }
}

#[tokio::test]
async fn ones_own_ratings_are_the_reasons_and_nobody_elses() {
    let server = Server::start(&[]).await;
    let films = server.some_films(3).await;
    let visitor = Client::builder().cookie_store(true).build().expect("a client");
    let path = format!("/movie/{}", films[0]);
    page(&server, &visitor, &path).await;
    for film in &films[1..] {
        let form = format!("movie={film}&stars=5");
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let response = visitor.post(server.at("/fn/rate")).header(kind.0, kind.1).body(form).send().await;
        assert!(response.expect("an answer").status().is_success());
    }
    let (_, own) = page(&server, &visitor, &path).await;
    assert_eq!(own.matches("You rated it 5.0").count(), 2, "{own}");
    assert!(own.contains("How you rate"));
    let (_, other) = page(&server, &server.http, &path).await;
    assert!(!other.contains("You rated it"), "another visitor's ratings are shown");
    let (_, viewer) = page(&server, &server.http, &format!("{path}?profile=1")).await;
    assert!(viewer.contains("Predicted for Viewer 1") && viewer.contains("They rated it"), "{viewer}");
}

#[tokio::test]
async fn what_is_no_film_or_no_viewer_is_404_with_a_way_home() {
    let server = Server::start(&[]).await;
    let film = server.some_films(1).await[0];
    let paths = ["/movie/999999999", "/movie/x", "/movie/-1", "/movie/99999999999999999999", "/movie/1%00"];
    let paths = paths.map(str::to_owned).into_iter();
    for path in paths.chain([format!("/movie/{film}?profile=x"), format!("/movie/{film}?profile=999999")]) {
        let (status, html) = page(&server, &server.http, &path).await;
        assert_eq!(status, 404, "{path}");
        assert!(html.contains("href=\"/\""), "{path}: {html}");
    }
}

#[tokio::test]
async fn a_film_page_does_not_wait_for_a_model_that_is_slow() {
    let server = Server::start(&["--model-delay", "8s"]).await;
    let film = server.some_films(1).await[0];
    let path = format!("/movie/{film}");
    let slow = tokio::time::timeout(std::time::Duration::from_secs(5), page(&server, &server.http, &path));
    let (status, html) = slow.await.expect("the page waits for nothing");
    assert_eq!(status, 200);
    assert!(html.contains("Predicted for you"));
}
