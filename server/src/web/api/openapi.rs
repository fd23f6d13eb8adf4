//! What the API is, for programs: every address, parameter and answer as an OpenAPI document.
//!
//! It is written by hand and stands beside this file. The tests hold it against the running server, in both directions.

use axum::{http::header, response::IntoResponse};

const DOCUMENT: &str = include_str!("openapi.json");

/// `GET /api/openapi.json`. It changes with the server's version, so it is asked for anew.
pub async fn openapi() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")], DOCUMENT)
}
