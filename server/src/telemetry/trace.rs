//! The id of the request that is being answered, known to everything that runs on its behalf: so a prediction can say
//! who asked for it, also in another process.

use std::{future::Future, sync::Arc};

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

/// The id of the request, empty outside of one.
pub fn current() -> Arc<str> {
    REQUEST.try_with(Arc::clone).unwrap_or_else(|_| "".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_runs_for_a_request_knows_its_id_and_nothing_else_does() {
        assert_eq!(&*current(), "");
        on_behalf_of("abc\n{}", async { assert_eq!(&*current(), "abc{}") }).await;
        on_behalf_of(&"x".repeat(999), async { assert_eq!(current().len(), LONGEST) }).await;
        assert_eq!(&*current(), "");
    }
}
