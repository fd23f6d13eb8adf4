//! Films.

use app::domain::MovieId;
use axum::{Json, extract::State, http::StatusCode};
use serde_json::{Value, json};

use super::{
    query::{self, Parameters},
    segment::Segment,
};
use crate::web::{error::ApiError, site::SharedSite};

/// `GET /api/movies/{id}`: what the catalogue knows of a film.
pub async fn movie(State(site): State<SharedSite>, Segment(id): Segment) -> Result<Json<Value>, ApiError> {
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

/// Films like a film, when the caller names no number, and at most.
const SIMILAR: usize = 12;
const MOST_SIMILAR: usize = 100;

/// `GET /api/movies/{id}/similar?n=12`: the films that are most like a film, and how much, 0 to 1.
pub async fn similar(
    State(site): State<SharedSite>,
    Segment(id): Segment,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    let parameters = query::only(&["n"], parameters)?;
    let most = query::up_to(MOST_SIMILAR, &parameters, "n")?.unwrap_or(SIMILAR);
    let (catalogue, service) = site.ready()?;
    let similar = service.similar(number(&id)?, most).await.ok_or_else(|| unknown(&id))?;
    let similar = similar.map_err(|error| ApiError::internal(&error))?;
    let films = catalogue.summaries(similar.iter().map(|&(film, _)| film).collect()).await?;
    let described = similar.iter().filter_map(|(id, alike)| {
        let film = films.iter().find(|film| film.id == *id)?;
        Some(json!({
            "id": film.id, "title": film.title, "year": film.year, "genres": film.genres, "similarity": alike,
        }))
    });
    Ok(Json(described.collect()))
}

/// The number in an address.
pub fn number(id: &str) -> Result<MovieId, ApiError> {
    id.parse().map_err(|_| unknown(id))
}

/// There is no such film.
pub fn unknown(id: &str) -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, format!("No film has the number {id:.40}."))
}
