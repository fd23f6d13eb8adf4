use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use futures::future::BoxFuture;
use redis::{
    AsyncConnectionConfig, Cmd, FromRedisValue, Pipeline, RedisError, ScriptInvocation, aio::MultiplexedConnection,
};
use tokio::{
    sync::{Notify, watch},
    time::{sleep, timeout},
};

use super::Redis;

/// How long a call may take before Redis counts as gone.
const ANSWER: Duration = Duration::from_secs(1);
/// How often the connection is tried, so that a half-open one is noticed.
const PING_EVERY: Duration = Duration::from_millis(500);
/// Pauses between two tries to connect.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Why there is no answer from Redis.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LinkError {
    /// It is out of reach, or did not answer in time.
    #[error("Redis is out of reach: {0}")]
    Away(Arc<str>),
    /// It answered with an error: a missing right, a full memory, a bug of ours.
    #[error("Redis refused: {0}")]
    Refused(Arc<str>),
}

/// Why a connection that was made is not used.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SetupError {
    /// This Redis will never do: a person has to act. The sentence says how.
    #[error("{0}")]
    Unfit(String),
    /// It broke while it was tried.
    #[error("{0}")]
    Broke(String),
}

impl From<RedisError> for SetupError {
    fn from(error: RedisError) -> Self {
        match advice(&error) {
            Some(advice) => Self::Unfit(advice.to_owned()),
            None => Self::Broke(as_said(&error)),
        }
    }
}

/// What a person can do about an error that will not go away by itself.
fn advice(error: &RedisError) -> Option<&'static str> {
    let text = error.to_string();
    let has = |sign: &str| text.contains(sign);
    if has("NOAUTH") || has("unauthenticated") {
        Some("Redis wants a password: give it in a file, --queue-password-file FILE, and a user in the address")
    } else if has("WRONGPASS") || has("AuthenticationFailed") || has("invalid username-password") {
        Some("Redis does not take this user and password: look at --queue-password-file and the user in the address")
    } else if has("NOPERM") || has("NoPerm") {
        Some("Redis does not let this user do what Marquee needs: deploy/README.md has the rules (ACL SETUSER)")
    } else if has("READONLY") || has("ReadOnly") {
        Some("this Redis is a replica that takes no writes: give the address of the primary")
    } else if has("out of range") && has("DB index") {
        Some("Redis has no database of this number: look at the end of the address")
    } else if has("WRONGTYPE") {
        Some("keys in Redis that begin like ours are somebody else's: choose another --queue-prefix")
    } else if has("OOM") {
        Some("Redis is full: raise its maxmemory, or lower --result-capacity and --result-ttl")
    } else if has("MISCONF") {
        Some("Redis cannot write to its disk, so it takes nothing: look at its log")
    } else {
        None
    }
}

/// An error of Redis for a person: what to do if we know, else what Redis said.
pub fn in_words(error: &RedisError) -> String {
    advice(error).map_or_else(|| as_said(error), str::to_owned)
}

fn as_said(error: &RedisError) -> String {
    if error.is_timeout() {
        // The system's own words are "Resource temporarily unavailable".
        return "it does not answer in time (with TLS, rediss://, only a port with TLS does)".to_owned();
    }
    error.to_string()
}

/// What is done with every new connection before it is used.
pub type Setup = Box<dyn Fn(MultiplexedConnection) -> BoxFuture<'static, Result<(), SetupError>> + Send + Sync>;

#[derive(Clone)]
enum State {
    Trying,
    Up(MultiplexedConnection),
    Down(Arc<str>),
    Unfit(Arc<str>),
}

/// One connection, shared by all tasks and made anew whenever it breaks. Clones share it.
#[derive(Clone)]
pub struct Link {
    redis: Redis,
    state: watch::Receiver<State>,
    doubt: Arc<Doubt>,
    refusals: Refusals,
}

/// The last time that Redis refused something: it is told once in a while, and remembered for as long.
#[derive(Clone, Default)]
struct Refusals(Arc<Mutex<Option<Refused>>>);

/// When, and what was to be done about it.
type Refused = (Instant, Arc<str>);

