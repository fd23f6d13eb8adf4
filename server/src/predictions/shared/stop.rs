//! A stop that waiting threads hear of at once.

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::Duration,
};

/// Ends the waiting of several threads.
#[derive(Clone, Default)]
pub(super) struct Stop(Arc<(Mutex<bool>, Condvar)>);

impl Stop {
    /// Ends it, now and for good.
    pub(super) fn now(&self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.1.notify_all();
    }

    /// Whether it was ended.
    pub(super) fn is_asked(&self) -> bool {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets `pause` pass, or less if the stop comes; whether it came.
    pub(super) fn within(&self, pause: Duration) -> bool {
        let asked = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (asked, _) =
            self.0.1.wait_timeout_while(asked, pause, |asked| !*asked).unwrap_or_else(PoisonError::into_inner);
        *asked
    }
}
