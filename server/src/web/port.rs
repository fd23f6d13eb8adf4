//! What the pages need of the world, made of the rooms below.

use std::time::Duration;

use app::{
    domain::{MovieId, PredictionId, PredictionState, Stars, ViewerId},
    port::{Port, PortError, Visitor},
    views::{FOR_YOU_FILMS, FilmCard, Home, HomePage, LIKES_TO_START, Poll, ProfileView, Rated, Ticket},
};
use async_trait::async_trait;

use super::{
    error::missing,
    site::{ProfileError, SharedSite},
};
use crate::{
    catalogue::{Catalogue, MovieSummary, Viewer},
    predictions::{Refusal, Request, Service, Until},
    visitors::Profile,
};

/// Films in the row "Popular".
const POPULAR_FILMS: usize = 20;
/// Films offered to a new visitor.
const WELCOME_FILMS: usize = 16;
/// Viewers in the menu.
const VIEWERS: usize = 6;

/// The port over a site.
pub struct SitePort(pub SharedSite);

impl SitePort {
    fn ready(&self) -> Result<(&Catalogue, &Service), PortError> {
        self.0.ready().map_err(|what| PortError::NotReady(missing(what)))
    }

    async fn profile(&self, visitor: Visitor, shoes: Option<ViewerId>) -> Result<Profile, PortError> {
        let (catalogue, _) = self.ready()?;
        self.0.profile(catalogue, visitor, shoes).await.map_err(|error| for_a_person(&error))
    }

    async fn ticket(
        &self,
        visitor: Visitor,
        profile: Profile,
        replaces: Option<PredictionId>,
    ) -> Result<Ticket, PortError> {
        let (_, service) = self.ready()?;
        if let Some(old) = replaces {
            service.queue().release(old, visitor.owner()).await;
        }
        match service.schedule(Request::best_for(profile, FOR_YOU_FILMS), visitor.owner()).await {
            Ok(id) => Ok(Ticket::Scheduled(id)),
            Err(Refusal::Full { retry_after }) => Ok(Ticket::Busy { retry_after: whole_seconds(retry_after) }),
            Err(Refusal::Closed) => Ok(Ticket::Busy { retry_after: 5 }),
            Err(Refusal::NoId(reason)) => Err(internal(&reason)),
        }
    }
}

#[async_trait]
impl Port for SitePort {
    async fn home(&self, visitor: Visitor, view: Option<ViewerId>) -> Result<Home, PortError> {
        let (catalogue, _) = match self.0.ready() {
            Ok(ready) => ready,
            Err(what) => return Ok(Home::Empty(what.clone())),
        };
        let profile = self.profile(visitor, view).await?;
        // Scheduled before the rest is looked up: a worker can begin while SQLite reads.
        let ticket = self.ticket(visitor, profile.clone(), None).await?;
        let is_new = view.is_none() && profile.liked() < LIKES_TO_START as usize;
        let welcome = async { if is_new { catalogue.well_known(WELCOME_FILMS).await } else { Ok(Vec::new()) } };
        let taste = async {
            match view {
                Some(viewer) => catalogue.viewer(viewer).await,
                None => Ok(None),
            }
        };
        let (popular, viewers, welcome, viewer) =
            futures::try_join!(catalogue.popular(POPULAR_FILMS), catalogue.notable_viewers(VIEWERS), welcome, taste,)
                .map_err(|error| internal(&error))?;
        let info = catalogue.info();
        let cards = |films: Vec<MovieSummary>| films.into_iter().map(|film| card(film, &profile)).collect();
        Ok(Home::Ready(Box::new(HomePage {
            films: info.films,
            dataset: dataset_name(&info.dataset),
            edition: info.fingerprint.chars().take(8).collect(),
            profile: ProfileView {
                viewer: view,
                rated: count(profile.rated()),
                liked: count(profile.liked()),
                taste: viewer.map(|viewer| viewer.taste).unwrap_or_default(),
            },
            viewers: viewers.into_iter().map(viewer_in_menu).collect(),
            ticket,
            welcome: cards(welcome),
            popular: cards(popular),
        })))
    }

    async fn schedule(
        &self,
        visitor: Visitor,
        view: Option<ViewerId>,
        replaces: Option<PredictionId>,
    ) -> Result<Ticket, PortError> {
        let profile = self.profile(visitor, view).await?;
        self.ticket(visitor, profile, replaces).await
    }

    async fn poll(&self, visitor: Visitor, id: PredictionId, wait: Duration) -> Result<Poll, PortError> {
        let (_, service) = self.ready()?;
        match service.queue().wait(id, visitor.owner(), Until::Finished, wait).await {
            Ok(state) => Ok(Poll::State(PredictionState::from(state))),
            // To a page both mean the same: there is nothing to wait for under this id any more.
            Err(_) => Ok(Poll::Gone),
        }
    }

    async fn rate(
        &self,
        visitor: Visitor,
        view: Option<ViewerId>,
        movie: MovieId,
        stars: Option<Stars>,
        replaces: Option<PredictionId>,
    ) -> Result<Rated, PortError> {
        let (catalogue, service) = self.ready()?;
        if !service.films().knows(movie) {
            return Err(PortError::NotFound(format!("No film has the number {movie}.")));
        }
        if let Some(viewer) = view
            && catalogue.viewer(viewer).await.map_err(|error| internal(&error))?.is_none()
        {
            return Err(for_a_person(&ProfileError::UnknownViewer(viewer)));
        }
        self.0.visitors.rate(visitor.id, view, movie, stars).await.map_err(|error| internal(&error))?;
        // The cookie that came with this very answer's visitor is theirs from now on.
        let visitor = Visitor { returning: true, ..visitor };
        let profile = self.profile(visitor, view).await?;
        let (rated, liked) = (count(profile.rated()), count(profile.liked()));
        let ticket = self.ticket(visitor, profile, replaces).await?;
        Ok(Rated { ticket, rated, liked })
    }
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

fn viewer_in_menu(viewer: Viewer) -> ProfileView {
    ProfileView { viewer: Some(viewer.id), rated: viewer.rated, liked: viewer.liked, taste: viewer.taste }
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

fn for_a_person(error: &ProfileError) -> PortError {
    match error {
        ProfileError::UnknownViewer(viewer) => PortError::NotFound(format!("There is no viewer {viewer}.")),
        ProfileError::Catalogue(_) | ProfileError::Visitors(_) => internal(error),
    }
}
