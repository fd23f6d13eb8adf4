//! The "For you" row's state, and the loop that follows its prediction: one prediction, one poll at a time.

use leptos::{prelude::*, task::spawn_local};

use super::course::{Course, Heard, Mood, Next};
use crate::{
    api, browser,
    domain::{HomeRow, PredictionId, ViewerId},
    views::{CardFilm, ChosenRow, Ticket},
};

/// The list that the films of the row are in.
pub(crate) const TRACK: &str = "for-you-films";

/// How often it is looked whether the visitor has set the stars that they are setting. Milliseconds.
const RATING_REST: u32 = 100;

/// How far the rows are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Phase {
    /// A prediction is on its way.
    Waiting(Mood),
    /// The films are those of the last prediction.
    Ready {
        /// How long the visitor waited, if that was measured.
        seconds: Option<f64>,
    },
    /// None will come by itself.
    Failed(String),
}

/// The predicted rows: "For you", and those below it.
#[derive(Clone, Copy)]
pub(crate) struct ForYou {
    view: Option<ViewerId>,
    /// The filter, as in the page's address.
    filter: StoredValue<String>,
    /// Whether the page came without what the visitor said: it is loaded anew once that can be read.
    unread: bool,
    /// How far it is.
    pub(crate) phase: RwSignal<Phase>,
    /// The films to show, none before the first prediction is there.
    pub(crate) films: RwSignal<Vec<CardFilm>>,
    /// The films of the rows below, as they were chosen.
    pub(crate) below: RwSignal<Vec<ChosenRow>>,
    /// Whether those are all of the last prediction.
    pub(crate) all: RwSignal<bool>,
    /// The prediction that is waited for, or was shown.
    pub(crate) id: RwSignal<Option<PredictionId>>,
    /// Counts the courses that were begun: all but the last have been superseded.
    courses: StoredValue<u32>,
}

impl ForYou {
    /// The row as the server sends it.
    pub(crate) fn new(view: Option<ViewerId>, filter: String, ticket: Ticket, unread: bool) -> Self {
        let (mood, id) = match ticket {
            Ticket::Scheduled(id) => (Mood::Choosing, Some(id)),
            Ticket::Busy { .. } => (Mood::Busy, None),
            Ticket::Late => (Mood::Late, None),
        };
        Self {
            view,
            filter: StoredValue::new(filter),
            unread,
            phase: RwSignal::new(Phase::Waiting(mood)),
            films: RwSignal::new(Vec::new()),
            below: RwSignal::new(Vec::new()),
            all: RwSignal::new(false),
            id: RwSignal::new(id),
            courses: StoredValue::new(0),
        }
    }

    /// The MovieLens viewer whose row it is, if it is not the visitor's own.
    pub(crate) fn view(self) -> Option<ViewerId> {
        self.view
    }

    /// The filter that its films go through, as in the page's address.
    pub(crate) fn filter(self) -> String {
        self.filter.try_get_value().unwrap_or_default()
    }

    /// Follows a ticket to its end, in the browser. `since` is when the visitor began to wait for it.
    pub(crate) fn follow(self, ticket: Ticket, since: f64) {
        self.run(First::Ticket(ticket), since);
    }

    /// Schedules a prediction anew, after a failure.
    pub(crate) fn retry(self) {
        self.run(First::Schedule, browser::now());
    }

    /// Ends what is being followed: the page is left.
    pub(crate) fn stop(self) {
        self.courses.try_update_value(|courses| *courses += 1);
    }

    /// Ends what is being followed because something else is about to be, and says how far it was.
    pub(crate) fn hold(self) -> Phase {
        self.stop();
        let before = self.phase.get_untracked();
        self.phase.set(Phase::Waiting(Mood::Choosing));
        before
    }

    /// Goes on where [`hold`](Self::hold) left: nothing else came.
    pub(crate) fn resume(self, before: Phase) {
        match (before, self.id.get_untracked()) {
            (Phase::Waiting(_), Some(id)) => self.follow(Ticket::Scheduled(id), browser::now()),
            (Phase::Waiting(_), None) => self.retry(),
            // Rows that were being filled still wait for their films.
            (Phase::Ready { .. }, _) if !self.all.get_untracked() => self.retry(),
            (before, _) => self.phase.set(before),
        }
    }

