use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use app::{domain::PredictionId, port::VisitorId};
use tokio::sync::watch;

use super::Limits;
use crate::{
    predictions::{Absent, Activity, Job, Key, Load, Refusal, Request, State, activity::Diary, queue::Outcome},
    telemetry::{ended_unseen, trace},
};

/// A result of the usual twenty films has about half as many bytes.
const USUAL_BYTES: usize = 16 << 10;

/// The steps of a prediction's life, each one atomic because the book is behind a lock. Time comes in as an argument.
pub struct Book {
    limits: Limits,
    closed: bool,
    next_number: u64,
    /// Every id that has a state.
    held: HashMap<PredictionId, Held>,
    /// Every computation that an id points to.
    computations: HashMap<u64, Computation>,
    /// Those that a new, equal request may join: all but the failed.
    joinable: HashMap<Key, u64>,
    /// Computations that no worker has taken, oldest first; so their deadlines ascend.
    waiting: VecDeque<u64>,
    /// What the last minutes were like, counted from `began`.
    diary: Diary,
    began: Instant,
    /// Computations that workers are at.
    running: usize,
    /// Finished ids and when they expire, ascending.
    finished: VecDeque<(Instant, PredictionId)>,
    /// Bytes of all results that are kept.
    bytes: usize,
    /// What was forgotten and is to be freed by whoever has the lock, after it: results are large.
    gone: Vec<Computation>,
    /// What `Retry-After` is guessed from.
    pace: Pace,
}

struct Held {
    owner: Option<VisitorId>,
    computation: u64,
}

pub struct Computation {
    key: Key,
    /// Until a worker takes it: a profile may be large, and only the result is kept.
    request: Option<Arc<Request>>,
    state: watch::Sender<State>,
    arrived: Instant,
    trace: Arc<str>,
    /// What is asked, in words.
    what: String,
    deadline: Instant,
    /// How many ids point here.
    holders: usize,
    /// Which of them did so before it ended.
    early: Vec<PredictionId>,
}

/// How long a waiting job takes to leave the queue, as seen while there was a backlog.
struct Pace {
    /// A running mean, for one job.
    mean: Duration,
    /// The last batch that left others waiting: when it was taken, and how many jobs it was.
    backlog_at: Option<(Instant, usize)>,
}

