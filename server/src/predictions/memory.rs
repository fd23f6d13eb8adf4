//! The queue of one process.
//!
//! All of it lives behind one std `Mutex`: no critical section awaits, allocates much or computes anything, so a lock
//! of tokio's would only be slower. Callers that wait do so on a `watch` channel of the computation, workers on a
//! condition variable.

mod book;

use std::{
    ops::{Deref, DerefMut},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use app::{domain::PredictionId, port::VisitorId};
use async_trait::async_trait;
use book::{Book, Computation};

use tokio::sync::watch;

use super::{
    Absent, Activity, IdMint, Job, JobSource, Key, Load, Queue, Refusal, Request, State, Until,
    queue::{Outcome, SOON},
};
use crate::telemetry::names;

/// The bounds of a queue.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Computations that may wait.
    pub queue_capacity: usize,
    /// How long a computation may wait for a worker.
    pub deadline: Duration,
    /// How long a finished prediction is kept.
    pub result_ttl: Duration,
    /// How many finished predictions are kept; the oldest go first.
    pub result_capacity: usize,
}

/// Queue and results in memory.
pub struct MemoryQueue {
    mint: IdMint,
    book: Mutex<Book>,
    /// Signalled when a job arrives or the queue is closed.
    arrival: Condvar,
}

impl MemoryQueue {
    /// An empty queue.
    pub fn new(limits: Limits, mint: IdMint) -> Self {
        Self { mint, book: Mutex::new(Book::new(limits)), arrival: Condvar::new() }
    }

    /// Computations that wait for a worker.
    pub fn depth(&self) -> usize {
        self.book().depth()
    }

    /// Fails what waited too long and forgets what was kept long enough; to be called a few times a second.
    pub fn sweep(&self) {
        self.book().sweep(Instant::now());
    }

    /// Nothing new is admitted; workers end when what waits is done.
    pub fn close(&self) {
        self.book().close();
        self.arrival.notify_all();
    }

    /// Everything unfinished fails now, so that whoever waits gets an answer.
    pub fn abort(&self) {
        self.book().abort("The server stopped before this prediction was done. Try again in a moment.");
        self.arrival.notify_all();
    }

    fn book(&self) -> Open<'_> {
        Open { book: self.lock(), gone: Vec::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        // A panic while the lock is held would be a bug in `book`; its steps leave the book usable at any line.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn absent(&self, id: PredictionId) -> Absent {
        if self.mint.made(&id) { Absent::Expired } else { Absent::Unknown }
    }
}

/// The book in somebody's hands. What they made it forget is freed when the next has it already.
struct Open<'a> {
    // Dropped in this order.
    book: MutexGuard<'a, Book>,
    gone: Vec<Computation>,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.gone = self.book.take_gone();
    }
}

impl Deref for Open<'_> {
    type Target = Book;

    fn deref(&self) -> &Book {
        &self.book
    }
}

impl DerefMut for Open<'_> {
    fn deref_mut(&mut self) -> &mut Book {
        &mut self.book
    }
}

#[async_trait]
impl Queue for MemoryQueue {
    async fn schedule(&self, key: Key, request: Request, owner: Option<VisitorId>) -> Result<PredictionId, Refusal> {
        let id = self.mint.mint().map_err(|error| Refusal::NoId(error.to_string()))?;
        let arrived = self.book().schedule(id, key, request, owner, Instant::now())?;
        if arrived {
            self.arrival.notify_one();
        }
        let outcome = if arrived { "new" } else { "joined" };
        metrics::counter!(names::SCHEDULED, "outcome" => outcome).increment(1);
        Ok(id)
    }

    async fn state(&self, id: PredictionId, asker: Option<VisitorId>) -> Result<State, Absent> {
        let mut book = self.book();
        book.sweep(Instant::now());
        match book.find(id, asker)? {
            Some(watch) => Ok(watch.borrow().clone()),
            None => Err(self.absent(id)),
        }
    }

    async fn wait(
        &self,
        id: PredictionId,
        asker: Option<VisitorId>,
        until: Until,
        limit: Duration,
    ) -> Result<State, Absent> {
        let found = {
            let mut book = self.book();
            book.sweep(Instant::now());
            book.find(id, asker)?
        };
        let Some(mut watch) = found else { return Err(self.absent(id)) };
        let first = watch.borrow_and_update().clone();
        if first.is_finished() {
            return Ok(first);
        }
        let moved = async {
            match until {
                Until::Finished => finished(&mut watch).await,
                Until::Changed if watch.changed().await.is_ok() => {
                    let _ = tokio::time::timeout(SOON, finished(&mut watch)).await;
                }
                Until::Changed => {}
            }
        };
        // Whether it moved or the limit is over, the answer is the state as it is then.
        let _ = tokio::time::timeout(limit, moved).await;
        let last = watch.borrow().clone();
        Ok(last)
    }

    async fn load(&self) -> Option<Load> {
        let book = self.book();
        Some(Load { waiting: book.depth(), running: book.running() })
    }

    async fn activity(&self) -> Option<Activity> {
        Some(self.book().activity(Instant::now()))
    }

    async fn release(&self, id: PredictionId, asker: Option<VisitorId>) {
        self.book().release(id, asker);
    }
}

/// An error is a computation that is forgotten: nothing will change any more.
async fn finished(watch: &mut watch::Receiver<State>) {
    let _ = watch.wait_for(State::is_finished).await;
}

impl JobSource for MemoryQueue {
    fn take(&self, most: usize) -> Option<Vec<Job>> {
        let mut book = self.lock();
        loop {
            let now = Instant::now();
            book.sweep(now);
            let jobs = book.take(most, now);
            if !jobs.is_empty() {
                return Some(jobs);
            }
            if book.is_closed() {
                return None;
            }
            book = self.arrival.wait(book).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn finish(&self, done: Vec<(&Job, Outcome)>) {
        // Each for itself: those who ask get in between.
        for (job, outcome) in done {
            self.book().finish(job.number, outcome, Instant::now());
        }
    }
}

#[cfg(test)]
mod tests;
