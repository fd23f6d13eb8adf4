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

/// How long it is known that a visitor's profile has ended: as long as a browser keeps a cookie, in seconds.
const REMEMBERED: u32 = 400 * 24 * 60 * 60;

/// How a profile ended. Whoever still has its cookie can change nothing any more ([`VisitorsError::Ended`]): it would begin
/// another profile, where they believe to change theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Everything that the visitor said is another's now.
    HandedOver,
    /// Everything that the visitor said is deleted, and they do not want to be known any more.
    Deleted,
}

impl End {
    /// As the stores have it; 0 is none.
    fn number(self) -> u8 {
        match self {
            Self::HandedOver => 1,
            Self::Deleted => 2,
        }
    }

    fn of_number(number: u8) -> Option<Self> {
        [Self::HandedOver, Self::Deleted].into_iter().find(|end| end.number() == number)
    }
}

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

    /// What the visitor rated, with when (seconds since 1970), the last first.
    async fn rated(
        &self,
        visitor: VisitorId,
        shoes: Option<ViewerId>,
    ) -> Result<Vec<(MovieId, Stars, i64)>, VisitorsError>;

    /// Keeps what the visitor brought from elsewhere: all of it or, after an error, nothing. Done again it changes nothing.
    async fn keep(&self, visitor: VisitorId, brought: Brought) -> Result<Kept, VisitorsError>;

    /// Forgets everything that the visitor ever said, in whose shoes ever. They may go on, with nothing.
    async fn forget(&self, visitor: VisitorId) -> Result<(), VisitorsError>;

    /// The same, and the profile has ended. Whoever had said nothing has nothing to miss: theirs has not.
    async fn delete(&self, visitor: VisitorId) -> Result<(), VisitorsError>;

    /// Makes everything that one visitor said another's, who has said nothing; the first one's profile has ended, if they had
    /// said anything.
    async fn hand_over(&self, from: VisitorId, to: VisitorId) -> Result<(), VisitorsError>;

    /// Whether and how the visitor's profile has ended.
    async fn end(&self, visitor: VisitorId) -> Result<Option<End>, VisitorsError>;

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
