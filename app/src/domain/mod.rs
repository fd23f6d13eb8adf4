//! The words of Marquee as types. A value of one of these is valid: the parser is the only way in.
//!
//! No `cfg`, no I/O, no framework: only serde.

mod ids;
mod marks;
mod prediction;
mod preferences;
mod stars;

pub use ids::{InvalidPredictionId, MovieId, PredictionId, ViewerId};
pub use marks::{InvalidMark, Mark, Marks};
pub use prediction::{PageRow, PredictionState, Reason, Recommendation, RowKind};
pub use preferences::{Arrangement, HomeRow, Move, Preferences, Tuning, UnknownRow};
pub use stars::{InvalidStars, Stars};
