//! The page of one film.

use app::{
    domain::{MovieId, ViewerId},
    port::{PortError, Visitor},
    views::{FilmPage, PredictedStars, Pull},
};

use super::{SitePort, card, count, dataset_name, for_a_person, internal};
use crate::{catalogue::Catalogue, predictions::Service, visitors::Profile, web::error::missing};

/// Films of the profile that are shown with what they add.
const PULLS: usize = 8;
/// Films like it.
const SIMILAR: usize = 12;

/// The film, and what whoever asks would give it. Without a model, or without the visitor's ratings, it is what the
/// catalogue knows.
pub(super) async fn film_page(
    port: &SitePort,
    visitor: Visitor,
    view: Option<ViewerId>,
    movie: MovieId,
) -> Result<FilmPage, PortError> {
    let films = port.0.films.as_ref().map_err(|what| PortError::NotReady(missing(what)))?;
    let catalogue = &films.catalogue;
    let known = catalogue.movie(movie).await.map_err(|error| internal(&error))?;
    let known = known.ok_or_else(|| PortError::NotFound(format!("No film has the number {movie}.")))?;
    let said = async { port.0.said(catalogue, visitor, view).await.map_err(|error| for_a_person(&error)) };
    let ((profile, marks), reached) = match port.in_time(said).await {
        Ok(said) => (said, true),
        Err(PortError::Late(_) | PortError::NotReady(_)) => Default::default(),
        Err(error) => return Err(error),
    };
    let (mut predicted, mut similar) = (None, Vec::new());
    if let Ok(service) = &films.service {
        if reached {
            predicted = predicted_stars(catalogue, service, &profile, movie).await?;
        }
        if let Some(alike) = service.similar(movie, SIMILAR).await {
            let alike = alike.map_err(|error| internal(&error))?;
            let order: Vec<MovieId> = alike.into_iter().map(|(film, _)| film).collect();
            let mut found = catalogue.summaries(order.clone()).await.map_err(|error| internal(&error))?;
            found.sort_by_key(|film| order.iter().position(|id| *id == film.id));
            similar = found.into_iter().map(|film| card(film, &profile)).collect();
        }
    }
    let info = catalogue.info();
    Ok(FilmPage {
        marks: marks.of(movie).collect(),
        genres: known.summary.genres.clone(),
        film: card(known.summary, &profile),
        aliases: known.aliases,
        histogram: known.histogram,
        imdb: known.imdb_id.map(|number| format!("https://www.imdb.com/title/tt{number:07}/")),
        tmdb: known.tmdb_id.map(|number| format!("https://www.themoviedb.org/movie/{number}")),
        predicted,
        similar,
        films: info.films,
        dataset: dataset_name(&info.dataset),
        edition: info.fingerprint.chars().take(8).collect(),
    })
}

async fn predicted_stars(
    catalogue: &Catalogue,
    service: &Service,
    profile: &Profile,
    movie: MovieId,
) -> Result<Option<PredictedStars>, PortError> {
    let Some(predicted) = service.stars(profile, movie).await else { return Ok(None) };
    let order = service.films().order().films();
    let mut pulls: Vec<(MovieId, f64)> = predicted.because.iter().map(|&(film, stars)| (order[film], stars)).collect();
    pulls.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    let others = pulls.split_off(pulls.len().min(PULLS));
    let films = catalogue.summaries(pulls.iter().map(|&(film, _)| film).collect()).await;
    let films = films.map_err(|error| internal(&error))?;
    let pull = |&(id, stars): &(MovieId, f64)| {
        let film = films.iter().find(|film| film.id == id)?;
        Some(Pull { film: card(film.clone(), profile), stars: stars as f32 })
    };
    Ok(Some(PredictedStars {
        stars: predicted.stars() as f32,
        between: (predicted.interval.0 as f32, predicted.interval.1 as f32),
        everyone: (predicted.average + predicted.film) as f32,
        generosity: predicted.visitor as f32,
        because: pulls.iter().filter_map(pull).collect(),
        others: (count(others.len()), others.iter().map(|(_, stars)| stars).sum::<f64>() as f32),
    }))
}
