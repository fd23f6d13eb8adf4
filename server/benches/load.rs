//! A load of visitors: each schedules a prediction, asks for it until it is there, and begins again. It speaks only the
//! pattern's two calls, so that it measures any server that keeps the contract, ours or another.
//!
//! `cargo bench --bench load -- --url http://127.0.0.1:3000 --clients 32 --seconds 10 --poll 100ms`

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a measurement that cannot go on says why and ends"
)]

use std::{
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use clap::Parser;
use rand::{SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Clone, Parser)]
struct Args {
    /// Servers, one after the other for each client; the result is asked from any of them.
    #[arg(long, value_delimiter = ',', default_value = "http://127.0.0.1:3000")]
    url: Vec<String>,
    /// Visitors at once.
    #[arg(long, default_value_t = 32)]
    clients: usize,
    /// How long to measure.
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// How long before the measurement.
    #[arg(long, default_value_t = 2.0)]
    warm_up: f64,
    /// The pause before each poll; `wait` leaves the waiting to the server (`?wait=`).
    #[arg(long, default_value = "wait")]
    poll: String,
    /// Films that visitors like: numbers of the catalogue.
    #[arg(long, value_delimiter = ',', required = true)]
    films: Vec<u32>,
    /// Films that one visitor likes.
    #[arg(long, default_value_t = 10)]
    likes: usize,
    /// What cargo gives to every bench.
    #[arg(long, hide = true)]
    bench: bool,
}

/// What all clients count.
#[derive(Default)]
struct Counts {
    refused: AtomicU64,
    failed: AtomicU64,
    polls: AtomicU64,
}

