use crate::domain::MovieId;

/// A value for each of some films of a page, in the order in which they came. A page has few: a search from end to end is
/// quick, and a fiftieth of what the standard library's maps would add to the browser's download.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FilmMap<T>(Vec<(MovieId, T)>);

impl<T> Default for FilmMap<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> FilmMap<T> {
    /// The film's value.
    pub(crate) fn get(&self, movie: MovieId) -> Option<&T> {
        self.0.iter().find(|(film, _)| *film == movie).map(|(_, value)| value)
    }

    /// How many films have one.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the film has one.
    pub(crate) fn has(&self, movie: MovieId) -> bool {
        self.get(movie).is_some()
    }

    /// Gives the film a value, in place of one that it may have.
    pub(crate) fn insert(&mut self, movie: MovieId, value: T) {
        match self.0.iter_mut().find(|(film, _)| *film == movie) {
            Some((_, old)) => *old = value,
            None => self.0.push((movie, value)),
        }
    }

    /// Takes the film's value away.
    pub(crate) fn remove(&mut self, movie: MovieId) {
        self.0.retain(|(film, _)| *film != movie);
    }

    /// Takes away what came first.
    pub(crate) fn pop_first(&mut self) -> Option<(MovieId, T)> {
        if self.0.is_empty() { None } else { Some(self.0.remove(0)) }
    }

    /// Everything, and nothing is left.
    pub(crate) fn take(&mut self) -> Vec<(MovieId, T)> {
        std::mem::take(&mut self.0)
    }
}

impl<T> FromIterator<(MovieId, T)> for FilmMap<T> {
    fn from_iter<I: IntoIterator<Item = (MovieId, T)>>(films: I) -> Self {
        let mut map = Self::default();
        for (movie, value) in films {
            map.insert(movie, value);
        }
        map
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_has_the_last_value_that_it_was_given_and_keeps_its_place() {
        let mut map: FilmMap<u8> = [(MovieId(5), 1), (MovieId(2), 2), (MovieId(5), 3)].into_iter().collect();
        assert_eq!((map.get(MovieId(5)), map.has(MovieId(9))), (Some(&3), false));
        map.insert(MovieId(9), 4);
        map.remove(MovieId(2));
        assert_eq!(map.pop_first(), Some((MovieId(5), 3)));
        assert_eq!((map.take(), map.pop_first()), (vec![(MovieId(9), 4)], None));
    }
}
