//! The models: history in, a score for every film out, no parameters of any one visitor.
//!
//! One file per kind of model; all of them stand behind [`Recommender`]. What enters: ratings from the catalogue (to
//! train) and a [`History`] (to serve). What leaves: scores and reasons by a film's position in [`FilmOrder`]. No SQL
//! of visitors, no HTTP, no queue may come in.

mod alone;
mod arithmetic;
pub mod artefact;
pub mod blend;
pub mod evaluation;
#[cfg(test)]
mod examples;
pub mod fitting;
pub mod ials;
mod item_cosine;
pub mod leave_one_out;
mod likes;
pub mod linear;
mod popularity;
pub mod pruned;
mod recommender;
mod sequential;
pub mod set_autoencoder;
pub mod stars;
mod top;
pub mod training;
mod traits;
pub mod tuning;

pub use alone::{compute_alone, set_candle_threads};
pub use ials::Ials;
pub use item_cosine::ItemCosine;
pub use likes::{LikedBy, Likes, strength, strengths};
pub use linear::LinearRecommender;
pub use popularity::Popularity;
pub use recommender::{FilmOrder, History, ModelError, Ranked, Recommender, Share};
pub use sequential::{Sequence, Sequential};
pub use top::best_positions;
pub use traits::Traits;
