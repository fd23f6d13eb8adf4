use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::json;

use crate::{
    redis::{Redis, Worker, state, web_server},
    support::{PATIENCE, Server, ids, json_of, run},
};

#[tokio::test]
async fn any_server_schedules_any_worker_computes_any_server_answers() {
    let redis = Redis::start();
    let (one, other) = (web_server(&redis, &[]).await, web_server(&redis, &[]).await);
    let id = one.schedule(json!({ "liked": [], "n": 7 })).await;
    assert_eq!(state(&other, &id).await, (200, json!({ "status": "PENDING" })));
    let _worker = Worker::start(&redis, &[]);
    let answer = other.finished(&id).await;
    assert_eq!(answer["status"], "SUCCESS");
    assert_eq!(ids(&answer["result"]).len(), 7);
    assert_eq!(one.finished(&id).await, answer);
    let direct = json_of(one.get("/api/predict?liked=&n=7").await).await;
    assert_eq!(direct, (200, answer["result"].clone()));
}

#[tokio::test]
async fn a_server_with_workers_of_its_own_needs_no_other_process() {
    let redis = Redis::start();
    let server = Server::start(&["--queue", &redis.url()]).await;
    let (status, films) = json_of(server.get("/api/predict?liked=&n=3").await).await;
    assert_eq!((status, ids(&films).len()), (200, 3));
}

#[tokio::test]
async fn equal_requests_on_two_servers_are_computed_once() {
    let redis = Redis::start();
    let (one, other) = (web_server(&redis, &[]).await, web_server(&redis, &[]).await);
    let question = json!({ "liked": [], "n": 9 });
    let (first, second) = (one.schedule(question.clone()).await, other.schedule(question).await);
    assert_ne!(first, second);
    let _worker = Worker::start(&redis, &[]);
    assert_eq!(one.finished(&second).await, other.finished(&first).await);
    assert_eq!(redis.ask::<u32>("HGET {marquee}:stats coalesced"), 1);
    assert_eq!(redis.ask::<u32>("HGET {marquee}:stats succeeded"), 1);
}

