//! Ten thousand predictions over two web servers and three workers, while something is being broken all the time. What
//! every client saw is written down, and a program reads the record: every accepted id ends in exactly one terminal
//! state, none is lost, none is finished twice. Long, so it runs with `make chaos`.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails by panicking says where and why")]
#![cfg(unix)]

#[allow(dead_code, reason = "shared with the other tests")]
#[path = "../api/redis.rs"]
mod redis;
#[allow(dead_code, reason = "shared with the other tests")]
#[path = "../api/support.rs"]
mod support;

mod history;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures::future::join_all;
use history::{Event, History};
use serde_json::json;

use crate::{
    redis::{Redis, Worker, web_server},
    support::{Server, json_of},
};

const PREDICTIONS: usize = 10_000;
const CLIENTS: usize = 48;
const WORKERS: usize = 3;
const WORKER: [&str; 6] = ["--take-over", "2s", "--model-delay", "20ms", "--max-batch", "8"];
/// Longer than any trouble here lasts.
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Trouble {
    WorkersAreKilled,
    RedisRestarts,
    RedisHangs,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "long: make chaos"]
async fn nothing_is_lost_or_finished_twice_while_workers_are_killed_every_second() {
    endure(Trouble::WorkersAreKilled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "long: make chaos"]
async fn nothing_is_lost_or_finished_twice_while_redis_is_killed_and_started_again() {
    endure(Trouble::RedisRestarts).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "long: make chaos"]
async fn nothing_is_lost_or_finished_twice_while_redis_hangs_and_pages_come_all_the_while() {
    endure(Trouble::RedisHangs).await;
}

async fn endure(trouble: Trouble) {
    let redis = Redis::start();
    let options = ["--deadline", "120s", "--result-ttl", "30m"];
    let servers = Arc::new([web_server(&redis, &options).await, web_server(&redis, &options).await]);
    let workers: Vec<_> = (0..WORKERS).map(|_| Worker::start(&redis, &WORKER)).collect();
    let films = {
        let body = servers[0].get_json("/api/predict?liked=&n=200").await;
        support::ids(&body)
    };
    let history = History::listen(&redis.url()).await;
    let next = Arc::new(AtomicUsize::new(0));
    let over = Arc::new(AtomicBool::new(false));
    let start = Instant::now();

    let troubled = tokio::spawn(make_trouble(trouble, redis, workers, Arc::clone(&servers), Arc::clone(&over)));
    let clients = (0..CLIENTS).map(|_| {
        let (servers, films) = (Arc::clone(&servers), films.clone());
        let (next, history) = (Arc::clone(&next), history.clone());
        tokio::spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= PREDICTIONS {
                    return;
                }
                // No two are equal: none is spared by coalescing.
                let liked = [films[number % films.len()], films[(number / films.len() + number + 1) % films.len()]];
                follow(&servers, number, json!({ "liked": liked, "n": 1 + number % 7 }), &history).await;
            }
        })
    });
    join_all(clients).await.into_iter().for_each(|client| client.expect("a client panicked"));
    let took = start.elapsed();
    over.store(true, Ordering::Release);
    let (redis, _workers, troubles) = troubled.await.expect("the trouble panicked");

    // Once more, from both servers: what was said is still so.
    for (number, id) in history.accepted() {
        let server = &servers[number % 2];
        let (status, body) = json_of(server.get(&format!("/api/get-result/{id}")).await).await;
        assert_eq!(status, 200, "{id}: {body}");
        history.saw(number, Event::Saw(body["status"].as_str().expect("a status").to_owned()));
    }
    let stats: std::collections::HashMap<String, u64> = redis.ask("HGETALL {marquee}:stats");
    let verdict = history.check(PREDICTIONS);
    say(&format!("{trouble:?}: {troubles} troubles in {:.0} s; {verdict}; {stats:?}", took.as_secs_f32()));
    assert!(troubles > 0, "nothing was broken");
    let pending: Vec<::redis::Value> = redis.ask("XPENDING {marquee}:jobs workers - + 10");
    assert!(pending.is_empty(), "jobs are still held: {pending:?}");
    assert_eq!(redis.ask::<u64>("XLEN {marquee}:jobs"), 0, "jobs were left behind");
}

#[allow(clippy::print_stderr, reason = "what whoever runs this wants to read")]
fn say(text: &str) {
    eprintln!("{text}");
}

/// One client: schedules until it is accepted, then asks any server until the prediction is finished.
async fn follow(servers: &[Server; 2], number: usize, input: serde_json::Value, history: &History) {
    let begun = Instant::now();
    let body = json!({ "input-data": input });
    let id = loop {
        assert!(begun.elapsed() < PATIENCE, "prediction {number} was never accepted");
        let answer = servers[number % 2].http.post(servers[number % 2].at("/api/predict")).json(&body).send().await;
        match answer {
            Ok(answer) if answer.status() == 202 => {
                let (_, body) = json_of(answer).await;
                break body["result-id"].as_str().expect("an id").to_owned();
            }
            Ok(answer) => {
                assert_eq!(answer.status(), 503, "refused for no reason");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(error) => panic!("a web server hung up: {error}"),
        }
    };
    history.saw(number, Event::Accepted(id.clone()));
    for look in 0.. {
        assert!(begun.elapsed() < PATIENCE, "prediction {number}, {id}, is lost");
        let server = &servers[(number + look) % 2];
        let (status, body) = json_of(server.get(&format!("/api/get-result/{id}?wait=1000")).await).await;
        if status == 503 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        }
        assert_eq!(status, 200, "{id}: {body}");
        let state = body["status"].as_str().expect("a status").to_owned();
        let finished = state == "SUCCESS" || state == "FAILURE";
        history.saw(number, Event::Saw(state));
        if finished {
            return;
        }
    }
}

/// Breaks things until it is over; how often.
async fn make_trouble(
    trouble: Trouble,
    mut redis: Redis,
    mut workers: Vec<Worker>,
    servers: Arc<[Server; 2]>,
    over: Arc<AtomicBool>,
) -> (Redis, Vec<Worker>, usize) {
    let mut count = 0;
    while !over.load(Ordering::Acquire) {
        tokio::time::sleep(Duration::from_secs(if trouble == Trouble::WorkersAreKilled { 1 } else { 5 })).await;
        if over.load(Ordering::Acquire) {
            break;
        }
        count += 1;
        match trouble {
            Trouble::WorkersAreKilled => {
                workers.remove(0).kill();
                (redis, workers) = tokio::task::spawn_blocking(move || {
                    workers.push(Worker::start(&redis, &WORKER));
                    (redis, workers)
                })
                .await
                .expect("a worker starts");
            }
            Trouble::RedisRestarts => {
                redis = tokio::task::spawn_blocking(move || {
                    redis.kill();
                    redis.start_again();
                    redis
                })
                .await
                .expect("Redis starts");
            }
            Trouble::RedisHangs => {
                redis.pause();
                let (begun, mut slowest) = (Instant::now(), Duration::ZERO);
                while begun.elapsed() < Duration::from_secs(10) {
                    let asked = Instant::now();
                    let page = tokio::time::timeout(Duration::from_secs(5), servers[count % 2].get("/")).await;
                    slowest = slowest.max(asked.elapsed());
                    assert_eq!(page.expect("the page waits for Redis").status(), 200);
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                redis.resume();
                say(&format!("while Redis hung, the slowest page's head took {} ms", slowest.as_millis()));
            }
        }
    }
    (redis, workers, count)
}
