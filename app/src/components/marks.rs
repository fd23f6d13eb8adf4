//! The visitor's marks on this page: shown before the server has them, taken back in words if it refuses them, undone
//! where they were made.

use std::collections::VecDeque;

use leptos::{prelude::*, task::spawn_local};

use super::per_film::PerFilm;
use crate::{
    browser,
    domain::{Mark, MovieId, ViewerId},
};

/// A film that was put out of sight, and the card where that was done.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Gone {
    pub(crate) movie: MovieId,
    pub(crate) title: String,
    pub(crate) mark: Mark,
    /// The card's id.
    pub(crate) card: String,
}

impl Gone {
    /// "Heat is hidden".
    pub(crate) fn in_words(&self) -> String {
        let what = if self.mark == Mark::Seen { "counts as seen" } else { "is hidden" };
        format!("{} {what}", self.title)
    }
}

type Change = (MovieId, Mark, bool);

/// The server function's address.
const ADDRESS: &str = "/fn/mark";

/// The marks. In context below the home page.
#[derive(Clone, Copy)]
pub(crate) struct Marking {
    view: Option<ViewerId>,
    watchlist: PerFilm<bool>,
    gone: PerFilm<Option<Mark>>,
    last: RwSignal<Option<Gone>>,
    problem: RwSignal<Option<String>>,
    /// What the server has not confirmed; the first is on its way. One after the other, so that the last word counts.
    outbox: StoredValue<VecDeque<Change>>,
}

impl Marking {
    /// The marks as the server sends them; `problem` is where the page says what went wrong.
    pub(crate) fn new(view: Option<ViewerId>, watchlist: Vec<MovieId>, problem: RwSignal<Option<String>>) -> Self {
        Self {
            view,
            watchlist: PerFilm::new(watchlist.into_iter().map(|movie| (movie, true))),
            gone: PerFilm::new(std::iter::empty()),
            last: RwSignal::new(None),
            problem,
            outbox: StoredValue::default(),
        }
    }

    /// Whether the film is on the watchlist.
    pub(crate) fn wants(self, movie: MovieId) -> ReadSignal<bool> {
        self.watchlist.of(movie)
    }

    /// What the film was put out of sight for, on this page.
    pub(crate) fn gone(self, movie: MovieId) -> ReadSignal<Option<Mark>> {
        self.gone.of(movie)
    }

    /// What can be undone from the toast.
    pub(crate) fn last(self) -> Option<Gone> {
        self.last.get()
    }

    /// Puts a film on the watchlist, or takes it off.
    pub(crate) fn want(self, movie: MovieId, on: bool) {
        self.change((movie, Mark::Watchlist, on));
    }

    /// Puts a film out of sight.
    pub(crate) fn put_away(self, gone: Gone) {
        let change = (gone.movie, gone.mark, true);
        self.last.set(Some(gone));
        self.change(change);
    }

    /// Brings a film back.
    pub(crate) fn bring_back(self, movie: MovieId) {
        if self.last.with_untracked(|last| last.as_ref().is_some_and(|last| last.movie == movie)) {
            self.last.set(None);
        }
        if let Some(mark) = self.gone.now(movie) {
            self.change((movie, mark, false));
        }
    }

    /// Lets nothing be lost when the page is left before the server has confirmed it. In the browser only.
    pub(crate) fn keep_when_left(self) {
        browser::on_leave(move || {
            for change in self.outbox.try_update_value(std::mem::take).unwrap_or_default() {
                browser::send_while_leaving(ADDRESS, &self.fields(change));
            }
        });
    }

    /// What the server function is sent. As a form, and not through the function's own stub, which is many times as long.
    fn fields(self, (movie, mark, on): Change) -> Vec<(&'static str, String)> {
        let mut fields = vec![("movie", movie.to_string()), ("mark", mark.name().to_owned()), ("on", on.to_string())];
        fields.extend(self.view.map(|view| ("view", view.to_string())));
        fields
    }

    fn change(self, change: Change) {
        self.show(change);
        let first = self.outbox.try_update_value(|outbox| {
            outbox.push_back(change);
            outbox.len() == 1
        });
        if first == Some(true) {
            spawn_local(self.send_all());
        }
    }

    async fn send_all(self) {
        while let Some(change) = self.outbox.try_with_value(|outbox| outbox.front().copied()).flatten() {
            let (movie, mark, on) = change;
            let answer = browser::send(ADDRESS, &self.fields(change)).await;
            let later = self.outbox.try_update_value(|outbox| {
                outbox.pop_front();
                outbox.iter().any(|(other, kind, _)| (*other, *kind) == (movie, mark))
            });
            if let Err(why) = answer {
                // What was changed again since is on its way.
                if later == Some(false) {
                    self.show((movie, mark, !on));
                }
                self.last.set(None);
                self.problem.set(Some(format!("This was not stored. {why}")));
            }
        }
    }

    fn show(self, (movie, mark, on): Change) {
        match mark {
            Mark::Watchlist => self.watchlist.set(movie, on),
            _ => self.gone.set(movie, on.then_some(mark)),
        }
    }
}
