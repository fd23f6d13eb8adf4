//! Films, and the ratings that the model learns from: `catalogue.db`, made by an import and never changed after.

mod interactions;

pub use interactions::Interactions;