/// How long a refusal counts, and how long no second line is logged.
const REMEMBERED: Duration = Duration::from_secs(15);

impl Refusals {
    fn note(&self, why: &Arc<str>) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.as_ref().is_none_or(|(at, _)| at.elapsed() > REMEMBERED) {
            tracing::error!(%why, "the queue refuses");
            *last = Some((Instant::now(), Arc::clone(why)));
        }
    }

    fn recent(&self) -> Option<Arc<str>> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.as_ref().filter(|(at, _)| at.elapsed() <= REMEMBERED).map(|(_, why)| Arc::clone(why))
    }
}

impl Link {
    /// Starts the task that keeps the connection; it ends when the last clone is dropped.
    pub fn start(redis: Redis, setup: Setup) -> Self {
        let (sender, state) = watch::channel(State::Trying);
        let doubt = Arc::<Doubt>::default();
        tokio::spawn(keep(redis.clone(), setup, sender, Arc::clone(&doubt)));
        Self { redis, state, doubt, refusals: Refusals::default() }
    }

    /// Where it leads to.
    pub fn redis(&self) -> &Redis {
        &self.redis
    }

    /// Whether Redis answers, as far as is known.
    pub fn is_up(&self) -> bool {
        matches!(*self.state.borrow(), State::Up(_))
    }

    /// Why it does not, for those who watch over the process.
    pub fn trouble(&self) -> Option<Arc<str>> {
        match &*self.state.borrow() {
            State::Up(_) => self.refusals.recent(),
            State::Trying => Some("not connected yet".into()),
            State::Down(why) | State::Unfit(why) => Some(Arc::clone(why)),
        }
    }

    /// Waits for the first try. An error means that a person has to act; being out of reach is none.
    pub async fn tried(&self) -> Result<(), SetupError> {
        let mut state = self.state.clone();
        // The keeper lives as long as this link does, so there is a state in the end.
        let _ = state.wait_for(|state| !matches!(state, State::Trying)).await;
        match &*self.state.borrow() {
            State::Unfit(why) => Err(SetupError::Unfit(why.to_string())),
            State::Trying | State::Up(_) | State::Down(_) => Ok(()),
        }
    }

    /// Waits until it goes up, or down (`up` is false).
    pub async fn becomes(&self, up: bool) {
        let mut state = self.state.clone();
        if state.wait_for(|state| matches!(state, State::Up(_)) == up).await.is_err() {
            // The keeper has ended with the process: nothing will come.
            std::future::pending::<()>().await;
        }
    }

    /// Runs a script.
    pub async fn script<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T, LinkError> {
        let mut connection = self.connection()?;
        self.judged(timeout(ANSWER, script.invoke_async(&mut connection)).await)
    }

    /// Runs a command.
    pub async fn command<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, LinkError> {
        let mut connection = self.connection()?;
        self.judged(timeout(ANSWER, command.query_async(&mut connection)).await)
    }

    /// Runs several commands, one after the other, in one go.
    pub async fn pipeline<T: FromRedisValue>(&self, pipeline: &Pipeline) -> Result<T, LinkError> {
        let mut connection = self.connection()?;
        self.judged(timeout(ANSWER, pipeline.query_async(&mut connection)).await)
    }

    /// What was found out by an answer that is no error: it is told and remembered like a refusal of Redis' own.
    pub fn refused(&self, why: &Arc<str>) {
        self.refusals.note(why);
    }

    fn connection(&self) -> Result<MultiplexedConnection, LinkError> {
        match &*self.state.borrow() {
            State::Up(connection) => Ok(connection.clone()),
            State::Trying => Err(LinkError::Away("not connected yet".into())),
            State::Down(why) | State::Unfit(why) => Err(LinkError::Away(Arc::clone(why))),
        }
    }

    fn judged<T>(&self, answer: Result<Result<T, RedisError>, tokio::time::error::Elapsed>) -> Result<T, LinkError> {
        match answer {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) if is_away(&error) => {
                self.doubt.raise(is_demoted(&error));
                Err(LinkError::Away(error.to_string().into()))
            }
            Ok(Err(error)) => {
                let why: Arc<str> = in_words(&error).into();
                self.refusals.note(&why);
                Err(LinkError::Refused(why))
            }
            Err(_) => {
                self.doubt.raise(false);
                Err(LinkError::Away("it does not answer".into()))
            }
        }
    }
}

