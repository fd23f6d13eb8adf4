use serde_json::{Value, json};

use crate::support::{Server, json_of};

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is a number"))
}

#[tokio::test]
async fn predicted_stars_are_the_sum_of_their_parts() {
    let server = Server::start(&[]).await;
    let films = server.some_films(12).await;
    let ratings: serde_json::Map<String, Value> = films[1..]
        .iter()
        .zip([1.0, 5.0].into_iter().cycle())
        .map(|(film, stars)| (film.to_string(), json!(stars)))
        .collect();
    let path = format!("/api/movies/{}/stars", films[0]);
    let (status, body) = json_of(server.post(&path, &json!({ "input-data": { "ratings": ratings } })).await).await;
    assert_eq!(status, 200, "{body}");
    let parts = &body["parts"];
    let because = parts["because"].as_array().expect("a list");
    assert_eq!(because.len(), 11);
    assert!(because.iter().all(|part| part["title"].as_str().is_some_and(|title| !title.is_empty())), "{body}");
    let sizes: Vec<f64> = because.iter().map(|part| number(&part["stars"]).abs()).collect();
    assert!(sizes.is_sorted_by(|a, b| a >= b) && sizes[0] > 0.0, "{body}");
    let sum = ["average", "film", "visitor", "rest"].iter().map(|part| number(&parts[part])).sum::<f64>()
        + because.iter().map(|part| number(&part["stars"])).sum::<f64>();
    assert!((sum - number(&body["sum"])).abs() < 1e-9, "{body}");
    let (low, high, stars) =
        (number(&body["interval"]["low"]), number(&body["interval"]["high"]), number(&body["stars"]));
    assert!(0.5 <= low && low < stars && stars < high && high <= 5.0, "{body}");
}

#[tokio::test]
async fn every_way_to_name_a_profile_has_its_stars_and_nobody_has_everyones() {
    let server = Server::start(&[]).await;
    let films = server.some_films(3).await;
    let path = format!("/api/movies/{}/stars", films[0]);
    let nobody = server.get_json(&path).await;
    assert_eq!((&nobody["parts"]["visitor"], &nobody["parts"]["because"]), (&json!(0.0), &json!([])));
    let liked = server.get_json(&format!("{path}?liked={},{}", films[1], films[2])).await;
    assert!(number(&liked["stars"]) > number(&nobody["stars"]), "who gives five stars gives more: {liked}");
    let (_, same) = json_of(server.post(&path, &json!({ "input-data": { "liked": films[1..] } })).await).await;
    assert_eq!(liked, same);
    assert!(server.get_json(&format!("{path}?profile=1")).await["stars"].is_number());
}

#[tokio::test]
async fn a_film_that_is_not_there_is_404_and_a_wrong_question_422() {
    let server = Server::start(&[]).await;
    let film = server.some_films(1).await[0];
    for path in ["/api/movies/999999999/stars", "/api/movies/x/stars", "/api/movies/-1/stars"] {
        assert_eq!(server.get(path).await.status(), 404, "{path}");
    }
    for query in ["n=3", "liked=999999999", "liked=x", "profile=0", "liked=1&profile=1", "ratings=1"] {
        let (status, body) = json_of(server.get(&format!("/api/movies/{film}/stars?{query}")).await).await;
        assert_eq!(status, 422, "{query}: {body}");
        assert!(body["error"].as_str().is_some_and(|error| error.len() > 10), "{body}");
    }
    let path = format!("/api/movies/{film}/stars");
    let wrong = [
        json!({}),
        json!({ "input-data": {} }),
        json!({ "input-data": { "liked": [], "n": 3 } }),
        json!({ "input-data": { "ratings": { "1": 7 } } }),
    ];
    for body in wrong {
        assert_eq!(server.post(&path, &body).await.status(), 422, "{body}");
    }
}
