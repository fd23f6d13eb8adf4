//! What to do next while a prediction is on its way, given what was heard last. No clock, no network, no browser.

use leptos::prelude::ServerFnError;

use crate::{
    domain::PredictionId,
    views::{ChosenRow, Poll, Ticket},
};

/// The first poll's hold; each further one holds twice as long, up to [`LONGEST_HOLD`]. Milliseconds.
const FIRST_HOLD: u32 = 2_000;
const LONGEST_HOLD: u32 = 8_000;
/// The pause after the first poll; each further one is twice as long, up to [`LONGEST_PAUSE`]. Milliseconds.
const FIRST_PAUSE: u32 = 250;
const LONGEST_PAUSE: u32 = 2_000;
/// The pause after the first call that got no answer; doubling up to [`LONGEST_SILENCE`]. Milliseconds.
const FIRST_SILENCE: u32 = 1_000;
const LONGEST_SILENCE: u32 = 15_000;
/// How often a prediction that is gone is scheduled anew before the visitor is asked: a server that loses everything
/// at once must not be asked for ever.
const RENEWALS: u32 = 1;
/// A full queue is asked again after this long at most, whatever the server said. Seconds.
const LONGEST_RETRY: u32 = 60;

/// What came back from the server.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Heard {
    /// To "schedule" or "rate".
    Ticket(Ticket),
    /// To "where does it stand".
    Poll(Poll),
    /// The server said no, and why.
    Refused(String),
    /// No answer that could be understood: offline, a proxy's page, a server that is starting.
    Nothing,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Next {
    /// After a pause, ask where it stands; the server may hold its answer. Milliseconds.
    Ask { id: PredictionId, after: u32, hold: u32 },
    /// After a pause, schedule anew. Milliseconds.
    Schedule { after: u32 },
    /// It is there.
    Show(Vec<ChosenRow>),
    /// It will not come; the sentence is for the visitor.
    GiveUp(String),
}

/// Why the visitor waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mood {
    /// The prediction is being made.
    #[default]
    Choosing,
    /// The queue is full.
    Busy,
    /// The server does not answer.
    Offline,
    /// The server answers, but what predicts is out of its reach.
    Late,
}

/// A prediction's course so far.
#[derive(Debug, Default)]
pub(crate) struct Course {
    id: Option<PredictionId>,
    mood: Mood,
    polls: u32,
    silences: u32,
    renewals: u32,
}

impl Course {
    /// The prediction that is waited for, once it is scheduled.
    pub(crate) fn id(&self) -> Option<PredictionId> {
        self.id
    }

    /// Why the visitor waits.
    pub(crate) fn mood(&self) -> Mood {
        self.mood
    }

    /// What to do next.
    pub(crate) fn next(&mut self, heard: Heard) -> Next {
        let silences = std::mem::take(&mut self.silences);
        match heard {
            Heard::Ticket(Ticket::Scheduled(id)) => {
                self.id = Some(id);
                self.polls = 0;
                self.mood = Mood::Choosing;
                Next::Ask { id, after: 0, hold: FIRST_HOLD }
            }
            Heard::Ticket(Ticket::Busy { retry_after }) => {
                self.id = None;
                self.mood = Mood::Busy;
                Next::Schedule { after: retry_after.clamp(1, LONGEST_RETRY) * 1_000 }
            }
            Heard::Poll(Poll::Films(rows)) => Next::Show(rows),
            Heard::Poll(Poll::Failed(why)) => Next::GiveUp(why),
            Heard::Poll(Poll::Waiting) => self.ask_again(),
            Heard::Poll(Poll::Gone) if self.renewals < RENEWALS => {
                self.renewals += 1;
                self.id = None;
                self.mood = Mood::Choosing;
                Next::Schedule { after: 0 }
            }
            Heard::Poll(Poll::Gone) => Next::GiveUp("The server lost the result twice.".to_owned()),
            Heard::Refused(why) => Next::GiveUp(why),
            Heard::Nothing => self.after_silence(silences, Mood::Offline),
            Heard::Ticket(Ticket::Late) | Heard::Poll(Poll::Late) => self.after_silence(silences, Mood::Late),
        }
    }

    fn ask_again(&mut self) -> Next {
        let Some(id) = self.id else { return Next::Schedule { after: FIRST_SILENCE } };
        self.mood = Mood::Choosing;
        let after = growing(FIRST_PAUSE, self.polls, LONGEST_PAUSE);
        self.polls = self.polls.saturating_add(1);
        Next::Ask { id, after, hold: growing(FIRST_HOLD, self.polls, LONGEST_HOLD) }
    }

    /// No use: the next try comes later than the last.
    fn after_silence(&mut self, silences: u32, mood: Mood) -> Next {
        self.mood = mood;
        let after = growing(FIRST_SILENCE, silences, LONGEST_SILENCE);
        self.silences = silences.saturating_add(1);
        match self.id {
            Some(id) => Next::Ask { id, after, hold: FIRST_HOLD },
            None => Next::Schedule { after },
        }
    }
}

