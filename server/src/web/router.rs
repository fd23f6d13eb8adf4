//! Addresses, and what lies around all of them.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::HeaderName,
    middleware::from_fn,
    response::{IntoResponse, Response},
    routing::get,
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

use super::{api, error::ApiError, files, files::SiteFiles, headers, pages, site::SharedSite, visitor};

/// The largest body that is read, in bytes; a profile of 200,000 ratings fits.
const MOST_BODY: usize = 4 << 20;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Everything that is reachable.
pub fn router(site: SharedSite, site_files: &SiteFiles) -> Router {
    let pages = pages::router(&site, site_files)
        .with_state(pages::leptos_options())
        .layer(from_fn(visitor::know))
        .layer(from_fn(headers::same_site_only));
    let compressed = CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(DefaultPredicate::new().and(NotStreamed));
    Router::new()
        .merge(api::router())
        .merge(site_files.router())
        .route("/poster/{file}", get(files::poster))
        .with_state(site)
        .merge(pages)
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .layer(CatchPanicLayer::custom(|_| panicked()))
        .layer(compressed)
        .layer(from_fn(headers::everywhere))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID.clone()))
        // A failure is logged where its reason is known.
        .layer(TraceLayer::new_for_http().make_span_with(span).on_failure(()))
        .layer(SetRequestIdLayer::new(REQUEST_ID.clone(), MakeRequestUuid))
}

/// A page that is sent in parts says so to proxies, and must not wait in a compressor's buffer either.
#[derive(Clone, Copy)]
struct NotStreamed;

impl Predicate for NotStreamed {
    fn should_compress<B: axum::body::HttpBody>(&self, response: &axum::http::Response<B>) -> bool {
        !response.headers().contains_key(headers::UNBUFFERED)
    }
}

fn panicked() -> Response {
    ApiError::internal(&"a handler panicked").into_response()
}

fn span(request: &Request) -> tracing::Span {
    let id = request.headers().get(&REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
    // The path alone: a query may carry what somebody likes.
    tracing::info_span!("request", id, method = %request.method(), path = request.uri().path())
}
