//! What the server functions need of the world: one trait, implemented by the server and handed over through Leptos'
//! context, so that `app` builds in seconds and is tested against a fake.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;

use crate::{
    domain::{FilmList, Filter, Mark, MovieId, PredictionId, Preferences, Search, Stars, ViewerId},
    views::{FilmPage, Home, Poll, Rated, SearchPage, Ticket, WorkersPage, YouPage},
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
    /// The visitor's profile has a new code, made in another browser.
    #[error(
        "This profile has a new code, made in another browser, and this browser has only the old one. Load the page anew to see how to go on."
    )]
    Renewed,
    /// The visitor's profile was deleted, in another browser.
    #[error("This profile was deleted in another browser. Load the page anew to begin another.")]
    Deleted,
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
            Self::Renewed | Self::Deleted => 409,
            Self::NotReady(_) | Self::Late(_) => 503,
            Self::Internal => 500,
        }
    }
}

/// What a page waits for, and so what a change on it schedules anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Following {
    /// The films that the page shows.
    pub filter: Filter,
    /// A prediction that is no longer waited for.
    pub replaces: Option<PredictionId>,
}

/// The world, as the pages see it. `view` is the MovieLens viewer in whose shoes the visitor stands, if any.
#[async_trait]
pub trait Port: Send + Sync + 'static {
    /// The home page, of the films that the filter lets through; schedules its prediction and does not wait for it.
    async fn home(&self, visitor: Visitor, view: Option<ViewerId>, filter: Filter) -> Result<Home, PortError>;

    /// The page of one film.
    async fn film(&self, visitor: Visitor, view: Option<ViewerId>, movie: MovieId) -> Result<FilmPage, PortError>;

    /// Films that are searched for.
    async fn search(&self, visitor: Visitor, view: Option<ViewerId>, search: Search) -> Result<SearchPage, PortError>;

    /// What is the visitor's own.
    async fn you(&self, visitor: Visitor) -> Result<YouPage, PortError>;

    /// One of the visitor's lists; pages are counted from 0.
    async fn list(&self, visitor: Visitor, list: FilmList, page: u32) -> Result<SearchPage, PortError>;

    /// The workers, for the operator.
    async fn workers(&self, visitor: Visitor) -> Result<WorkersPage, PortError>;

    /// Schedules a prediction for the profile.
    async fn schedule(
        &self,
        visitor: Visitor,
        view: Option<ViewerId>,
        following: Following,
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
        following: Following,
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
