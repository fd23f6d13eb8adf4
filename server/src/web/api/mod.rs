//! The JSON API.

mod body;
mod exchange;
mod health;
mod input;
mod movies;
mod openapi;
mod own;
mod predict;
mod query;
mod search;
mod segment;
mod stars;

use axum::{
    Router,
    http::{Method, StatusCode, Uri},
    routing::{any, get},
};

pub use body::MOST_BODY;
pub use health::alive;
pub use own::router as own_router;

use super::{error::ApiError, site::SharedSite};

/// The addresses of the API; all of them answer JSON, errors too.
pub fn router() -> Router<SharedSite> {
    Router::new()
        .route("/api/predict", get(predict::now).post(predict::schedule))
        .route("/api/get-result/{id}", get(predict::result))
        .route("/api/movies/{id}", get(movies::movie))
        .route("/api/movies/{id}/similar", get(movies::similar))
        .route("/api/movies/{id}/stars", get(stars::of_query).post(stars::of_body))
        .route("/api/search", get(search::search))
        .route("/search/suggest", get(search::suggest))
        .route("/api/openapi.json", get(openapi::openapi))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/api", any(not_found))
        .route("/api/", any(not_found))
        .route("/api/{*rest}", any(not_found))
        .method_not_allowed_fallback(wrong_method)
}

async fn not_found(uri: Uri) -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, format!("The API has no address {}.", uri.path()))
}

async fn wrong_method(method: Method, uri: Uri) -> ApiError {
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, format!("{} does not answer {method}.", uri.path()))
}
