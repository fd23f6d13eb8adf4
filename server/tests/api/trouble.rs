//! Redis that is away, refuses, was emptied or holds what is not ours; and who may speak to it.

use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::json;

use crate::{
    redis::{Redis, Worker, becomes_ready, state, web_server},
    support::{PATIENCE, Server, copy_of_data, json_of, refused, run},
};

#[cfg(unix)]
#[tokio::test]
async fn while_redis_is_away_pages_still_come_and_everything_returns_with_it() {
    let mut redis = Redis::start();
    let server = web_server(&redis, &[]).await;
    let _worker = Worker::start(&redis, &["--model-delay", "300ms"]);
    let accepted = server.schedule(json!({ "liked": [], "n": 5 })).await;
    let returning = Client::builder().cookie_store(true).build().expect("a client");
    returning.get(server.at("/")).send().await.expect("a page");
    redis.kill();

    let page = returning.get(server.at("/")).send().await.expect("a page");
    assert_eq!(page.status(), 200);
    let html = page.text().await.expect("a page");
    assert!(html.contains("Recommendations are late"), "the row says why it waits");
    assert!(html.contains("Popular"), "what needs only SQL is there");
    assert!(html.contains("Ratings out of reach") && !html.contains("No ratings yet"), "nobody has counted them");
    let of_nobody = server.get("/").await.text().await.expect("a page");
    assert!(of_nobody.contains("No ratings yet"), "who comes for the first time has none, wherever they would be");
    let refused = server.post("/api/predict", &json!({ "input-data": { "liked": [] } })).await;
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    // What the page's script asks for: it is told to try again, not to give up.
    let again = server.http.post(server.at("/fn/schedule")).header("content-type", "application/x-www-form-urlencoded");
    let (status, ticket) = json_of(again.send().await.expect("an answer")).await;
    assert_eq!((status, &ticket), (200, &json!("Late")));
    assert_eq!(server.get_json("/fn/workers").await["late"], true, "the operator's page waits for Redis too");
    let (status, ready) = json_of(server.get("/readyz").await).await;
    assert_eq!((status, &ready["status"]), (200, &json!("degraded")), "a load balancer must not drop the page");

    redis.start_again();
    becomes_ready(&server).await;
    assert_eq!(server.finished(&accepted).await["status"], "SUCCESS", "an accepted job is not lost");
    let fresh = server.schedule(json!({ "liked": [], "n": 6 })).await;
    assert_eq!(server.finished(&fresh).await["status"], "SUCCESS");
}