#[tokio::test]
async fn ids_that_expired_are_gone_and_ids_that_never_were_are_unknown_on_every_server() {
    let redis = Redis::start();
    let ttl = ["--result-ttl", "1s"];
    let (one, other) = (web_server(&redis, &ttl).await, web_server(&redis, &ttl).await);
    let _worker = Worker::start(&redis, &ttl);
    let id = one.schedule(json!({ "liked": [] })).await;
    assert_eq!(other.finished(&id).await["status"], "SUCCESS");
    let start = Instant::now();
    while state(&one, &id).await.0 == 200 {
        assert!(start.elapsed() < PATIENCE, "it never expires");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for server in [&one, &other] {
        assert_eq!(state(server, &id).await.0, 410);
        assert_eq!(state(server, &"ab".repeat(20)).await.0, 404);
    }
}

#[tokio::test]
async fn a_request_that_joins_the_oldest_result_does_not_lose_it_to_the_bound() {
    let redis = Redis::start();
    let server = web_server(&redis, &["--queue-capacity", "1", "--result-capacity", "1"]).await;
    let _worker = Worker::start(&redis, &[]);
    for n in [1, 2, 1] {
        let id = server.schedule(json!({ "liked": [], "n": n })).await;
        assert_eq!(server.finished(&id).await["status"], "SUCCESS");
    }
}

#[tokio::test]
async fn the_queues_bound_is_exact_when_many_submit_at_once() {
    let redis = Redis::start();
    let capacity = ["--queue-capacity", "10"];
    let (one, other) = (web_server(&redis, &capacity).await, web_server(&redis, &capacity).await);
    let submissions = (1..=64).map(|n| {
        let server = if n % 2 == 0 { &one } else { &other };
        async move {
            let body = json!({ "input-data": { "liked": [], "n": n } });
            let answer = server.post("/api/predict", &body).await;
            let told_when = answer.headers().contains_key("retry-after");
            (answer.status().as_u16(), told_when)
        }
    });
    let answers = futures::future::join_all(submissions).await;
    assert_eq!(answers.iter().filter(|(status, _)| *status == 202).count(), 10, "{answers:?}");
    assert_eq!(answers.iter().filter(|&&answer| answer == (503, true)).count(), 54, "{answers:?}");
}

#[tokio::test]
async fn what_a_killed_worker_held_is_computed_by_another() {
    let redis = Redis::start();
    let server = web_server(&redis, &[]).await;
    let slow = Worker::start(&redis, &["--model-delay", "60s", "--take-over", "1s"]);
    let id = server.schedule(json!({ "liked": [], "n": 4 })).await;
    wait_for(&server, &id, "STARTED").await;
    slow.kill();
    let _worker = Worker::start(&redis, &["--take-over", "1s"]);
    assert_eq!(server.finished(&id).await["status"], "SUCCESS");
    assert_eq!(redis.ask::<u32>("HGET {marquee}:stats taken_over"), 1);
}

#[tokio::test]
async fn a_worker_that_computes_for_long_keeps_its_job() {
    let redis = Redis::start();
    let server = web_server(&redis, &[]).await;
    let _slow = Worker::start(&redis, &["--model-delay", "3s", "--take-over", "1s"]);
    let id = server.schedule(json!({ "liked": [], "n": 4 })).await;
    wait_for(&server, &id, "STARTED").await;
    let _other = Worker::start(&redis, &["--take-over", "1s"]);
    assert_eq!(server.finished(&id).await["status"], "SUCCESS");
    assert_eq!(redis.ask::<Option<u32>>("HGET {marquee}:stats taken_over"), None);
}

#[tokio::test]
async fn a_job_that_kills_its_workers_is_given_up_and_its_companions_succeed() {
    let redis = Redis::start();
    let server = web_server(&redis, &[]).await;
    let poison = server.schedule(json!({ "liked": [], "n": 1 })).await;
    let mut companions = Vec::new();
    for n in 2..=4 {
        companions.push(server.schedule(json!({ "liked": [], "n": n })).await);
    }
    // The first of the stream is the poison: whoever holds it is killed. First with its companions, then alone.
    for delivery in 1..=3 {
        let victim = Worker::start(&redis, &["--model-delay", "60s", "--take-over", "500ms"]);
        let start = Instant::now();
        loop {
            let pending: Vec<(String, String, u64, u32)> = redis.ask("XPENDING {marquee}:jobs workers - + 1");
            if pending.first().is_some_and(|(.., deliveries)| *deliveries == delivery) {
                break;
            }
            assert!(start.elapsed() < PATIENCE, "delivery {delivery} does not come: {pending:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        victim.kill();
        // Silent for long enough, it is the first that the next one takes over.
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
    let _worker = Worker::start(&redis, &["--take-over", "500ms"]);
    let failed = server.finished(&poison).await;
    assert_eq!(failed["status"], "FAILURE");
    assert!(failed["error"].as_str().is_some_and(|error| error.contains("given up")), "{failed}");
    for id in companions {
        assert_eq!(server.finished(&id).await["status"], "SUCCESS");
    }
    assert_eq!(redis.ask::<u32>("XLEN {marquee}:dead"), 1);

    // The operator looks at it, and gives it another try now that it kills nobody.
    let jobs = |args: &[&str]| {
        let output = run([&["jobs", "--queue", &redis.url()], args].concat());
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, list) = jobs(&["list"]);
    assert_eq!(code, Some(0));
    assert!(list.contains("3 deliveries") && list.contains("1 film for 0 ratings"), "{list}");
    let name = list.split(' ').next().expect("a name");
    assert_eq!(jobs(&["retry", "1-1"]).0, Some(1), "there is no such job");
    let mut many = redis::pipe();
    (0..25_000).for_each(|n| {
        many.zadd("{marquee}:ids", format!("another-{n}"), n).ignore();
    });
    many.exec(&mut redis.connection()).expect("written");
    let before = redis.ask::<u32>("ZCARD {marquee}:ids");
    let (code, again) = jobs(&["retry", name]);
    assert_eq!(code, Some(0), "{again}");
    assert_eq!(redis.ask::<u32>("ZCARD {marquee}:ids"), before + 1, "nobody's result goes for it");
    let id = again.trim().rsplit(' ').next().expect("an id");
    assert_eq!(server.finished(id).await["status"], "SUCCESS");
    assert_eq!(jobs(&["list"]).1.trim(), "No job was given up.");
    assert_eq!(jobs(&["drop", "--all"]).0, Some(0));
    assert_eq!(jobs(&["retry", "--all"]).1.trim(), "No job was given up.");
}

#[tokio::test]
async fn what_was_said_moves_to_redis_and_what_is_said_there_already_stays() {
    let alone = Server::start(&[]).await;
    let films = alone.some_films(3).await;
    let visitor = Client::builder().cookie_store(true).build().expect("a client");
    visitor.get(alone.at("/")).send().await.expect("a page");
    let rate = async |server: &Server, film: u64, stars: &str| {
        let form = visitor.post(server.at("/fn/rate")).header("content-type", "application/x-www-form-urlencoded");
        let sent = form.body(format!("movie={film}&stars={stars}")).send().await.expect("an answer");
        assert!(sent.status().is_success());
    };
    rate(&alone, films[0], "5").await;
    rate(&alone, films[1], "2").await;
    let put = |path: String| visitor.put(alone.at(&path)).json(&json!({ "stars": 3 })).send();
    assert_eq!(put(format!("/api/watchlist/{}", films[2])).await.expect("an answer").status(), 204);
    let path = alone.at("/api/import?library=true&name=mine.csv");
    let sent = visitor.post(path).body("title,year\nOur Wedding,2020\n").send().await.expect("an answer");
    assert!(sent.status().is_success());
    let shoes = visitor.post(alone.at("/fn/rate")).header("content-type", "application/x-www-form-urlencoded");
    shoes.body(format!("movie={}&stars=4&view=1", films[0])).send().await.expect("an answer");

    let redis = Redis::start();
    let folder = alone.data_dir().to_str().expect("text").to_owned();
    let migrate = || {
        let output = run(["visitors", "--queue", &redis.url(), "--data-dir", &folder, "migrate"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(migrate().starts_with("5 ratings and list entries copied"), "all of them");
    assert!(migrate().starts_with("0 ratings and list entries copied"), "and only once");

    let shared = web_server(&redis, &[]).await;
    let _worker = Worker::start(&redis, &[]);
    // Cookies know no ports: the same browser is the same visitor here.
    let own = visitor.get(shared.at("/api/predict?n=200")).send().await.expect("an answer");
    let (_, own) = json_of(own).await;
    let wanted = visitor.get(shared.at("/api/watchlist")).send().await.expect("an answer");
    assert_eq!(ids(&json_of(wanted).await.1["films"]), [films[2]]);
    let library = visitor.get(shared.at("/films/library")).send().await.expect("an answer");
    assert!(library.text().await.expect("a page").contains("Our Wedding"));
    assert!(films[..2].iter().all(|film| !ids(&own).contains(film)), "rated films come back");
    rate(&shared, films[1], "0").await;
    let off = visitor.delete(shared.at(&format!("/api/watchlist/{}", films[2]))).send().await.expect("an answer");
    assert_eq!(off.status(), 204);
    assert!(migrate().starts_with("0 ratings"), "what was taken back stays taken back");
    let wanted = visitor.get(shared.at("/api/watchlist")).send().await.expect("an answer");
    assert!(ids(&json_of(wanted).await.1["films"]).is_empty());
    let gone = visitor.delete(shared.at("/api/visitor")).send().await.expect("an answer");
    assert_eq!(gone.status(), 204);
    for kind in ["r", "m", "o", "s"] {
        let keys: Vec<String> = redis.ask(&format!("KEYS {{marquee}}:{kind}:*"));
        assert!(keys.is_empty(), "in a viewer's shoes too, everything was forgotten: {keys:?}");
    }
    assert!(migrate().starts_with("0 ratings"), "who was forgotten stays forgotten");
}

#[tokio::test]
async fn a_rating_on_one_server_changes_the_recommendations_of_the_other() {
    let redis = Redis::start();
    let (one, other) = (web_server(&redis, &[]).await, web_server(&redis, &[]).await);
    let _worker = Worker::start(&redis, &[]);
    let film = one.some_films(1).await[0];
    let visitor = Client::builder().cookie_store(true).build().expect("a client");
    visitor.get(one.at("/")).send().await.expect("a page");
    let rated = visitor.post(one.at("/fn/rate")).header("content-type", "application/x-www-form-urlencoded");
    let rated = rated.body(format!("movie={film}&stars=5")).send().await.expect("an answer");
    assert!(rated.status().is_success(), "{}", rated.status());
    let films = visitor.get(other.at("/api/predict?n=200")).send().await.expect("an answer");
    let (_, films) = json_of(films).await;
    assert!(!ids(&films).contains(&film), "the other server does not know of the rating");
    let (_, strangers) = json_of(other.get("/api/predict?n=200").await).await;
    assert!(ids(&strangers).contains(&film), "another visitor's rating counts");
}

#[tokio::test]
async fn a_visitors_prediction_is_nobody_elses_on_any_server() {
    let redis = Redis::start();
    let (one, other) = (web_server(&redis, &[]).await, web_server(&redis, &[]).await);
    let visitor = Client::builder().cookie_store(true).build().expect("a client");
    visitor.get(one.at("/")).send().await.expect("a page");
    let body = json!({ "input-data": { "liked": [] } });
    let sent = visitor.post(one.at("/api/predict")).json(&body).send().await.expect("an answer");
    let id = json_of(sent).await.1["result-id"].as_str().expect("an id").to_owned();
    assert_eq!(state(&other, &id).await.0, 404);
    let own = visitor.get(other.at(&format!("/api/get-result/{id}"))).send().await.expect("an answer");
    assert_eq!(own.status(), 200);
}

#[tokio::test]
async fn names_of_workers_that_died_are_removed_by_those_who_live() {
    let redis = Redis::start();
    let _: redis::Value = redis.ask("ZADD {marquee}:workers 1000 ghost");
    let _: redis::Value = redis.ask("HSET {marquee}:done ghost 5");
    let _worker = Worker::start(&redis, &[]);
    let start = Instant::now();
    while redis.ask::<Option<String>>("HGET {marquee}:done ghost").is_some() {
        assert!(start.elapsed() < PATIENCE, "the ghost stays");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(redis.ask::<Option<String>>("ZSCORE {marquee}:workers ghost"), None);
}

#[cfg(unix)]
#[tokio::test]
async fn a_stopping_worker_finishes_what_it_computes_and_takes_its_name_away() {
    let redis = Redis::start();
    let server = web_server(&redis, &[]).await;
    let worker = Worker::start(&redis, &["--model-delay", "1s"]);
    let id = server.schedule(json!({ "liked": [] })).await;
    wait_for(&server, &id, "STARTED").await;
    assert_eq!(worker.terminate(), Some(0));
    assert_eq!(state(&server, &id).await.1["status"], "SUCCESS");
    let names: Vec<redis::Value> = redis.ask("XINFO CONSUMERS {marquee}:jobs workers");
    assert!(names.is_empty(), "{names:?}");
}

#[tokio::test]
async fn what_nobody_began_in_time_fails_honestly() {
    let redis = Redis::start();
    let server = web_server(&redis, &["--deadline", "300ms"]).await;
    let id = server.schedule(json!({ "liked": [] })).await;
    let failed = server.finished(&id).await;
    assert_eq!(failed["status"], "FAILURE");
    assert!(
        failed["error"].as_str().is_some_and(|error| error.contains("No worker was free within 300ms")),
        "{failed}"
    );
    assert_eq!(redis.ask::<u32>("XLEN {marquee}:jobs"), 0);
    let metrics = server.get("/metrics").await.text().await.expect("text");
    assert!(metrics.contains("marquee_predictions_failed_unseen_total{reason=\"late\"} 1"), "{metrics}");
}

async fn wait_for(server: &Server, id: &str, wanted: &str) {
    let start = Instant::now();
    while state(server, id).await.1["status"] != wanted {
        assert!(start.elapsed() < PATIENCE, "it is never {wanted}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
