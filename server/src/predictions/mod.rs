//! A prediction's life: scheduled, waiting, taken in a batch, finished, kept for a while, gone.
//!
//! What enters: a [`Request`] (a profile and what is asked of it). What leaves: a [`State`]. The web side talks to a
//! [`Queue`]; workers are OS threads that take [`Job`]s from a [`JobSource`] and answer through it. [`MemoryQueue`] is
//! both, for one machine; [`SharedQueue`] and [`SharedJobs`] are them for many. No HTTP and no visitor's database may come in here.
//!
//! - [`request`]: what is asked, and the key under which equal questions share one computation
//! - [`ids`]: names that can be told from guesses without remembering them
//! - [`queue`]: the two traits and their words
//! - [`memory`]: the queue of one process
//! - [`shared`]: the queue of many, over Redis
//! - [`films`]: what filters need to know of each film
//! - [`engine`]: a batch of requests in, recommendations out
//! - [`reranking`]: what a visitor's controls make of the model's order
//! - [`workers`]: the threads
//! - [`activity`]: what the last five minutes were like
//! - [`service`]: all of it, started and stopped together

pub mod activity;
pub mod engine;
pub mod films;
pub mod ids;
pub mod memory;
pub mod queue;
pub mod request;
pub mod reranking;
mod rows;
pub mod service;
pub mod shared;
mod told;
pub mod workers;

pub use activity::Activity;
pub use engine::Engine;
pub use films::FilmTable;
pub use ids::IdMint;
pub use memory::{Limits, MemoryQueue};
pub use queue::{Absent, Answer, Job, JobSource, Load, Queue, Refusal, State, Until};
pub use request::{Key, Request};
pub use service::{Crew, Place, Service, ServiceError, Settings};
pub use shared::{Claims, Identity, SharedJobs, SharedQueue};
pub use workers::Workers;
