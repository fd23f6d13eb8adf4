//! Addresses, and what lies around all of them.

use std::{panic::AssertUnwindSafe, time::Instant};

use app::domain::hex;
use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request},
    http::{HeaderName, HeaderValue, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use futures::FutureExt;
use tower::ServiceBuilder;
use tower_http::compression::{
    CompressionLayer, CompressionLevel,
    predicate::{DefaultPredicate, Predicate},
};
use tracing::Instrument;

use super::{
    api, error::ApiError, files, files::SiteFiles, headers, household, operator, pages, site::SharedSite, visitor,
};
use crate::telemetry::{Metrics, names, observe, trace};

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
        // One layer to the router, because each that it knows of is called through boxes of its own.
        .layer(
            ServiceBuilder::new().layer(from_fn(around)).layer(compressed).layer(DefaultBodyLimit::max(api::MOST_BODY)),
        )
}

/// What lies around every answer, in one layer, because each costs time: the request's id, which goes into every line of
/// the log, into what is done for it, and back to whoever asked; its span; the headers that every answer has; and an
/// answer also where a handler panics.
async fn around(request: Request, next: Next) -> Response {
    let id = identified(&request);
    let span = span(&request, &id);
    let work = trace::on_behalf_of(&id, next.run(request)).instrument(span);
    // A handler that panicked has left nothing behind that others use: what they share is behind locks that outlive it.
    let mut response = AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| panicked());
    headers::everywhere(response.headers_mut());
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(&REQUEST_ID, id);
    }
    response
}

/// The id that the request came with, or a new one: what came along is kept if it is a short word, because it goes into the
/// log with every line.
fn identified(request: &Request) -> String {
    const LONGEST: usize = 128;
    let fits = |letter: u8| letter.is_ascii_alphanumeric() || b"-._:/+=@".contains(&letter);
    let is_word = |id: &&str| (1..=LONGEST).contains(&id.len()) && id.bytes().all(fits);
    let came = request.headers().get(&REQUEST_ID).and_then(|id| id.to_str().ok()).filter(is_word);
    came.map_or_else(|| hex(&rand::random::<[u8; 16]>()), str::to_owned)
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

fn panicked() -> Response {
    ApiError::internal(&"a handler panicked").into_response()
}

fn span(request: &Request, id: &str) -> tracing::Span {
    // The path alone: a query may carry what somebody likes.
    let span = tracing::info_span!("request", id, method = %request.method(), path = request.uri().path());
    if let Some(traceparent) = request.headers().get("traceparent").and_then(|value| value.to_str().ok()) {
        trace::continue_trace(&span, traceparent);
    }
    span
}
