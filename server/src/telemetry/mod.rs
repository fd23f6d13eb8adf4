//! What the process tells of itself: logs, a request's id that follows its prediction, and metrics.
//!
//! Every room may use this one; it knows none of them.

mod logs;
mod metrics;
#[cfg(feature = "otel")]
mod otel;
pub mod trace;

pub use logs::{LogFormat, Telling, start_logging};
pub use metrics::{Metrics, ended_unseen, names, observe};
