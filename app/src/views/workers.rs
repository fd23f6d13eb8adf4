use serde::{Deserialize, Serialize};

/// The workers and what they did in the last five minutes, for the operator.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "ssr", derive(Serialize))]
pub struct WorkersPage {
    /// Predictions that wait.
    pub waiting: u32,
    /// Predictions that are being computed.
    pub running: u32,
    /// Predictions of the last ten seconds.
    pub last_ten: u32,
    /// Requests that found the queue full.
    pub refused: u32,
    /// Predictions that failed.
    pub failed: u32,
    /// Time to answer in milliseconds, median and 99th percentile, oldest first; `None` where nothing ended.
    pub times: Vec<Option<(u32, u32)>>,
    /// Both, over all of the time.
    pub overall: Option<(u32, u32)>,
    /// How many batches there were of 1, of 2, of 3 and 4, of 5 to 8, and so on.
    pub batches: Vec<u32>,
    /// The workers.
    pub workers: Vec<WorkerRow>,
    /// The last predictions, newest first.
    pub recent: Vec<RecentRow>,
    /// Whether the queue is shared with other processes.
    pub shared: bool,
    /// Whether the queue is out of reach: then nothing else here is known.
    pub late: bool,
}

/// A worker thread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkerRow {
    /// Its machine, process and number.
    pub name: String,
    /// Predictions that it is at.
    pub running: u32,
    /// Seconds since it was last heard of.
    pub heard: u32,
    /// Predictions that it has ended.
    pub done: u32,
}

/// A prediction that has ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecentRow {
    /// What was asked: "20 films for 12 ratings".
    pub what: String,
    /// Whether it succeeded.
    pub succeeded: bool,
    /// Seconds since it was asked.
    pub asked: u32,
    /// From schedule to end, in milliseconds.
    pub took: u32,
}
