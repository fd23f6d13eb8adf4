//! What a visitor brings from elsewhere, and what of it is news.

use app::domain::{Mark, MovieId, OtherFilm, Stars};

/// What a visitor brings: at most one rating for a film, at most one of each mark.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Brought {
    /// Stars, and when they were given (seconds since 1970), if that is known.
    pub ratings: Vec<(MovieId, Stars, Option<i64>)>,
    /// Marks, and when they were made.
    pub marks: Vec<(Mark, MovieId, Option<i64>)>,
    /// Films of the library that the catalogue does not have.
    pub others: Vec<OtherFilm>,
}

/// Whether a rating that was given then counts, and not the one that is here. Many files tell the day alone, by its first
/// second: of the same day is one that corrects another.
fn counts_beside(at: Option<i64>, since: i64) -> bool {
    const DAY: i64 = 24 * 60 * 60;
    match at {
        None => since <= UNDATED,
        Some(at) => at >= since || at == since - since % DAY,
    }
}

/// When a rating was given of which nobody knows it: before all others, so that any newer word of it counts.
pub(super) const UNDATED: i64 = 0;

/// The most films of a visitor's library that no catalogue bounds.
pub const MOST_OTHERS: usize = 20_000;

/// What became of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Films that were not rated here.
    pub new: usize,
    /// Films that were, not after what was brought, with other stars.
    pub changed: usize,
    /// Films that were rated the same.
    pub same: usize,
    /// Films that were rated here since, or that nobody knows when they were rated elsewhere: what was said here stays.
    pub older: usize,
    /// New marks, in the order of [`Mark::ALL`].
    pub marks: [usize; Mark::ALL.len()],
    /// Films of the library that the catalogue does not have, and that were not in it.
    pub others: usize,
}

impl Kept {
    /// Counts a rating that was brought, beside the one that is here; whether it is to be stored.
    pub(super) fn rating(&mut self, here: Option<(Stars, i64)>, (stars, at): (Stars, Option<i64>)) -> bool {
        let (count, stored) = match here {
            None => (&mut self.new, true),
            Some((known, _)) if known == stars => (&mut self.same, false),
            Some((_, since)) if counts_beside(at, since) => (&mut self.changed, true),
            Some(_) => (&mut self.older, false),
        };
        *count += 1;
        stored
    }

    /// Counts a new mark.
    pub(super) fn mark(&mut self, mark: Mark) {
        if let Some(at) = Mark::ALL.iter().position(|&known| known == mark) {
            self.marks[at] += 1;
        }
    }
}
