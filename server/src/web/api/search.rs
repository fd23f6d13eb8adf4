//! `GET /api/search`, and the options that the search field shows.

use app::{
    domain::{Filter, Marks, MovieId, Search, SearchOrder, ViewerId},
    telling::{Suggestion, suggestions},
};
use axum::{
    Json,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    input::as_written,
    predict::own_profile,
    query::{self, Parameters, flag},
};
use crate::{
    catalogue::search,
    visitors::Profile,
    web::{
        error::ApiError,
        port::{asked, best_for},
        site::{ProfileError, SharedSite, viewer_profile},
        visitor,
    },
};

/// Films of one answer, when the caller names no number, and at most.
const FILMS: usize = 20;
const MOST_FILMS: usize = 100;
/// Films under the search field.
const SUGGESTED: usize = 7;

/// `GET /api/search?q=night&genre=Crime&decade=1990&unrated=true&library=true&sort=match&profile=414&n=20&page=2`.
pub async fn search(
    State(site): State<SharedSite>,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    let known = ["q", "genre", "decade", "unrated", "library", "sort", "profile", "n", "page"];
    let pairs = query::only(&known, parameters)?;
    let value = |name: &str| query::value(&pairs, name);
    let films = site.films.as_ref()?;
    let index = films.catalogue.index();
    let genre = value("genre").map(|genre| {
        let found = index.genres().iter().find(|known| known.eq_ignore_ascii_case(genre.trim())).cloned();
        found.ok_or_else(|| ApiError::field("genre", format!("there are {}", index.genres().join(", "))))
    });
    let decade = value("decade").map(|decade| {
        let year = as_written(decade).and_then(|year| u16::try_from(year).ok());
        let year = year.filter(|year| (1870..=2100).contains(year));
        year.ok_or_else(|| ApiError::field("decade", "its first year, such as 1990"))
    });
    let order: Option<Result<SearchOrder, ApiError>> =
        value("sort").map(|order| order.parse().map_err(|error| ApiError::field("sort", format!("{error}"))));
    let (genre, decade, order) = (genre.transpose()?, decade.transpose()?, order.transpose()?.unwrap_or_default());
    let n = query::up_to(MOST_FILMS, &pairs, "n")?.unwrap_or(FILMS);
    let page = query::up_to(u32::MAX as usize, &pairs, "page")?.unwrap_or(1);
    let text = value("q").unwrap_or_default().to_owned();

    let switch = |name: &str| value(name).map_or(Ok(false), |text| flag(name, text));
    let (unrated, library) = (switch("unrated")?, switch("library")?);
    let viewer = value("profile")
        .map(|viewer| viewer.parse::<ViewerId>().map_err(|error| ApiError::field("profile", error.to_string())));
    let viewer = viewer.transpose()?;
    if let Some(viewer) = viewer
        && films.catalogue.viewer(viewer).await?.is_none()
    {
        return Err(ProfileError::UnknownViewer(viewer).into());
    }

    // Whoever asks for nothing of a visitor's needs none.
    let of_somebody = unrated || library || order == SearchOrder::Match;
    let (profile, marks) = if of_somebody { said(&site, &headers, viewer).await? } else { Default::default() };
    let filter = Filter { genre, decade, unrated, library };
    let query = search::Query { text, order, ..asked(&filter, &profile, &marks) };
    let mut found = films.catalogue.find(query).await?;
    if order == SearchOrder::Match {
        found = best_for(site.ready()?.1, &profile, found).await;
    }
    let shown: Vec<MovieId> = found.iter().skip((page - 1).saturating_mul(n)).take(n).copied().collect();
    let shown = films.catalogue.summaries(shown).await?.into_iter().map(|film| {
        json!({
            "id": film.id, "title": film.title, "year": film.year, "genres": film.genres,
            "average": film.average, "ratings": film.ratings,
        })
    });
    Ok(Json(json!({ "total": found.len(), "films": shown.collect::<Vec<_>>() })))
}

/// What the visitor of a cookie said, in the shoes of the viewer whom they name.
async fn said(site: &SharedSite, headers: &HeaderMap, viewer: Option<ViewerId>) -> Result<(Profile, Marks), ApiError> {
    let (catalogue, _) = site.ready()?;
    let visitor = visitor::known(headers);
    let marks = match visitor {
        Some(id) => site.visitors.marks(id, viewer).await?,
        None => Marks::default(),
    };
    let profile = match viewer {
        None => own_profile(site, visitor).await?,
        Some(viewer) => viewer_profile(catalogue, viewer).await?,
    };
    Ok((profile, marks))
}

/// `GET /search/suggest?q=godf`: the first films as options of the search field's list, in HTML.
pub async fn suggest(State(site): State<SharedSite>, parameters: Parameters) -> Result<Response, ApiError> {
    let Query(pairs) = parameters.map_err(|error| ApiError::new(StatusCode::BAD_REQUEST, error.body_text()))?;
    let text = query::value(&pairs, "q").unwrap_or_default().to_owned();
    let view = query::value(&pairs, "profile").and_then(|viewer| viewer.parse().ok());
    let films = site.films.as_ref()?;
    let query = search::Query { text: text.clone(), ..search::Query::default() };
    let found = films.catalogue.find(query).await?;
    let shown = films.catalogue.summaries(found.iter().take(SUGGESTED).copied().collect()).await?;
    let typed = search::spelling::words(&text);
    let films = shown.into_iter().map(|film| Suggestion {
        id: film.id,
        title: search::marked(&film.title, &typed),
        year: film.year,
    });
    let search = Search { text, ..Search::default() };
    let html = suggestions(films.collect(), found.len(), &search, view);
    Ok(([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], html)
        .into_response())
}
