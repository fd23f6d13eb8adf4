//! The parts that pages are made of.
//!
//! - [`course`]: what to do next while a prediction is on its way (pure, tested without a browser).
//! - [`prediction`]: the predicted rows' state, and the loop that follows a prediction.
//! - [`profile`]: the profile's ratings on this page, and how they are sent; [`marks`]: its marks; [`voice`]: what is said of
//!   either.
//! - [`film_map`]: a small map from films; [`per_film`]: a signal for each of them.
//! - the rest is markup: [`bar`], [`row`], [`card`], [`stars_slider`], [`film_tools`], [`for_you`], [`predicted`],
//!   [`welcome`], [`icons`], [`footer`], [`plain`], [`charts`], [`search_box`], [`drop_target`],
//!   [`toast`].

pub(crate) mod bar;
pub(crate) mod card;
pub(crate) mod charts;
pub(crate) mod course;
pub(crate) mod drop_target;
mod film_map;
pub(crate) mod film_tools;
pub(crate) mod footer;
pub(crate) mod for_you;
pub(crate) mod icons;
pub(crate) mod marks;
mod per_film;
pub(crate) mod plain;
pub(crate) mod predicted;
pub(crate) mod prediction;
pub(crate) mod profile;
pub(crate) mod row;
pub(crate) mod search_box;
mod stars_slider;
pub(crate) mod toast;
pub(crate) mod voice;
pub(crate) mod welcome;
pub(crate) mod words;
