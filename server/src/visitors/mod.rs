//! What visitors said of films: `visitors.db`, or Redis where several web servers share it. Knows films by their numbers only; no
//! catalogue, no model, no web.

mod brought;
mod bulk;
mod profile;
mod shared;
mod steps;
mod store;

use app::{
    domain::{Mark, Marks, MovieId, OtherFilm, Stars, ViewerId},
    port::VisitorId,
};
use async_trait::async_trait;

pub use brought::{Brought, Kept, MOST_OTHERS};
pub use profile::Profile;
pub use shared::SharedVisitors;
pub use store::{Visitors, VisitorsError};

/// How long a visitor whose profile was handed over is known as such: as long as a browser keeps a cookie, in seconds.
const REMEMBERED: u32 = 400 * 24 * 60 * 60;

/// Where visitors' ratings and marks are kept. Whoever handed their profile over can change nothing any more
/// ([`VisitorsError::HandedOver`]): it would begin another profile, where they believe to change theirs.
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

    /// What the visitor rated, with when (seconds since 1970), the last first.
    async fn rated(
        &self,
        visitor: VisitorId,
        shoes: Option<ViewerId>,
    ) -> Result<Vec<(MovieId, Stars, i64)>, VisitorsError>;

    /// Keeps what the visitor brought from elsewhere: all of it or, after an error, nothing. Done again it changes nothing.
    async fn keep(&self, visitor: VisitorId, brought: Brought) -> Result<Kept, VisitorsError>;

    /// Forgets everything that the visitor ever said, in whose shoes ever.
    async fn forget(&self, visitor: VisitorId) -> Result<(), VisitorsError>;

    /// Makes everything that one visitor said another's, who has said nothing.
    async fn hand_over(&self, from: VisitorId, to: VisitorId) -> Result<(), VisitorsError>;

    /// Whether everything that the visitor said is another's now.
    async fn has_handed_over(&self, visitor: VisitorId) -> Result<bool, VisitorsError>;

    /// The visitor's marks.
    async fn marks(&self, visitor: VisitorId, shoes: Option<ViewerId>) -> Result<Marks, VisitorsError>;

    /// Films of the visitor's library that the catalogue does not have, by title.
    async fn others(&self, visitor: VisitorId) -> Result<Vec<OtherFilm>, VisitorsError>;

    /// Takes those out of the library.
    async fn drop_others(&self, visitor: VisitorId) -> Result<(), VisitorsError>;

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
