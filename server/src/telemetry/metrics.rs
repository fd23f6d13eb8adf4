use std::time::Duration;

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram, histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use metrics_process::Collector;

/// What the metrics are called. Times are in seconds.
pub mod names {
    /// Predictions scheduled, by `outcome`: new, joined, refused.
    pub const SCHEDULED: &str = "marquee_predictions_scheduled_total";
    /// Predictions that a worker of this process finished, by `state`: success, failure.
    pub const FINISHED: &str = "marquee_predictions_finished_total";
    /// Predictions that failed without being computed, by `reason`: late, given_up, other_catalogue.
    pub const UNSEEN: &str = "marquee_predictions_failed_unseen_total";
    /// From schedule to begin.
    pub const WAITED: &str = "marquee_prediction_wait_seconds";
    /// A batch's computation.
    pub const COMPUTED: &str = "marquee_batch_compute_seconds";
    /// Predictions in one batch.
    pub const BATCH: &str = "marquee_batch_size";
    /// Predictions that wait, in the whole queue.
    pub const DEPTH: &str = "marquee_queue_depth";
    /// Predictions that are being computed, in the whole queue.
    pub const RUNNING: &str = "marquee_predictions_running";
    /// Worker threads of this process that live.
    pub const WORKERS: &str = "marquee_workers_alive";
    /// 1 while the queue can be reached.
    pub const QUEUE_UP: &str = "marquee_queue_up";
    /// 1, with the `version` that this process has.
    pub const MODEL: &str = "marquee_model_info";
    /// Requests by `method`, `route` and `status`.
    pub const HTTP: &str = "marquee_http_requests_total";
    /// From a request's head to its answer's head, by `route`.
    pub const HTTP_TIME: &str = "marquee_http_request_seconds";
    /// A query of SQLite with its waiting, by `pool`.
    pub const SQLITE: &str = "marquee_sqlite_seconds";
}

/// Bounds of times: from half a millisecond to a minute.
const SECONDS: [f64; 16] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];
const BATCHES: [f64; 8] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];

/// The metrics of this process.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
    process: Collector,
}

impl Metrics {
    /// The format of [`text`](Self::text).
    pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4";

    /// From here on everything is counted; to be called once, early.
    pub fn start() -> Result<Self, BuildError> {
        let handle = PrometheusBuilder::new()
            .set_buckets(&SECONDS)?
            .set_buckets_for_metric(Matcher::Full(names::BATCH.to_owned()), &BATCHES)?
            .install_recorder()?;
        describe();
        let process = Collector::default();
        process.describe();
        Ok(Self { handle, process })
    }

    /// All of them, in Prometheus' text format.
    pub fn text(&self) -> String {
        self.process.collect();
        self.handle.run_upkeep();
        self.handle.render()
    }
}

fn describe() {
    describe_counter!(names::SCHEDULED, "Predictions scheduled, by outcome");
    describe_counter!(names::FINISHED, "Predictions that a worker of this process finished, by state");
    describe_counter!(
        names::UNSEEN,
        "Predictions that failed without being computed, by reason; one process tells of each"
    );
    describe_histogram!(names::WAITED, Unit::Seconds, "Time from schedule to begin");
    describe_histogram!(names::COMPUTED, Unit::Seconds, "Time to compute a batch");
    describe_histogram!(names::BATCH, "Predictions computed together");
    describe_gauge!(names::DEPTH, "Predictions that wait, in the whole queue");
    describe_gauge!(names::RUNNING, "Predictions that are being computed, in the whole queue");
    describe_gauge!(names::WORKERS, "Worker threads of this process that live");
    describe_gauge!(names::QUEUE_UP, "1 while the queue can be reached");
    describe_gauge!(names::MODEL, "1, with the version of the model");
    describe_counter!(names::HTTP, "HTTP requests by method, route and status");
    describe_histogram!(names::HTTP_TIME, Unit::Seconds, "Time from a request's head to its answer's head");
    describe_histogram!(names::SQLITE, Unit::Seconds, "Time of a query of SQLite, its waiting included");
}

/// Notes predictions that ended though no worker was done with them.
pub fn ended_unseen(reason: &'static str, how_many: u64) {
    if how_many > 0 {
        metrics::counter!(names::UNSEEN, "reason" => reason).increment(how_many);
    }
}

/// Notes how long something took.
pub fn observe(name: &'static str, label: &'static str, value: String, took: Duration) {
    histogram!(name, label => value).record(took);
}
