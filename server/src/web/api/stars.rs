//! Predicted stars.

use app::domain::MovieId;
use axum::{
    Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::HeaderMap,
};
use serde_json::{Value, json};

use super::{
    body::json_body,
    input::Body,
    movies,
    predict::own_profile,
    query::{self, Parameters},
    segment::Segment,
};
use crate::{
    catalogue::MovieSummary,
    model::stars::{HELD, PredictedStars},
    visitors::Profile,
    web::{
        error::ApiError,
        site::{SharedSite, Site},
        visitor,
    },
};

/// So many films of the profile are told with their parts; what the others add is one number.
const BECAUSE: usize = 20;

/// `GET /api/movies/{id}/stars?liked=…` or `?profile=…`; without either, the visitor's own ratings count.
pub async fn of_query(
    State(site): State<SharedSite>,
    Segment(id): Segment,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    let input = query::parse(&query::only(&["liked", "profile"], parameters)?)?;
    let profile = if input.names_a_profile() {
        input.profile(&site).await?
    } else {
        own_profile(&site, visitor::known(&headers)).await?
    };
    answer(&site, &id, &profile).await
}

/// `POST /api/movies/{id}/stars`: the profile stands in the body, as for `POST /api/predict`.
pub async fn of_body(
    State(site): State<SharedSite>,
    Segment(id): Segment,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, ApiError> {
    let body: Body = json_body(&body?)?;
    if !body.input_data.is_only_a_profile() {
        return Err(ApiError::field("input-data", "only `liked`, `ratings` or `profile` belongs here"));
    }
    let profile = body.input_data.profile(&site).await?;
    answer(&site, &id, &profile).await
}

async fn answer(site: &Site, id: &str, profile: &Profile) -> Result<Json<Value>, ApiError> {
    let (catalogue, service) = site.ready()?;
    let movie = movies::number(id)?;
    let predicted = service.stars(profile, movie).await.ok_or_else(|| movies::unknown(id))?;
    let order = service.films().order().films();
    let mut because: Vec<(MovieId, f64)> =
        predicted.because.iter().map(|&(film, stars)| (order[film], stars)).collect();
    because.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    let rest: f64 = because.iter().skip(BECAUSE).map(|(_, stars)| stars).sum();
    because.truncate(BECAUSE);
    let titles = catalogue.summaries(because.iter().map(|&(film, _)| film).collect()).await?;
    Ok(Json(as_json(movie, &predicted, &because, &titles, rest)))
}

fn as_json(
    movie: MovieId,
    predicted: &PredictedStars,
    because: &[(MovieId, f64)],
    titles: &[MovieSummary],
    rest: f64,
) -> Value {
    let title = |id: MovieId| titles.iter().find(|film| film.id == id).map(|film| film.title.as_str());
    let because = because.iter().map(|&(id, stars)| json!({ "id": id, "title": title(id), "stars": stars }));
    json!({
        "id": movie,
        "stars": predicted.stars(),
        "interval": { "low": predicted.interval.0, "high": predicted.interval.1, "holds": HELD },
        "sum": predicted.sum(),
        "parts": {
            "average": predicted.average,
            "film": predicted.film,
            "visitor": predicted.visitor,
            "because": because.collect::<Vec<_>>(),
            "rest": rest,
        },
    })
}
