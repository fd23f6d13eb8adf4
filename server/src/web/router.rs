//! Addresses, and what lies around all of them.

use std::time::Instant;

use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request},
    http::{HeaderName, HeaderValue, header},
    middleware::{Next, from_fn, from_fn_with_state, map_request},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer, CompressionLevel,
        predicate::{DefaultPredicate, Predicate},
    },
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    trace::TraceLayer,
};

use super::{
    api, error::ApiError, files, files::SiteFiles, headers, household, operator, pages, site::SharedSite, visitor,
};
use crate::telemetry::{Metrics, names, observe, trace};

/// The largest body that is read, in bytes; a profile of 200,000 ratings fits.
const MOST_BODY: usize = 4 << 20;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Everything that is reachable.
pub fn router(site: SharedSite, site_files: &SiteFiles) -> Router {
    let pages = pages::router(&site, site_files)
        .with_state(pages::leptos_options())
        .layer(from_fn_with_state(SharedSite::clone(&site), visitor::know))
        .layer(from_fn(headers::same_site_only));
    let compressed = CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(DefaultPredicate::new().and(NotStreamed));
    Router::new()
        .merge(api::router())
        .merge(api::own_router(&site))
        .merge(site_files.router())
        .route("/poster/{file}", get(files::poster))
        .route("/you", post(household::change).layer(from_fn(headers::same_site_only)))
        .route("/operator", post(operator::sign_in).layer(from_fn(headers::same_site_only)))
        .with_state(site)
        .merge(pages)
        .route_layer(from_fn(counted))
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .layer(CatchPanicLayer::custom(|_| panicked()))
        .layer(compressed)
        .layer(from_fn(headers::everywhere))
        .layer(from_fn(known_by_its_id))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID.clone()))
        // A failure is logged where its reason is known.
        .layer(TraceLayer::new_for_http().make_span_with(span).on_failure(()))
        .layer(SetRequestIdLayer::new(REQUEST_ID.clone(), MakeRequestUuid))
        .layer(map_request(without_odd_id))
}

/// An id that came along goes into the log with every line: one that is no short word is replaced.
async fn without_odd_id(mut request: Request) -> Request {
    const LONGEST: usize = 128;
    let is_word = |id: &HeaderValue| {
        let letters = id.as_bytes();
        let fits = |&letter: &u8| letter.is_ascii_alphanumeric() || b"-._:/+=@".contains(&letter);
        (1..=LONGEST).contains(&letters.len()) && letters.iter().all(fits)
    };
    if !request.headers().get(&REQUEST_ID).is_none_or(is_word) {
        request.headers_mut().remove(&REQUEST_ID);
    }
    request
}

/// What a worker process tells of itself; it is for whoever can reach the address that the operator chose.
pub fn worker_router(metrics: Metrics) -> Router {
    Router::new()
        .route("/healthz", get(api::alive))
        .route("/metrics", get(async move || ([(header::CONTENT_TYPE, Metrics::CONTENT_TYPE)], metrics.text())))
}

/// A page that is sent in parts says so to proxies, and must not wait in a compressor's buffer either.
#[derive(Clone, Copy)]
struct NotStreamed;

impl Predicate for NotStreamed {
    fn should_compress<B: axum::body::HttpBody>(&self, response: &axum::http::Response<B>) -> bool {
        !response.headers().contains_key(headers::UNBUFFERED)
    }
}

/// Counts a request under its route: addresses are endless, routes are few.
async fn counted(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = request.method().as_str().to_owned();
    let begun = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_str().to_owned();
    metrics::counter!(names::HTTP, "method" => method, "route" => route.clone(), "status" => status).increment(1);
    observe(names::HTTP_TIME, "route", route, begun.elapsed());
    response
}

/// What is done for a request knows its id.
async fn known_by_its_id(request: Request, next: Next) -> Response {
    let id = request.headers().get(&REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    trace::on_behalf_of(&id, next.run(request)).await
}

fn panicked() -> Response {
    ApiError::internal(&"a handler panicked").into_response()
}

fn span(request: &Request) -> tracing::Span {
    let id = request.headers().get(&REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
    // The path alone: a query may carry what somebody likes.
    let span = tracing::info_span!("request", id, method = %request.method(), path = request.uri().path());
    if let Some(traceparent) = request.headers().get("traceparent").and_then(|value| value.to_str().ok()) {
        trace::continue_trace(&span, traceparent);
    }
    span
}
