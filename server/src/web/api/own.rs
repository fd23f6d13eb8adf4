//! What the visitor said of films: ratings, watchlist, films seen, films hidden, library. The visitor is who the cookie
//! says; a client without one gets it with its first answer.

use app::{
    domain::{Mark, MovieId, Stars},
    port::Visitor,
};
use axum::{
    Extension, Json, Router,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderValue, StatusCode, header},
    middleware::{from_fn, from_fn_with_state, map_response},
    response::Response,
    routing::{get, put},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{body::json_body, movies, segment::Segment};
use crate::web::{
    error::ApiError,
    headers,
    site::{SharedSite, Site},
    visitor,
};

/// The addresses.
pub fn router(site: &SharedSite) -> Router<SharedSite> {
    let marks = Mark::ALL.into_iter().fold(Router::new(), |router, mark| {
        let of_film = put(move |site, visitor, id| set(site, visitor, id, mark, true))
            .delete(move |site, visitor, id| set(site, visitor, id, mark, false));
        router
            .route(&format!("/api/{}", mark.name()), get(move |site, visitor| marked(site, visitor, mark)))
            .route(&format!("/api/{}/{{id}}", mark.name()), of_film)
    });
    Router::new()
        .route("/api/ratings", get(ratings))
        .route("/api/ratings/{id}", put(rate).delete(take_back))
        .merge(marks)
        .merge(super::exchange::router())
        .method_not_allowed_fallback(super::wrong_method)
        .layer(from_fn_with_state(SharedSite::clone(site), visitor::know))
        .layer(from_fn(headers::same_site_only))
        .layer(map_response(not_stored))
}

/// What is one visitor's must not be kept for another.
async fn not_stored(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// `GET /api/ratings`.
async fn ratings(State(site): State<SharedSite>, visitor: Extension<Visitor>) -> Result<Json<Value>, ApiError> {
    let profile = site.own_ratings(visitor.owner(), None).await?;
    let ratings = profile.ratings().map(|(id, stars)| json!({ "id": id, "stars": stars }));
    Ok(Json(json!({ "ratings": ratings.collect::<Vec<_>>() })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rating {
    stars: Stars,
}

/// `PUT /api/ratings/{id}` with `{"stars": 4.5}`.
async fn rate(
    State(site): State<SharedSite>,
    visitor: Extension<Visitor>,
    Segment(id): Segment,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, ApiError> {
    let movie = known_film(&site, &id)?;
    let Rating { stars } = json_body(&body?)?;
    site.visitors.rate(visitor.id, None, movie, Some(stars)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /api/ratings/{id}`; the same answer if there was none.
async fn take_back(
    State(site): State<SharedSite>,
    visitor: Extension<Visitor>,
    Segment(id): Segment,
) -> Result<StatusCode, ApiError> {
    let movie = known_film(&site, &id)?;
    site.visitors.rate(visitor.id, None, movie, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/watchlist`, `/api/seen`, `/api/hidden`, `/api/library`: the last one marked first.
async fn marked(
    State(site): State<SharedSite>,
    visitor: Extension<Visitor>,
    mark: Mark,
) -> Result<Json<Value>, ApiError> {
    let (catalogue, _) = site.ready()?;
    let films = site.own_marks(visitor.owner(), None).await?.films(mark);
    let films = catalogue.summaries(films).await?;
    let films = films.into_iter().map(|film| json!({ "id": film.id, "title": film.title, "year": film.year }));
    Ok(Json(json!({ "films": films.collect::<Vec<_>>() })))
}

/// `PUT` and `DELETE /api/watchlist/{id}` and its like.
async fn set(
    State(site): State<SharedSite>,
    visitor: Extension<Visitor>,
    Segment(id): Segment,
    mark: Mark,
    on: bool,
) -> Result<StatusCode, ApiError> {
    let movie = known_film(&site, &id)?;
    site.visitors.mark(visitor.id, None, movie, mark, on).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn known_film(site: &Site, id: &str) -> Result<MovieId, ApiError> {
    let (_, service) = site.ready()?;
    let movie = movies::number(id)?;
    if service.films().knows(movie) { Ok(movie) } else { Err(movies::unknown(id)) }
}