#[cfg(unix)]
#[tokio::test]
async fn a_redis_that_hangs_is_noticed_and_does_not_hold_the_page() {
    let redis = Redis::start();
    let server = Server::start(&["--queue", &redis.url()]).await;
    redis.pause();
    assert_eq!(server.get("/").await.status(), 200);
    let start = Instant::now();
    while server.get_json("/readyz").await["status"] != "degraded" {
        assert!(start.elapsed() < PATIENCE, "a half-open connection is not noticed");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    redis.resume();
    becomes_ready(&server).await;
}

#[tokio::test]
async fn a_server_that_starts_before_redis_serves_pages_and_finds_it_later() {
    let mut redis = Redis::start();
    redis.kill();
    let server = Server::start(&["--queue", &redis.url()]).await;
    assert_eq!(server.get("/").await.status(), 200);
    redis.start_again();
    becomes_ready(&server).await;
}

#[test]
fn redis_is_spoken_to_over_tls_with_a_certificate_that_is_trusted() {
    let (redis, certificate) = Redis::start_with_tls();
    let jobs = |trusted: bool| {
        let mut command = crate::support::marquee();
        command.args(["jobs", "list", "--queue", &redis.tls_url()]);
        if trusted {
            command.env("SSL_CERT_FILE", &certificate);
        }
        let output = command.output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert_eq!(jobs(true), (Some(0), String::new()));
    let (code, said) = jobs(false);
    assert!(code == Some(1) && !said.contains("panicked"), "{said}");
}

#[test]
fn tls_to_a_port_without_it_is_said_to_be_that() {
    let redis = Redis::start();
    let mut command = crate::support::marquee();
    command.args(["jobs", "list", "--queue", &redis.url().replace("redis://", "rediss://")]);
    let output = command.output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && said.contains("only a port with TLS"), "{said}");
}

#[tokio::test]
async fn a_rating_that_cannot_be_read_hides_no_other() {
    let redis = Redis::start();
    let server = Server::start(&["--queue", &redis.url()]).await;
    becomes_ready(&server).await;
    let visitor = Client::builder().cookie_store(true).build().expect("a client");
    let films = server.some_films(2).await;
    let rate = async |film: u64| {
        let rated = visitor.post(server.at("/fn/rate")).header("content-type", "application/x-www-form-urlencoded");
        json_of(rated.body(format!("movie={film}&stars=5")).send().await.expect("an answer")).await
    };
    assert_eq!(rate(films[0]).await.1["rated"], 1);
    let keys: Vec<String> = redis.ask("KEYS {marquee}:r:*");
    let _: redis::Value = redis.ask(&format!("HSET {} 999999999 99999 abc 5 5 -3 6 x", keys[0]));
    let (status, rated) = rate(films[1]).await;
    assert_eq!((status, &rated["rated"]), (200, &json!(2)));
}

#[tokio::test]
async fn the_rights_that_the_docs_give_are_all_that_is_needed() {
    let redis = Redis::start();
    let rules = include_str!("../../../deploy/users.acl");
    let rules = rules.lines().find_map(|line| line.strip_prefix("user marquee ")).expect("the rules");
    let _: redis::Value = redis.ask(&format!("ACL SETUSER marquee {rules}"));
    let url = redis.url().replace("://", "://marquee:CHANGE-ME@");
    let server = Server::start(&["--queue", &url]).await;
    becomes_ready(&server).await;
    let visitor = Client::builder().cookie_store(true).build().expect("a client");
    // A page waits 20 ms for Redis, which a busy machine may need by itself: one that is in time is enough.
    let start = Instant::now();
    let page = async || visitor.get(server.at("/")).send().await.expect("a page").text().await.expect("text");
    while page().await.contains("Recommendations are late") {
        assert!(start.elapsed() < PATIENCE, "every page is late");
    }
    let film = server.some_films(1).await[0];
    let rated = visitor.post(server.at("/fn/rate")).header("content-type", "application/x-www-form-urlencoded");
    let rated = rated.body(format!("movie={film}&stars=5")).send().await.expect("an answer");
    assert!(rated.status().is_success(), "{}", rated.status());
    let id = server.schedule(json!({ "liked": [film] })).await;
    assert_eq!(server.finished(&id).await["status"], "SUCCESS");
    let metrics = server.get("/metrics").await.text().await.expect("text");
    assert!(metrics.contains("marquee_queue_up 1"), "{metrics}");
    let file = visitor.post(server.at("/api/import?name=r.csv"));
    let file = file.body(format!("userId,movieId,rating,timestamp\n1,{film},4.5,1500000000\n"));
    assert_eq!(file.send().await.expect("an answer").status(), 200);
    let form = |fields: &'static str| {
        let form = visitor.post(server.at("/you")).header("content-type", "application/x-www-form-urlencoded");
        form.body(fields).send()
    };
    let renewed = form("do=renew&confirm=yes").await.expect("an answer");
    assert!(renewed.url().query().is_none_or(|query| !query.contains("problem")), "{}", renewed.url());
    let gone = visitor.delete(server.at("/api/visitor")).send().await.expect("an answer");
    assert_eq!(gone.status(), 204);
    let _: redis::Value = redis.ask("XADD {marquee}:dead 1-1 k key r {} g  n 3 worker w");
    for command in [&["jobs", "list"][..], &["jobs", "retry", "1-1"], &["jobs", "drop", "--all"]] {
        let output = run([command, &["--queue", &url]].concat());
        assert_eq!(output.status.code(), Some(0), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let alone = Server::start(&[]).await;
    let shoes = alone.http.post(alone.at("/fn/rate")).header("content-type", "application/x-www-form-urlencoded");
    shoes.body(format!("movie={film}&stars=4&view=1")).send().await.expect("an answer");
    let folder = alone.data_dir().to_str().expect("text").to_owned();
    let moved = run(["visitors", "--queue", &url, "--data-dir", &folder, "migrate"]);
    assert_eq!(moved.status.code(), Some(0), "{}", String::from_utf8_lossy(&moved.stderr));
    assert_eq!(server.get_json("/readyz").await["status"], "ready", "nothing was refused");
    let workers = server.get_json("/fn/workers").await;
    assert_eq!(workers["recent"][0]["succeeded"], true, "{workers}");
    let denied: Vec<redis::Value> = redis.ask("ACL LOG");
    assert!(denied.is_empty(), "{denied:?}");
}

#[tokio::test]
async fn a_redis_that_was_emptied_is_worked_for_as_before() {
    let redis = Redis::start();
    let server = web_server(&redis, &[]).await;
    let _worker = Worker::start(&redis, &["--take-over", "500ms"]);
    for command in ["FLUSHALL", "DEL {marquee}:jobs", "FLUSHALL"] {
        let _: redis::Value = redis.ask(command);
        let start = Instant::now();
        // What is scheduled before the group is there again may be lost with the keys; what comes then is not.
        loop {
            assert!(start.elapsed() < PATIENCE, "after {command} nothing is answered any more");
            let body = json!({ "input-data": { "liked": [], "n": 3 } });
            let (status, answer) = json_of(server.post("/api/predict", &body).await).await;
            let id = answer["result-id"].as_str().unwrap_or_default().to_owned();
            if status == 202 && state(&server, &id).await.1["status"] == "SUCCESS" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test]
async fn a_redis_that_became_a_replica_is_told_of_and_left_for_its_successor() {
    let redis = Redis::start();
    let server = web_server(&redis, &[]).await;
    let _worker = Worker::start(&redis, &[]);
    becomes_ready(&server).await;
    let _: redis::Value = redis.ask("REPLICAOF 127.0.0.1 1");
    let start = Instant::now();
    while server.get_json("/readyz").await["why"].as_str().is_none_or(|why| !why.contains("replica")) {
        assert!(start.elapsed() < PATIENCE, "nobody notices that nothing can be written");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let _: redis::Value = redis.ask("REPLICAOF NO ONE");
    becomes_ready(&server).await;
    let id = server.schedule(json!({ "liked": [] })).await;
    assert_eq!(server.finished(&id).await["status"], "SUCCESS");
}

#[tokio::test]
async fn a_key_that_somebody_has_written_over_stops_no_worker() {
    let redis = Redis::start();
    let server = web_server(&redis, &[]).await;
    server.schedule(json!({ "liked": [], "n": 2 })).await;
    let jobs: Vec<(String, redis::Value)> = redis.ask("XRANGE {marquee}:jobs - +");
    let _: redis::Value = redis.ask(&format!("SET {{marquee}}:c:{} x", jobs[0].0));
    let _worker = Worker::start(&redis, &[]);
    let id = server.schedule(json!({ "liked": [], "n": 3 })).await;
    assert_eq!(server.finished(&id).await["status"], "SUCCESS");
}

#[tokio::test]
async fn a_redis_that_was_emptied_is_told_the_secret_of_the_ids_again() {
    let redis = Redis::start();
    let _server = web_server(&redis, &[]).await;
    let before: Vec<u8> = redis.ask("GET {marquee}:secret");
    let _: redis::Value = redis.ask("FLUSHALL");
    let start = Instant::now();
    while redis.ask::<Option<Vec<u8>>>("GET {marquee}:secret").as_ref() != Some(&before) {
        assert!(start.elapsed() < PATIENCE, "whoever comes next would make another");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_redis_that_refuses_is_told_of_with_what_to_do() {
    let redis = Redis::start();
    let server = Server::start(&["--queue", &redis.url()]).await;
    becomes_ready(&server).await;
    let _: redis::Value = redis.ask("CONFIG SET maxmemory 1");
    let body = json!({ "input-data": { "liked": [] } });
    assert_eq!(server.post("/api/predict", &body).await.status(), 503);
    let ready = server.get_json("/readyz").await;
    assert_eq!(ready["status"], "degraded");
    assert!(ready["why"].as_str().is_some_and(|why| why.contains("maxmemory")), "{ready}");
}

#[test]
fn a_redis_that_will_never_do_ends_the_start_with_what_to_do() {
    let redis = Redis::start();
    let data = copy_of_data();
    let folder = data.path().to_str().expect("text");
    let url = redis.url();
    let start = |queue: &str| {
        let (code, said) = refused(data.path(), &["--queue", queue, "--workers", "0"]);
        let worker = run(["worker", "--queue", queue, "--data-dir", folder]);
        assert_eq!((code, worker.status.code()), (Some(1), Some(1)), "{said}");
        assert!(!said.contains("panicked") && !said.contains("NOAUTH\": Auth"), "{said}");
        said
    };
    let _: redis::Value = redis.ask("SET {marquee}:jobs x");
    assert!(start(&url).contains("--queue-prefix"));
    let _: redis::Value = redis.ask("DEL {marquee}:jobs");
    let _: redis::Value = redis.ask("CONFIG SET requirepass right");
    assert!(start(&url).contains("--queue-password-file"));
    assert!(start(&url.replace("://", "://:wrong@")).contains("--queue-password-file"));
    let jobs = run(["jobs", "list", "--queue", &url]);
    assert!(String::from_utf8_lossy(&jobs.stderr).contains("--queue-password-file"));
    assert_eq!(run(["jobs", "list", "--queue", &url.replace("://", "://:right@")]).status.code(), Some(0));
}

#[tokio::test]
async fn without_any_worker_the_server_says_that_it_is_degraded() {
    let redis = Redis::start();
    let server = web_server(&redis, &[]).await;
    let ready = server.get_json("/readyz").await;
    assert!(ready["why"].as_str().is_some_and(|why| why.contains("marquee worker")), "{ready}");
    let _worker = Worker::start(&redis, &[]);
    becomes_ready(&server).await;
}

#[test]
fn addresses_that_lead_nowhere_are_refused_without_showing_their_password() {
    let data = copy_of_data();
    for queue in ["reddis://user:secret@host", "redis://user:secret@", "carrier-pigeon"] {
        let (code, said) = refused(data.path(), &["--queue", queue]);
        assert!(code.is_some_and(|code| code != 0), "{queue}: {said}");
        assert!(!said.contains("secret") && !said.contains("panicked"), "{queue}: {said}");
    }
}
