//! What other places make of the site: crawlers, home screens, wherever somebody shares a link.

use reqwest::{Response, header};
use serde_json::Value;

use crate::support::Server;

/// A file that is there, of this type, kept for an hour.
async fn kept(server: &Server, path: &str, kind: &str) -> Response {
    let response = server.get(path).await;
    assert_eq!(response.status(), 200, "{path}");
    let said = |name| response.headers()[&name].to_str().expect("text").to_owned();
    assert!(said(header::CONTENT_TYPE).starts_with(kind), "{path}: {}", said(header::CONTENT_TYPE));
    assert_eq!(said(header::CACHE_CONTROL), "public, max-age=3600", "{path}");
    response
}

/// Width and height of a PNG: the first thing that it says.
fn size(png: &[u8]) -> (u32, u32) {
    assert_eq!(png.get(..8), Some(&b"\x89PNG\r\n\x1a\n"[..]), "not a PNG");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes"));
    (number(16), number(20))
}

async fn page(server: &Server, path: &str) -> String {
    server.get(path).await.text().await.expect("a page")
}

/// What the page's only `<meta>` of this name or property says, as HTML.
fn meta<'a>(html: &'a str, name: &str) -> &'a str {
    let named = [format!("name=\"{name}\""), format!("property=\"{name}\"")];
    let tags = html.split("<meta ").skip(1).filter_map(|rest| rest.split('>').next());
    let found: Vec<&str> = tags.filter(|tag| named.iter().any(|named| tag.contains(named))).collect();
    assert_eq!(found.len(), 1, "{name}: {found:?}");
    found[0].split("content=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a content")
}

#[tokio::test]
async fn robots_stay_out_of_what_is_made_for_one_visitor_and_may_read_the_rest() {
    let server = Server::start(&[]).await;
    let robots = kept(&server, "/robots.txt", "text/plain").await.text().await.expect("text");
    let refused: Vec<&str> = robots.lines().filter_map(|line| line.strip_prefix("Disallow: ")).collect();
    assert_eq!(refused, ["/fn/", "/api/", "/search", "/workers", "/for-you", "/you", "/import", "/films/"]);
    assert!(robots.starts_with("User-agent: *\n"), "{robots}");
}

#[tokio::test]
async fn the_manifest_names_icons_that_are_as_large_as_it_says() {
    let server = Server::start(&[]).await;
    let manifest = kept(&server, "/manifest.webmanifest", "application/manifest+json").await;
    let manifest: Value = manifest.json().await.expect("JSON");
    assert_eq!([&manifest["name"], &manifest["start_url"], &manifest["display"]], ["Marquee", "/", "standalone"]);
    let icons = manifest["icons"].as_array().expect("icons");
    assert!(icons.iter().any(|icon| icon["purpose"] == "maskable"), "{manifest}");
    for icon in icons {
        let path = icon["src"].as_str().expect("an address");
        let png = kept(&server, path, "image/png").await.bytes().await.expect("a picture");
        let (width, height) = size(&png);
        assert_eq!(icon["sizes"], format!("{width}x{height}"), "{path}");
    }
}

#[tokio::test]
async fn pictures_of_the_site_have_the_sizes_that_are_asked_of_them_and_are_small() {
    let server = Server::start(&[]).await;
    for (path, expected) in [("/apple-touch-icon.png", (180, 180)), ("/card.png", (1200, 630))] {
        let png = kept(&server, path, "image/png").await.bytes().await.expect("a picture");
        assert_eq!(size(&png), expected, "{path}");
        assert!(png.len() < 20_000, "{path} has {} bytes", png.len());
    }
}

#[tokio::test]
async fn every_page_has_a_title_and_a_description_of_its_own_and_the_sites_card() {
    let server = Server::start(&[]).await;
    let film = server.some_films(1).await[0];
    let film = format!("/movie/{film}");
    let mut descriptions = Vec::new();
    for path in ["/", "/?profile=1", &film, "/for-you?profile=1", "/rows", "/workers", "/nowhere"] {
        let html = page(&server, path).await;
        let title = meta(&html, "og:title");
        assert!(!title.is_empty() && html.contains(&format!("<title>{title} · Marquee</title>")), "{path}: {title}");
        let description = meta(&html, "description");
        assert!(!description.is_empty() && description == meta(&html, "og:description"), "{path}");
        assert_eq!(meta(&html, "og:site_name"), "Marquee", "{path}");
        assert_eq!(meta(&html, "og:image"), server.at("/card.png"), "{path}");
        assert_eq!(meta(&html, "twitter:card"), "summary_large_image", "{path}");
        assert!(!descriptions.contains(&description.to_owned()), "{path}: {description}");
        descriptions.push(description.to_owned());
    }
}

#[tokio::test]
async fn a_link_to_a_film_says_which_film_of_which_year() {
    let server = Server::start(&[]).await;
    let film = server.some_films(1).await[0];
    let facts = server.get_json(&format!("/api/movies/{film}")).await;
    let name = format!("{} ({})", facts["title"].as_str().expect("a title"), facts["year"]);
    let html = page(&server, &format!("/movie/{film}")).await;
    assert_eq!([meta(&html, "og:title"), meta(&html, "og:type")], [name.as_str(), "video.movie"]);
    assert!(meta(&html, "og:description").starts_with(&name), "{html}");
    assert_eq!(meta(&page(&server, "/").await, "og:type"), "website");
}

#[tokio::test]
async fn behind_a_proxy_the_card_is_where_visitors_find_the_site() {
    let server = Server::start(&[]).await;
    let from = async |host: &str| {
        let request = server.http.get(server.at("/")).header("x-forwarded-host", host);
        let response = request.header("x-forwarded-proto", "https").send().await.expect("an answer");
        response.text().await.expect("a page")
    };
    let html = from("films.example").await;
    assert_eq!(meta(&html, "og:image"), "https://films.example/card.png");
    for odd in ["\"><script>", "someone@films.example", ""] {
        assert!(!from(odd).await.contains("og:image"), "{odd}");
    }
}

#[tokio::test]
async fn the_page_links_its_icons_and_names_the_colour_of_the_theme() {
    let server = Server::start(&[]).await;
    let html = page(&server, "/").await;
    for address in ["/favicon.svg", "/icon-192.png", "/apple-touch-icon.png", "/manifest.webmanifest"] {
        assert!(html.contains(&format!("href=\"{address}\"")), "{address} is not linked: {html}");
    }
    assert_eq!(html.matches("name=\"theme-color\"").count(), 2, "one for each theme: {html}");
    let chosen = server.http.get(server.at("/")).header("cookie", "theme=dark").send().await.expect("an answer");
    assert_eq!(meta(&chosen.text().await.expect("a page"), "theme-color"), "#0e0f11");
}
