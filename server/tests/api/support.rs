//! Starts the real server on data that `marquee synth`, `import` and `train` made.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

use reqwest::{Client, Response};
use serde_json::{Value, json};
use tempfile::TempDir;

/// What a test waits for at most; only ever reached when something is broken.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The binary under test.
pub fn marquee() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_marquee"));
    // Settings of whoever runs the tests are not the tests' own.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("MARQUEE_")) {
        command.env_remove(name);
    }
    command
}

/// Runs a command to its end.
pub fn run<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Output {
    marquee().args(args).output().expect("the binary starts")
}

fn must_run<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) {
    let output = run(args);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A folder with catalogue and model, made once for all tests and processes of one build of the binary.
pub fn trained_data() -> &'static Path {
    static DATA: OnceLock<PathBuf> = OnceLock::new();
    DATA.get_or_init(|| {
        let built = fs::metadata(env!("CARGO_BIN_EXE_marquee")).and_then(|data| data.modified()).expect("a build time");
        let stamp = built.duration_since(std::time::UNIX_EPOCH).expect("a build after 1970").as_nanos();
        let shared = Path::new(env!("CARGO_TARGET_TMPDIR"));
        fs::create_dir_all(shared).expect("a folder for test data");
        let data = shared.join(format!("data-{stamp}"));
        let lock = File::create(shared.join("data.lock")).expect("a lock file");
        lock.lock().expect("the lock");
        if !data.exists() {
            forget_older_builds(shared);
            let making = TempDir::new_in(shared).expect("a folder");
            let source = making.path().join("source");
            let made = making.path().join("data");
            must_run([
                "synth".as_ref(),
                source.as_os_str(),
                "--users".as_ref(),
                "300".as_ref(),
                "--films".as_ref(),
                "400".as_ref(),
                "--ratings".as_ref(),
                "20000".as_ref(),
            ]);
            must_run(["import".as_ref(), source.as_os_str(), "--data-dir".as_ref(), made.as_os_str()]);
            must_run([OsStr::new("train"), "--epochs".as_ref(), "5".as_ref(), "--data-dir".as_ref(), made.as_os_str()]);
            fs::rename(&made, &data).expect("the data in its place");
        }
        data
    })
}

fn forget_older_builds(shared: &Path) {
    for entry in fs::read_dir(shared).expect("the folder").flatten() {
        if entry.file_name().to_string_lossy().starts_with("data-") {
            // Tests of an older build may still read it; then it goes the next time.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// A data directory of a test's own: the trained one's files, and whatever the server writes.
pub fn copy_of_data() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for name in ["catalogue.db", "model.safetensors"] {
        fs::copy(trained_data().join(name), folder.path().join(name)).expect("a copy");
    }
    folder
}

/// The least that a built site has, and `public/` as it is; the real one is tested in the browser.
fn site_files(folder: &Path) -> PathBuf {
    let site = folder.join("site");
    fs::create_dir_all(site.join("pkg")).expect("a folder");
    for name in ["marquee.css", "marquee.js", "marquee.wasm"] {
        fs::write(site.join("pkg").join(name), "").expect("a file");
    }
    let public = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public");
    for file in fs::read_dir(public).expect("the folder").flatten() {
        fs::copy(file.path(), site.join(file.file_name())).expect("a copy");
    }
    site
}

/// A running server.
pub struct Server {
    process: Process,
    pub url: String,
    pub http: Client,
    data: TempDir,
}

/// Killed when a test drops it.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Server {
    /// With trained data and these options.
    pub async fn start(options: &[&str]) -> Self {
        Self::start_on(copy_of_data(), options).await
    }

    /// On this data directory.
    pub async fn start_on(data: TempDir, options: &[&str]) -> Self {
        let command = serve_command(data.path(), options);
        Self::start_as(command, data).await
    }

    /// As this command says.
    pub async fn start_as(mut command: Command, data: TempDir) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().expect("the server starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let Some(url) = line.trim().strip_prefix("Marquee is on ") else {
            panic!("the server did not start: {line:?}, {:?}", process.wait());
        };
        Self { process: Process(process), url: url.to_owned(), http: Client::new(), data }
    }

    /// Kills the server, however busy it is, and starts another on the same data.
    pub async fn killed_and_restarted(self, options: &[&str]) -> Self {
        let Self { process, data, .. } = self;
        drop(process);
        Self::start_on(data, options).await
    }

    pub fn data_dir(&self) -> &Path {
        self.data.path()
    }

    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    pub async fn get(&self, path: &str) -> Response {
        self.http.get(self.at(path)).send().await.expect("an answer")
    }

    pub async fn get_json(&self, path: &str) -> Value {
        json_of(self.get(path).await).await.1
    }

    pub async fn post(&self, path: &str, body: &Value) -> Response {
        self.http.post(self.at(path)).json(body).send().await.expect("an answer")
    }

    /// Schedules and returns the id.
    pub async fn schedule(&self, input: Value) -> String {
        let (status, body) = json_of(self.post("/api/predict", &json!({ "input-data": input })).await).await;
        assert_eq!(status, 202, "{body}");
        body["result-id"].as_str().expect("an id").to_owned()
    }

    /// Polls until the prediction is finished.
    pub async fn finished(&self, id: &str) -> Value {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            let body = self.get_json(&format!("/api/get-result/{id}?wait=2000")).await;
            if body["status"] != "PENDING" && body["status"] != "STARTED" {
                return body;
            }
        }
        panic!("{id} did not finish");
    }

    /// Numbers of films of the catalogue, most popular first.
    pub async fn some_films(&self, count: usize) -> Vec<u64> {
        let body = self.get_json(&format!("/api/predict?liked=&n={count}")).await;
        ids(&body)
    }

    #[cfg(unix)]
    pub fn terminate(&self) {
        let status =
            Command::new("kill").args(["-TERM", &self.process.0.id().to_string()]).status().expect("kill runs");
        assert!(status.success());
    }

    /// Waits for the process to end by itself.
    pub async fn ended(&mut self, limit: Duration) -> Option<ExitStatus> {
        let start = Instant::now();
        loop {
            match self.process.0.try_wait().expect("the process can be asked") {
                Some(status) => return Some(status),
                None if start.elapsed() > limit => return None,
                None => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }
}

pub fn serve_command(data: &Path, options: &[&str]) -> Command {
    let mut command = marquee();
    command.args(["serve", "--addr", "127.0.0.1:0", "--data-dir"]).arg(data);
    command.arg("--site-dir").arg(site_files(data)).args(options);
    command.stdin(Stdio::null());
    command
}

/// Starts a server that is expected to refuse to start; its exit code and what it said.
pub fn refused(data: &Path, options: &[&str]) -> (Option<i32>, String) {
    let mut process =
        serve_command(data, options).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("it starts");
    let start = Instant::now();
    let status = loop {
        match process.try_wait().expect("the process can be asked") {
            Some(status) => break status,
            None if start.elapsed() > PATIENCE => {
                let _ = process.kill();
                panic!("the server runs although it should not");
            }
            #[allow(clippy::disallowed_methods, reason = "a test that waits for another process")]
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    let mut said = String::new();
    process.stderr.take().expect("a pipe").read_to_string(&mut said).expect("text");
    (status.code(), said)
}

pub async fn json_of(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.expect("a body");
    (status, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text:?}")))
}

/// The films' numbers of a list of recommendations.
pub fn ids(list: &Value) -> Vec<u64> {
    list.as_array()
        .unwrap_or_else(|| panic!("a list, not {list}"))
        .iter()
        .map(|film| film["id"].as_u64().expect("a number"))
        .collect()
}
