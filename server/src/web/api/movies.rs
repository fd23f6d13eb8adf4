//! Films.

use app::domain::MovieId;
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde_json::{Value, json};

use crate::web::{error::ApiError, site::SharedSite};

/// `GET /api/movies/{id}`: what the catalogue knows of a film.
pub async fn movie(State(site): State<SharedSite>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    let films = site.films.as_ref()?;
    let movie = films.catalogue.movie(number(&id)?).await?.ok_or_else(|| unknown(&id))?;
    let film = movie.summary;
    Ok(Json(json!({
        "id": film.id,
        "title": film.title,
        "year": film.year,
        "genres": film.genres,
        "aliases": movie.aliases,
        "imdb_id": movie.imdb_id.map(|number| format!("tt{number:07}")),
        "tmdb_id": movie.tmdb_id,
        "average": film.average,
        "ratings": film.ratings,
        "histogram": movie.histogram,
        "poster": format!("/poster/{}.svg", film.id),
    })))
}

/// The number in an address.
pub fn number(id: &str) -> Result<MovieId, ApiError> {
    id.parse().map(MovieId).map_err(|_| unknown(id))
}

/// There is no such film.
pub fn unknown(id: &str) -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, format!("No film has the number {id:.40}."))
}
