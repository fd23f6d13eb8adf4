use serde_json::json;

use crate::support::{Server, ids, json_of};

#[tokio::test]
async fn excluded_films_stay_away_and_numbers_of_no_film_are_ignored() {
    let server = Server::start(&[]).await;
    let best = server.some_films(5).await;
    let list = format!("{},{},999999999,-7", best[0], best[1]);
    let films = ids(&server.get_json(&format!("/api/predict?liked=&exclude={list}&n=3")).await);
    assert_eq!(films, best[2..5]);
}

#[tokio::test]
async fn candidates_ranks_exactly_the_films_asked_for() {
    let server = Server::start(&[]).await;
    let mut asked = server.some_films(9).await;
    let id = server.schedule(json!({ "liked": [asked[0]], "candidates": asked })).await;
    let mut got = ids(&server.finished(&id).await["result"]);
    asked.sort_unstable();
    got.sort_unstable();
    assert_eq!(got, asked);
}

#[tokio::test]
async fn genres_and_years_narrow_the_list() {
    let server = Server::start(&[]).await;
    let all = server.get_json("/api/predict?liked=&n=200").await;
    let films = all.as_array().expect("a list");
    let genre = films.iter().find_map(|film| film["genres"][0].as_str()).expect("a film with a genre");
    let year = films.iter().find_map(|film| film["year"].as_u64()).expect("a film with a year");
    let narrowed = server.get_json(&format!("/api/predict?liked=&genres={genre}&n=10")).await;
    let narrowed = narrowed.as_array().expect("a list");
    assert!(!narrowed.is_empty());
    for film in narrowed {
        assert!(film["genres"].as_array().expect("a list").contains(&json!(genre)), "{film}");
    }
    let narrowed = server.get_json(&format!("/api/predict?liked=&years={year}-{year}&n=10")).await;
    let narrowed = narrowed.as_array().expect("a list");
    assert!(!narrowed.is_empty());
    for film in narrowed {
        assert_eq!(film["year"], year, "{film}");
    }
}

#[tokio::test]
async fn rated_films_come_back_only_when_asked_for() {
    let server = Server::start(&[]).await;
    let liked = server.some_films(1).await[0];
    let without = ids(&server.get_json(&format!("/api/predict?liked={liked}&n=200")).await);
    assert!(!without.contains(&liked));
    let with = ids(&server.get_json(&format!("/api/predict?liked={liked}&candidates={liked}")).await);
    assert_eq!(with, [liked]);
    // Nothing speaks for a film that was rated but what everybody thinks of it: it may stand anywhere.
    let genre = &server.get_json(&format!("/api/movies/{liked}")).await["genres"][0];
    let of_genre = format!("/api/predict?liked={liked}&genres={}&n=200", genre.as_str().expect("a genre"));
    assert!(!ids(&server.get_json(&of_genre).await).contains(&liked));
    assert!(ids(&server.get_json(&format!("{of_genre}&include_rated=true")).await).contains(&liked));
}

#[tokio::test]
async fn a_filter_that_nothing_passes_gives_an_empty_list() {
    let server = Server::start(&[]).await;
    let (status, body) = json_of(server.get("/api/predict?liked=&years=1801-1802").await).await;
    assert_eq!((status, body), (200, json!([])));
}
