use std::collections::BTreeMap;

use app::domain::{MovieId, Stars};
use serde::{Deserialize, Serialize};

/// The ratings that stand for a visitor, in the order of the films' numbers: equal ratings are equal profiles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Profile {
    ratings: BTreeMap<MovieId, Stars>,
}

impl Profile {
    /// The ratings, by film.
    pub fn ratings(&self) -> impl ExactSizeIterator<Item = (MovieId, Stars)> + '_ {
        self.ratings.iter().map(|(&movie, &stars)| (movie, stars))
    }

    /// What the profile gave this film.
    pub fn stars(&self, movie: MovieId) -> Option<Stars> {
        self.ratings.get(&movie).copied()
    }

    /// Films rated.
    pub fn rated(&self) -> usize {
        self.ratings.len()
    }

    /// Films with four stars or more.
    pub fn liked(&self) -> usize {
        self.ratings.values().filter(|stars| stars.is_liked()).count()
    }

    /// Lays another profile's ratings over this one's: where both rated a film, the other's stars count.
    pub fn overlaid_with(mut self, other: &Self) -> Self {
        self.ratings.extend(other.ratings());
        self
    }
}

impl FromIterator<(MovieId, Stars)> for Profile {
    fn from_iter<I: IntoIterator<Item = (MovieId, Stars)>>(ratings: I) -> Self {
        Self { ratings: ratings.into_iter().collect() }
    }
}