    fn run(self, first: First, since: f64) {
        let Some(course) = self.courses.try_update_value(|courses| {
            *courses += 1;
            *courses
        }) else {
            return;
        };
        self.phase.set(Phase::Waiting(Mood::Choosing));
        spawn_local(async move {
            // Left early when superseded; nothing is to be done then.
            let _ = self.walk(course, first, since).await;
        });
    }

    /// `None` as soon as the course is superseded.
    async fn walk(self, course: u32, first: First, since: f64) -> Option<()> {
        let mut state = Course::default();
        let mut timer = Timer { since, watched: !browser::hidden() };
        let mut next = match first {
            First::Ticket(ticket) => state.next(Heard::Ticket(ticket)),
            First::Schedule => Next::Schedule { after: 0 },
        };
        loop {
            let heard = match next {
                Next::Ask { id, after, hold } => {
                    self.waits(id.into(), state.mood());
                    timer.pause(after).await;
                    self.is_current(course)?;
                    Heard::from_call(api::poll(id, hold).await, Heard::Poll)
                }
                Next::Schedule { after } => {
                    let replaces = self.id.try_get_untracked()?;
                    self.waits(state.id().or(replaces), state.mood());
                    timer.pause(after).await;
                    self.is_current(course)?;
                    Heard::from_call(api::schedule(self.view, self.filter(), replaces).await, Heard::Ticket)
                }
                Next::Show(films) => {
                    return self.show(course, films, timer.seconds()).await;
                }
                Next::GiveUp(why) => {
                    self.phase.set(Phase::Failed(why));
                    return Some(());
                }
            };
            self.is_current(course)?;
            if self.unread && matches!(heard, Heard::Ticket(Ticket::Scheduled(_))) {
                browser::load_anew();
                return None;
            }
            next = state.next(heard);
        }
    }

    fn is_current(self, course: u32) -> Option<()> {
        (self.courses.try_get_value()? == course).then_some(())
    }

    fn waits(self, id: Option<PredictionId>, mood: Mood) {
        if self.id.get_untracked() != id {
            self.id.set(id);
        }
        let phase = Phase::Waiting(mood);
        if self.phase.with_untracked(|now| *now != phase) {
            self.phase.set(phase);
        }
    }

    /// Puts films in their places. The focus stays where it was, on the film that is there now.
    ///
    /// One row after the other, and between them the browser does what else it has to: filling them all at once would hold a
    /// slow one up for long.
    async fn show(self, course: u32, mut rows: Vec<ChosenRow>, seconds: Option<f64>) -> Option<()> {
        // Nobody loses the card whose stars they are setting key by key.
        while browser::is_rating() {
            browser::pause(RATING_REST).await;
            self.is_current(course)?;
        }
        let lists = || [TRACK].into_iter().chain(HomeRow::ALL.into_iter().map(HomeRow::track));
        let place = lists().find_map(|list| Some((list, browser::focused_place(list)?)));
        let keep_focus = || {
            if let Some((list, place)) = place {
                browser::focus_place(list, place);
            }
        };
        let below = rows.split_off(rows.len().min(1));
        self.all.set(false);
        self.films.set(rows.pop().map(|row| row.films).unwrap_or_default());
        self.phase.set(Phase::Ready { seconds });
        leptos::task::tick().await;
        keep_focus();
        let count = below.len();
        for (at, row) in below.into_iter().enumerate() {
            browser::pause(0).await;
            self.is_current(course)?;
            self.below.update(|rows| {
                rows.truncate(count);
                match rows.get_mut(at) {
                    Some(before) => *before = row,
                    None => rows.push(row),
                }
            });
            leptos::task::tick().await;
            keep_focus();
        }
        if count == 0 {
            self.below.set(Vec::new());
        }
        self.all.set(true);
        Some(())
    }
}

/// How a course begins.
enum First {
    Ticket(Ticket),
    Schedule,
}

/// How long the visitor has waited, as long as they looked.
struct Timer {
    since: f64,
    watched: bool,
}

impl Timer {
    /// Waits for so many milliseconds and then for the tab to be in the foreground: nothing is asked behind its back.
    async fn pause(&mut self, milliseconds: u32) {
        if milliseconds > 0 {
            browser::pause(milliseconds).await;
        }
        if browser::hidden() {
            self.watched = false;
            browser::shown().await;
        }
    }

    /// `None` when the tab was in the background meanwhile: the time would not be the model's.
    fn seconds(&self) -> Option<f64> {
        self.watched.then(|| (browser::now() - self.since) / 1_000.0)
    }
}