/// Whether the error is of the way to Redis and not of what was asked.
pub(crate) fn is_away(error: &RedisError) -> bool {
    use redis::{ErrorKind, ServerErrorKind};
    error.is_io_error()
        || error.is_timeout()
        || error.is_connection_dropped()
        || error.is_unrecoverable_error()
        || matches!(
            error.kind(),
            // It is starting, or it is a replica: another try will tell.
            ErrorKind::Server(ServerErrorKind::BusyLoading | ServerErrorKind::ReadOnly | ServerErrorKind::MasterDown)
        )
}

/// Whether this Redis has become a replica. It answers PING as before: only another connection may lead to its successor.
fn is_demoted(error: &RedisError) -> bool {
    matches!(error.kind(), redis::ErrorKind::Server(redis::ServerErrorKind::ReadOnly))
}

/// Asks the keeper to look whether the connection is good for anything.
#[derive(Default)]
struct Doubt {
    raised: Notify,
    demoted: AtomicBool,
}

impl Doubt {
    fn raise(&self, demoted: bool) {
        self.demoted.fetch_or(demoted, Ordering::AcqRel);
        self.raised.notify_one();
    }
}

async fn keep(redis: Redis, setup: Setup, state: watch::Sender<State>, doubt: Arc<Doubt>) {
    let mut pause = FIRST_PAUSE;
    let mut told: Option<Instant> = None;
    while !state.is_closed() {
        match connected(&redis, &setup).await {
            Ok(connection) => {
                if told.take().is_some() {
                    tracing::info!(%redis, "Redis is back");
                }
                pause = FIRST_PAUSE;
                state.send_replace(State::Up(connection.clone()));
                let why = until_it_breaks(connection, &doubt, &state).await;
                state.send_replace(State::Down(why));
            }
            Err(SetupError::Unfit(why)) => {
                state.send_replace(State::Unfit(why.into()));
            }
            Err(SetupError::Broke(why)) => {
                state.send_replace(State::Down(why.into()));
            }
        }
        let why = match &*state.borrow() {
            State::Down(why) | State::Unfit(why) => Arc::clone(why),
            State::Trying | State::Up(_) => continue,
        };
        if state.is_closed() {
            return;
        }
        // Not a line for every try.
        if told.is_none_or(|at| at.elapsed() > Duration::from_secs(30)) {
            if matches!(*state.borrow(), State::Unfit(_)) {
                tracing::warn!(%redis, %why, "this Redis cannot be used; trying again");
            } else {
                tracing::warn!(%redis, %why, "Redis is out of reach; trying again");
            }
            told = Some(Instant::now());
        }
        tokio::select! {
            () = sleep(pause) => {}
            () = state.closed() => {}
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn connected(redis: &Redis, setup: &Setup) -> Result<MultiplexedConnection, SetupError> {
    let config = AsyncConnectionConfig::new().set_connection_timeout(Some(ANSWER)).set_response_timeout(Some(ANSWER));
    let attempt = async {
        let connection = redis.client().get_multiplexed_async_connection_with_config(&config).await?;
        setup(connection.clone()).await?;
        Ok(connection)
    };
    timeout(3 * ANSWER, attempt).await.unwrap_or_else(|_| Err(SetupError::Broke("it does not answer".into())))
}

async fn until_it_breaks(
    mut connection: MultiplexedConnection,
    doubt: &Doubt,
    state: &watch::Sender<State>,
) -> Arc<str> {
    // What was said of the last one.
    doubt.demoted.store(false, Ordering::Release);
    loop {
        tokio::select! {
            () = sleep(PING_EVERY) => {}
            () = doubt.raised.notified() => {}
            () = state.closed() => return "the process stops".into(),
        }
        if doubt.demoted.load(Ordering::Acquire) {
            return "it has become a replica".into();
        }
        let ping = redis::cmd("PING");
        match timeout(ANSWER, ping.query_async::<()>(&mut connection)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return error.to_string().into(),
            Err(_) => return "it does not answer".into(),
        }
    }
}
