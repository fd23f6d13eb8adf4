//! Processes that do not have the same films, model or program.

use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;

use crate::{
    redis::{Redis, Worker, state, web_server},
    support::{PATIENCE, Server, copy_of_data, refused, run},
};

/// Trained data with other films.
fn another_catalogue() -> TempDir {
    let data = copy_of_data();
    let source = data.path().join("other");
    let source = source.to_str().expect("text");
    let folder = data.path().to_str().expect("text");
    assert!(
        run(["synth", source, "--users", "60", "--films", "200", "--ratings", "2000", "--seed", "9"]).status.success()
    );
    assert!(run(["import", source, "--data-dir", folder]).status.success());
    assert!(run(["train", "--epochs", "1", "--data-dir", folder]).status.success());
    data
}

#[tokio::test]
async fn a_redis_that_was_emptied_is_told_the_catalogue_again_and_refuses_whoever_has_another() {
    let redis = Redis::start();
    let server = web_server(&redis, &[]).await;
    let ours: String = redis.ask("GET {marquee}:catalogue");
    let _: redis::Value = redis.ask("FLUSHALL");
    let start = Instant::now();
    while redis.ask::<Option<String>>("GET {marquee}:catalogue").as_ref() != Some(&ours) {
        assert!(start.elapsed() < PATIENCE, "the catalogue is not named again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Somebody with other films was faster.
    let _: redis::Value = redis.ask("SET {marquee}:catalogue another");
    let body = json!({ "input-data": { "liked": [] } });
    assert_eq!(server.post("/api/predict", &body).await.status(), 503);
    assert_eq!(redis.ask::<u32>("XLEN {marquee}:jobs"), 0, "nothing is asked of others' workers");
    let ready = server.get_json("/readyz").await;
    assert!(ready["why"].as_str().is_some_and(|why| why.contains("another catalogue")), "{ready}");
}

#[tokio::test]
async fn a_worker_computes_nothing_about_films_that_it_does_not_have() {
    let redis = Redis::start();
    let server = web_server(&redis, &[]).await;
    let id = server.schedule(json!({ "liked": [] })).await;
    drop(server);
    let forget = || redis.ask::<redis::Value>("DEL {marquee}:catalogue");
    forget();
    let worker = Worker::start_on(&redis, another_catalogue(), &[]);
    let start = Instant::now();
    while redis.ask::<u32>("XLEN {marquee}:jobs") > 0 {
        assert!(start.elapsed() < PATIENCE, "the job stays");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    drop(worker);
    forget();
    let failed = web_server(&redis, &[]).await.finished(&id).await;
    assert_eq!(failed["status"], "FAILURE");
    assert!(failed["error"].as_str().is_some_and(|error| error.contains("another catalogue")), "{failed}");
}

#[tokio::test]
async fn a_worker_with_other_films_that_found_redis_later_leaves_jobs_to_those_who_have_them() {
    let mut redis = Redis::start();
    let server = web_server(&redis, &[]).await;
    redis.kill();
    // Nobody can tell it yet.
    let _wrong = Worker::start_on(&redis, another_catalogue(), &[]);
    redis.start_again();
    let start = Instant::now();
    while server.get_json("/readyz").await["why"].as_str().is_none_or(|why| !why.contains("no worker")) {
        assert!(start.elapsed() < PATIENCE, "the server does not find Redis again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let id = server.schedule(json!({ "liked": [] })).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(state(&server, &id).await.1["status"], "PENDING");
    let _right = Worker::start(&redis, &[]);
    assert_eq!(server.finished(&id).await["status"], "SUCCESS");
}

#[tokio::test]
async fn workers_keep_the_catalogues_name_without_any_web_server() {
    let redis = Redis::start();
    let _worker = Worker::start(&redis, &[]);
    for command in ["EXPIRE {marquee}:catalogue 1", "DEL {marquee}:catalogue"] {
        let _: redis::Value = redis.ask(command);
        let start = Instant::now();
        while redis.ask::<i32>("TTL {marquee}:catalogue") < 30 {
            assert!(start.elapsed() < PATIENCE, "after {command} the name is not kept");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test]
async fn a_job_of_a_later_version_is_left_to_its_workers_and_holds_up_no_other() {
    let redis = Redis::start();
    let server = web_server(&redis, &[]).await;
    let entry: String = redis.ask("XADD {marquee}:jobs * r [] t  g ");
    let _: redis::Value = redis.ask(&format!("HSET {{marquee}}:c:{entry} s PENDING k key n 1 w something"));
    let _worker = Worker::start(&redis, &[]);
    let id = server.schedule(json!({ "liked": [] })).await;
    assert_eq!(server.finished(&id).await["status"], "SUCCESS");
    assert_eq!(redis.ask::<String>(&format!("HGET {{marquee}}:c:{entry} s")), "STARTED", "nobody has failed it");
    assert_eq!(redis.ask::<u32>("XLEN {marquee}:jobs"), 1, "it is there for whoever can read it");
}

#[tokio::test]
async fn another_catalogue_is_refused_on_the_same_queue() {
    let redis = Redis::start();
    let _server = web_server(&redis, &[]).await;
    let data = another_catalogue();
    let folder = data.path().to_str().expect("text");
    let (code, said) = refused(data.path(), &["--queue", &redis.url(), "--workers", "0"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("another catalogue") && said.contains("--queue-prefix"), "{said}");
    let worker = run(["worker", "--queue", &redis.url(), "--data-dir", folder]);
    assert_eq!(worker.status.code(), Some(1));
}

#[tokio::test]
async fn a_worker_with_another_model_answers_and_the_answer_says_so() {
    let redis = Redis::start();
    let server = web_server(&redis, &[]).await;
    let data = copy_of_data();
    let folder = data.path().to_str().expect("text").to_owned();
    assert!(run(["train", "--epochs", "1", "--data-dir", &folder]).status.success());
    let id = server.schedule(json!({ "liked": [] })).await;
    let _worker = Worker::start_on(&redis, data, &[]);
    assert_eq!(server.finished(&id).await["status"], "SUCCESS");
    let answer = server.get(&format!("/api/get-result/{id}")).await;
    let model = answer.headers()["marquee-model"].to_str().expect("text").to_owned();
    let own = Server::start(&[]).await.get("/api/predict?liked=").await;
    assert_ne!(model, own.headers()["marquee-model"].to_str().expect("text"));
}
