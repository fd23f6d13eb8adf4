//! What the server functions need of the world: one trait, implemented by the server and handed over through Leptos'
//! context, so that `app` builds in seconds and is tested against a fake.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;

use crate::{
    domain::{Mark, MovieId, PredictionId, Preferences, Stars, ViewerId},
    views::{FilmPage, Home, Poll, Rated, Ticket, WorkersPage},
};

/// Who asks: a fingerprint of the visitor's cookie, never the cookie itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VisitorId(pub [u8; 16]);

/// The visitor behind a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// Who they are, from now on.
    pub id: VisitorId,
    /// Whether the request brought the cookie. A browser that keeps none still gets its predictions: nobody owns them.
    pub returning: bool,
    /// Whether they may see how the server works.
    pub operator: bool,
    /// What they have chosen for the pages.
    pub preferences: Preferences,
}

impl Visitor {
    /// Whom a prediction belongs to.
    pub fn owner(self) -> Option<VisitorId> {
        self.returning.then_some(self.id)
    }
}

/// The port in Leptos' context.
pub type SharedPort = Arc<dyn Port>;

/// What can go wrong behind the port, as sentences that a person can be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PortError {
    /// The request names something that is not there.
    #[error("{0}")]
    NotFound(String),
    /// It is not for this visitor.
    #[error("{0}")]
    Forbidden(String),
    /// There is no catalogue or no model yet.
    #[error("{0}")]
    NotReady(String),
    /// What is needed is out of reach for now.
    #[error("{0}")]
    Late(String),
    /// It is logged; the visitor learns no more than this.
    #[error("Something went wrong here. Try again in a moment.")]
    Internal,
}

impl PortError {
    /// Its HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::NotFound(_) => 404,
            Self::Forbidden(_) => 403,
            Self::NotReady(_) | Self::Late(_) => 503,
            Self::Internal => 500,
        }
    }
}

/// The world, as the pages see it. `view` is the MovieLens viewer in whose shoes the visitor stands, if any.
#[async_trait]
pub trait Port: Send + Sync + 'static {
    /// The home page; schedules its prediction and does not wait for it.
    async fn home(&self, visitor: Visitor, view: Option<ViewerId>) -> Result<Home, PortError>;

    /// The page of one film.
    async fn film(&self, visitor: Visitor, view: Option<ViewerId>, movie: MovieId) -> Result<FilmPage, PortError>;

    /// The workers, for the operator.
    async fn workers(&self, visitor: Visitor) -> Result<WorkersPage, PortError>;

    /// Schedules a prediction for the profile; `replaces` is one that is no longer waited for.
    async fn schedule(
        &self,
        visitor: Visitor,
        view: Option<ViewerId>,
        replaces: Option<PredictionId>,
    ) -> Result<Ticket, PortError>;

    /// Where a prediction stands; holds the answer until it changes from `STARTED`/`PENDING` or `wait` is over.
    async fn poll(&self, visitor: Visitor, id: PredictionId, wait: Duration) -> Result<Poll, PortError>;

    /// Stores a rating (`None` takes it back) and schedules the prediction for the changed profile.
    async fn rate(
        &self,
        visitor: Visitor,
        view: Option<ViewerId>,
        movie: MovieId,
        stars: Option<Stars>,
        replaces: Option<PredictionId>,
    ) -> Result<Rated, PortError>;

    /// Puts a mark on a film, or takes it off.
    async fn mark(
        &self,
        visitor: Visitor,
        view: Option<ViewerId>,
        movie: MovieId,
        mark: Mark,
        on: bool,
    ) -> Result<(), PortError>;
}
