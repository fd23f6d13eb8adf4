//! The three calls of the pattern: schedule, ask for the result, or wait for it in one call.

use std::time::Duration;

use app::{
    domain::{PredictionId, PredictionState},
    port::VisitorId,
};
use axum::{
    Json,
    body::Bytes,
    extract::{Query, State, rejection::BytesRejection},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{
    body::json_body,
    input::{Body, as_written},
    query::{self, Parameters},
    segment::Segment,
};
use crate::{
    predictions::{self, Absent, Answer, Until},
    visitors::Profile,
    web::{
        error::ApiError,
        site::{SharedSite, Site},
        visitor,
    },
};

/// The longest that `?wait=` holds an answer.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// The longest that the call which waits for its result waits: past every deadline and any patience.
const LONGEST_DIRECT: Duration = Duration::from_secs(600);

/// `POST /api/predict`: 202 and an id.
pub async fn schedule(
    State(site): State<SharedSite>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiError> {
    let body: Body = json_body(&body?)?;
    let (_, service) = site.ready()?;
    let profile = body.input_data.profile(&site).await?;
    let request = body.input_data.request(service.films(), profile)?;
    let id = service.schedule(request, visitor::known(&headers)).await?.to_string();
    let location = format!("/api/get-result/{id}");
    let headers = [(header::LOCATION, location), (header::RETRY_AFTER, "1".to_owned())];
    Ok((StatusCode::ACCEPTED, headers, Json(json!({ "status": "working", "result-id": id }))).into_response())
}

/// `GET /api/get-result/{id}?wait=MS`: where the prediction stands.
pub async fn result(
    State(site): State<SharedSite>,
    Segment(id): Segment,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let limit = wait(parameters)?;
    let (_, service) = site.ready()?;
    let id: PredictionId = id.parse().map_err(|_| Absent::Unknown)?;
    let asker = visitor::known(&headers);
    let state = if limit.is_zero() {
        service.queue().state(id, asker).await?
    } else {
        service.queue().wait(id, asker, Until::Changed, limit).await?
    };
    Ok(match state {
        // Written as JSON once, by the worker.
        predictions::State::Success(answer) => json_text(answer.whole(), &answer),
        state => ([(header::CACHE_CONTROL, "no-store")], Json(PredictionState::from(state))).into_response(),
    })
}

/// How long the answer is held until it changes. What else stands in the address is not looked at: a client may put a word
/// there to get past a cache.
fn wait(parameters: Parameters) -> Result<Duration, ApiError> {
    let wrong = || ApiError::field("wait", "wait is a number of milliseconds, named once");
    let Query(pairs) = parameters.map_err(|_| wrong())?;
    let mut waits = pairs.iter().filter(|(name, _)| name == "wait");
    let milliseconds = match (waits.next(), waits.next()) {
        (None, _) => 0,
        (Some((_, text)), None) => as_written(text).and_then(|number| u64::try_from(number).ok()).ok_or_else(wrong)?,
        (Some(_), Some(_)) => return Err(wrong()),
    };
    Ok(Duration::from_millis(milliseconds).min(LONGEST_WAIT))
}

/// An answer that is JSON already, with its model in a header.
fn json_text(body: Bytes, answer: &Answer) -> Response {
    let json = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (json, [(MODEL.clone(), model_header(answer))], body).into_response()
}

/// The header that says which model a result is of: during a roll-out not every worker has the same.
static MODEL: HeaderName = HeaderName::from_static("marquee-model");

fn model_header(answer: &Answer) -> HeaderValue {
    HeaderValue::from_str(answer.model()).unwrap_or(HeaderValue::from_static("unknown"))
}

/// `GET /api/predict?liked=…`: waits, and answers with the recommendations themselves.
pub async fn now(
    State(site): State<SharedSite>,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let input = query::parse(&query::only(&query::OF_A_PREDICTION, parameters)?)?;
    let (_, service) = site.ready()?;
    let asker = visitor::known(&headers);
    let own = !input.names_a_profile();
    let profile = if own { own_profile(&site, asker).await? } else { input.profile(&site).await? };
    let mut request = input.request(service.films(), profile)?;
    // What they have seen or hidden is not for them, unless they ask for it.
    if own && request.candidates.is_none() && !request.include_rated {
        request.exclude.extend(site.own_marks(asker, None).await?.excluded());
    }
    let id = service.schedule(request, asker).await?;
    let _holding = Holding { site: SharedSite::clone(&site), id, asker };
    match service.queue().wait(id, asker, Until::Finished, LONGEST_DIRECT).await.map_err(lost)? {
        predictions::State::Success(answer) => Ok(json_text(answer.json(), &answer)),
        predictions::State::Failure(reason) => Err(ApiError::unavailable(reason.to_string(), 5)),
        predictions::State::Pending | predictions::State::Started => Err(ApiError::new(
            StatusCode::GATEWAY_TIMEOUT,
            "The prediction takes too long. Schedule it with POST /api/predict and ask for it later.",
        )),
    }
}

/// Whoever waits never saw the id: that there is none any more is nothing that they could act on.
fn lost(absent: Absent) -> ApiError {
    match absent {
        Absent::Unknown | Absent::Expired => {
            ApiError::unavailable("The prediction was lost while it was waited for. Ask again.", 1)
        }
        Absent::Away => absent.into(),
    }
}

pub(super) async fn own_profile(site: &Site, visitor: Option<VisitorId>) -> Result<Profile, ApiError> {
    Ok(site.own_ratings(visitor, None).await?)
}

/// Gives the prediction back when the caller has its answer or has hung up: nobody else knows its id.
struct Holding {
    site: SharedSite,
    id: PredictionId,
    asker: Option<VisitorId>,
}

impl Drop for Holding {
    fn drop(&mut self) {
        let (site, id, asker) = (SharedSite::clone(&self.site), self.id, self.asker);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Some(service) = site.service() {
                    service.queue().release(id, asker).await;
                }
            });
        }
    }
}
