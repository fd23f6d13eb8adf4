use serde_json::{Value, json};

use crate::support::{Server, ids, json_of};

/// The title of some film, with two of its letters in each other's place.
fn mistyped(title: &str) -> String {
    let word = title.split(' ').find(|word| word.chars().count() > 5 && word.is_ascii()).expect("a long word");
    let mut letters: Vec<char> = word.chars().collect();
    let at = (2..letters.len() - 1).find(|&at| letters[at] != letters[at + 1]).expect("two letters");
    letters.swap(at, at + 1);
    letters.into_iter().collect()
}

async fn page(server: &Server, path: &str) -> (u16, String) {
    let response = server.get(path).await;
    (response.status().as_u16(), response.text().await.expect("a page"))
}

async fn a_title(server: &Server) -> (u64, String) {
    let all = server.get_json("/api/search?n=100").await;
    let films = all["films"].as_array().expect("films");
    let long = |title: &str| title.split(' ').any(|word| word.chars().count() > 5 && word.is_ascii());
    let film = films.iter().find(|film| film["title"].as_str().is_some_and(long)).expect("a film");
    (film["id"].as_u64().expect("a number"), film["title"].as_str().expect("a title").to_owned())
}

#[tokio::test]
async fn a_film_is_found_by_its_name_by_its_beginning_and_with_a_typo() {
    let server = Server::start(&[]).await;
    let (id, title) = a_title(&server).await;
    let beginning: String = title.chars().take(title.chars().count() - 1).collect();
    for text in [title.clone(), title.to_uppercase(), beginning, mistyped(&title)] {
        let text: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let (status, found) = json_of(server.get(&format!("/api/search?q={text}")).await).await;
        assert_eq!(status, 200);
        assert!(ids(&found["films"]).contains(&id), "{text:?} does not find {title:?}: {found}");
    }
    let nothing = server.get_json("/api/search?q=xyzzyplugh").await;
    assert_eq!(nothing, json!({ "total": 0, "films": [] }));
}

#[tokio::test]
async fn every_film_is_on_exactly_one_page_in_the_order_that_was_asked_for() {
    let server = Server::start(&[]).await;
    let mut seen = Vec::new();
    for number in 1..=5 {
        let path = format!("/api/search?sort=newest&n=100&page={number}");
        seen.extend(server.get_json(&path).await["films"].as_array().expect("films").clone());
    }
    let years: Vec<u64> = seen.iter().filter_map(|film| film["year"].as_u64()).collect();
    assert!(years.is_sorted_by(|a, b| a >= b), "{years:?}");
    let mut numbers = ids(&Value::Array(seen));
    assert_eq!(numbers.len(), 400);
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 400, "a film stands on two pages");

    let rated = server.get_json("/api/search?sort=popular&n=50").await;
    let counts: Vec<u64> =
        rated["films"].as_array().expect("films").iter().filter_map(|f| f["ratings"].as_u64()).collect();
    assert!(counts.len() == 50 && counts.is_sorted_by(|a, b| a >= b), "{counts:?}");
}

#[tokio::test]
async fn genre_and_decade_leave_only_films_of_theirs() {
    let server = Server::start(&[]).await;
    let found = server.get_json("/api/search?genre=drama&decade=1990&n=100").await;
    let films = found["films"].as_array().expect("films");
    assert!(!films.is_empty());
    for film in films {
        assert!((1990..2000).contains(&film["year"].as_u64().expect("a year")), "{film}");
        assert!(film["genres"].as_array().expect("genres").contains(&json!("Drama")), "{film}");
    }
}

#[tokio::test]
async fn by_match_the_films_come_as_the_profile_would_like_them() {
    let server = Server::start(&[]).await;
    let found = server.get_json("/api/search?sort=match&profile=1&n=30").await;
    let mut before = f64::INFINITY;
    for id in ids(&found["films"]) {
        let stars = server.get_json(&format!("/api/movies/{id}/stars?profile=1")).await;
        // The search counts a film's own rating, if the viewer has rated it; the film's page leaves it out.
        let stars = stars["stars"].as_f64().expect("stars");
        assert!(stars < before + 0.6, "{stars} after {before}");
        before = stars;
    }
}

