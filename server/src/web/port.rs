//! What the pages need of the world, made of the rooms below.

use std::{future::Future, time::Duration};

use app::{
    domain::{FilmList, Filter, Mark, Marks, MovieId, PredictionId, PredictionState, Search, Stars, Tuning, ViewerId},
    port::{Following, Port, PortError, Visitor},
    telling,
    views::{FilmCard, FilmPage, FilterChoice, Home, Poll, Rated, SearchPage, Ticket, WorkersPage, YouPage},
};
use async_trait::async_trait;

use super::{
    error::missing,
    site::{ProfileError, SharedSite, viewer_profile},
    workers::workers_page,
};
use crate::{
    catalogue::{Catalogue, MovieSummary},
    predictions::{Absent, Refusal, Request, Service, Until},
    visitors::{End, Profile, VisitorsError},
};

mod film;
mod home;
mod search;
mod you;

pub use search::{asked, best_for};

/// How long a page waits for what several machines share; then it comes without, and its row says so.
pub const PATIENCE: Duration = Duration::from_millis(20);

/// The port over a site.
pub struct SitePort(pub SharedSite);

impl SitePort {
    fn ready(&self) -> Result<(&Catalogue, &Service), PortError> {
        self.0.ready().map_err(|what| PortError::NotReady(missing(what)))
    }

    async fn said(&self, visitor: Visitor, shoes: Option<ViewerId>) -> Result<(Profile, Marks), PortError> {
        let (catalogue, _) = self.ready()?;
        self.0.said(catalogue, visitor, shoes).await.map_err(|error| for_a_person(&error))
    }

    /// What a page shows while nobody's ratings can be read: the viewer's, in whose shoes the visitor stands.
    async fn profile_of_nobody(&self, shoes: Option<ViewerId>) -> Result<Profile, PortError> {
        let (catalogue, _) = self.ready()?;
        let Some(viewer) = shoes else { return Ok(Profile::default()) };
        viewer_profile(catalogue, viewer).await.map_err(|error| for_a_person(&error))
    }

    /// A page has no time for a Redis that does not answer; what is in this process always does.
    async fn in_time<T>(&self, work: impl Future<Output = Result<T, PortError>>) -> Result<T, PortError> {
        let (_, service) = self.ready()?;
        if !service.is_shared() {
            return work.await;
        }
        let late = || PortError::Late("Recommendations are late.".to_owned());
        tokio::time::timeout(PATIENCE, work).await.unwrap_or_else(|_| Err(late()))
    }

    /// Whether there are such a film and such a viewer to say something for.
    async fn exists(&self, view: Option<ViewerId>, movie: MovieId) -> Result<(), PortError> {
        let (catalogue, service) = self.ready()?;
        if !service.films().knows(movie) {
            return Err(PortError::NotFound(format!("No film has the number {movie}.")));
        }
        if let Some(viewer) = view
            && catalogue.viewer(viewer).await.map_err(|error| internal(&error))?.is_none()
        {
            return Err(for_a_person(&ProfileError::UnknownViewer(viewer)));
        }
        Ok(())
    }

    async fn ticket(
        &self,
        visitor: Visitor,
        (profile, marks): (Profile, &Marks),
        following: Following,
    ) -> Result<Ticket, PortError> {
        let (_, service) = self.ready()?;
        if let Some(old) = following.replaces {
            service.queue().release(old, visitor.owner()).await;
        }
        let Tuning { obscurity, variety } = visitor.preferences.tuning;
        let Filter { genre, library, .. } = &following.filter;
        let request = Request {
            obscurity,
            variety,
            genres: genre.iter().cloned().collect(),
            years: following.filter.years(),
            candidates: library.then(|| unrated(marks.films(Mark::Library), &profile)),
            ..Request::page_for(profile, marks.excluded())
        };
        match service.schedule(request, visitor.owner()).await {
            Ok(id) => Ok(Ticket::Scheduled(id)),
            Err(Refusal::Full { retry_after }) => Ok(Ticket::Busy { retry_after: whole_seconds(retry_after) }),
            Err(Refusal::Closed) => Ok(Ticket::Busy { retry_after: 5 }),
            Err(Refusal::Away) => Ok(Ticket::Late),
            Err(Refusal::NoId(reason)) => Err(internal(&reason)),
        }
    }
}

#[async_trait]
impl Port for SitePort {
    async fn home(&self, visitor: Visitor, view: Option<ViewerId>, filter: Filter) -> Result<Home, PortError> {
        home::home(self, visitor, view, filter).await
    }

    async fn film(&self, visitor: Visitor, view: Option<ViewerId>, movie: MovieId) -> Result<FilmPage, PortError> {
        film::film_page(self, visitor, view, movie).await
    }

    async fn search(&self, visitor: Visitor, view: Option<ViewerId>, search: Search) -> Result<SearchPage, PortError> {
        search::search(self, visitor, view, search).await
    }

    async fn you(&self, visitor: Visitor) -> Result<YouPage, PortError> {
        you::you(self, visitor).await
    }

    async fn list(&self, visitor: Visitor, list: FilmList, page: u32) -> Result<SearchPage, PortError> {
        you::list(self, visitor, list, page).await
    }

