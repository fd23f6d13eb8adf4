//! What a visitor rated. Knows films by their numbers only; no catalogue, no model, no web.

mod profile;

pub use profile::Profile;
