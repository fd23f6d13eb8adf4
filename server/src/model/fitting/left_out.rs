//! Without one film that each viewer liked: what is made of the rest can be asked for it.

use app::domain::{Stars, ViewerId};

use crate::{
    catalogue::Interactions,
    model::{
        History,
        evaluation::{self, Case},
    },
};

/// Who liked fewer than this many films keeps all.
const FEWEST: usize = 6;

/// Ratings without some films, and what these were.
pub(super) struct LeftOut {
    /// The ratings that are left.
    pub(super) interactions: Interactions,
    cases: Vec<Case>,
}

impl LeftOut {
    /// Leaves out what each viewer who is `wanted` liked last, but for so many that they liked `later`; where no times are
    /// known, one that chance chooses.
    pub(super) fn of(interactions: &Interactions, later: usize, wanted: impl Fn(ViewerId) -> bool) -> Self {
        let mut rest = Interactions {
            films: interactions.films.clone(),
            viewers: interactions.viewers.clone(),
            offsets: vec![0],
            ..Interactions::default()
        };
        let mut cases = Vec::new();
        for (at, &viewer) in interactions.viewers.iter().enumerate() {
            let ratings = interactions.offsets[at]..interactions.offsets[at + 1];
            let likes = || ratings.clone().filter(|&rating| interactions.stars[rating].is_liked());
            let film = |rating: usize| interactions.items[rating] as usize;
            let last = (wanted(viewer) && likes().count() >= FEWEST.max(later + 1)).then(|| {
                let chance = |rating: usize| {
                    evaluation::hash(&format!("left-out:{viewer}:{}", interactions.films[film(rating)]))
                };
                let mut ordered: Vec<usize> = likes().collect();
                ordered.sort_unstable_by_key(|&rating| (interactions.times[rating], chance(rating)));
                ordered[ordered.len() - 1 - later]
            });
            for rating in ratings.clone().filter(|&rating| Some(rating) != last) {
                rest.items.push(interactions.items[rating]);
                rest.stars.push(interactions.stars[rating]);
                rest.times.push(interactions.times[rating]);
            }
            rest.offsets.push(rest.items.len());
            cases.extend(last.map(|last| {
                let shown = likes().filter(|&rating| rating != last);
                let ratings: Vec<(usize, Stars)> =
                    shown.map(|rating| (film(rating), interactions.stars[rating])).collect();
                Case::left_out(viewer, History { ratings }, film(last))
            }));
        }
        Self { interactions: rest, cases }
    }

    /// The lists of those viewers for whom `wanted` is true.
    pub(super) fn cases(&self, wanted: impl Fn(ViewerId) -> bool) -> Vec<Case> {
        self.cases.iter().filter(|case| wanted(case.viewer())).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use app::domain::MovieId;

    use super::*;

    /// Viewers 0 and 1 over eight films, rated one after the other; 1 liked only five of them.
    fn ratings() -> Interactions {
        let disliked = Stars::from_halves(2).unwrap();
        Interactions {
            films: (0..8).map(MovieId).collect(),
            viewers: (0..2).map(ViewerId).collect(),
            offsets: vec![0, 8, 14],
            items: (0..8).chain(0..6).collect(),
            stars: [[Stars::LIKED; 7].as_slice(), &[disliked], &[Stars::LIKED; 5], &[disliked]].concat(),
            times: vec![1, 2, 3, 9, 5, 6, 7, 10, 1, 2, 3, 4, 5, 6],
        }
    }

    #[test]
    fn the_last_liked_film_or_one_before_it_is_left_out_and_is_what_is_looked_for() {
        let ratings = ratings();
        for (later, film) in [(0, 3), (1, 6), (6, 0)] {
            let left_out = LeftOut::of(&ratings, later, |_| true);
            let [case] = &left_out.cases(|_| true)[..] else { panic!("viewer 1 liked too few") };
            assert_eq!((case.viewer(), case.targets()), (ratings.viewers[0], &[film][..]));
            let shown: Vec<usize> = case.history().ratings.iter().map(|&(film, _)| film).collect();
            assert_eq!(shown, (0..7).filter(|&other| other != film).collect::<Vec<_>>());
            let rest = &left_out.interactions;
            assert_eq!(rest.offsets, [0, 7, 13]);
            assert!(rest.of_viewer(0).all(|(other, _)| other != film));
            assert!(rest.of_viewer(1).eq(ratings.of_viewer(1)));
            assert_eq!((rest.stars.len(), rest.times.len()), (13, 13));
        }
    }

    #[test]
    fn who_is_not_wanted_or_liked_too_few_keeps_everything() {
        let ratings = ratings();
        assert_eq!(LeftOut::of(&ratings, 0, |viewer| viewer != ratings.viewers[0]).interactions, ratings);
        assert_eq!(LeftOut::of(&ratings, 7, |_| true).interactions, ratings);
    }
}