fn growing(first: u32, step: u32, longest: u32) -> u32 {
    first.saturating_mul(1 << step.min(16)).min(longest)
}

impl Heard {
    /// What a call brought: an answer, a refusal in words, or silence.
    pub(crate) fn from_call<T>(answer: Result<T, ServerFnError>, answered: impl FnOnce(T) -> Self) -> Self {
        match answer {
            Ok(answer) => answered(answer),
            Err(ServerFnError::ServerError(why)) => Self::Refused(why),
            Err(_) => Self::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u8) -> PredictionId {
        PredictionId::from_bytes([n; PredictionId::BYTES])
    }

    fn scheduled(n: u8) -> Heard {
        Heard::Ticket(Ticket::Scheduled(id(n)))
    }

    fn started() -> Heard {
        Heard::Poll(Poll::Waiting)
    }

    #[test]
    fn a_scheduled_prediction_is_asked_for_at_once_and_then_with_growing_pauses_and_holds() {
        let mut course = Course::default();
        assert_eq!(course.next(scheduled(1)), Next::Ask { id: id(1), after: 0, hold: 2_000 });
        let asked: Vec<_> = (0..5).map(|_| course.next(started())).collect();
        let expected = [(250, 4_000), (500, 8_000), (1_000, 8_000), (2_000, 8_000), (2_000, 8_000)]
            .map(|(after, hold)| Next::Ask { id: id(1), after, hold });
        assert_eq!(asked, expected);
    }

    #[test]
    fn a_finished_prediction_is_shown_or_given_up_with_its_own_words() {
        let mut course = Course::default();
        course.next(scheduled(1));
        let success = Heard::Poll(Poll::Films(vec![]));
        assert_eq!(course.next(success), Next::Show(vec![]));
        let failure = Heard::Poll(Poll::Failed("Too late.".into()));
        assert_eq!(course.next(failure), Next::GiveUp("Too late.".into()));
        assert_eq!(course.next(Heard::Refused("No.".into())), Next::GiveUp("No.".into()));
    }

    #[test]
    fn a_full_queue_is_tried_again_after_the_time_the_server_says_within_reason() {
        let mut course = Course::default();
        for (said, waited) in [(3, 3_000), (0, 1_000), (u32::MAX, 60_000)] {
            assert_eq!(
                course.next(Heard::Ticket(Ticket::Busy { retry_after: said })),
                Next::Schedule { after: waited }
            );
            assert_eq!((course.mood(), course.id()), (Mood::Busy, None));
        }
        assert_eq!(course.next(scheduled(2)), Next::Ask { id: id(2), after: 0, hold: 2_000 });
        assert_eq!(course.mood(), Mood::Choosing);
    }

    #[test]
    fn a_prediction_that_is_gone_is_scheduled_anew_once_and_never_for_ever() {
        let mut course = Course::default();
        course.next(scheduled(1));
        assert_eq!(course.next(Heard::Poll(Poll::Gone)), Next::Schedule { after: 0 });
        course.next(scheduled(2));
        assert!(matches!(course.next(Heard::Poll(Poll::Gone)), Next::GiveUp(_)));
    }

    #[test]
    fn without_a_connection_the_same_prediction_is_asked_for_with_growing_pauses_until_there_is_one() {
        let mut course = Course::default();
        course.next(scheduled(1));
        let pauses: Vec<_> = (0..6)
            .map(|_| match course.next(Heard::Nothing) {
                Next::Ask { after, .. } => after,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(pauses, [1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
        assert_eq!(course.mood(), Mood::Offline);
        assert!(matches!(course.next(started()), Next::Ask { after: 250, .. }));
        assert_eq!(course.mood(), Mood::Choosing);
        assert!(matches!(course.next(Heard::Nothing), Next::Ask { after: 1_000, .. }));
    }

    #[test]
    fn while_the_queue_is_out_of_reach_the_same_is_asked_for_until_it_is_back() {
        let mut course = Course::default();
        assert_eq!(course.next(Heard::Ticket(Ticket::Late)), Next::Schedule { after: 1_000 });
        assert_eq!(course.mood(), Mood::Late);
        course.next(scheduled(1));
        assert!(matches!(course.next(Heard::Poll(Poll::Late)), Next::Ask { after: 1_000, .. }));
        assert_eq!((course.mood(), course.id()), (Mood::Late, Some(id(1))));
        assert!(matches!(course.next(started()), Next::Ask { after: 250, .. }));
        assert_eq!(course.mood(), Mood::Choosing);
    }

    #[test]
    fn what_could_not_be_scheduled_for_lack_of_a_connection_is_scheduled_later() {
        let mut course = Course::default();
        assert_eq!(course.next(Heard::Nothing), Next::Schedule { after: 1_000 });
        assert_eq!(course.next(Heard::Nothing), Next::Schedule { after: 2_000 });
    }
}
