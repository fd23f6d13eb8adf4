use leptos::prelude::*;

use super::film_map::FilmMap;
use crate::domain::MovieId;

/// A signal for each film, made when somebody first asks for it. A page has hundreds of cards: who shows one film is not to
/// be woken by what happens to another.
#[derive(Clone, Copy)]
pub(crate) struct PerFilm<T: 'static>(StoredValue<FilmMap<ArcRwSignal<T>>>);

impl<T: Copy + Default + PartialEq + Send + Sync + 'static> PerFilm<T> {
    /// Films with a value other than the default.
    pub(crate) fn new(known: impl Iterator<Item = (MovieId, T)>) -> Self {
        Self(StoredValue::new(known.map(|(movie, value)| (movie, ArcRwSignal::new(value))).collect()))
    }

    /// The film's value, to follow. It ends with who asks for it.
    pub(crate) fn of(self, movie: MovieId) -> ReadSignal<T> {
        self.signal(movie).read_only().into()
    }

    /// The film's value now.
    pub(crate) fn now(self, movie: MovieId) -> T {
        let value = |films: &FilmMap<ArcRwSignal<T>>| films.get(movie).map(ArcRwSignal::get_untracked);
        self.0.try_with_value(value).flatten().unwrap_or_default()
    }

    /// Gives the film a value. Where it has that already, nobody is woken.
    pub(crate) fn set(self, movie: MovieId, value: T) {
        if self.now(movie) != value {
            self.signal(movie).set(value);
        }
    }

    fn signal(self, movie: MovieId) -> ArcRwSignal<T> {
        let find_or_make = |films: &mut FilmMap<ArcRwSignal<T>>| {
            films.get(movie).cloned().unwrap_or_else(|| {
                let made = ArcRwSignal::new(T::default());
                films.insert(movie, made.clone());
                made
            })
        };
        // Where the page is gone, nobody follows it.
        self.0.try_update_value(find_or_make).unwrap_or_else(|| ArcRwSignal::new(T::default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_follows_a_film_sees_its_value_and_no_other_films() {
        let owner = Owner::new();
        owner.set();
        let stars = PerFilm::new([(MovieId(1), 4)].into_iter());
        let (first, second) = (stars.of(MovieId(1)), stars.of(MovieId(2)));
        assert_eq!((first.get_untracked(), second.get_untracked()), (4, 0));
        stars.set(MovieId(2), 3);
        assert_eq!((first.get_untracked(), second.get_untracked()), (4, 3));
        assert_eq!((stars.now(MovieId(2)), stars.now(MovieId(9))), (3, 0));
    }

    #[test]
    fn the_value_outlives_the_card_that_asked_first() {
        let page = Owner::new();
        page.set();
        let stars: PerFilm<u8> = PerFilm::new(std::iter::empty());
        let card = page.child();
        card.with(|| stars.of(MovieId(1)));
        stars.set(MovieId(1), 5);
        drop(card);
        assert_eq!(page.with(|| stars.of(MovieId(1)).get_untracked()), 5);
    }
}
