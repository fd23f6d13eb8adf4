//! Marquee's server.
//!
//! # Layout
//! Arrows run one way, top to bottom; a room knows only rooms below it.
//! - [`cli`]: the commands, one file each.
//! - [`web`]: axum router, JSON API, pages, errors.
//! - [`predictions`]: a prediction's life: queue, workers, batches, results.
//! - [`model`]: the network, its training and evaluation, the artefact.
//! - [`catalogue`]: films and the ratings that the model learns from.
//! - [`exchange`]: files that visitors bring and take away.
//! - [`visitors`]: what a visitor rated and marked.
//! - [`sqlite`]: threads that own SQLite connections.
//! - [`link`]: the way to Redis, where there is one.
//! - [`telemetry`]: logs, traces, metrics.

pub mod catalogue;
pub mod cli;
pub mod exchange;
pub mod link;
pub mod model;
pub mod predictions;
pub mod sqlite;
pub mod telemetry;
pub mod visitors;
pub mod web;
