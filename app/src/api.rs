//! The typed server functions. Each has a fixed address: a default one carries a hash of where it was compiled.

#![allow(missing_docs, reason = "the macro makes a struct of each function's arguments, which the function documents")]

use leptos::prelude::*;

use crate::{
    domain::{Filter, HomeRow, Mark, Move, MovieId, PredictionId, Search, Tuning, ViewerId},
    views::{FilmPage, Home, Poll, Rated, SearchPage, Ticket, Waited, WorkersPage, YouPage},
};

/// The home page of the visitor, or of a MovieLens viewer, but for its predictions.
#[server(name = LoadHome, prefix = "/fn", endpoint = "home", input = server_fn::codec::GetUrl)]
pub async fn home(view: Option<ViewerId>, filter: Filter) -> Result<Home, ServerFnError> {
    let (port, visitor) = ssr::caller()?;
    ssr::answer(port.home(visitor, view, filter).await)
}

/// The page of one film, with what the visitor, or a MovieLens viewer, would give it.
#[server(name = LoadFilm, prefix = "/fn", endpoint = "film", input = server_fn::codec::GetUrl)]
pub async fn film(movie: MovieId, view: Option<ViewerId>) -> Result<FilmPage, ServerFnError> {
    let (port, visitor) = ssr::caller()?;
    ssr::answer(port.film(visitor, view, movie).await)
}

/// Films that are searched for, as the visitor, or a MovieLens viewer, would like them.
#[server(name = SearchFilms, prefix = "/fn", endpoint = "search")]
pub async fn search(search: Search, view: Option<ViewerId>) -> Result<SearchPage, ServerFnError> {
    let (port, visitor) = ssr::caller()?;
    ssr::answer(port.search(visitor, view, search).await)
}

/// What is the visitor's own, in numbers.
#[server(name = LoadYou, prefix = "/fn", endpoint = "you", input = server_fn::codec::GetUrl)]
pub async fn you() -> Result<YouPage, ServerFnError> {
    let (port, visitor) = ssr::caller()?;
    ssr::answer(port.you(visitor).await)
}

/// A list of the visitor's own: rated, watchlist, seen, library, hidden. Pages are counted from 0.
#[server(name = LoadList, prefix = "/fn", endpoint = "list", input = server_fn::codec::GetUrl)]
pub async fn list(list: String, page: u32) -> Result<SearchPage, ServerFnError> {
    let (port, visitor) = ssr::caller()?;
    let list = ssr::known_list(&list)?;
    ssr::answer(port.list(visitor, list, page).await)
}

/// Schedules a prediction anew: after a failure, a full queue, or a result that is gone. `filter` as in the page's address.
#[server(name = SchedulePrediction, prefix = "/fn", endpoint = "schedule")]
pub async fn schedule(
    view: Option<ViewerId>,
    #[server(default)] filter: String,
    replaces: Option<PredictionId>,
) -> Result<Ticket, ServerFnError> {
    let (port, visitor) = ssr::caller()?;
    ssr::answer(port.schedule(visitor, view, ssr::following(&filter, replaces)).await)
}

/// Where a prediction stands; the answer is held until it is finished, at most `wait_ms` (and never over 10 s).
#[server(name = PollPrediction, prefix = "/fn", endpoint = "poll", input = server_fn::codec::GetUrl)]
pub async fn poll(id: PredictionId, wait_ms: u32) -> Result<Poll, ServerFnError> {
    let (port, visitor) = ssr::caller()?;
    let wait = std::time::Duration::from_millis(u64::from(wait_ms.min(10_000)));
    ssr::answer(port.poll(visitor, id, wait).await)
}

/// The recommendations themselves, for the plain page: waits for them, at most two minutes.
#[server(name = AwaitRecommendations, prefix = "/fn", endpoint = "recommended", input = server_fn::codec::GetUrl)]
pub async fn recommended(id: PredictionId) -> Result<Waited, ServerFnError> {
    let (port, visitor) = ssr::caller()?;
    ssr::answer(ssr::wait_for(port, visitor, id).await)
}

/// The workers and what they did in the last five minutes; for the operator.
#[server(name = LoadWorkers, prefix = "/fn", endpoint = "workers", input = server_fn::codec::GetUrl)]
pub async fn workers() -> Result<WorkersPage, ServerFnError> {
    let (port, visitor) = ssr::caller()?;
    ssr::answer(port.workers(visitor).await)
}

/// Stores a rating of `stars` (0 takes it back) and schedules the prediction for the changed profile.
///
/// Works as a plain form too: without JavaScript the visitor is sent back to the page they came from.
#[server(name = RateFilm, prefix = "/fn", endpoint = "rate")]
pub async fn rate(
    movie: MovieId,
    stars: f32,
    #[server(default)] view: Option<ViewerId>,
    #[server(default)] filter: String,
    #[server(default)] replaces: Option<PredictionId>,
) -> Result<Rated, ServerFnError> {
    let (port, visitor) = ssr::caller()?;
    let stars = ssr::stars_or_none(stars)?;
    ssr::answer(port.rate(visitor, view, movie, stars, ssr::following(&filter, replaces)).await)
}

