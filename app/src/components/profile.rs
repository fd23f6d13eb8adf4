//! The profile on this page: its ratings, the same in every row, shown before the server has them and taken back in
//! words if it refuses them.

use leptos::{prelude::*, task::spawn_local};

use super::{film_map::FilmMap, per_film::PerFilm, prediction::ForYou, voice::Voice, words::of_five};
use crate::{
    api, browser,
    domain::{MovieId, Stars, ViewerId},
    views::{CardFilm, HomePage, Ticket},
};

/// The page's mark while ratings are on their way.
const ON_ITS_WAY: &str = "data-rating";

/// The profile whose page this is. In context below the home page.
#[derive(Clone, Copy)]
pub(crate) struct Profile {
    /// The MovieLens viewer in whose shoes the visitor stands.
    pub(crate) view: Option<ViewerId>,
    /// Films rated, as the server counts them.
    pub(crate) rated: RwSignal<u32>,
    /// Films liked, as the server counts them.
    pub(crate) liked: RwSignal<u32>,
    /// Where the page says what was done, and what went wrong.
    pub(crate) voice: Voice,
    /// The row that follows this profile.
    pub(crate) for_you: ForYou,
    /// What is shown.
    shown: PerFilm<Option<Stars>>,
    /// What the server has.
    stored: StoredValue<FilmMap<Stars>>,
    /// What is to be sent, the last word for each film.
    outbox: StoredValue<FilmMap<Option<Stars>>>,
    /// What the visitor chose and the server has not confirmed: if the page is left now, this must not be lost.
    unsettled: StoredValue<FilmMap<Option<Stars>>>,
    /// Whether something is being sent: ratings go one after the other, so that the last one wins.
    sending: StoredValue<bool>,
}

impl Profile {
    /// The profile as the server sends it.
    pub(crate) fn new(page: &HomePage) -> Self {
        let (view, ticket) = (page.profile.viewer, page.ticket);
        let cards = page.welcome.iter().chain(page.rows.iter().flat_map(|row| &row.films));
        Self::of(
            stars_of(cards),
            (page.profile.rated, page.profile.liked),
            ForYou::new(view, page.filter.clone(), ticket, page.unread),
        )
    }

    /// The profile on a page that shows its films and no more.
    pub(crate) fn without_page(view: Option<ViewerId>, films: &[CardFilm]) -> Self {
        Self::without_rows(view, stars_of(films.iter()))
    }

    /// The profile on the page of one film.
    pub(crate) fn of_film(view: Option<ViewerId>, movie: MovieId, stars: Option<Stars>) -> Self {
        Self::without_rows(view, stars.map(|stars| (movie, stars)).into_iter().collect())
    }

    fn without_rows(view: Option<ViewerId>, stars: FilmMap<Stars>) -> Self {
        Self::of(stars, (0, 0), ForYou::new(view, String::new(), Ticket::Busy { retry_after: 0 }, false))
    }

    fn of(stars: FilmMap<Stars>, (rated, liked): (u32, u32), for_you: ForYou) -> Self {
        Self {
            view: for_you.view(),
            rated: RwSignal::new(rated),
            liked: RwSignal::new(liked),
            voice: Voice::new(),
            for_you,
            shown: PerFilm::new(stars.clone().take().into_iter().map(|(movie, stars)| (movie, Some(stars)))),
            stored: StoredValue::new(stars),
            outbox: StoredValue::default(),
            unsettled: StoredValue::default(),
            sending: StoredValue::new(false),
        }
    }

    /// Lets nothing be lost when the page is left before the server has confirmed it. In the browser only.
    pub(crate) fn keep_when_left(self) {
        browser::on_leave(move || {
            let unsettled = self.unsettled.try_update_value(FilmMap::take).unwrap_or_default();
            // What waits to be sent is sent here; should the visitor come back to this page, not once more.
            self.outbox.try_update_value(FilmMap::take);
            for (movie, stars) in unsettled {
                self.note_stored(movie, stars);
                let mut fields = vec![
                    ("movie", movie.to_string()),
                    ("stars", stars.map_or_else(|| "0".to_owned(), |stars| stars.to_string())),
                ];
                fields.extend(self.view.map(|view| ("view", view.to_string())));
                browser::send_while_leaving("/fn/rate", &fields);
            }
        });
    }

