//! How well a model finds the one film that was left out of each viewer's ratings.
//!
//! He, Liao, Zhang, Nie, Hu and Chua, *Neural Collaborative Filtering*, WWW 2017: a viewer's last rating is the target, all
//! others are the history, every rating counts as liked, and the target is ranked among it and 99 films that the viewer
//! has not rated. HR@10 counts whether it is among the first ten, NDCG@10 how far up. Of equal scores the target stands
//! last. The same is counted among all films that are not in the history.

use app::domain::{Stars, ViewerId};

use super::{History, ModelError, Recommender, Sequence, Sequential};
use crate::catalogue::Interactions;

/// Histories that are scored at once.
const BATCH: usize = 64;
/// Places that count.
const PLACES: usize = 10;

/// One list to rank.
#[derive(Clone, Debug)]
pub struct Case {
    /// Whose it is.
    pub user: ViewerId,
    /// What is known of the viewer.
    pub history: History,
    /// The same in the order of time.
    pub sequence: Sequence,
    /// The film (position) that was left out.
    pub target: usize,
    /// What it is ranked among.
    pub candidates: Vec<usize>,
}

impl Case {
    /// The viewer (position) with everything that they rated.
    pub fn new(interactions: &Interactions, viewer: usize, target: usize, candidates: Vec<usize>) -> Self {
        let ratings: Vec<(usize, Stars)> = interactions.of_viewer(viewer).collect();
        let sequence = Sequence::of(interactions, viewer);
        Self { user: interactions.viewers[viewer], history: History { ratings }, sequence, target, candidates }
    }
}

/// Sums over lists of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sums {
    hits: f64,
    ndcg: f64,
}

impl Sums {
    fn count(&mut self, before: usize) {
        if before < PLACES {
            self.hits += 1.0;
            self.ndcg += super::evaluation::gain(before);
        }
    }

    /// HR@10.
    pub fn hits(&self, lists: usize) -> f64 {
        self.hits / lists.max(1) as f64
    }

    /// NDCG@10.
    pub fn ndcg(&self, lists: usize) -> f64 {
        self.ndcg / lists.max(1) as f64
    }
}

/// A model's figures.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// Among the candidates.
    pub of_candidates: Sums,
    /// Among all films that are not in the history.
    pub of_all: Sums,
    /// Lists ranked.
    pub lists: usize,
}

impl Tally {
    /// Whichever has the better NDCG among the candidates.
    pub fn better_of(self, other: Self) -> Self {
        if other.of_candidates.ndcg > self.of_candidates.ndcg { other } else { self }
    }

    fn count(&mut self, case: &Case, mut scores: Vec<f32>) {
        let own = scores[case.target];
        // Against the target: whoever is as good stands before it.
        self.of_candidates.count(case.candidates.iter().filter(|&&film| scores[film] >= own).count());
        for &(film, _) in &case.history.ratings {
            scores[film] = f32::NEG_INFINITY;
        }
        scores[case.target] = f32::NEG_INFINITY;
        self.of_all.count(scores.iter().filter(|&&score| score >= own).count());
        self.lists += 1;
    }
}

/// Lets the model rank every list.
pub fn measure(model: &dyn Recommender, cases: &[Case]) -> Result<Tally, ModelError> {
    let mut tally = Tally::default();
    for batch in cases.chunks(BATCH) {
        let histories: Vec<&History> = batch.iter().map(|case| &case.history).collect();
        for (case, scores) in batch.iter().zip(model.scores(&histories)?) {
            tally.count(case, scores);
        }
    }
    Ok(tally)
}

/// The same with a model that is told the order of the history.
pub fn measure_in_order(model: &Sequential<'_>, cases: &[Case]) -> Result<Tally, ModelError> {
    let mut tally = Tally::default();
    for batch in cases.chunks(BATCH) {
        let told: Vec<(&History, &Sequence)> = batch.iter().map(|case| (&case.history, &case.sequence)).collect();
        for (case, scores) in batch.iter().zip(model.scores(&told)?) {
            tally.count(case, scores);
        }
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Popularity, examples::three_viewers, examples::three_viewers_ratings};

    #[test]
    fn the_target_is_ranked_among_its_candidates_and_stands_last_of_equals() {
        let (order, likes) = three_viewers();
        let popular = Popularity::new(order, &likes);
        let ratings = three_viewers_ratings();
        // Film 0 has three likes, 1 two, 2 one, 3 none. Viewer 2 rated 0 and 2.
        let place = |target, candidates| {
            let tally = measure(&popular, &[Case::new(&ratings, 2, target, candidates)]).unwrap();
            (tally.of_candidates.ndcg(1), tally.of_all.ndcg(1))
        };
        let gain = crate::model::evaluation::gain;
        assert_eq!(place(1, vec![3]), (gain(0), gain(0)));
        assert_eq!(place(3, vec![1]), (gain(1), gain(1)));
        assert_eq!(place(3, vec![]), (gain(0), gain(1)));
        let even = Popularity::new(three_viewers().0, &crate::model::Likes::of(&ratings, 1, |_| false));
        let tally = measure(&even, &[Case::new(&ratings, 2, 1, vec![3])]).unwrap();
        assert_eq!(tally.of_candidates.ndcg(1), gain(1), "of equals the target stands last");
        assert_eq!((tally.of_candidates.hits(1), tally.lists), (1.0, 1));
    }
}
