//! What visitors said of films: `visitors.db`, or Redis where several web servers share it. Knows films by their numbers only; no
//! catalogue, no model, no web.

mod profile;
mod shared;
mod store;

use app::{
    domain::{Mark, Marks, MovieId, Stars, ViewerId},
    port::VisitorId,
};
use async_trait::async_trait;

pub use profile::Profile;
pub use shared::SharedVisitors;
pub use store::{Visitors, VisitorsError};

/// Where visitors' ratings and marks are kept.
#[async_trait]
pub trait VisitorStore: Send + Sync {
    /// What the visitor rated, as themselves (`None`) or in a viewer's shoes.
    async fn profile(&self, visitor: VisitorId, shoes: Option<ViewerId>) -> Result<Profile, VisitorsError>;

    /// Stores a rating, or takes it back (`None`).
    async fn rate(
        &self,
        visitor: VisitorId,
        shoes: Option<ViewerId>,
        movie: MovieId,
        stars: Option<Stars>,
    ) -> Result<(), VisitorsError>;

    /// The films that the visitor rated last, the last first, at most so many.
    async fn recently_rated(
        &self,
        visitor: VisitorId,
        shoes: Option<ViewerId>,
        most: usize,
    ) -> Result<Vec<MovieId>, VisitorsError>;

    /// The visitor's marks.
    async fn marks(&self, visitor: VisitorId, shoes: Option<ViewerId>) -> Result<Marks, VisitorsError>;

    /// Puts a mark on a film, or takes it off. One that is there keeps its time.
    async fn mark(
        &self,
        visitor: VisitorId,
        shoes: Option<ViewerId>,
        movie: MovieId,
        mark: Mark,
        on: bool,
    ) -> Result<(), VisitorsError>;
}
