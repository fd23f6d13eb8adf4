//! What the tests of several models begin with.

use std::sync::Arc;

use app::domain::{MovieId, Stars, ViewerId};

use super::{FilmOrder, History, Likes};
use crate::catalogue::Interactions;

/// Three viewers over four films: 0 and 1 go together, 3 is liked by nobody.
pub fn three_viewers_ratings() -> Interactions {
    Interactions {
        films: (0..4).map(MovieId).collect(),
        viewers: (0..3).map(ViewerId).collect(),
        offsets: vec![0, 2, 4, 6],
        items: vec![0, 1, 0, 1, 0, 2],
        stars: vec![Stars::LIKED; 6],
        times: vec![0; 6],
    }
}

/// The same as likes, and the films' order.
pub fn three_viewers() -> (Arc<FilmOrder>, Likes) {
    let interactions = three_viewers_ratings();
    (Arc::new(FilmOrder::new(interactions.films.clone())), Likes::of(&interactions, 1, |_| true))
}

/// A history of these films, all of them liked.
pub fn liking(films: &[usize]) -> History {
    History { ratings: films.iter().map(|&film| (film, Stars::MOST)).collect() }
}
