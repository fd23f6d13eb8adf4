//! Who waits in this process, and how they hear that something moved: one subscription for all of them.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::StreamExt;
use redis::RedisError;
use tokio::sync::watch;

use crate::link::Link;

const PAUSE: Duration = Duration::from_millis(200);
/// Moves that are remembered for those who looked before they waited.
const REMEMBERED: usize = 4_096;

/// What was heard of an entry since its waiter looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Nothing.
    Nothing,
    /// A worker began it.
    Started,
    /// It ended, or might have: look.
    Look,
}

/// A moment in the row of moves.
#[derive(Clone, Copy, Debug)]
pub struct Moment(u64);

/// Entries that somebody waits on, and what moved lately. A std `Mutex`: held for a few map operations, never across an
/// await.
#[derive(Clone, Default)]
pub struct Notices(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    waiters: HashMap<String, Waiters>,
    /// The last moves, the newest last; the newest has the number `moves`.
    lately: VecDeque<(String, Heard)>,
    moves: u64,
    /// Of what was before this, something may have been missed.
    unbroken_since: u64,
}

struct Waiters {
    heard: watch::Sender<Heard>,
    count: usize,
}

/// A place among those who wait on an entry; dropped, it is given back.
pub struct Waiting {
    entry: String,
    heard: watch::Receiver<Heard>,
    notices: Notices,
}

impl Waiting {
    /// What is heard next, or was since the moment of the look.
    pub async fn next(&mut self) -> Heard {
        // The sender lives as long as this place is kept.
        let _ = self.heard.changed().await;
        *self.heard.borrow_and_update()
    }
}

impl Inner {
    fn heard(&mut self, entry: &str, what: Heard) {
        self.moves += 1;
        self.lately.push_back((entry.to_owned(), what));
        if self.lately.len() > REMEMBERED {
            self.lately.pop_front();
        }
        if let Some(waiters) = self.waiters.get(entry) {
            waiters.heard.send_replace(what);
        }
    }

    /// The last that was heard of an entry after a moment.
    fn since(&self, Moment(moment): Moment, entry: &str) -> Heard {
        let newer = (self.moves - moment) as usize;
        if moment < self.unbroken_since || newer > self.lately.len() {
            return Heard::Look;
        }
        let found = self.lately.iter().rev().take(newer).find(|(moved, _)| moved == entry);
        found.map_or(Heard::Nothing, |&(_, what)| what)
    }
}

impl Notices {
    /// To be taken before a look at a state: what moves from here on, [Waiting] tells.
    pub fn now(&self) -> Moment {
        Moment(self.inner().moves)
    }

    /// Takes a place, for whoever looked after `looked`.
    pub fn wait_on(&self, entry: &str, looked: Moment) -> Waiting {
        let mut inner = self.inner();
        let missed = inner.since(looked, entry);
        let new = || Waiters { heard: watch::Sender::new(Heard::Nothing), count: 0 };
        let waiters = inner.waiters.entry(entry.to_owned()).or_insert_with(new);
        waiters.count += 1;
        let mut heard = waiters.heard.subscribe();
        if missed != Heard::Nothing {
            heard.mark_changed();
        }
        // What is told first is what this waiter missed, not what an earlier one heard.
        waiters.heard.send_if_modified(|told| {
            *told = if missed == Heard::Nothing { *told } else { missed };
            false
        });
        Waiting { entry: entry.to_owned(), heard, notices: self.clone() }
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

    /// A message: a letter, then entries.
    fn ring(&self, message: &str) {
        let mut words = message.split(' ');
        let what = if words.next() == Some("S") { Heard::Started } else { Heard::Look };
        let mut inner = self.inner();
        words.for_each(|entry| inner.heard(entry, what));
    }

    /// Everybody looks again.
    pub fn ring_all(&self) {
        let mut inner = self.inner();
        inner.moves += 1;
        inner.unbroken_since = inner.moves;
        inner.lately.clear();
        inner.waiters.values().for_each(|waiters| {
            waiters.heard.send_replace(Heard::Look);
        });
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // No step leaves it half-changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut inner = self.notices.inner();
        if let Some(waiters) = inner.waiters.get_mut(&self.entry) {
            waiters.count -= 1;
            if waiters.count == 0 {
                inner.waiters.remove(&self.entry);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn heard(waiting: &mut Waiting) -> Option<Heard> {
        waiting.next().now_or_never()
    }

    #[test]
    fn what_moved_between_the_look_and_the_wait_is_told() {
        let notices = Notices::default();
        notices.ring("S 1-0");
        let looked = notices.now();
        assert_eq!(heard(&mut notices.wait_on("1-0", looked)), None, "it moved before the look");
        notices.ring("S 2-0 1-0");
        let mut waiting = notices.wait_on("1-0", looked);
        assert_eq!(heard(&mut waiting), Some(Heard::Started));
        assert_eq!(heard(&mut waiting), None);
        notices.ring("D 3-0");
        assert_eq!(heard(&mut waiting), None);
        notices.ring("D 1-0");
        assert_eq!(heard(&mut waiting), Some(Heard::Look));
    }

    #[test]
    fn a_later_waiter_is_told_of_its_own_time() {
        let notices = Notices::default();
        let looked = notices.now();
        let mut first = notices.wait_on("1-0", looked);
        notices.ring("S 1-0");
        let mut second = notices.wait_on("1-0", notices.now());
        assert_eq!(heard(&mut second), None);
        assert_eq!(heard(&mut first), Some(Heard::Started));
    }

    #[test]
    fn whoever_may_have_missed_something_looks() {
        let notices = Notices::default();
        let looked = notices.now();
        let mut waiting = notices.wait_on("1-0", looked);
        notices.ring_all();
        assert_eq!(heard(&mut waiting), Some(Heard::Look), "the subscription was broken");
        assert_eq!(heard(&mut notices.wait_on("1-0", looked)), Some(Heard::Look));
        let looked = notices.now();
        (0..REMEMBERED + 1).for_each(|other| notices.ring(&format!("D 9-{other}")));
        assert_eq!(heard(&mut notices.wait_on("1-0", looked)), Some(Heard::Look), "more than is remembered");
        drop(waiting);
        assert!(notices.inner().waiters.is_empty(), "nothing is kept of those who left");
    }
}
