use std::{
    collections::HashMap,
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use redis::{
    Connection, ErrorKind, RedisError, cmd,
    streams::{StreamId, StreamReadReply},
};

use super::{
    Claims, late, milliseconds, scripts,
    setup::{agreement, another_catalogue},
    stop::Stop,
};
use crate::{
    link::{Redis, in_words},
    predictions::{Job, JobSource, Limits, Request, queue::Outcome},
    telemetry::ended_unseen,
};

/// How long one read from the stream waits for a job; also how soon a stopping worker notices.
const READ: Duration = Duration::from_secs(1);
/// Pauses between two tries to reach Redis.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How often a trouble that lasts is told.
const TELL_AGAIN: Duration = Duration::from_secs(30);
/// Dead letters that are kept, about.
const DEAD_LETTERS: usize = 10_000;
/// After this long without a word the name of a worker that holds nothing is removed.
const FORGET_NAMES: Duration = Duration::from_secs(600);
/// How often they are looked for.
const TIDY_EVERY: Duration = Duration::from_secs(60);
/// What is said of a job that was given up.
const GIVEN_UP: &str = "The workers that tried this prediction ended before they were done. It was given up.";
const OTHER_CATALOGUE: &str =
    "This prediction is about another catalogue than the one that is served here. Load the page again.";

/// A job as it is in the stream.
#[derive(Default)]
struct Posted {
    request: Vec<u8>,
    trace: String,
    catalogue: String,
}

/// The computing side of the queue in Redis, for one worker thread.
pub struct SharedJobs {
    redis: Redis,
    claims: Claims,
    limits: Limits,
    model: Arc<str>,
    /// The fingerprint of the catalogue that this worker's films are of.
    catalogue: Arc<str>,
    consumer: String,
    next_number: AtomicU64,
    /// What is being computed: our number, and the stream's entry.
    held: Mutex<HashMap<u64, String>>,
    line: Mutex<Line>,
    stop: Stop,
}

/// The thread's own connection, and what it remembers between two calls.
#[derive(Default)]
struct Line {
    connection: Option<Connection>,
    rounds: Rounds,
}

/// When what is to be done now and then was done last.
#[derive(Default)]
struct Rounds {
    /// Looked for jobs whose worker is silent, and for what all here have agreed on.
    looked: Option<Instant>,
    /// Removed the names of workers that are gone.
    tidied: Option<Instant>,
}

impl SharedJobs {
    /// A source for one thread; `consumer` is its name on the stream, of this start alone; then the version of its model and
    /// the fingerprint of its catalogue. Starts the thread that renews
    /// its claims, which ends with the source.
    pub fn start(
        redis: Redis,
        consumer: String,
        (model, catalogue): (&str, &str),
        limits: Limits,
        claims: Claims,
    ) -> io::Result<Arc<Self>> {
        let source = Arc::new(Self {
            redis,
            claims,
            limits,
            model: model.into(),
            catalogue: catalogue.into(),
            consumer,
            next_number: AtomicU64::new(0),
            held: Mutex::default(),
            line: Mutex::default(),
            stop: Stop::default(),
        });
        let weak = Arc::downgrade(&source);
        let (stop, every) = (source.stop.clone(), claims.renew_every());
        thread::Builder::new().name(format!("renew-{}", source.consumer)).spawn(move || {
            let mut connection = None;
            // A last word after the stop, for what is still being computed, is said by the jobs' own ends.
            loop {
                stop.within(every);
                let Some(source) = weak.upgrade() else { return };
                source.renew(&mut connection);
                if stop.is_asked() {
                    drop(source);
                    #[allow(clippy::disallowed_methods, reason = "this thread is there to wait")]
                    thread::sleep(every);
                }
            }
        })?;
        Ok(source)
    }

    /// No further job is taken; `take` answers `None` soon.
    pub fn close(&self) {
        self.stop.now();
    }

    /// The name on the stream.
    pub fn consumer(&self) -> &str {
        &self.consumer
    }

    fn held(&self) -> MutexGuard<'_, HashMap<u64, String>> {
        // Every step under the lock is one map operation.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        // A line that broke in the middle is replaced at the next error.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `step` until it succeeds, over a new connection after each failure; `None` when `give_up` says so.
    fn persistently<T>(
        &self,
        what: &str,
        give_up: impl Fn() -> bool,
        mut step: impl FnMut(&mut Connection, &mut Rounds) -> Result<T, RedisError>,
    ) -> Option<T> {
        let mut line = self.line();
        let mut pause = FIRST_PAUSE;
        let mut told = None;
        loop {
            let Line { connection, rounds } = &mut *line;
            let tried = match connection {
                Some(open) => step(open, rounds),
                None => self.redis.blocking(READ).and_then(|open| {
                    // It may be another Redis, or have been emptied.
                    rounds.looked = None;
                    step(connection.insert(open), rounds)
                }),
            };
            match tried {
                Ok(value) => {
                    if told.is_some() {
                        tracing::info!(worker = self.consumer, "Redis is back");
                    }
                    return Some(value);
                }
                // Somebody has emptied Redis, or the stream: whoever comes first makes the group again.
                Err(error) if error.to_string().contains("NOGROUP") => {
                    let made = connection.as_mut().map(|open| self.make_group(open));
                    if !matches!(made, Some(Ok(()))) {
                        *connection = None;
                    }
                }
                Err(error) => {
                    *connection = None;
                    // Not a line for every try.
                    if told.is_none_or(|at: Instant| at.elapsed() > TELL_AGAIN) {
                        tracing::warn!(worker = self.consumer, why = in_words(&error), "{what} failed; trying again");
                        told = Some(Instant::now());
                    }
                }
            }
            if give_up() {
                return None;
            }
            if self.stop.within(pause) {
                // Stopping: no more waiting for a stop that has come, but not in a tight loop either.
                #[allow(clippy::disallowed_methods, reason = "a worker's own thread")]
                thread::sleep(pause);
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn try_take(&self, most: usize, connection: &mut Connection, rounds: &mut Rounds) -> Result<Vec<Job>, RedisError> {
        if rounds.looked.is_none_or(|at| at.elapsed() >= self.claims.look_every()) {
            let named: String = agreement(&self.redis, &self.catalogue).invoke(connection)?;
            if named != *self.catalogue {
                // Its jobs are about other films.
                let why = another_catalogue(&named, &self.catalogue);
                return Err((ErrorKind::InvalidClientConfig, "not for this worker", why).into());
            }
            // One that was delivered before runs alone: if it is a poison, it takes no companions with it.
            if let Some(job) = self.take_over(connection)? {
                return Ok(job);
            }
            rounds.looked = Some(Instant::now());
        }
        if rounds.tidied.is_none_or(|at| at.elapsed() >= TIDY_EVERY) {
            self.tidy("", connection)?;
            rounds.tidied = Some(Instant::now());
        }
        let read = cmd("XREADGROUP")
            .arg("GROUP")
            .arg("workers")
            .arg(&self.consumer)
            .arg("COUNT")
            .arg(most)
            .arg("BLOCK")
            .arg(milliseconds(READ))
            .arg("STREAMS")
            .arg(self.redis.key("jobs"))
            .arg(">")
            .query::<Option<StreamReadReply>>(connection);
        let entries: Vec<StreamId> = match read {
            Ok(reply) => reply.into_iter().flat_map(|reply| reply.keys).flat_map(|key| key.ids).collect(),
            Err(error) => return Err(error),
        };
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let mut begin = scripts::BEGIN.on(&self.redis);
        begin.arg(milliseconds(self.limits.result_ttl)).arg(late(self.limits.deadline));
        for entry in &entries {
            begin.arg(&entry.id);
        }
        let (begun, late): (Vec<String>, u64) = begin.invoke(connection)?;
        ended_unseen("late", late);
        let posted = |entry: StreamId| {
            let field = |name| entry.get::<String>(name).unwrap_or_default();
            let posted = Posted { request: entry.get("r")?, trace: field("t"), catalogue: field("g") };
            Some((entry.id, posted))
        };
        let mut posted: HashMap<String, Posted> = entries.into_iter().filter_map(posted).collect();
        let jobs = begun.into_iter().filter_map(|entry| {
            let posted = posted.remove(&entry).unwrap_or_default();
            self.job(entry, &posted, connection)
        });
        Ok(jobs.collect())
    }

    fn take_over(&self, connection: &mut Connection) -> Result<Option<Vec<Job>>, RedisError> {
        let mut take_over = scripts::TAKE_OVER.on(&self.redis);
        take_over
            .arg(&self.consumer)
            .arg(milliseconds(self.claims.silence()))
            .arg(self.claims.most_deliveries)
            .arg(milliseconds(self.limits.result_ttl))
            .arg(GIVEN_UP)
            .arg(DEAD_LETTERS);
        let (given_up, taken): (u64, redis::Value) = take_over.invoke(connection)?;
        ended_unseen("given_up", given_up);
        let taken: Option<(String, Vec<u8>, u32, String, String)> = match taken {
            redis::Value::Array(fields) if fields.is_empty() => None,
            value => Some(redis::from_redis_value(value)?),
        };
        let Some((entry, request, delivery, trace, catalogue)) = taken else { return Ok(None) };
        tracing::warn!(worker = self.consumer, entry, delivery, "took over a job whose worker has gone silent");
        let posted = Posted { request, trace, catalogue };
        Ok(Some(self.job(entry, &posted, connection).into_iter().collect()))
    }

    /// What is to be computed, and is now held. What is about another catalogue fails here: all who are here serve ours. What
    /// cannot be read is left alone: a web server of a later version has asked, whose workers take it over from us.
    fn job(&self, entry: String, posted: &Posted, connection: &mut Connection) -> Option<Job> {
        // A web server of an earlier version says nothing of its catalogue.
        let is_ours = posted.catalogue.is_empty() || *posted.catalogue == *self.catalogue;
        if !is_ours {
            tracing::error!(entry, catalogue = posted.catalogue, "a job is about another catalogue");
            let mut complete = self.completion();
            complete.arg(&entry).arg("FAILURE").arg(OTHER_CATALOGUE);
            // Not completed it is delivered again, and given up in the end.
            let _ = complete.invoke::<u64>(connection);
            ended_unseen("other_catalogue", 1);
            return None;
        }
        let request = match serde_json::from_slice::<Request>(&posted.request) {
            Ok(request) => Arc::new(request),
            Err(error) => {
                tracing::error!(entry, %error, "a job cannot be read; it is left to others");
                return None;
            }
        };
        let number = self.next_number.fetch_add(1, Ordering::Relaxed);
        let waited = since(&entry);
        self.held().insert(number, entry);
        Some(Job { number, request, waited, trace: posted.trace.as_str().into() })
    }

    fn completion(&self) -> redis::ScriptInvocation<'_> {
        let mut complete = scripts::COMPLETE.on(&self.redis);
        complete.arg(&self.consumer).arg(milliseconds(self.limits.result_ttl)).arg(&*self.model);
        complete
    }

    fn make_group(&self, connection: &mut Connection) -> Result<(), RedisError> {
        let mut create = cmd("XGROUP");
        create.arg("CREATE").arg(self.redis.key("jobs")).arg("workers").arg("0").arg("MKSTREAM");
        match create.query::<()>(connection) {
            Err(error) if !super::setup::is_there_already(&error) => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Renews the claims on what is being computed; on an error the next round tries again.
    fn renew(&self, connection: &mut Option<Connection>) {
        let entries: Vec<String> = self.held().values().cloned().collect();
        if entries.is_empty() {
            return;
        }
        let mut renew = scripts::RENEW.on(&self.redis);
        renew.arg(&self.consumer);
        for entry in &entries {
            renew.arg(entry);
        }
        let renewed = match connection {
            Some(open) => renew.invoke::<Vec<String>>(open),
            None => self.redis.blocking(READ).and_then(|open| renew.invoke(connection.insert(open))),
        };
        if let Err(error) = renewed {
            tracing::debug!(worker = self.consumer, %error, "claims could not be renewed");
            *connection = None;
        }
    }

    /// Takes our name off the stream.
    fn leave(&self) {
        let mut line = self.line();
        if let Some(connection) = &mut line.connection {
            // If it stays, others remove it.
            let _ = self.tidy(&self.consumer, connection);
        }
    }

    /// Removes the names of those who have long been gone, and this one if it holds nothing.
    fn tidy(&self, leaving: &str, connection: &mut Connection) -> Result<(), RedisError> {
        let mut leave = scripts::LEAVE.on(&self.redis);
        leave.arg(leaving).arg(milliseconds(FORGET_NAMES));
        leave.invoke(connection)
    }
}

/// How long ago the entry was made, by its name: milliseconds of Redis' clock, which may differ from ours.
fn since(entry: &str) -> Duration {
    let made = entry.split('-').next().and_then(|made| made.parse().ok()).map(Duration::from_millis);
    let now = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    made.map(|made| now.saturating_sub(made)).unwrap_or_default()
}

impl JobSource for SharedJobs {
    fn take(&self, most: usize) -> Option<Vec<Job>> {
        loop {
            if self.stop.is_asked() {
                self.leave();
                return None;
            }
            let taken = self.persistently(
                "taking jobs",
                || self.stop.is_asked(),
                |connection, rounds| self.try_take(most, connection, rounds),
            );
            if let Some(jobs) = taken.filter(|jobs| !jobs.is_empty()) {
                return Some(jobs);
            }
        }
    }

    fn finish(&self, done: Vec<(&Job, Outcome)>) {
        let mut complete = self.completion();
        let mut numbers = Vec::with_capacity(done.len());
        for (job, outcome) in done {
            let Some(entry) = self.held().get(&job.number).cloned() else { continue };
            numbers.push(job.number);
            complete.arg(entry);
            match outcome {
                Ok(answer) => complete.arg("SUCCESS").arg(&*answer.json()),
                Err(reason) => complete.arg("FAILURE").arg(&*reason),
            };
        }
        // Once another has taken the jobs over there is no use in trying on; our claims are renewed meanwhile.
        let begun = Instant::now();
        let most = self.claims.take_over * 10;
        let finished = self.persistently(
            "sending results",
            || begun.elapsed() > most,
            |connection, _| complete.invoke::<usize>(connection),
        );
        let mut held = self.held();
        numbers.iter().for_each(|number| {
            held.remove(number);
        });
        drop(held);
        if finished.is_some_and(|finished| finished < numbers.len()) {
            tracing::warn!(worker = self.consumer, "some jobs were finished by another worker meanwhile");
        }
    }
}
