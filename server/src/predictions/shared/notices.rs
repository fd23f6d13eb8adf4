//! Who waits in this process, and how they hear that something moved: one subscription for all of them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::StreamExt;
use redis::RedisError;
use tokio::sync::Notify;

use crate::link::Link;

const PAUSE: Duration = Duration::from_millis(200);

/// Entries that somebody waits on. A std `Mutex`: held for a map operation, never across an await.
#[derive(Clone, Default)]
pub struct Notices(Arc<Mutex<HashMap<String, Waiters>>>);

struct Waiters {
    bell: Arc<Notify>,
    count: usize,
}

/// A place among those who wait on an entry; dropped, it is given back.
pub struct Waiting {
    entry: String,
    /// Rings when the entry moved, or might have.
    pub bell: Arc<Notify>,
    notices: Notices,
}

impl Notices {
    /// Takes a place. Look at the state again after this and before waiting: what moved before is not told.
    pub fn wait_on(&self, entry: &str) -> Waiting {
        let mut map = self.map();
        let waiters =
            map.entry(entry.to_owned()).or_insert_with(|| Waiters { bell: Arc::new(Notify::new()), count: 0 });
        waiters.count += 1;
        Waiting { entry: entry.to_owned(), bell: Arc::clone(&waiters.bell), notices: self.clone() }
    }

    /// Listens for as long as the process lives; whenever the subscription was broken everybody looks again.
    pub async fn listen(self, link: Link) {
        loop {
            link.becomes(true).await;
            if let Err(error) = self.listen_once(&link).await {
                tracing::debug!(%error, "the subscription to moves broke");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn listen_once(&self, link: &Link) -> Result<(), RedisError> {
        let mut subscription = link.redis().listening().await?;
        subscription.subscribe(link.redis().key("moves")).await?;
        self.ring_all();
        let mut messages = subscription.into_on_message();
        loop {
            tokio::select! {
                message = messages.next() => match message {
                    Some(message) => self.ring(&message.get_payload::<String>().unwrap_or_default()),
                    None => return Ok(()),
                },
                // A half-open subscription says nothing; the other connection is tried all the time.
                () = link.becomes(false) => return Ok(()),
            }
        }
    }

    /// Rings for the entries of a message: a letter, then entries.
    fn ring(&self, message: &str) {
        let map = self.map();
        for entry in message.split(' ').skip(1) {
            if let Some(waiters) = map.get(entry) {
                waiters.bell.notify_waiters();
            }
        }
    }

    /// Rings for everybody.
    pub fn ring_all(&self) {
        self.map().values().for_each(|waiters| waiters.bell.notify_waiters());
    }

    fn map(&self) -> MutexGuard<'_, HashMap<String, Waiters>> {
        // No step leaves the map half-changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut map = self.notices.map();
        if let Some(waiters) = map.get_mut(&self.entry) {
            waiters.count -= 1;
            if waiters.count == 0 {
                map.remove(&self.entry);
            }
        }
    }
}
