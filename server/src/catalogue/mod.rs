//! Films, and the ratings that the model learns from: `catalogue.db`, made by an import and never changed after.
//!
//! What enters: MovieLens-shaped files ([`import`]). What leaves: films, viewers and search results ([`Catalogue`], for
//! async callers; [`Reader`], for threads of our own), and all ratings at once ([`Interactions`], to train on). The
//! schema is in `schema.rs`. Whatever a page needs is worked out during the import, so that a query is a look-up.
//! [`synth`] writes such files instead of reading them. No model, no HTTP and no visitor may come in.

mod access;
pub mod import;
mod interactions;
mod queries;
mod schema;
pub mod search;
pub mod synth;
mod titles;
mod types;

pub use access::{Catalogue, Reader};
pub use interactions::Interactions;
pub use types::{CatalogueError, FilmFacts, FilmNames, Info, Movie, MovieSummary, Viewer};

/// The catalogue's file in the data directory.
pub const FILE_NAME: &str = "catalogue.db";
