//! Everything of a visitor's, brought and taken away; and forgotten.

use app::{
    domain::{Mark, MovieId},
    port::Visitor,
    views::ImportSummary,
};
use axum::{
    Extension, Json, Router,
    extract::{Query, Request, State, rejection::QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::query::flag;
use crate::{
    catalogue::FilmNames,
    exchange::{Everything, Purpose},
    web::{
        error::ApiError,
        importing::{File, Import},
        site::{SharedSite, Site},
        upload::file_of_body,
    },
};

/// The addresses. The visitor is who the cookie says, so they stand where it is read.
pub fn router() -> Router<SharedSite> {
    Router::new()
        .route("/api/import", post(import))
        .route("/api/export", get(everything))
        .route("/api/export/ratings.csv", get(ratings_csv))
        .route("/api/visitor", delete(forget))
}

/// The query of `POST /api/import`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    /// What the file is called: two of Letterboxd's tables differ in nothing else.
    #[serde(default)]
    name: String,
    /// Whether it lists the films that somebody has.
    library: Option<String>,
}

/// `POST /api/import?name=ratings.csv`: the file is the body.
async fn import(
    State(site): State<SharedSite>,
    visitor: Extension<Visitor>,
    query: Result<Query<About>, QueryRejection>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    let Query(about) =
        query.map_err(|_| ApiError::field("query", "known parameters: name, library (true or false)"))?;
    let is_library = about.library.map_or(Ok(false), |value| flag("library", &value))?;
    let purpose = if is_library { Purpose::Library } else { Purpose::Ratings };
    let (bytes, turn) = file_of_body(request.into_body()).await?;
    // Without films there is nothing to find the file's in.
    site.films.as_ref()?;
    let file = File { name: about.name, bytes, purpose };
    let end = Import::begin(site, visitor.id, file, turn).end().await;
    let summary = end.map_err(|failure| {
        match StatusCode::from_u16(failure.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR) {
            StatusCode::SERVICE_UNAVAILABLE => ApiError::unavailable(failure.why, 2),
            status => ApiError::new(status, failure.why),
        }
    })?;
    let ImportSummary { marks: [watchlist, seen, hidden, library], .. } = summary;
    Ok(Json(json!({
        "source": summary.source,
        "rows": summary.rows,
        "ratings": { "new": summary.ratings, "changed": summary.changed, "same": summary.same, "older": summary.older },
        "watchlist": watchlist, "seen": seen, "hidden": hidden, "library": library,
        "library_others": summary.others, "unmatched": summary.unmatched, "unmatched_rows": summary.unmatched_rows,
        "unreadable": summary.unreadable, "unreadable_rows": summary.unreadable_rows,
        "not_films": summary.not_films, "duplicates": summary.duplicates, "contradictions": summary.contradictions,
    })))
}

/// `GET /api/export`: everything of the visitor's own, as a file that can be brought back.
async fn everything(State(site): State<SharedSite>, visitor: Extension<Visitor>) -> Result<Response, ApiError> {
    let json = all_of(&site, *visitor).await?.to_json();
    Ok((attachment("marquee.json"), Json(json)).into_response())
}

/// `GET /api/export/ratings.csv`: the ratings, as Letterboxd and others take them.
async fn ratings_csv(State(site): State<SharedSite>, visitor: Extension<Visitor>) -> Result<Response, ApiError> {
    let table = all_of(&site, *visitor).await?.ratings_csv().map_err(|error| ApiError::internal(&error))?;
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    Ok((attachment("ratings.csv"), [kind], table).into_response())
}

fn attachment(name: &str) -> [(header::HeaderName, String); 1] {
    [(header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))]
}

/// `DELETE /api/visitor`: everything of the visitor's is deleted.
async fn forget(State(site): State<SharedSite>, visitor: Extension<Visitor>) -> Result<StatusCode, ApiError> {
    site.forget(visitor.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn all_of(site: &Site, visitor: Visitor) -> Result<Everything, ApiError> {
    let films = site.films.as_ref()?;
    let Some(id) = visitor.owner() else { return Ok(Everything::default()) };
    let visitors = &site.visitors;
    let (rated, marks, others) =
        futures::try_join!(visitors.rated(id, None), visitors.marks(id, None), visitors.others(id))?;
    let names = films.catalogue.names().await?;
    let by_id: std::collections::HashMap<MovieId, FilmNames> = names.into_iter().map(|film| (film.id, film)).collect();
    // What another catalogue had is not lost: it goes by its number.
    let film = |movie: MovieId| by_id.get(&movie).cloned().unwrap_or_else(|| unknown(movie));
    let marked = |mark: Mark| {
        let films = marks.films(mark).into_iter();
        films.map(|movie| (film(movie), marks.at(movie, mark).unwrap_or_default())).collect::<Vec<_>>()
    };
    Ok(Everything {
        ratings: rated.into_iter().map(|(movie, stars, at)| (film(movie), stars, at)).collect(),
        watchlist: marked(Mark::Watchlist),
        seen: marked(Mark::Seen),
        hidden: marked(Mark::Hidden),
        library: marked(Mark::Library).into_iter().map(|(film, _)| film).collect(),
        others,
    })
}

fn unknown(movie: MovieId) -> FilmNames {
    FilmNames {
        id: movie,
        title: format!("MovieLens {movie}"),
        aliases: Vec::new(),
        year: None,
        imdb_id: None,
        tmdb_id: None,
        ratings: 0,
    }
}
