//! The models: history in, a score for every film out, no parameters of any one visitor.
//!
//! One file per kind of model; all of them stand behind [`Recommender`]. What enters: ratings from the catalogue (to
//! train) and a [`History`] (to serve). What leaves: scores and reasons by a film's position in [`FilmOrder`]. No SQL
//! of visitors, no HTTP, no queue may come in.

mod recommender;

pub use recommender::{FilmOrder, History, ModelError, Recommender, Share};
