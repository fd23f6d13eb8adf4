//! What visitors rated: `visitors.db`. Knows films by their numbers only; no catalogue, no model, no web.

mod profile;
mod store;

pub use profile::Profile;
pub use store::{Visitors, VisitorsError};
