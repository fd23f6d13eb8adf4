//! The threads that compute. A free worker takes everything that waits, up to a maximum, and runs it as one batch: a
//! batch forms because the workers were busy, never because a timer ran.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use metrics::{counter, histogram};

use super::{Answer, Engine, Job, JobSource, activity::WorkerSeen, engine::EngineError, queue::Outcome};
use crate::{
    model::compute_alone,
    telemetry::{names, trace},
};

/// What a person reads when the model failed on their prediction; the log has the reason.
const FAILED: &str = "The model could not work this prediction out. Try again in a moment.";

/// A number of running worker threads.
pub struct Workers {
    alive: Arc<AtomicUsize>,
    started: usize,
    desks: Vec<Arc<Desk>>,
}

/// What a worker thread shows of itself.
#[derive(Debug, Default)]
pub struct Desk {
    running: AtomicUsize,
    done: AtomicU64,
}

impl Workers {
    /// Starts one thread for each engine and the source of its jobs. A thread ends when its source has no more.
    pub fn start(seats: Vec<(Arc<dyn JobSource>, Engine)>, max_batch: usize, delay: Duration) -> std::io::Result<Self> {
        let started = seats.len();
        let alive = Arc::new(AtomicUsize::new(0));
        let desks: Vec<Arc<Desk>> = seats.iter().map(|_| Arc::default()).collect();
        for (number, (source, engine)) in seats.into_iter().enumerate() {
            let life = Life::begin(&alive);
            let desk = Arc::clone(&desks[number]);
            thread::Builder::new().name(format!("worker-{number}")).spawn(move || {
                let _life = life;
                // Shared between workers, the arithmetic would only be slower; it is right either way.
                if let Err(error) = compute_alone() {
                    tracing::warn!(%error, "a worker shares its threads with the others");
                }
                while let Some(jobs) = source.take(max_batch) {
                    let begun = Instant::now();
                    for job in &jobs {
                        tracing::debug!(request = trace::request_of(&job.trace), waited = ?job.waited, "a prediction is begun");
                        histogram!(names::WAITED).record(job.waited);
                    }
                    // Before anybody has a result of it: who asks then finds it counted.
                    histogram!(names::BATCH).record(jobs.len() as f64);
                    desk.running.store(jobs.len(), Ordering::Relaxed);
                    let spans: Vec<_> = jobs.iter().map(|job| trace::follow(&job.trace, job.waited)).collect();
                    pause(delay);
                    run(&*source, &engine, &jobs);
                    drop(spans);
                    desk.running.store(0, Ordering::Relaxed);
                    desk.done.fetch_add(jobs.len() as u64, Ordering::Relaxed);
                    histogram!(names::COMPUTED).record(begun.elapsed());
                }
            })?;
        }
        Ok(Self { alive, started, desks })
    }

    /// Whether every thread that was started still runs.
    pub fn all_alive(&self) -> bool {
        self.alive() == self.started
    }

    /// What each thread is at.
    pub fn seen(&self) -> Vec<WorkerSeen> {
        let seen = |(number, desk): (usize, &Arc<Desk>)| WorkerSeen {
            name: format!("worker-{number}"),
            running: desk.running.load(Ordering::Relaxed) as u32,
            heard: Duration::ZERO,
            done: desk.done.load(Ordering::Relaxed),
        };
        self.desks.iter().enumerate().map(seen).collect()
    }

    /// Threads that run.
    pub fn alive(&self) -> usize {
        self.alive.load(Ordering::Acquire)
    }
}

/// Counts a thread as alive until it ends, however it ends.
struct Life(Arc<AtomicUsize>);

impl Life {
    fn begin(alive: &Arc<AtomicUsize>) -> Self {
        alive.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(alive))
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[allow(clippy::disallowed_methods, reason = "this is a worker's own thread, and a slow model is what is asked for")]
fn pause(delay: Duration) {
    if !delay.is_zero() {
        thread::sleep(delay);
    }
}

fn run(source: &dyn JobSource, engine: &Engine, jobs: &[Job]) {
    match answers(engine, jobs) {
        Some(answers) => finish(source, jobs.iter().zip(answers.into_iter().map(outcome)).collect()),
        // Someone in this batch breaks it: each alone, so that only the guilty one fails.
        None => jobs.iter().for_each(|job| {
            let answer = answers(engine, std::slice::from_ref(job)).and_then(|mut answers| answers.pop());
            finish(source, vec![(job, answer.map_or_else(|| Err(FAILED.into()), outcome))]);
        }),
    }
}

fn finish(source: &dyn JobSource, done: Vec<(&Job, Outcome)>) {
    for (job, outcome) in &done {
        let state = if outcome.is_ok() { "success" } else { "failure" };
        tracing::debug!(request = trace::request_of(&job.trace), state, "a prediction is done");
        counter!(names::FINISHED, "state" => state).increment(1);
    }
    source.finish(done);
}

/// One answer for each job, or `None` when the batch as a whole came to nothing: an error or a panic, both logged.
fn answers(engine: &Engine, jobs: &[Job]) -> Option<Vec<Result<Answer, EngineError>>> {
    let requests: Vec<_> = jobs.iter().map(|job| Arc::clone(&job.request)).collect();
    // An engine holds a model that is only read and a connection whose statements end with the call: a panic leaves
    // neither of them half-changed.
    match catch_unwind(AssertUnwindSafe(|| engine.answer(&requests))) {
        Ok(Ok(answers)) if answers.len() == jobs.len() => Some(answers),
        Ok(Ok(answers)) => {
            tracing::error!(jobs = jobs.len(), answers = answers.len(), "a batch came back with another length");
            None
        }
        Ok(Err(error)) => {
            tracing::error!(jobs = jobs.len(), %error, "a batch failed");
            None
        }
        Err(_) => {
            tracing::error!(jobs = jobs.len(), "a batch panicked");
            None
        }
    }
}

fn outcome(answer: Result<Answer, EngineError>) -> Outcome {
    answer.map_err(|error| {
        tracing::error!(%error, "a prediction failed");
        FAILED.into()
    })
}

#[cfg(test)]
mod tests;
