//! The search page, and what the search field suggests.

use app::{
    domain::{Filter, Mark, Marks, MovieId, Search, SearchOrder, ViewerId},
    port::{PortError, Visitor},
    telling,
    views::{CardFilm, SearchPage},
};

use super::{SitePort, card, count, dataset_name, filter_choice, for_a_person, internal};
use crate::{
    catalogue::{MovieSummary, search::Query},
    predictions::Service,
    visitors::Profile,
    web::{error::missing, site::Films},
};

/// Films of a page.
const FILMS: usize = 24;

/// The films of one page of what is found. It waits for no worker: predicted stars are a sum.
pub(super) async fn search(
    port: &SitePort,
    visitor: Visitor,
    view: Option<ViewerId>,
    search: Search,
) -> Result<SearchPage, PortError> {
    let films = port.0.films.as_ref().map_err(|what| PortError::NotReady(missing(what)))?;
    let catalogue = &films.catalogue;
    let said = async { port.0.said(catalogue, visitor, view).await.map_err(|error| for_a_person(&error)) };
    let (profile, marks): (Profile, Marks) = match port.in_time(said).await {
        Ok(said) => said,
        Err(PortError::Late(_) | PortError::NotReady(_)) => Default::default(),
        Err(error) => return Err(error),
    };
    let query = Query { text: search.text, order: search.order, ..asked(&search.filter, &profile, &marks) };
    let mut found = catalogue.find(query).await.map_err(|error| internal(&error))?;
    let service = films.service.as_ref().ok();
    if let (SearchOrder::Match, Some(service)) = (search.order, service) {
        found = best_for(service, &profile, found).await;
    }
    a_page(films, &profile, &marks, found, search.page).await
}

/// What the index is asked for the films that a filter lets through.
pub fn asked(filter: &Filter, profile: &Profile, marks: &Marks) -> Query {
    let ascending = |mut films: Vec<MovieId>| {
        films.sort_unstable();
        films
    };
    let rated = || profile.ratings().map(|(film, _)| film).collect();
    Query {
        genre: filter.genre.clone(),
        decade: filter.decade,
        only: filter.library.then(|| ascending(marks.films(Mark::Library))),
        except: if filter.unrated { ascending(rated()) } else { Vec::new() },
        ..Query::default()
    }
}

/// One page of these films, with what the profile gave them or would.
pub(super) async fn a_page(
    films: &Films,
    profile: &Profile,
    marks: &Marks,
    found: Vec<MovieId>,
    page: u32,
) -> Result<SearchPage, PortError> {
    let Films { catalogue, service } = films;
    let service = service.as_ref().ok();
    let pages = found.len().div_ceil(FILMS).max(1);
    let begin = (page as usize).min(pages - 1) * FILMS;
    let shown: Vec<MovieId> = found.iter().skip(begin).take(FILMS).copied().collect();
    let predicted = match service {
        Some(service) if profile.rated() > 0 => service.stars_of_all(profile, shown.clone()).await,
        _ => Vec::new(),
    };
    let summaries = catalogue.summaries(shown.clone()).await.map_err(|error| internal(&error))?;
    let card = |film: MovieSummary| -> CardFilm {
        let at = shown.iter().position(|&id| id == film.id);
        let predicted = at.and_then(|at| predicted.get(at).copied().flatten());
        telling::found(card(film, profile), predicted)
    };
    let info = catalogue.info();
    Ok(SearchPage {
        total: count(found.len()),
        found: summaries.into_iter().map(card).collect(),
        pages: count(pages),
        wanted: marks.films(Mark::Watchlist),
        others: Vec::new(),
        choice: filter_choice(catalogue, marks),
        films: info.films,
        dataset: dataset_name(&info.dataset),
        edition: info.fingerprint.chars().take(8).collect(),
    })
}

/// The same films, those first that the profile would give the most stars.
pub async fn best_for(service: &Service, profile: &Profile, films: Vec<MovieId>) -> Vec<MovieId> {
    let stars = service.stars_of_all(profile, films.clone()).await;
    let mut ranked: Vec<(MovieId, f32)> =
        films.into_iter().zip(stars).map(|(film, stars)| (film, stars.unwrap_or(0.0))).collect();
    // Stable: equal ones stay as they were found.
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    ranked.into_iter().map(|(film, _)| film).collect()
}
