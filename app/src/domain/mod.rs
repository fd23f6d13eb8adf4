//! The words of Marquee as types. A value of one of these is valid: the parser is the only way in.
//!
//! No `cfg`, no I/O, no framework: only serde.

mod ids;
mod prediction;
mod stars;

pub use ids::{InvalidPredictionId, MovieId, PredictionId, ViewerId};
pub use prediction::{PredictionState, Reason, Recommendation};
pub use stars::{InvalidStars, Stars};
