//! Everything a request may need, made once at start.

use std::sync::Arc;

use app::{
    domain::{Marks, ViewerId},
    port::{Visitor, VisitorId},
    views::Missing,
};

use super::{importing::Imports, operator::Operator};
use crate::{
    catalogue::{Catalogue, CatalogueError},
    predictions::Service,
    telemetry::Metrics,
    visitors::{Profile, VisitorStore, VisitorsError},
};

/// Everything a request may need; handed around as an `Arc`.
pub struct Site {
    /// Ratings of visitors.
    pub visitors: Arc<dyn VisitorStore>,
    /// Films and predictions, or what is missing for them.
    pub films: Result<Films, Missing>,
    /// Files that visitors brought in the last minutes.
    pub imports: Imports,
    /// What this process counts.
    pub metrics: Metrics,
    /// Who may see how it works.
    pub operator: Operator,
}

/// A catalogue and the predictions over it.
pub struct Films {
    /// Films and the ratings of MovieLens viewers.
    pub catalogue: Catalogue,
    /// The queue and its workers, or why there are none.
    pub service: Result<Service, Missing>,
}

/// A `Site` as handlers hold it.
pub type SharedSite = Arc<Site>;

/// Why a profile could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// No viewer has this number.
    #[error("no viewer has the number {0}")]
    UnknownViewer(ViewerId),
    /// The catalogue failed.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The store of visitors failed.
    #[error(transparent)]
    Visitors(#[from] VisitorsError),
}

impl Site {
    /// The catalogue and the service, or the first that is missing.
    pub fn ready(&self) -> Result<(&Catalogue, &Service), &Missing> {
        let films = self.films.as_ref()?;
        Ok((&films.catalogue, films.service.as_ref()?))
    }

    /// The service, where there is one.
    pub fn service(&self) -> Option<&Service> {
        self.ready().ok().map(|(_, service)| service)
    }

    /// The ratings that stand for the visitor: their own, or a viewer's with theirs laid over it.
    pub async fn profile(
        &self,
        catalogue: &Catalogue,
        visitor: Visitor,
        shoes: Option<ViewerId>,
    ) -> Result<Profile, ProfileError> {
        let own = self.own_ratings(visitor.owner(), shoes).await?;
        let Some(viewer) = shoes else { return Ok(own) };
        Ok(viewer_profile(catalogue, viewer).await?.overlaid_with(&own))
    }

    /// The same, and what the visitor marked.
    pub async fn said(
        &self,
        catalogue: &Catalogue,
        visitor: Visitor,
        shoes: Option<ViewerId>,
    ) -> Result<(Profile, Marks), ProfileError> {
        let marks = async { Ok(self.own_marks(visitor.owner(), shoes).await?) };
        futures::try_join!(self.profile(catalogue, visitor, shoes), marks)
    }

    /// Deletes everything that the visitor said.
    pub async fn forget(&self, visitor: VisitorId) -> Result<(), VisitorsError> {
        self.visitors.forget(visitor).await?;
        Ok(self.imports.forget(visitor).await?)
    }

    /// The same, and nobody goes on under the profile.
    pub async fn delete(&self, visitor: VisitorId) -> Result<(), VisitorsError> {
        self.visitors.delete(visitor).await?;
        Ok(self.imports.forget(visitor).await?)
    }

    /// What the visitor marked; nothing for one without a cookie.
    pub async fn own_marks(&self, visitor: Option<VisitorId>, shoes: Option<ViewerId>) -> Result<Marks, VisitorsError> {
        match visitor {
            Some(id) => self.visitors.marks(id, shoes).await,
            None => Ok(Marks::default()),
        }
    }

    /// What the visitor rated; nothing for one without a cookie.
    pub async fn own_ratings(
        &self,
        visitor: Option<VisitorId>,
        shoes: Option<ViewerId>,
    ) -> Result<Profile, VisitorsError> {
        match visitor {
            Some(id) => self.visitors.profile(id, shoes).await,
            None => Ok(Profile::default()),
        }
    }
}

/// The ratings of a MovieLens viewer.
pub async fn viewer_profile(catalogue: &Catalogue, viewer: ViewerId) -> Result<Profile, ProfileError> {
    let ratings = catalogue.viewer_ratings(viewer).await?.ok_or(ProfileError::UnknownViewer(viewer))?;
    Ok(ratings.into_iter().collect())
}
