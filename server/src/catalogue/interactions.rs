use app::domain::{MovieId, Stars, ViewerId};

/// All ratings of the catalogue, compressed by row: viewer `v`'s ratings are those at `offsets[v]..offsets[v + 1]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Interactions {
    /// Every film of the catalogue, also those that nobody rated, ascending by number.
    pub films: Vec<MovieId>,
    /// Every viewer, ascending by number.
    pub viewers: Vec<ViewerId>,
    /// Where each viewer's ratings begin; one more entry than there are viewers.
    pub offsets: Vec<usize>,
    /// The rated film, as a position in `films`; ascending within a viewer.
    pub items: Vec<u32>,
    /// Its stars.
    pub stars: Vec<Stars>,
    /// When it was rated: seconds since 1970, 0 where the data set has no times.
    pub times: Vec<i64>,
}

impl Interactions {
    /// The films (positions) and stars of the viewer at this position.
    pub fn of_viewer(&self, viewer: usize) -> impl ExactSizeIterator<Item = (usize, Stars)> + '_ {
        let range = self.offsets[viewer]..self.offsets[viewer + 1];
        range.map(|at| (self.items[at] as usize, self.stars[at]))
    }
}