/// Puts a mark on a film, or takes it off. Works as a plain form too.
#[server(name = MarkFilm, prefix = "/fn", endpoint = "mark")]
pub async fn mark(
    movie: MovieId,
    mark: Mark,
    on: bool,
    #[server(default)] view: Option<ViewerId>,
) -> Result<(), ServerFnError> {
    let (port, visitor) = ssr::caller()?;
    ssr::answer(port.mark(visitor, view, movie, mark, on).await)
}

/// How the visitor has arranged the home page, as [`Arrangement`](crate::domain::Arrangement) writes it, and tuned it.
#[server(name = LoadPreferences, prefix = "/fn", endpoint = "preferences", input = server_fn::codec::GetUrl)]
pub async fn preferences() -> Result<(String, Tuning), ServerFnError> {
    let (_, visitor) = ssr::caller()?;
    Ok((visitor.preferences.rows.to_string(), visitor.preferences.tuning))
}

/// Moves a row of the home page, hides it or shows it. A plain form.
#[server(name = ArrangeRow, prefix = "/fn", endpoint = "arrange")]
pub async fn arrange(row: HomeRow, to: Move) -> Result<(), ServerFnError> {
    let (_, visitor) = ssr::caller()?;
    ssr::remember("rows", &visitor.preferences.rows.moved(row, to).to_string());
    Ok(())
}

/// Tunes the recommendations: obscurity −100 to 100, variety 0 to 100. A plain form.
#[server(name = TuneRecommendations, prefix = "/fn", endpoint = "tune")]
pub async fn tune(obscurity: i32, variety: i32) -> Result<(), ServerFnError> {
    ssr::caller()?;
    ssr::remember("tuning", &Tuning::new(obscurity, variety).to_string());
    Ok(())
}

/// The server's half of the functions above.
#[cfg(feature = "ssr")]
mod ssr {
    use std::time::{Duration, Instant};

    use leptos::prelude::*;

    use crate::{
        domain::{FilmList, Filter, PredictionId, Stars},
        pages::{SetCookie, SetStatus},
        port::{Following, PortError, SharedPort, Visitor},
        views::{Poll, Waited},
    };

    /// How long the plain page waits.
    const LONGEST_WAIT: Duration = Duration::from_secs(120);
    /// How long one look at the prediction may be held.
    const HOLD: Duration = Duration::from_secs(8);
    /// Looks at most, so that a port that holds nothing does not make this spin for two minutes.
    const LOOKS: usize = 200;

    pub(super) fn caller() -> Result<(SharedPort, Visitor), ServerFnError> {
        let port = use_context::<SharedPort>();
        let visitor = use_context::<Visitor>();
        port.zip(visitor).ok_or_else(|| ServerFnError::new(PortError::Internal))
    }

    /// `filter` is the part of an address after its question mark.
    pub(super) fn following(filter: &str, replaces: Option<PredictionId>) -> Following {
        let part = |name: &str| {
            let mut parts = form_urlencoded::parse(filter.as_bytes());
            parts.find(|(of, _)| of == name).map(|(_, value)| value.into_owned())
        };
        Following { filter: Filter::read(part), replaces }
    }

    pub(super) fn remember(name: &str, value: &str) {
        if let Some(SetCookie(set)) = use_context() {
            set(name, value);
        }
    }

    pub(super) fn answer<T>(result: Result<T, PortError>) -> Result<T, ServerFnError> {
        result.map_err(|error| {
            if let Some(SetStatus(set)) = use_context() {
                set(error.status());
            }
            ServerFnError::new(error)
        })
    }

    pub(super) async fn wait_for(port: SharedPort, visitor: Visitor, id: PredictionId) -> Result<Waited, PortError> {
        let begun = Instant::now();
        for _ in 0..LOOKS {
            let left = LONGEST_WAIT.saturating_sub(begun.elapsed());
            match port.poll(visitor, id, HOLD.min(left)).await? {
                Poll::Films(rows) => return Ok(Waited::Films(rows)),
                Poll::Failed(why) => return Ok(Waited::Failed(why)),
                Poll::Gone => return Ok(Waited::Failed("The result is gone.".to_owned())),
                Poll::Late => return Ok(Waited::Late),
                Poll::Waiting if left.is_zero() => break,
                Poll::Waiting => {}
            }
        }
        Ok(Waited::Unfinished)
    }

    pub(super) fn known_list(name: &str) -> Result<FilmList, ServerFnError> {
        let list = name.parse().map_err(|_| PortError::NotFound("There is no such list.".to_owned()));
        answer(list)
    }

    pub(super) fn stars_or_none(stars: f32) -> Result<Option<Stars>, ServerFnError> {
        if stars == 0.0 {
            return Ok(None);
        }
        Stars::try_from(stars).map(Some).map_err(|error| {
            if let Some(SetStatus(set)) = use_context() {
                set(422);
            }
            ServerFnError::new(error)
        })
    }
}
