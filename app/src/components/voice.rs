//! What the page says of what was done and of what went wrong: in one live region for who hears it, in a corner for who
//! sees it.

use leptos::{prelude::*, task::spawn_local};

use super::words::SILENCE;
use crate::browser;

/// How often a server that did not answer is asked whether it does again. Milliseconds: long enough to read what went wrong.
const ASK_AGAIN: u32 = 5_000;

/// The page's voice.
#[derive(Clone, Copy)]
pub(crate) struct Voice {
    said: RwSignal<String>,
    problem: RwSignal<Option<String>>,
}

impl Voice {
    /// Nothing is said yet.
    pub(crate) fn new() -> Self {
        Self { said: RwSignal::new(String::new()), problem: RwSignal::new(None) }
    }

    /// Says what was done. Who sees it sees it first.
    pub(crate) fn say(self, what: String) {
        spawn_local(async move {
            browser::painted().await;
            self.said.try_set(what);
        });
    }

    /// What was said last, to follow.
    pub(crate) fn said(self) -> String {
        self.said.get()
    }

    /// What went wrong last, to follow.
    pub(crate) fn problem(self) -> Option<String> {
        self.problem.get()
    }

    /// Takes what went wrong away: it was read, or all is well again.
    pub(crate) fn all_is_well(self) {
        self.problem.try_set(None);
    }

    /// Says what was not stored, and why. Where the server said nothing, it is shown until it answers again.
    pub(crate) fn fail(self, what: &str, why: Option<String>) {
        let silent = why.is_none();
        let problem = format!("{what} was not stored. {}", why.unwrap_or_else(|| SILENCE.to_owned()));
        self.say(problem.clone());
        self.problem.set(Some(problem.clone()));
        if silent {
            spawn_local(self.wait_for_server(problem));
        }
    }

    async fn wait_for_server(self, problem: String) {
        let is_shown = || self.problem.try_with_untracked(|now| now.as_ref() == Some(&problem)) == Some(true);
        loop {
            browser::pause(ASK_AGAIN).await;
            browser::shown().await;
            if !is_shown() {
                return;
            }
            let answer = browser::read("/healthz", &[]).await;
            if answer.is_some() && is_shown() {
                self.all_is_well();
            }
        }
    }
}
