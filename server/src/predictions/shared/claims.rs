//! How long a worker's word is good for.

use std::time::Duration;

/// When a worker's jobs become another's.
#[derive(Clone, Copy, Debug)]
pub struct Claims {
    /// What a dead worker held is computed again within this time.
    pub take_over: Duration,
    /// How often a job is delivered before it is given up.
    pub most_deliveries: u32,
}

impl Claims {
    /// How long a worker may say nothing; the rest of the time is for the others to notice.
    pub(super) fn silence(&self) -> Duration {
        self.take_over * 4 / 5
    }

    /// How often a worker looks for jobs whose worker has gone silent.
    pub(super) fn look_every(&self) -> Duration {
        (self.take_over / 10).min(Duration::from_secs(1))
    }

    /// How often a worker says that it still computes.
    pub(super) fn renew_every(&self) -> Duration {
        (self.take_over / 5).min(Duration::from_secs(3))
    }
}
