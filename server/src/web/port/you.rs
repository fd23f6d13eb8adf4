//! What is the visitor's own.

use app::{
    domain::{FilmList, Mark, Marks, MovieId, Stars},
    port::{PortError, Visitor},
    views::{SearchPage, YouPage},
};

use super::{SitePort, count, dataset_name, for_a_person, internal, search::a_page};
use crate::{visitors::Profile, web::error::missing};

/// Everything that the visitor said, the last first.
async fn all(port: &SitePort, visitor: Visitor) -> Result<(Vec<(MovieId, Stars, i64)>, Marks), PortError> {
    let Some(id) = visitor.owner() else { return Ok(Default::default()) };
    let visitors = &port.0.visitors;
    let all = futures::try_join!(visitors.rated(id, None), visitors.marks(id, None));
    all.map_err(|error| for_a_person(&error.into()))
}

fn films_of(list: FilmList, rated: &[(MovieId, Stars, i64)], marks: &Marks) -> Vec<MovieId> {
    match list {
        FilmList::Rated => rated.iter().map(|&(film, ..)| film).collect(),
        FilmList::Marked(mark) => marks.films(mark),
    }
}

/// How many films are on each list.
pub(super) async fn you(port: &SitePort, visitor: Visitor) -> Result<YouPage, PortError> {
    let films = port.0.films.as_ref().map_err(|what| PortError::NotReady(missing(what)))?;
    let (rated, marks) = all(port, visitor).await?;
    let info = films.catalogue.info();
    Ok(YouPage {
        counts: FilmList::ALL.map(|list| count(films_of(list, &rated, &marks).len())),
        films: info.films,
        dataset: dataset_name(&info.dataset),
    })
}

/// A page of one list.
pub(super) async fn list(
    port: &SitePort,
    visitor: Visitor,
    list: FilmList,
    page: u32,
) -> Result<SearchPage, PortError> {
    let films = port.0.films.as_ref().map_err(|what| PortError::NotReady(missing(what)))?;
    let (rated, marks) = all(port, visitor).await?;
    // What another catalogue had is not here.
    let known = films.catalogue.summaries(films_of(list, &rated, &marks)).await.map_err(|error| internal(&error))?;
    let found = known.into_iter().map(|film| film.id).collect();
    let profile: Profile = rated.into_iter().map(|(film, stars, _)| (film, stars)).collect();
    let shown = a_page(films, &profile, &marks, found, page).await?;
    let others = match (visitor.owner(), list) {
        (Some(id), FilmList::Marked(Mark::Library)) if page == 0 => {
            port.0.visitors.others(id).await.map_err(|error| for_a_person(&error.into()))?
        }
        _ => Vec::new(),
    };
    Ok(SearchPage { others, ..shown })
}
