//! Traces for an OpenTelemetry collector, where the feature `otel` is compiled in and an endpoint is named by the standard
//! variables (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_SERVICE_NAME` and their kin). A prediction's span in a worker belongs to
//! the trace of the request that asked for it, also in another process: the queue carries the W3C `traceparent`.

use std::collections::HashMap;

use opentelemetry::{propagation::TextMapPropagator, trace::TracerProvider};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter};
use opentelemetry_sdk::{Resource, propagation::TraceContextPropagator, trace::SdkTracerProvider};
use tracing::Span;
use tracing_opentelemetry::{OpenTelemetryLayer, OpenTelemetrySpanExt};
use tracing_subscriber::{EnvFilter, Layer, registry::LookupSpan};

/// The header, and what the queue carries.
const TRACEPARENT: &str = "traceparent";

/// Sends what is left when it is dropped.
pub struct Exporting(SdkTracerProvider);

impl Drop for Exporting {
    fn drop(&mut self) {
        // A collector that is away must not change how a command ends.
        let _ = self.0.shutdown();
    }
}

/// What exports spans, or `None` where no endpoint is named.
pub fn layer<S>() -> Result<Option<(impl Layer<S>, Exporting)>, ExporterBuildError>
where
    S: tracing::Subscriber + for<'span> LookupSpan<'span>,
{
    let named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if !named("OTEL_EXPORTER_OTLP_ENDPOINT") && !named("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") {
        return Ok(None);
    }
    let exporter = SpanExporter::builder().with_http().build()?;
    let mut resource = Resource::builder();
    if !named("OTEL_SERVICE_NAME") {
        resource = resource.with_service_name("marquee");
    }
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource.build()).build();
    let layer = OpenTelemetryLayer::new(provider.tracer("marquee")).with_filter(EnvFilter::new("off,server=info"));
    Ok(Some((layer, Exporting(provider))))
}

/// The `traceparent` of a span, where it is exported.
pub fn traceparent(span: &Span) -> Option<String> {
    let mut carrier = HashMap::new();
    TraceContextPropagator::new().inject_context(&span.context(), &mut carrier);
    carrier.remove(TRACEPARENT)
}

/// Makes a span part of the trace that a `traceparent` names; one that is no such thing changes nothing.
pub fn continue_trace(span: &Span, traceparent: &str) {
    let carrier = HashMap::from([(TRACEPARENT.to_owned(), traceparent.to_owned())]);
    // Fails where nobody exports, and then there is no trace to continue.
    let _ = span.set_parent(TraceContextPropagator::new().extract(&carrier));
}
