//! What the browser and the server of Marquee share.
//!
//! # Layout
//! - [`domain`]: plain types, the words of the design. No `cfg`, no framework.
//! - [`views`]: what a page is made of, as the server sends it (serde on the wire).
//! - [`api`]: the typed server functions, each at a fixed address under `/fn/`.
//! - [`port`]: what the server functions need of the world, one trait, server side only. This is the one door with
//!   `cfg(feature = "ssr")`; everything else compiles the same for both sides.
//! - `browser`: what the pages need of a browser; nothing on the server.
//! - [`pages`], [`components`]: what is on screen.
//! - [`telling`]: what was chosen, in the pages' words.
//! - [`poster`]: a film's poster, drawn from its title, year and genres.

pub mod api;
mod browser;
pub mod components;
pub mod domain;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod port;
#[cfg(feature = "ssr")]
pub mod poster;
#[cfg(feature = "ssr")]
pub mod telling;
pub mod views;

pub use pages::{
    Account, App, CookieSetter, IMPORT_PAGE, ImportRun, Importing, Later, STREAMED_PAGE, SetCookie, SetStatus,
    ShellOptions, Theme, query, shell,
};
