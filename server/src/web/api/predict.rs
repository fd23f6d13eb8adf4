//! The three calls of the pattern: schedule, ask for the result, or wait for it in one call.

use std::time::Duration;

use app::{
    domain::{PredictionId, PredictionState},
    port::VisitorId,
};
use axum::{
    Json,
    body::Bytes,
    extract::{
        Query, State,
        rejection::{BytesRejection, QueryRejection},
    },
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;

use super::{body::json_body, input::Body, query, segment::Segment};
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

/// The query of `GET /api/get-result/{id}`.
#[derive(Debug, Deserialize)]
pub struct Wait {
    /// Milliseconds to hold the answer until it changes.
    wait: Option<u64>,
}

/// `GET /api/get-result/{id}?wait=MS`: where the prediction stands.
pub async fn result(
    State(site): State<SharedSite>,
    Segment(id): Segment,
    query: Result<Query<Wait>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Query(Wait { wait }) = query.map_err(|_| ApiError::field("wait", "wait is a number of milliseconds"))?;
    let (_, service) = site.ready()?;
    let id: PredictionId = id.parse().map_err(|_| Absent::Unknown)?;
    let asker = visitor::known(&headers);
    let limit = Duration::from_millis(wait.unwrap_or(0)).min(LONGEST_WAIT);
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
    query: Result<Query<Vec<(String, String)>>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Query(pairs) = query.map_err(|error| ApiError::new(StatusCode::BAD_REQUEST, error.body_text()))?;
    let input = query::parse(&pairs)?;
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
