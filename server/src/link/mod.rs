//! The way to Redis: its address, the names of keys, and a connection for async code that is kept up.
//!
//! Whoever needs Redis asks the [`Link`] and gets an answer or [`LinkError::Away`], at once while Redis is known to be
//! out of reach. Nothing in here knows what the keys mean.

mod address;
mod keeper;

pub use address::{AddressError, Redis};
pub use keeper::{Link, LinkError, Setup, SetupError, in_words};
