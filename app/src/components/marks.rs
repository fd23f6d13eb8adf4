//! The visitor's marks on this page: shown before the server has them, taken back in words if it refuses them, undone
//! where they were made.

use std::collections::VecDeque;

use leptos::{prelude::*, task::spawn_local};

use super::{per_film::PerFilm, voice::Voice};
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
        in_words(&self.title, self.mark, true)
    }
}

/// What a mark that was put on a film, or taken off it, makes of the film.
fn in_words(title: &str, mark: Mark, on: bool) -> String {
    let what = match (mark, on) {
        (Mark::Watchlist, true) => "is on your watchlist",
        (Mark::Watchlist, false) => "is off your watchlist",
        (Mark::Seen, true) => "counts as seen",
        (Mark::Seen, false) => "no longer counts as seen",
        (Mark::Hidden, true) => "is hidden",
        (Mark::Hidden, false) => "is no longer hidden",
        (Mark::Library, true) => "is in your library",
        (Mark::Library, false) => "is no longer in your library",
    };
    format!("{title} {what}")
}

/// The marks of a film.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Marked([bool; Mark::ALL.len()]);

impl Marked {
    /// Whether the film has the mark.
    pub(crate) fn has(self, mark: Mark) -> bool {
        self.0[mark as usize]
    }

    fn with(mut self, mark: Mark, on: bool) -> Self {
        self.0[mark as usize] = on;
        self
    }
}

type Change = (MovieId, Mark, bool);

/// The server function's address.
const ADDRESS: &str = "/fn/mark";

/// The page's mark while others are on their way.
const ON_ITS_WAY: &str = "data-marking";

/// The marks. In context below a page's cards.
#[derive(Clone, Copy)]
pub(crate) struct Marking {
    view: Option<ViewerId>,
    watchlist: PerFilm<bool>,
    gone: PerFilm<Option<Mark>>,
    /// All marks of the film whose page this is; of any other, what was changed here.
    marked: PerFilm<Marked>,
    last: RwSignal<Option<Gone>>,
    voice: Voice,
    /// What the server has not confirmed; the first is on its way. One after the other, so that the last word counts.
    outbox: StoredValue<VecDeque<Change>>,
}

impl Marking {
    /// The marks as the server sends them; `voice` says what becomes of them.
    pub(crate) fn new(view: Option<ViewerId>, watchlist: Vec<MovieId>, voice: Voice) -> Self {
        Self {
            view,
            watchlist: PerFilm::new(watchlist.into_iter().map(|movie| (movie, true))),
            gone: PerFilm::new(std::iter::empty()),
            marked: PerFilm::new(std::iter::empty()),
            last: RwSignal::new(None),
            voice,
            outbox: StoredValue::default(),
        }
    }

    /// The marks on the page of one film.
    pub(crate) fn of_film(view: Option<ViewerId>, movie: MovieId, marks: Vec<Mark>, voice: Voice) -> Self {
        let marked = marks.into_iter().fold(Marked::default(), |marked, mark| marked.with(mark, true));
        Self { marked: PerFilm::new(std::iter::once((movie, marked))), ..Self::new(view, Vec::new(), voice) }
    }

    /// The marks of the film whose page this is.
    pub(crate) fn marked(self, movie: MovieId) -> ReadSignal<Marked> {
        self.marked.of(movie)
    }

    /// Puts a mark on the film whose page this is, or takes it off.
    pub(crate) fn turn(self, movie: MovieId, mark: Mark, title: &str) {
        self.change((movie, mark, !self.marked.now(movie).has(mark)), title);
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
    pub(crate) fn want(self, movie: MovieId, on: bool, title: &str) {
        self.change((movie, Mark::Watchlist, on), title);
    }

    /// Puts a film out of sight.
    pub(crate) fn put_away(self, gone: Gone) {
        self.change((gone.movie, gone.mark, true), &gone.title);
        self.last.set(Some(gone));
    }

    /// Brings a film back.
    pub(crate) fn bring_back(self, movie: MovieId, title: &str) {
        if self.last.with_untracked(|last| last.as_ref().is_some_and(|last| last.movie == movie)) {
            self.last.set(None);
        }
        if let Some(mark) = self.gone.now(movie) {
            self.change((movie, mark, false), title);
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

    fn change(self, change: Change, title: &str) {
        let (_, mark, on) = change;
        self.voice.say(in_words(title, mark, on));
        self.show(change);
        let first = self.outbox.try_update_value(|outbox| {
            outbox.push_back(change);
            outbox.len() == 1
        });
        if first == Some(true) {
            browser::on_its_way(ON_ITS_WAY, true);
            spawn_local(self.send_all());
        }
    }

    async fn send_all(self) {
        browser::painted().await;
        while let Some(change) = self.outbox.try_with_value(|outbox| outbox.front().copied()).flatten() {
            let (movie, mark, on) = change;
            let answer = browser::send(ADDRESS, &self.fields(change)).await;
            let later = self.outbox.try_update_value(|outbox| {
                outbox.pop_front();
                outbox.iter().any(|(other, kind, _)| (*other, *kind) == (movie, mark))
            });
            let Err(why) = answer else {
                self.voice.all_is_well();
                continue;
            };
            // What was changed again since is on its way.
            if later == Some(false) {
                self.show((movie, mark, !on));
            }
            self.last.set(None);
            self.voice.fail("This", why);
        }
        browser::on_its_way(ON_ITS_WAY, false);
    }

    fn show(self, (movie, mark, on): Change) {
        self.marked.set(movie, self.marked.now(movie).with(mark, on));
        match mark {
            Mark::Watchlist => self.watchlist.set(movie, on),
            Mark::Seen | Mark::Hidden => self.gone.set(movie, on.then_some(mark)),
            Mark::Library => {}
        }
    }
}
