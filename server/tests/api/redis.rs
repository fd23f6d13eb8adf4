//! A real redis-server on a free port with a folder of its own, and worker processes on it.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use redis::{Connection, FromRedisValue, cmd};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{PATIENCE, Server, copy_of_data, json_of, marquee};

pub struct Redis {
    process: Child,
    port: u16,
    folder: TempDir,
}

impl Redis {
    /// Every accepted write is on disk before it is answered.
    pub fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|any| any.local_addr()).expect("a free port").port();
        let folder = TempDir::new().expect("a folder");
        let mut redis = Self { process: spawn(port, &folder), port, folder };
        redis.answers();
        redis
    }

    /// Over TLS, with a certificate for `localhost` that only those trust who know this file.
    pub fn start_with_tls() -> (Self, PathBuf) {
        let mut redis = Self::start();
        redis.kill();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let (certificate, key) = (redis.folder.path().join("tls.crt"), redis.folder.path().join("tls.key"));
        fs::write(&certificate, made.cert.pem()).expect("written");
        fs::write(&key, made.signing_key.serialize_pem()).expect("written");
        let mut command = Command::new("redis-server");
        command.args(["--port", "0", "--tls-port", &redis.port.to_string(), "--tls-auth-clients", "no"]);
        command.arg("--tls-cert-file").arg(&certificate).arg("--tls-key-file").arg(&key).arg("--dir");
        command.arg(redis.folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        redis.process = command.spawn().expect("redis-server is installed: scripts/setup test");
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", redis.port)).is_err() {
            assert!(start.elapsed() < PATIENCE, "redis-server does not answer");
            assert!(matches!(redis.process.try_wait(), Ok(None)), "redis-server has ended: was it built with TLS?");
            pause_a_little();
        }
        (redis, certificate)
    }

    /// Where it is over TLS.
    pub fn tls_url(&self) -> String {
        format!("rediss://localhost:{}", self.port)
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn connection(&self) -> Connection {
        redis::Client::open(self.url()).and_then(|client| client.get_connection()).expect("a connection")
    }

    /// Runs a command such as `HGET {marquee}:stats coalesced`.
    pub fn ask<T: FromRedisValue>(&self, command: &str) -> T {
        let mut words = command.split(' ');
        let mut call = cmd(words.next().expect("a command"));
        words.for_each(|word| {
            call.arg(word);
        });
        call.query(&mut self.connection()).expect("an answer")
    }

    /// Holds it as if the machine had gone: connections stay, nothing answers.
    #[cfg(unix)]
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    #[cfg(unix)]
    pub fn resume(&self) {
        self.signal("-CONT");
    }

    /// Kills it.
    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Starts it again on the same port and data.
    pub fn start_again(&mut self) {
        self.process = spawn(self.port, &self.folder);
        self.answers();
    }

    #[cfg(unix)]
    fn signal(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.process.id().to_string()]).status().expect("kill runs");
        assert!(status.success());
    }

    fn answers(&mut self) {
        let start = Instant::now();
        let client = redis::Client::open(self.url()).expect("an address");
        while !client.get_connection().is_ok_and(|mut open| cmd("PING").query::<String>(&mut open).is_ok()) {
            assert!(start.elapsed() < PATIENCE, "redis-server does not answer");
            assert!(matches!(self.process.try_wait(), Ok(None)), "redis-server has ended");
            pause_a_little();
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "a test that waits for another process")]
pub fn pause_a_little() {
    std::thread::sleep(Duration::from_millis(20));
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

fn spawn(port: u16, folder: &TempDir) -> Child {
    let mut command = Command::new("redis-server");
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes"]);
    command.args(["--appendfsync", "always", "--dir"]).arg(folder.path());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("redis-server is installed: scripts/setup test")
}

/// `marquee worker`.
pub struct Worker {
    process: Child,
    _data: TempDir,
}

impl Worker {
    /// On trained data, ready when this returns.
    pub fn start(redis: &Redis, options: &[&str]) -> Self {
        Self::start_on(redis, copy_of_data(), options)
    }

    pub fn start_on(redis: &Redis, data: TempDir, options: &[&str]) -> Self {
        let mut command = marquee();
        command.args(["worker", "--queue", &redis.url(), "--workers", "1", "--data-dir"]).arg(data.path());
        command.args(options).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("the worker starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        assert!(line.starts_with("Marquee works for redis://"), "{line:?}");
        Self { process, _data: data }
    }

    /// With no chance to say goodbye.
    pub fn kill(mut self) {
        self.process.kill().expect("killed");
        self.process.wait().expect("gone");
    }

    /// Asks it to end; its exit code.
    #[cfg(unix)]
    pub fn terminate(mut self) -> Option<i32> {
        let status = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status().expect("kill runs");
        assert!(status.success());
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(status) = self.process.try_wait().expect("it can be asked") {
                return status.code();
            }
            pause_a_little();
        }
        panic!("the worker does not end");
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `marquee serve --workers 0` on this Redis.
pub async fn web_server(redis: &Redis, options: &[&str]) -> Server {
    let url = redis.url();
    let mut all = vec!["--queue", &url, "--workers", "0"];
    all.extend(options);
    Server::start(&all).await
}

/// Returns when the server has Redis and workers.
pub async fn becomes_ready(server: &Server) {
    let start = Instant::now();
    while server.get_json("/readyz").await["status"] != "ready" {
        assert!(start.elapsed() < PATIENCE, "it stays {}", server.get_json("/readyz").await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// What a poll is answered with: status and body.
pub async fn state(server: &Server, id: &str) -> (u16, Value) {
    json_of(server.get(&format!("/api/get-result/{id}")).await).await
}