impl Book {
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            closed: false,
            next_number: 0,
            held: HashMap::new(),
            computations: HashMap::new(),
            joinable: HashMap::new(),
            waiting: VecDeque::new(),
            finished: VecDeque::new(),
            diary: Diary::default(),
            began: Instant::now(),
            running: 0,
            bytes: 0,
            gone: Vec::new(),
            pace: Pace { mean: Duration::from_millis(10), backlog_at: None },
        }
    }

    pub fn depth(&self) -> usize {
        self.waiting.len()
    }

    pub fn activity(&self, now: Instant) -> Activity {
        self.diary.activity(self.second(now), Load { waiting: self.depth(), running: self.running })
    }

    fn second(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.began).as_secs()
    }

    pub fn running(&self) -> usize {
        self.running
    }

    pub fn is_closed(&self) -> bool {
        self.closed
    }

    pub fn close(&mut self) {
        self.closed = true;
    }

    /// Admits the request under `id`; whether a job arrived (it did not when an equal one is known already).
    pub fn schedule(
        &mut self,
        id: PredictionId,
        key: Key,
        request: Request,
        owner: Option<VisitorId>,
        now: Instant,
    ) -> Result<bool, Refusal> {
        if self.closed {
            return Err(Refusal::Closed);
        }
        self.sweep(now);
        let known = self.joinable.get(&key).copied();
        if known.is_none() && self.waiting.len() >= self.limits.queue_capacity {
            let second = self.second(now);
            self.diary.at(second).refused += 1;
            return Err(self.full());
        }
        if self.held.len() >= self.most_ids() && self.finished.is_empty() {
            return Err(self.full());
        }
        let number = known.unwrap_or_else(|| self.enqueue(key, request, now));
        self.held.insert(id, Held { owner, computation: number });
        if let Some(computation) = self.computations.get_mut(&number) {
            computation.holders += 1;
            if computation.state.borrow().is_finished() {
                self.finished.push_back((now + self.limits.result_ttl, id));
            } else {
                computation.early.push(id);
            }
        }
        // Only now: what this id has joined must not go with the last of the others.
        self.forget_beyond_capacity();
        Ok(known.is_none())
    }

    fn enqueue(&mut self, key: Key, request: Request, now: Instant) -> u64 {
        let number = self.next_number;
        self.next_number += 1;
        let computation = Computation {
            key,
            state: watch::Sender::new(State::Pending),
            arrived: now,
            trace: trace::carried(),
            what: request.in_words(),
            request: Some(Arc::new(request)),
            deadline: now + self.limits.deadline,
            holders: 0,
            early: Vec::new(),
        };
        self.computations.insert(number, computation);
        self.joinable.insert(key, number);
        self.waiting.push_back(number);
        number
    }

    /// Ids are bounded also while nothing finishes: many may join one computation.
    fn most_ids(&self) -> usize {
        self.limits.result_capacity.saturating_add(self.limits.queue_capacity)
    }

    fn full(&self) -> Refusal {
        let expected = self.pace.mean.saturating_mul(u32::try_from(self.waiting.len()).unwrap_or(u32::MAX));
        let seconds = expected.as_secs().clamp(1, self.limits.deadline.as_secs().max(1));
        Refusal::Full { retry_after: Duration::from_secs(seconds) }
    }

    /// The state behind an id as a channel; `Ok(None)` when no such id is held, an error when it is another visitor's.
    pub fn find(&self, id: PredictionId, asker: Option<VisitorId>) -> Result<Option<watch::Receiver<State>>, Absent> {
        let Some(held) = self.held.get(&id) else { return Ok(None) };
        if held.owner.is_some() && held.owner != asker {
            return Err(Absent::Unknown);
        }
        Ok(self.computations.get(&held.computation).map(|computation| computation.state.subscribe()))
    }

    pub fn release(&mut self, id: PredictionId, asker: Option<VisitorId>) {
        if self.held.get(&id).is_some_and(|held| held.owner == asker) {
            // A finished one stays in `finished`: expiring an id twice does nothing.
            self.forget(id);
        }
    }

    /// Jobs for a worker, oldest first; what nobody waits for any more is gone from `waiting` already.
    pub fn take(&mut self, most: usize, now: Instant) -> Vec<Job> {
        let count = most.min(self.waiting.len());
        if count == 0 {
            return Vec::new();
        }
        self.pace.batch_taken(count, self.waiting.len() > count, now);
        let numbers: Vec<u64> = self.waiting.drain(..count).collect();
        let job = |number| {
            let computation = self.computations.get_mut(&number)?;
            let request = computation.request.take()?;
            computation.state.send_replace(State::Started);
            let waited = now.saturating_duration_since(computation.arrived);
            Some(Job { number, request, waited, trace: Arc::clone(&computation.trace) })
        };
        let jobs: Vec<Job> = numbers.into_iter().filter_map(job).collect();
        self.running += jobs.len();
        let second = self.second(now);
        *self.diary.at(second).batches.entry(jobs.len() as u32).or_default() += 1;
        jobs
    }

    pub fn finish(&mut self, number: u64, outcome: Outcome, now: Instant) {
        self.end(number, outcome, now);
        self.forget_beyond_capacity();
    }

    fn end(&mut self, number: u64, outcome: Outcome, now: Instant) {
        let second = self.second(now);
        let Some(computation) = self.computations.get_mut(&number) else { return };
        if computation.state.borrow().is_finished() {
            return;
        }
        let key = computation.key;
        let took = now.saturating_duration_since(computation.arrived);
        let what = std::mem::take(&mut computation.what);
        let failed = outcome.is_err();
        computation.request = None;
        if matches!(*computation.state.borrow(), State::Started) {
            self.running -= 1;
        }
        self.bytes += outcome.as_ref().map_or(0, |answer| answer.size());
        computation.state.send_replace(match outcome {
            Ok(answer) => State::Success(answer),
            Err(reason) => State::Failure(reason),
        });
        let expiry = now + self.limits.result_ttl;
        self.finished.extend(computation.early.drain(..).map(|id| (expiry, id)));
        self.diary.ended(second, what, !failed, took);
        // Whoever asks again after a failure gets a new try.
        if failed {
            self.joinable.remove(&key);
        }
        if computation.holders == 0 {
            self.drop_computation(number);
        }
    }

    /// Fails what waited past its deadline, forgets what was kept past its time.
    pub fn sweep(&mut self, now: Instant) {
        while let Some(&number) = self.waiting.front() {
            let late = self.computations.get(&number).is_none_or(|computation| computation.deadline <= now);
            if !late {
                break;
            }
            self.waiting.pop_front();
            ended_unseen("late", 1);
            let waited = humantime::format_duration(self.limits.deadline);
            self.end(number, Err(format!("No worker was free within {waited}. Try again in a moment.").into()), now);
        }
        while let Some(&(expiry, id)) = self.finished.front() {
            if expiry > now {
                break;
            }
            self.finished.pop_front();
            self.forget(id);
        }
    }

    pub fn abort(&mut self, reason: &str) {
        self.closed = true;
        self.waiting.clear();
        let now = Instant::now();
        let numbers: Vec<u64> = self.computations.keys().copied().collect();
        for number in numbers {
            self.end(number, Err(reason.into()), now);
        }
    }

    /// Long results count for several: it is memory that has to have a bound.
    fn forget_beyond_capacity(&mut self) {
        let capacity = self.limits.result_capacity;
        let most = capacity.saturating_mul(USUAL_BYTES);
        while self.finished.len() > capacity
            || self.held.len() > self.most_ids()
            || (self.bytes > most && self.finished.len() > 1)
        {
            let Some((_, oldest)) = self.finished.pop_front() else { return };
            self.forget(oldest);
        }
    }

    fn forget(&mut self, id: PredictionId) {
        let Some(held) = self.held.remove(&id) else { return };
        let Some(computation) = self.computations.get_mut(&held.computation) else { return };
        computation.holders -= 1;
        if let Some(at) = computation.early.iter().rposition(|&early| early == id) {
            computation.early.swap_remove(at);
        }
        if computation.holders > 0 {
            return;
        }
        let running = matches!(*computation.state.borrow(), State::Started);
        // One that runs is finished; its result may serve whoever asks the same meanwhile.
        if !running {
            self.drop_computation(held.computation);
        }
    }

    fn drop_computation(&mut self, number: u64) {
        let Some(computation) = self.computations.remove(&number) else { return };
        if self.joinable.get(&computation.key) == Some(&number) {
            self.joinable.remove(&computation.key);
        }
        match &*computation.state.borrow() {
            State::Pending => self.waiting.retain(|&waiting| waiting != number),
            State::Success(answer) => self.bytes -= answer.size(),
            State::Started | State::Failure(_) => {}
        }
        self.gone.push(computation);
    }

    /// What is to be freed.
    pub fn take_gone(&mut self) -> Vec<Computation> {
        std::mem::take(&mut self.gone)
    }
}

impl Pace {
    fn batch_taken(&mut self, count: usize, others_wait: bool, now: Instant) {
        if let Some((before, jobs)) = self.backlog_at {
            let each = now.saturating_duration_since(before) / u32::try_from(jobs.max(1)).unwrap_or(u32::MAX);
            self.mean = (self.mean * 3 + each) / 4;
        }
        self.backlog_at = others_wait.then_some((now, count));
    }
}