    /// What is shown as the film's rating.
    pub(crate) fn stars(self, movie: MovieId) -> ReadSignal<Option<Stars>> {
        self.shown.of(movie)
    }

    /// Shows a rating, and sends nothing yet: the slider still moves.
    pub(crate) fn show(self, movie: MovieId, stars: Option<Stars>) {
        self.shown.set(movie, stars);
        self.unsettled.update_value(|unsettled| {
            unsettled.insert(movie, stars);
        });
    }

    /// Shows a rating, says it and sends it.
    pub(crate) fn rate(self, movie: MovieId, stars: Option<Stars>, title: &str) {
        self.show(movie, stars);
        self.voice.say(format!("{title}: {}", of_five(stars)));
        self.send(movie, stars);
    }

    fn send(self, movie: MovieId, stars: Option<Stars>) {
        self.outbox.update_value(|outbox| {
            outbox.insert(movie, stars);
        });
        if !self.sending.get_value() {
            self.sending.set_value(true);
            browser::on_its_way(ON_ITS_WAY, true);
            spawn_local(async move {
                browser::painted().await;
                while let Some((movie, stars)) = self.outbox.try_update_value(FilmMap::pop_first).flatten() {
                    self.store(movie, stars).await;
                }
                self.sending.try_update_value(|sending| *sending = false);
                browser::on_its_way(ON_ITS_WAY, false);
            });
        }
    }

    async fn store(self, movie: MovieId, stars: Option<Stars>) {
        let before = self.stored.with_value(|stored| stored.get(movie).copied());
        if before == stars {
            self.settle(movie, stars);
            return;
        }
        let since = browser::now();
        let replaces = self.for_you.id.get_untracked();
        // What is on its way is about to be replaced: its end is nobody's concern any more.
        let before_that = self.for_you.hold();
        let answer = api::rate(movie, number(stars), self.view, self.for_you.filter(), replaces).await;
        self.settle(movie, stars);
        match answer {
            Ok(answer) => {
                self.note_stored(movie, stars);
                // What is stored is what is shown, unless the visitor has said something else since.
                if self.unsettled.with_value(|unsettled| !unsettled.has(movie)) {
                    self.shown.set(movie, stars);
                }
                self.rated.set(answer.rated);
                self.liked.set(answer.liked);
                self.voice.all_is_well();
                self.for_you.follow(answer.ticket, since);
            }
            Err(error) => {
                self.take_back(movie, stars, before, error);
                self.for_you.resume(before_that);
            }
        }
    }

    fn note_stored(self, movie: MovieId, stars: Option<Stars>) {
        self.stored.try_update_value(|stored| match stars {
            Some(stars) => stored.insert(movie, stars),
            None => stored.remove(movie),
        });
    }

    /// The server has answered for this rating, one way or the other; a later one of the same film is still open.
    fn settle(self, movie: MovieId, stars: Option<Stars>) {
        self.unsettled.try_update_value(|unsettled| {
            if unsettled.get(movie) == Some(&stars) {
                unsettled.remove(movie);
            }
        });
    }

    fn take_back(self, movie: MovieId, sent: Option<Stars>, before: Option<Stars>, error: ServerFnError) {
        // What the visitor has changed since is not taken back: it is on its way.
        if self.shown.now(movie) == sent {
            self.shown.set(movie, before);
        }
        let why = match error {
            ServerFnError::ServerError(why) => Some(why),
            _ => None,
        };
        self.voice.fail("The rating", why);
    }
}

fn stars_of<'a>(films: impl Iterator<Item = &'a CardFilm>) -> FilmMap<Stars> {
    films.filter_map(|film| Some((film.id, film.stars?))).collect()
}

/// Stars as the server function takes them: 0 takes a rating back.
fn number(stars: Option<Stars>) -> f32 {
    stars.map_or(0.0, Stars::get)
}
