use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use app::{domain::PredictionId, port::VisitorId};
use async_trait::async_trait;
use tokio::time::{Instant, timeout_at};

use super::{
    activity::Told,
    late, milliseconds,
    notices::{Heard, Notices},
    owner_text, scripts,
    setup::{CATALOGUE_LIFE, Identity, another_catalogue, keep_agreed},
};
use crate::{
    link::Link,
    predictions::{
        Absent, Activity, Answer, Key, Limits, Load, Queue, Refusal, Request, State, Until, activity::REMEMBERED,
        queue::SOON,
    },
    telemetry::{ended_unseen, names, trace},
};

/// A waiting caller looks again after this long even if nothing rang: a message may have been lost.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// How often late jobs are failed, and how often we say that we are here.
const SWEEP: Duration = Duration::from_millis(500);

/// The asking side of the queue in Redis.
pub struct SharedQueue {
    link: Link,
    limits: Limits,
    identity: Identity,
    notices: Notices,
    closed: AtomicBool,
    aborted: AtomicBool,
    /// Worker threads of all processes that have been heard of lately.
    workers_seen: AtomicUsize,
}

/// What a script tells of a prediction.
enum Look {
    State { entry: String, state: State },
    Absent,
    Unknown,
}

fn state_of(name: &[u8], value: Vec<u8>, model: Vec<u8>) -> Option<State> {
    match name {
        b"PENDING" => Some(State::Pending),
        b"STARTED" => Some(State::Started),
        b"SUCCESS" => Some(State::Success(Answer::new(&value, text(model)))),
        b"FAILURE" => Some(State::Failure(text(value).into())),
        _ => None,
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

impl SharedQueue {
    /// Over a link that was [prepared](super::prepare) with the same identity.
    pub fn start(link: Link, limits: Limits, identity: Identity) -> Self {
        let notices = Notices::default();
        tokio::spawn(notices.clone().listen(link.clone()));
        Self {
            link,
            limits,
            identity,
            notices,
            closed: AtomicBool::new(false),
            aborted: AtomicBool::new(false),
            workers_seen: AtomicUsize::new(0),
        }
    }

    /// Why predictions are late, if they are.
    pub fn trouble(&self) -> Option<Arc<str>> {
        self.link.trouble().map(|why| format!("Redis: {why}").into()).or_else(|| {
            let none = self.workers_seen.load(Ordering::Relaxed) == 0;
            none.then(|| "no worker has been heard of lately; marquee worker starts one".into())
        })
    }

    /// Fails what waited too long, and keeps what all agreed on; runs until it is dropped. Every web server does this,
    /// and it does no harm that several do.
    pub async fn keep_swept(&self) {
        let mut tick = tokio::time::interval(SWEEP);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            let mut sweep = scripts::SWEEP.on(self.link.redis());
            sweep.arg(milliseconds(self.limits.result_ttl)).arg(late(self.limits.deadline));
            // Why it does not work is told by the link; the next round tries again.
            ended_unseen("late", self.link.script::<u64>(&sweep).await.unwrap_or_default());
            let _ = keep_agreed(&self.link, &self.identity).await;
            if let Ok(seen) = self.link.script::<usize>(&scripts::WORKERS.on(self.link.redis())).await {
                self.workers_seen.store(seen, Ordering::Relaxed);
            }
        }
    }

    /// Nothing new is admitted.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// Everyone who waits in this process is answered with the state as it is.
    pub fn abort(&self) {
        self.close();
        self.aborted.store(true, Ordering::Release);
        self.notices.ring_all();
    }

    async fn look(&self, id: PredictionId, asker: Option<VisitorId>) -> Result<Look, Absent> {
        let mut look = scripts::LOOK.on(self.link.redis());
        look.arg(id.to_string()).arg(owner_text(asker));
        let found: Vec<Vec<u8>> = self.link.script(&look).await?;
        let mut found = found.into_iter();
        let mut next = || found.next().unwrap_or_default();
        let (state, entry) = (next(), next());
        Ok(match state_of(&state, next(), next()) {
            Some(state) => Look::State { entry: text(entry), state },
            None if state == b"UNKNOWN" => Look::Unknown,
            None => Look::Absent,
        })
    }

    /// The state of a computation that a look has found before; `None` when it is gone.
    async fn look_again(&self, entry: &str) -> Result<Option<State>, Absent> {
        let mut again = redis::cmd("HMGET");
        again.arg(self.link.redis().key(format_args!("c:{entry}"))).arg(&["s", "v", "m"]);
        let found: Vec<Option<Vec<u8>>> = self.link.command(&again).await?;
        let mut found = found.into_iter().map(Option::unwrap_or_default);
        let mut next = || found.next().unwrap_or_default();
        Ok(state_of(&next(), next(), next()))
    }

    async fn present(&self, id: PredictionId, asker: Option<VisitorId>) -> Result<(String, State), Absent> {
        match self.look(id, asker).await? {
            Look::State { entry, state } => Ok((entry, state)),
            Look::Unknown => Err(Absent::Unknown),
            Look::Absent => match self.identity.mint() {
                Some(mint) if mint.made(&id) => Err(Absent::Expired),
                Some(_) => Err(Absent::Unknown),
                None => Err(Absent::Away),
            },
        }
    }
}

#[async_trait]
impl Queue for SharedQueue {
    async fn schedule(&self, key: Key, request: Request, owner: Option<VisitorId>) -> Result<PredictionId, Refusal> {
        if self.closed.load(Ordering::Acquire) {
            return Err(Refusal::Closed);
        }
        let mint = self.identity.mint().ok_or(Refusal::Away)?;
        let id = mint.mint().map_err(|error| Refusal::NoId(error.to_string()))?;
        let what = request.in_words();
        let request = serde_json::to_vec(&request).map_err(|error| Refusal::NoId(error.to_string()))?;
        let limits = &self.limits;
        let mut submit = scripts::SUBMIT.on(self.link.redis());
        submit
            .arg(id.to_string())
            .arg(app::domain::hex(&key.0))
            .arg(owner_text(owner))
            .arg(request)
            .arg(milliseconds(limits.deadline))
            .arg(milliseconds(limits.result_ttl))
            .arg(limits.queue_capacity)
            .arg(limits.result_capacity.saturating_add(limits.queue_capacity))
            .arg(&*trace::carried())
            .arg(what)
            .arg(self.identity.catalogue())
            .arg(CATALOGUE_LIFE);
        let (said, outcome): (String, String) = self.link.script(&submit).await?;
        match said.as_str() {
            "ok" => {
                metrics::counter!(names::SCHEDULED, "outcome" => outcome).increment(1);
                Ok(id)
            }
            "other" => {
                self.link.refused(&another_catalogue(&outcome, self.identity.catalogue()).into());
                Err(Refusal::Away)
            }
            _ => Err(Refusal::Full { retry_after: Duration::from_secs(1) }),
        }
    }

    async fn state(&self, id: PredictionId, asker: Option<VisitorId>) -> Result<State, Absent> {
        Ok(self.present(id, asker).await?.1)
    }

    async fn wait(
        &self,
        id: PredictionId,
        asker: Option<VisitorId>,
        until: Until,
        limit: Duration,
    ) -> Result<State, Absent> {
        let (mut until, mut end) = (until, Instant::now() + limit);
        let looked = self.notices.now();
        let (entry, first) = self.present(id, asker).await?;
        if first.is_finished() {
            return Ok(first);
        }
        let mut now = first.clone();
        let mut waiting = self.notices.wait_on(&entry, looked);
        loop {
            let moved = until == Until::Changed && std::mem::discriminant(&now) != std::mem::discriminant(&first);
            if moved {
                (until, end) = (Until::Finished, end.min(Instant::now() + SOON));
            }
            if now.is_finished() || Instant::now() >= end || self.aborted.load(Ordering::Acquire) {
                return Ok(now);
            }
            // What was lost on its way is seen in the next look.
            now = match timeout_at(end.min(Instant::now() + LOOK_AGAIN), waiting.next()).await {
                Ok(Heard::Started) => State::Started,
                Ok(Heard::Nothing) => continue,
                Ok(Heard::Look) | Err(_) => match self.look_again(&entry).await? {
                    Some(state) => state,
                    None => self.present(id, asker).await?.1,
                },
            };
        }
    }

    async fn load(&self) -> Option<Load> {
        let redis = self.link.redis();
        let mut pipe = redis::pipe();
        pipe.cmd("ZCARD").arg(redis.key("waiting")).cmd("XPENDING").arg(redis.key("jobs")).arg("workers");
        let (waiting, (running, ..)): (usize, (usize, redis::Value, redis::Value, redis::Value)) =
            self.link.pipeline(&pipe).await.ok()?;
        Some(Load { waiting, running })
    }

    async fn activity(&self) -> Option<Activity> {
        let mut activity = scripts::ACTIVITY.on(self.link.redis());
        activity.arg(REMEMBERED);
        self.link.script::<Told>(&activity).await.ok().map(|Told(activity)| activity)
    }

    async fn release(&self, id: PredictionId, asker: Option<VisitorId>) {
        let mut release = scripts::RELEASE.on(self.link.redis());
        release.arg(id.to_string()).arg(owner_text(asker));
        // Not released it expires by itself.
        let _ = self.link.script::<u64>(&release).await;
    }
}
