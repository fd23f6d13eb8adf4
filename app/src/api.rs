//! The typed server functions. Each has a fixed address: a default one carries a hash of where it was compiled.

#![allow(missing_docs, reason = "the macro makes a struct of each function's arguments, which the function documents")]

use leptos::prelude::*;

use crate::{
    domain::{MovieId, PredictionId, ViewerId},
    views::{Home, Poll, Rated, Ticket},
};

/// The home page of the visitor, or of a MovieLens viewer, but for its predictions.
#[server(name = LoadHome, prefix = "/fn", endpoint = "home", input = server_fn::codec::GetUrl)]
pub async fn home(view: Option<ViewerId>) -> Result<Home, ServerFnError> {
    let (port, visitor) = ssr::caller()?;
    ssr::answer(port.home(visitor, view).await)
}

/// Schedules a prediction anew: after a failure, a full queue, or a result that is gone.
#[server(name = SchedulePrediction, prefix = "/fn", endpoint = "schedule")]
pub async fn schedule(view: Option<ViewerId>, replaces: Option<PredictionId>) -> Result<Ticket, ServerFnError> {
    let (port, visitor) = ssr::caller()?;
    ssr::answer(port.schedule(visitor, view, replaces).await)
}

/// Where a prediction stands; the answer is held until it is finished, at most `wait_ms` (and never over 10 s).
#[server(name = PollPrediction, prefix = "/fn", endpoint = "poll", input = server_fn::codec::GetUrl)]
pub async fn poll(id: PredictionId, wait_ms: u32) -> Result<Poll, ServerFnError> {
    let (port, visitor) = ssr::caller()?;
    let wait = std::time::Duration::from_millis(u64::from(wait_ms.min(10_000)));
    ssr::answer(port.poll(visitor, id, wait).await)
}

/// Stores a rating of `stars` (0 takes it back) and schedules the prediction for the changed profile.
///
/// Works as a plain form too: without JavaScript the visitor is sent back to the page they came from.
#[server(name = RateFilm, prefix = "/fn", endpoint = "rate")]
pub async fn rate(
    movie: MovieId,
    stars: f32,
    #[server(default)] view: Option<ViewerId>,
    #[server(default)] replaces: Option<PredictionId>,
) -> Result<Rated, ServerFnError> {
    let (port, visitor) = ssr::caller()?;
    let stars = ssr::stars_or_none(stars)?;
    ssr::answer(port.rate(visitor, view, movie, stars, replaces).await)
}

/// The server's half of the functions above.
#[cfg(feature = "ssr")]
mod ssr {
    use leptos::prelude::*;

    use crate::{
        domain::Stars,
        port::{PortError, SharedPort, Visitor},
    };

    pub(super) fn caller() -> Result<(SharedPort, Visitor), ServerFnError> {
        let port = use_context::<SharedPort>();
        let visitor = use_context::<Visitor>();
        port.zip(visitor).ok_or_else(|| ServerFnError::new(PortError::Internal))
    }

    pub(super) fn answer<T>(result: Result<T, PortError>) -> Result<T, ServerFnError> {
        result.map_err(ServerFnError::new)
    }

    pub(super) fn stars_or_none(stars: f32) -> Result<Option<Stars>, ServerFnError> {
        if stars == 0.0 {
            return Ok(None);
        }
        Stars::try_from(stars).map(Some).map_err(ServerFnError::new)
    }
}
