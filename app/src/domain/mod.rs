//! The words of Marquee as types. A value of one of these is valid: the parser is the only way in.
//!
//! No `cfg`, no I/O, no framework: only serde.

mod filter;
mod hex;
mod ids;
mod list;
mod marks;
mod other_film;
mod prediction;
mod preferences;
mod search;
mod skipped;
mod stars;

pub use filter::Filter;
pub use hex::hex;
pub use ids::{InvalidMovieId, InvalidPredictionId, InvalidViewerId, MovieId, PredictionId, ViewerId};
pub use list::{FilmList, InvalidList};
pub use marks::{InvalidMark, Mark, Marks};
pub use other_film::OtherFilm;
pub use prediction::{PageRow, PredictionState, Reason, Recommendation, RowKind};
pub use preferences::{Arrangement, HomeRow, Move, Preferences, Tuning, UnknownRow};
pub use search::{InvalidOrder, Search, SearchOrder};
pub use skipped::Skipped;
pub use stars::{InvalidStars, Stars};
