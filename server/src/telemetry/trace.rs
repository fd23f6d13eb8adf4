//! The id of the request that is being answered, known to everything that runs on its behalf: so a prediction can say
//! who asked for it, also in another process.

use std::{future::Future, sync::Arc, time::Duration};

use tracing::Span;

#[cfg(feature = "otel")]
use super::otel;

tokio::task_local! {
    static REQUEST: Arc<str>;
}

/// Longer ones are a client's own, and are cut.
const LONGEST: usize = 64;

/// Runs `work` on behalf of the request with this id.
pub async fn on_behalf_of<F: Future>(request: &str, work: F) -> F::Output {
    let printable = request.chars().filter(|letter| letter.is_ascii_graphic()).take(LONGEST);
    REQUEST.scope(printable.collect::<String>().into(), work).await
}

/// What goes with a job through the queue: the id of the request, empty outside of one; where traces are exported, a
/// space and the `traceparent` follow.
pub fn carried() -> Arc<str> {
    let id = REQUEST.try_with(Arc::clone).unwrap_or_else(|_| "".into());
    #[cfg(feature = "otel")]
    if let Some(traceparent) = otel::traceparent(&Span::current()) {
        return format!("{id} {traceparent}").into();
    }
    id
}

/// The request's id in what a job carried.
pub fn request_of(carried: &str) -> &str {
    carried.split(' ').next().unwrap_or_default()
}

/// A prediction in a worker, from now to its end, as a part of the request's trace; nothing where none are exported.
pub fn follow(carried: &str, waited: Duration) -> Span {
    #[cfg(feature = "otel")]
    if let Some((request, traceparent)) = carried.split_once(' ') {
        let waited_ms = waited.as_millis() as u64;
        let span = tracing::info_span!(parent: None, "prediction", request, waited_ms);
        otel::continue_trace(&span, traceparent);
        return span;
    }
    let _ = (carried, waited);
    Span::none()
}

/// The span of a request is part of its client's trace, if that names one.
pub fn continue_trace(span: &Span, traceparent: &str) {
    #[cfg(feature = "otel")]
    otel::continue_trace(span, traceparent);
    let _ = (span, traceparent);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_runs_for_a_request_knows_its_id_and_nothing_else_does() {
        assert_eq!(&*carried(), "");
        on_behalf_of("abc\n{}", async { assert_eq!(&*carried(), "abc{}") }).await;
        on_behalf_of(&"x".repeat(999), async { assert_eq!(carried().len(), LONGEST) }).await;
        assert_eq!(&*carried(), "");
    }

    #[test]
    fn the_id_is_read_from_what_was_carried_with_and_without_a_trace() {
        assert_eq!(["", "abc", "abc 00-1-2-01"].map(request_of), ["", "abc", "abc"]);
    }
}
