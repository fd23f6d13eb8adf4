//! Black-box tests of the running server: the real binary on a free port, a data directory of its own, HTTP.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails by panicking says where and why")]

mod borders;
mod contract;
mod controls;
mod everywhere;
mod exchange;
mod film_page;
mod filters;
mod home_filters;
mod household;
mod life;
mod marks;
mod openapi;
mod operator;
mod pages;
mod pressure;
mod redis;
mod search;
mod shared;
mod stars;
mod summaries;
mod support;
#[cfg(feature = "otel")]
mod traces;
mod trouble;
mod versions;
mod words;