fn main() {
    let args = Args::parse();
    for url in &args.url {
        if let Err(error) = std::net::TcpStream::connect(host(url)) {
            eprintln!("load: nothing answers at {url}: {error}");
            std::process::exit(1);
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(measure(args));
}

async fn measure(args: Args) {
    let counts = Arc::new(Counts::default());
    let begin = Instant::now() + Duration::from_secs_f64(args.warm_up);
    let end = begin + Duration::from_secs_f64(args.seconds);
    let clients: Vec<_> = (0..args.clients)
        .map(|number| tokio::spawn(client(number, args.clone(), Arc::clone(&counts), begin, end)))
        .collect();
    let mut times = Vec::new();
    for client in clients {
        times.extend(client.await.expect("a client panicked"));
    }
    times.sort_unstable();
    let at = |part: f64| times.get(((times.len() as f64 * part) as usize).min(times.len().saturating_sub(1))).copied();
    let ms = |time: Option<Duration>| time.map_or(f64::NAN, |time| time.as_secs_f64() * 1_000.0);
    println!(
        "{}",
        serde_json::json!({
            "predictions_per_second": times.len() as f64 / args.seconds,
            "p50_ms": ms(at(0.5)),
            "p99_ms": ms(at(0.99)),
            "polls_per_prediction": counts.polls.load(Ordering::Relaxed) as f64 / (times.len().max(1) as f64),
            "refused": counts.refused.load(Ordering::Relaxed),
            "failed": counts.failed.load(Ordering::Relaxed),
        })
    );
}

/// Times of the predictions that were both scheduled and finished within the measurement.
async fn client(number: usize, args: Args, counts: Arc<Counts>, begin: Instant, end: Instant) -> Vec<Duration> {
    // Another seed each time: what an earlier run asked is still known, and would be answered without being computed.
    let mut chance = StdRng::from_os_rng();
    let mut lines: Vec<Line> = Vec::new();
    for url in &args.url {
        lines.push(Line::open(url).await);
    }
    let wait = args.poll == "wait";
    let pause = if wait { Duration::ZERO } else { humantime::parse_duration(&args.poll).expect("a time, or wait") };
    let mut times = Vec::new();
    let mut turn = number;
    while Instant::now() < end {
        let liked: Vec<u32> = args.films.choose_multiple(&mut chance, args.likes).copied().collect();
        let body = format!("{{\"input-data\":{{\"liked\":{liked:?}}}}}");
        let begun = Instant::now();
        turn += 1;
        let at = turn % lines.len();
        let (status, answer) = lines[at].call("POST", "/api/predict", &body).await;
        if status == 503 {
            counts.refused.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        }
        let answer: Value = serde_json::from_slice(answer).expect("JSON");
        let id = answer["result-id"].as_str().unwrap_or_else(|| panic!("{status}: {answer}"));
        let path = format!("/api/get-result/{id}{}", if wait { "?wait=5000" } else { "" });
        let finished = loop {
            if !wait {
                tokio::time::sleep(pause).await;
            }
            turn += 1;
            let at = turn % lines.len();
            let (status, answer) = lines[at].call("GET", &path, "").await;
            if begun >= begin {
                counts.polls.fetch_add(1, Ordering::Relaxed);
            }
            // Not parsed: what a client does with its films is not the server's time.
            if find(answer, b"\"SUCCESS\"") {
                break true;
            }
            if !find(answer, b"\"PENDING\"") && !find(answer, b"\"STARTED\"") {
                eprintln!("{status}: {}", String::from_utf8_lossy(&answer[..answer.len().min(200)]));
                break false;
            }
        };
        let now = Instant::now();
        if !finished {
            counts.failed.fetch_add(1, Ordering::Relaxed);
        } else if begun >= begin && now <= end {
            times.push(now - begun);
        }
    }
    times
}

/// Whether an answer has this word, near its beginning or its end: the state is in one of them, the films between.
fn find(text: &[u8], word: &[u8]) -> bool {
    let near = |part: &[u8]| part.windows(word.len()).any(|at| at == word);
    near(&text[..text.len().min(200)]) || near(&text[text.len().saturating_sub(200)..])
}

/// Host and port of a server's address.
fn host(url: &str) -> &str {
    url.trim_start_matches("http://").trim_end_matches('/')
}

/// A kept connection.
struct Line {
    stream: BufReader<TcpStream>,
    host: String,
    request: String,
    head: String,
    body: Vec<u8>,
}

/// An answer of twenty films with its reasons comes in one piece.
const ROOM: usize = 64 << 10;

impl Line {
    async fn open(url: &str) -> Self {
        let host = host(url).to_owned();
        let stream = TcpStream::connect(&host).await.expect("the server listens");
        stream.set_nodelay(true).expect("no delay");
        let stream = BufReader::with_capacity(ROOM, stream);
        Self { stream, host, request: String::new(), head: String::new(), body: Vec::new() }
    }

    async fn call(&mut self, method: &str, path: &str, body: &str) -> (u16, &[u8]) {
        let length = body.len();
        self.request.clear();
        let _ = write!(
            self.request,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}",
            self.host
        );
        self.stream.get_mut().write_all(self.request.as_bytes()).await.expect("sent");
        let (mut status, mut length, mut close) = (0, None, false);
        loop {
            self.head.clear();
            let read = self.stream.read_line(&mut self.head).await.expect("an answer");
            assert!(read > 0, "the server hung up");
            let line = self.head.trim_end();
            if line.is_empty() {
                break;
            }
            if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
                status = rest.split(' ').next().and_then(|code| code.parse().ok()).expect("a status");
            } else if let Some((name, value)) = line.split_once(':') {
                if name.eq_ignore_ascii_case("content-length") {
                    length = value.trim().parse::<usize>().ok();
                } else if name.eq_ignore_ascii_case("connection") {
                    close = value.trim().eq_ignore_ascii_case("close");
                }
            }
        }
        self.body.resize(length.expect("a length"), 0);
        self.stream.read_exact(&mut self.body).await.expect("the whole body");
        if close {
            let body = std::mem::take(&mut self.body);
            *self = Self { body, ..Self::open(&self.host).await };
        }
        (status, &self.body)
    }
}
