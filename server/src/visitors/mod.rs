//! What visitors rated: `visitors.db`, or Redis where several web servers share it. Knows films by their numbers only; no
//! catalogue, no model, no web.

mod profile;
mod shared;
mod store;

use app::{
    domain::{MovieId, Stars, ViewerId},
    port::VisitorId,
};
use async_trait::async_trait;

pub use profile::Profile;
pub use shared::SharedVisitors;
pub use store::{Visitors, VisitorsError};

/// Where visitors' ratings are kept.
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
}
