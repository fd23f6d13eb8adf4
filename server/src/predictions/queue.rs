//! The words and the two traits of a queue: one for those who ask, one for those who compute.

use std::{convert::Infallible, sync::Arc, time::Duration};

use app::{
    domain::{PredictionId, PredictionState, Recommendation},
    port::VisitorId,
};
use async_trait::async_trait;
use bytes::Bytes;

use super::{Activity, Key, Request};
use crate::link::LinkError;

/// What is said of a result that was written by another version of Marquee, in a form that this one does not know.
const UNREADABLE: &str = "The result was written by another version of Marquee. Try again in a moment.";

/// Where a prediction stands.
#[derive(Clone, Debug)]
pub enum State {
    /// It waits for a worker.
    Pending,
    /// A worker computes it.
    Started,
    /// It is there.
    Success(Answer),
    /// It will not come; a sentence for a person.
    Failure(Arc<str>),
}

/// A prediction's result. The worker writes it once, as the whole answer to whoever asks for it; it is kept, handed around
/// and sent as that.
#[derive(Clone, Debug)]
pub struct Answer {
    whole: Bytes,
    model: Arc<str>,
}

/// What stands around the list in a whole answer.
const BEFORE: &[u8] = br#"{"status":"SUCCESS","result":"#;
const AFTER: &[u8] = b"}";

impl Answer {
    /// A JSON list of recommendations, best first, and the version of the model that they are of.
    pub fn new(json: &[u8], model: impl Into<Arc<str>>) -> Self {
        let Ok(answer) = Self::written(json.len(), model, |whole| {
            whole.extend_from_slice(json);
            Ok::<(), Infallible>(())
        });
        answer
    }

    /// The same, with a list that `write` adds to what is there; it has about so many bytes.
    pub fn written<E>(
        usual: usize,
        model: impl Into<Arc<str>>,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut whole = Vec::with_capacity(BEFORE.len() + usual + AFTER.len());
        whole.extend_from_slice(BEFORE);
        write(&mut whole)?;
        whole.extend_from_slice(AFTER);
        Ok(Self { whole: whole.into(), model: model.into() })
    }

    /// `{"status":"SUCCESS","result":[…]}`
    pub fn whole(&self) -> Bytes {
        self.whole.clone()
    }

    /// A JSON list of recommendations.
    pub fn json(&self) -> Bytes {
        self.whole.slice(BEFORE.len()..self.whole.len() - AFTER.len())
    }

    /// How many bytes it has.
    pub fn size(&self) -> usize {
        self.whole.len()
    }

    /// The version of the model.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The recommendations.
    pub fn films(&self) -> serde_json::Result<Vec<Recommendation>> {
        serde_json::from_slice(&self.json())
    }
}

impl State {
    /// Whether nothing will change any more.
    pub fn is_finished(&self) -> bool {
        matches!(self, Self::Success(_) | Self::Failure(_))
    }
}

impl From<State> for PredictionState {
    fn from(state: State) -> Self {
        match state {
            State::Pending => Self::Pending,
            State::Started => Self::Started,
            State::Success(answer) => match answer.films() {
                Ok(result) => Self::Success { result },
                Err(error) => {
                    tracing::error!(%error, "a result cannot be read");
                    Self::Failure { error: UNREADABLE.to_owned() }
                }
            },
            State::Failure(error) => Self::Failure { error: error.to_string() },
        }
    }
}

/// Why a prediction was not scheduled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// As many wait as may wait.
    #[error("too many predictions are waiting; try again in {} s", retry_after.as_secs())]
    Full {
        /// When a place is likely to be free.
        retry_after: Duration,
    },
    /// The server is about to stop.
    #[error("the server is shutting down; try again in a moment")]
    Closed,
    /// The queue is out of reach.
    #[error("recommendations are late: the queue is out of reach; try again in a moment")]
    Away,
    /// The operating system gave no random bytes.
    #[error("no id could be made: {0}")]
    NoId(String),
}

/// Why there is no state to an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Absent {
    /// It never was, or it is another visitor's.
    #[error("no prediction has this id")]
    Unknown,
    /// It was here and is gone.
    #[error("this prediction has expired; schedule a new one")]
    Expired,
    /// The queue is out of reach.
    #[error("the queue is out of reach; ask again in a moment")]
    Away,
}

// Why is logged by the link, and told to whoever watches over the process.
impl From<LinkError> for Refusal {
    fn from(_: LinkError) -> Self {
        Self::Away
    }
}

impl From<LinkError> for Absent {
    fn from(_: LinkError) -> Self {
        Self::Away
    }
}

/// Whoever waits for a change and sees that a prediction was begun is kept for so long in case it is finished: what a
/// worker computes quickly takes one question and not two. No one sees a word that stands for a shorter time.
pub(super) const SOON: Duration = Duration::from_millis(50);

/// How long a waiting caller wants to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Until the state is another one than now, and a moment longer where it is not finished then.
    Changed,
    /// Until it is `Success` or `Failure`.
    Finished,
}

/// The side of those who ask. An id scheduled by a visitor is that visitor's alone; to all others it does not exist.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Admits a request or refuses it at once. The state is there before the id is handed out.
    async fn schedule(&self, key: Key, request: Request, owner: Option<VisitorId>) -> Result<PredictionId, Refusal>;

    /// Where the prediction stands.
    async fn state(&self, id: PredictionId, asker: Option<VisitorId>) -> Result<State, Absent>;

    /// Where the prediction stands, held back until it moved or the limit is over.
    async fn wait(
        &self,
        id: PredictionId,
        asker: Option<VisitorId>,
        until: Until,
        limit: Duration,
    ) -> Result<State, Absent>;

    /// How much there is to do, in the whole queue; `None` while it is out of reach.
    async fn load(&self) -> Option<Load>;

    /// What the last minutes were like, in the whole queue; `None` while it is out of reach.
    async fn activity(&self) -> Option<Activity>;

    /// The holder waits no more: if nobody else does and it was not begun, it is not computed.
    async fn release(&self, id: PredictionId, asker: Option<VisitorId>);
}

/// How much there is to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Computations that wait for a worker.
    pub waiting: usize,
    /// Computations that workers are at.
    pub running: usize,
}

/// A request that a worker has taken.
#[derive(Clone, Debug)]
pub struct Job {
    /// The queue's own name of it.
    pub number: u64,
    /// What is asked.
    pub request: Arc<Request>,
    /// How long it waited.
    pub waited: Duration,
    /// The id of the HTTP request that scheduled it; empty for none.
    pub trace: Arc<str>,
}

/// What became of a job: recommendations, or a sentence that says why there are none.
pub type Outcome = Result<Answer, Arc<str>>;

/// The side of those who compute. Calls block, so they are made on threads of the workers' own.
pub trait JobSource: Send + Sync {
    /// Everything that waits, up to `most`, as soon as anything waits; `None` when no more will come.
    fn take(&self, most: usize) -> Option<Vec<Job>>;

    /// The jobs' ends. A second end of the same job is ignored.
    fn finish(&self, done: Vec<(&Job, Outcome)>);
}
