use app::domain::ViewerId;

use crate::catalogue::Interactions;

/// Who liked what, for some of the catalogue's viewers: viewer `v`'s liked films are those at
/// `offsets[v]..offsets[v + 1]`, ascending.
#[derive(Clone, Debug, PartialEq)]
pub struct Likes {
    films: usize,
    viewers: Vec<ViewerId>,
    offsets: Vec<usize>,
    items: Vec<u32>,
}

impl Likes {
    /// The likes of those viewers for whom `wanted` is true and who liked at least `least` films.
    pub fn of(interactions: &Interactions, least: usize, wanted: impl Fn(ViewerId) -> bool) -> Self {
        let mut likes =
            Self { films: interactions.films.len(), viewers: Vec::new(), offsets: vec![0], items: Vec::new() };
        for (at, &viewer) in interactions.viewers.iter().enumerate() {
            if !wanted(viewer) {
                continue;
            }
            let before = likes.items.len();
            let liked = interactions.of_viewer(at).filter(|(_, stars)| stars.is_liked());
            likes.items.extend(liked.map(|(film, _)| film as u32));
            if likes.items.len() - before < least {
                likes.items.truncate(before);
                continue;
            }
            likes.viewers.push(viewer);
            likes.offsets.push(likes.items.len());
        }
        likes
    }

    /// Films of the catalogue, liked or not.
    pub fn films(&self) -> usize {
        self.films
    }

    /// The viewers.
    pub fn viewers(&self) -> &[ViewerId] {
        &self.viewers
    }

    /// The films (positions) that the viewer at this position liked.
    pub fn of_viewer(&self, viewer: usize) -> &[u32] {
        &self.items[self.offsets[viewer]..self.offsets[viewer + 1]]
    }

    /// How many of the viewers liked each film.
    pub fn counts(&self) -> Vec<u32> {
        let mut counts = vec![0; self.films];
        for &film in &self.items {
            counts[film as usize] += 1;
        }
        counts
    }
}