    async fn workers(&self, visitor: Visitor) -> Result<WorkersPage, PortError> {
        if !visitor.operator {
            return Err(PortError::Forbidden(
                "This page is for the operator: open it on the server's own machine, as localhost, or with the token in the \
                 file that --operator-token-file names."
                    .to_owned(),
            ));
        }
        let (_, service) = self.ready()?;
        Ok(match service.activity().await {
            Some(activity) => workers_page(&activity, service.is_shared()),
            None => WorkersPage { shared: true, late: true, ..WorkersPage::default() },
        })
    }

    async fn schedule(
        &self,
        visitor: Visitor,
        view: Option<ViewerId>,
        following: Following,
    ) -> Result<Ticket, PortError> {
        match self.said(visitor, view).await {
            // No prediction without the ratings, and both come back by themselves.
            Err(PortError::Late(_)) => Ok(Ticket::Late),
            said => {
                let (profile, marks) = said?;
                self.ticket(visitor, (profile, &marks), following).await
            }
        }
    }

    async fn poll(&self, visitor: Visitor, id: PredictionId, wait: Duration) -> Result<Poll, PortError> {
        let (_, service) = self.ready()?;
        match service.queue().wait(id, visitor.owner(), Until::Finished, wait).await {
            Ok(state) => Ok(match PredictionState::from(state) {
                PredictionState::Pending | PredictionState::Started => Poll::Waiting,
                PredictionState::Success { result } => Poll::Films(telling::rows(result)),
                PredictionState::Failure { error } => Poll::Failed(error),
            }),
            // To a page both mean the same: there is nothing to wait for under this id any more.
            Err(Absent::Unknown | Absent::Expired) => Ok(Poll::Gone),
            Err(Absent::Away) => Ok(Poll::Late),
        }
    }

    async fn rate(
        &self,
        visitor: Visitor,
        view: Option<ViewerId>,
        movie: MovieId,
        stars: Option<Stars>,
        following: Following,
    ) -> Result<Rated, PortError> {
        self.exists(view, movie).await?;
        self.0.visitors.rate(visitor.id, view, movie, stars).await.map_err(|error| for_a_person(&error.into()))?;
        // The cookie that came with this very answer's visitor is theirs from now on.
        let visitor = Visitor { returning: true, ..visitor };
        let (profile, marks) = self.said(visitor, view).await?;
        let (rated, liked) = (count(profile.rated()), count(profile.liked()));
        let ticket = self.ticket(visitor, (profile, &marks), following).await?;
        Ok(Rated { ticket, rated, liked })
    }

    async fn mark(
        &self,
        visitor: Visitor,
        view: Option<ViewerId>,
        movie: MovieId,
        mark: Mark,
        on: bool,
    ) -> Result<(), PortError> {
        self.exists(view, movie).await?;
        self.0.visitors.mark(visitor.id, view, movie, mark, on).await.map_err(|error| for_a_person(&error.into()))
    }
}

/// Those of the films that the profile has not rated.
fn unrated(mut films: Vec<MovieId>, profile: &Profile) -> Vec<MovieId> {
    films.retain(|&film| profile.stars(film).is_none());
    films
}

/// What the catalogue's films can be filtered by.
fn filter_choice(catalogue: &Catalogue, marks: &Marks) -> FilterChoice {
    let index = catalogue.index();
    // "(no genres listed)" is none.
    let genres = index.genres().iter().filter(|genre| !genre.starts_with('(')).cloned().collect();
    FilterChoice { genres, decades: index.decades(), library: !marks.films(Mark::Library).is_empty() }
}

fn card(film: MovieSummary, profile: &Profile) -> FilmCard {
    FilmCard {
        id: film.id,
        stars: profile.stars(film.id),
        title: film.title,
        year: film.year,
        average: film.average,
        ratings: film.ratings,
    }
}

/// GroupLens calls its files "ml-latest-small", "ml-100k", …; people know them as MovieLens, and its terms ask for credit.
fn dataset_name(file: &str) -> String {
    file.strip_prefix("ml-").map_or_else(|| file.to_owned(), |edition| format!("MovieLens {edition}"))
}

fn count(films: usize) -> u32 {
    u32::try_from(films).unwrap_or(u32::MAX)
}

fn whole_seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs().max(1)).unwrap_or(u32::MAX)
}

fn internal(reason: &dyn std::fmt::Display) -> PortError {
    tracing::error!(%reason, "a page could not be made");
    PortError::Internal
}

/// What went wrong with a profile, in words for a person; what they could not act on is logged.
pub fn for_a_person(error: &ProfileError) -> PortError {
    match error {
        ProfileError::UnknownViewer(viewer) => PortError::NotFound(format!("There is no viewer {viewer}.")),
        ProfileError::Visitors(VisitorsError::Away(_)) => {
            PortError::Late("Ratings are out of reach for now. Try again in a moment.".to_owned())
        }
        ProfileError::Visitors(VisitorsError::Ended(End::HandedOver)) => PortError::Renewed,
        ProfileError::Visitors(VisitorsError::Ended(End::Deleted)) => PortError::Deleted,
        ProfileError::Catalogue(_) | ProfileError::Visitors(_) => internal(error),
    }
}
