//! The queue of many processes: Redis Streams carry the jobs, hashes with an expiry the states and results.
//!
//! Any web server schedules ([`SharedQueue`]), any worker computes ([`SharedJobs`]), any web server answers. Every
//! transition is one script (`scripts/`), so there is no moment at which a crash could lose or double anything. A job
//! belongs to the worker that took it for as long as that worker renews its claim; then another takes it over.

mod activity;
mod claims;
mod dead;
mod jobs;
mod notices;
mod queue;
mod scripts;
mod setup;
mod stop;

pub use claims::Claims;
pub use dead::{DeadLetter, DeadLetters, Retried};
pub use jobs::SharedJobs;
pub use queue::SharedQueue;
pub use setup::{Identity, prepare};

use app::port::VisitorId;

/// What is said of a prediction that nobody began in time.
fn late(deadline: std::time::Duration) -> String {
    format!("No worker was free within {}. Try again in a moment.", humantime::format_duration(deadline))
}

/// An owner as it is stored; empty for none.
fn owner_text(owner: Option<VisitorId>) -> String {
    owner.map(|VisitorId(bytes)| app::domain::hex(&bytes)).unwrap_or_default()
}

fn milliseconds(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