#[tokio::test]
async fn a_wrong_question_is_told_which_field_is_wrong() {
    let server = Server::start(&[]).await;
    for (query, field) in [
        ("genre=Loud", "genre"),
        ("decade=soon", "decade"),
        ("sort=loudest", "sort"),
        ("n=0", "n"),
        ("n=101", "n"),
        ("page=0", "page"),
        ("page=x", "page"),
        ("colour=red", "colour"),
        ("sort=match&profile=x", "profile"),
        ("sort=match&profile=999999", "profile"),
    ] {
        let (status, answer) = json_of(server.get(&format!("/api/search?{query}")).await).await;
        assert_eq!((status, answer["field"].as_str()), (422, Some(field)), "{query}: {answer}");
    }
    assert_eq!(server.get_json("/api/search?page=4000000000").await["films"], json!([]));
    let long = "heat%20".repeat(5_000);
    assert_eq!(server.get(&format!("/api/search?q={long}")).await.status(), 200);
}

#[tokio::test]
async fn the_search_page_keeps_what_was_chosen_in_its_links_and_says_how_many() {
    let server = Server::start(&[]).await;
    let (status, html) = page(&server, "/search?genre=Drama&sort=rating").await;
    assert_eq!(status, 200);
    for text in ["<title>Drama films", "films, best average first", "Page 1 of", "page=2", "aria-current=\"true\""] {
        assert!(html.contains(text), "{text} is missing: {html}");
    }
    assert!(html.contains("/search?genre=Drama&amp;decade") || html.contains("sort=rating&amp;page=2"), "{html}");
    assert!(!html.contains(" style="), "the content security policy forbids style attributes");

    let (status, html) =
        page(&server, "/search?q=%22%3E%3C/title%3E%3Cscript%3Ealert(1)%3C/script%3E&decade=x&page=0").await;
    assert_eq!(status, 200);
    assert!(!html.contains("<script>alert(1)"), "what was typed is not the page's own");
    let (status, html) = page(&server, "/search?q=xyzzyplugh&genre=Drama").await;
    assert!(status == 200 && html.contains("Search all films") && html.contains("No film"), "{html}");
    assert_eq!(page(&server, "/search?profile=x").await.0, 404);
}

#[tokio::test]
async fn the_search_field_is_given_options_with_what_was_typed_marked() {
    let server = Server::start(&[]).await;
    let (id, title) = a_title(&server).await;
    let word = title.split(' ').find(|word| word.len() > 5).expect("a word");
    let typed = &word[..4];
    let (status, html) = page(&server, &format!("/search/suggest?q={typed}")).await;
    assert_eq!(status, 200);
    assert!(html.contains("role=\"option\"") && html.contains("id=\"suggestion-0\""), "{html}");
    assert!(html.to_lowercase().contains(&format!("<mark>{}</mark>", typed.to_lowercase())), "{html}");
    let (_, html) = page(&server, &format!("/search/suggest?q={word}&profile=1")).await;
    assert!(html.contains(&format!("/movie/{id}?profile=1")), "{html}");
    let (_, html) = page(&server, "/search/suggest?q=xyzzyplugh").await;
    assert!(html.contains("No film here has a name like that"), "{html}");
    let (_, html) = page(&server, "/search/suggest?q=%3Cb%3E&profile=%22%3E").await;
    assert!(!html.contains("<b>"), "{html}");
}

#[tokio::test]
async fn a_server_without_films_says_so_to_whoever_searches() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start_on(data, &[]).await;
    let (status, answer) = json_of(server.get("/api/search?q=heat").await).await;
    assert!(
        status == 503 && answer["error"].as_str().is_some_and(|error| error.contains("marquee import")),
        "{answer}"
    );
    let (status, html) = page(&server, "/search?q=heat").await;
    assert!(status == 503 && html.contains("marquee import"), "{html}");
}
