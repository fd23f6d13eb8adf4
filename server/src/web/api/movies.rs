//! Films.

use app::domain::MovieId;
use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::segment::Segment;
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

/// The query of `GET /api/movies/{id}/similar`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Most {
    /// How many films.
    n: Option<usize>,
}

/// `GET /api/movies/{id}/similar?n=12`: the films that are most like a film, and how much, 0 to 1.
pub async fn similar(
    State(site): State<SharedSite>,
    Segment(id): Segment,
    query: Result<Query<Most>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let wrong = || ApiError::field("n", format!("known parameters: n, 1 to {MOST_SIMILAR}"));
    let Query(Most { n }) = query.map_err(|_| wrong())?;
    let most = n.unwrap_or(SIMILAR);
    if !(1..=MOST_SIMILAR).contains(&most) {
        return Err(wrong());
    }
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
