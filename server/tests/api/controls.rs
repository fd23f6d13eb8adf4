use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Server, ids, json_of};

/// How many people rated the films of a list, on average.
async fn mean_ratings(server: &Server, list: &Value) -> f64 {
    let mut sum = 0.0;
    for film in ids(list) {
        sum += server.get_json(&format!("/api/movies/{film}")).await["ratings"].as_f64().expect("a number");
    }
    sum / ids(list).len() as f64
}

#[tokio::test]
async fn obscurity_leads_from_what_everybody_knows_to_what_few_do() {
    let server = Server::start(&[]).await;
    let liked = server.some_films(2).await;
    let path = format!("/api/predict?liked={},{}", liked[0], liked[1]);
    let plain = server.get_json(&path).await;
    assert_eq!(
        server.get_json(&format!("{path}&obscurity=0&variety=0")).await,
        plain,
        "controls that are off do nothing"
    );
    let mut means = Vec::new();
    for obscurity in ["-1", "0", "0.5", "1"] {
        let list = server.get_json(&format!("{path}&obscurity={obscurity}")).await;
        assert_eq!(ids(&list).len(), 20);
        means.push(mean_ratings(&server, &list).await);
    }
    assert!(means.is_sorted_by(|a, b| a >= b) && means[0] > 1.5 * means[3], "{means:?}");
}

#[tokio::test]
async fn variety_brings_films_that_are_less_alike() {
    let server = Server::start(&[]).await;
    let liked = server.some_films(2).await;
    let path = format!("/api/predict?liked={},{}&n=10", liked[0], liked[1]);
    let close = server.get_json(&path).await;
    let far = server.get_json(&format!("{path}&variety=1")).await;
    assert_eq!(ids(&close)[0], ids(&far)[0], "the best film stays the best");
    let genres = |list: &Value| -> usize {
        let films = list.as_array().expect("a list").iter();
        let genres = films.flat_map(|film| film["genres"].as_array().expect("a list"));
        genres.map(Value::to_string).collect::<BTreeSet<_>>().len()
    };
    assert_ne!(ids(&close), ids(&far));
    assert!(genres(&far) >= genres(&close), "{far}");
    assert_eq!(ids(&far).iter().collect::<BTreeSet<_>>().len(), 10, "each film once");
}

#[tokio::test]
async fn filters_and_candidates_hold_with_controls_too() {
    let server = Server::start(&[]).await;
    let films = server.some_films(6).await;
    let input = json!({ "liked": films[..1], "candidates": films[1..], "variety": 0.5, "obscurity": 0.5 });
    let id = server.schedule(input).await;
    let mut ranked = ids(&server.finished(&id).await["result"]);
    ranked.sort_unstable();
    let mut asked = films[1..].to_vec();
    asked.sort_unstable();
    assert_eq!(ranked, asked, "exactly the films asked for");
    let list = server.get_json(&format!("/api/predict?liked={}&years=1990-1999&variety=1", films[0])).await;
    let films = list.as_array().expect("a list");
    assert!(!films.is_empty());
    assert!(films.iter().all(|film| (1990..2000).contains(&film["year"].as_u64().expect("a year"))), "{list}");
}

#[tokio::test]
async fn a_control_out_of_its_range_is_422_with_its_name() {
    let server = Server::start(&[]).await;
    for (field, value) in
        [("obscurity", "1.1"), ("obscurity", "-2"), ("variety", "-0.1"), ("variety", "NaN"), ("variety", "x")]
    {
        let (status, body) = json_of(server.get(&format!("/api/predict?liked=&{field}={value}")).await).await;
        assert_eq!((status, &body["field"]), (422, &json!(field)), "{body}");
    }
}

#[tokio::test]
async fn similar_films_stand_in_order_and_the_film_itself_is_not_among_them() {
    let server = Server::start(&[]).await;
    let film = server.some_films(1).await[0];
    let path = format!("/api/movies/{film}/similar");
    let list = server.get_json(&path).await;
    assert_eq!(ids(&list).len(), 12);
    assert!(!ids(&list).contains(&film));
    let alike: Vec<f64> =
        list.as_array().expect("a list").iter().map(|film| film["similarity"].as_f64().expect("a number")).collect();
    assert!(alike.is_sorted_by(|a, b| a >= b) && alike.iter().all(|alike| *alike > 0.0 && *alike <= 1.0), "{alike:?}");
    assert_eq!(ids(&server.get_json(&format!("{path}?n=3")).await), ids(&list)[..3]);
    for (path, expected) in [
        ("/api/movies/999999999/similar".to_owned(), 404),
        (format!("{path}?n=0"), 422),
        (format!("{path}?n=101"), 422),
        (format!("{path}?n=x"), 422),
        (format!("{path}?m=1"), 422),
    ] {
        assert_eq!(server.get(&path).await.status(), expected, "{path}");
    }
}
