use std::sync::Arc;

use super::{FilmOrder, History, Likes, ModelError, Recommender, Share, likes::LikedBy};

/// A baseline that looks at the history: a film's score is the sum of its cosines with the liked films, each film
/// being the set of viewers who liked it.
///
/// Sarwar et al., *Item-based Collaborative Filtering Recommendation Algorithms*, WWW 2001. No matrix of films by films
/// is kept: the cosines of a liked film are counted along the viewers who liked it.
#[derive(Clone, Debug)]
pub struct ItemCosine {
    order: Arc<FilmOrder>,
    likes: Likes,
    viewers: LikedBy,
}

impl ItemCosine {
    /// Turns the likes around, so that they can be walked from film to viewers to films.
    pub fn new(order: Arc<FilmOrder>, likes: Likes) -> Self {
        let viewers = likes.by_film();
        Self { order, likes, viewers }
    }

    /// Adds the cosines of `film` with every film to `scores`.
    fn add_cosines(&self, film: usize, scores: &mut [f32]) {
        let here = self.viewers.of(film);
        for &viewer in here {
            for &other in self.likes.of_viewer(viewer as usize) {
                let product = here.len() * self.viewers.of(other as usize).len();
                scores[other as usize] += 1.0 / (product as f32).sqrt();
            }
        }
    }
}

impl Recommender for ItemCosine {
    fn order(&self) -> &FilmOrder {
        &self.order
    }

    fn version(&self) -> &str {
        "item-cosine"
    }

    fn scores(&self, histories: &[&History]) -> Result<Vec<Vec<f32>>, ModelError> {
        let scores = histories.iter().map(|history| {
            let mut scores = vec![0.0; self.likes.films()];
            history.liked().for_each(|film| self.add_cosines(film, &mut scores));
            scores
        });
        Ok(scores.collect())
    }

    fn reasons(&self, history: &History, films: &[usize], most: usize) -> Result<Vec<Vec<Share>>, ModelError> {
        let mut reasons = vec![Vec::new(); films.len()];
        for liked in history.liked() {
            let mut cosines = vec![0.0; self.likes.films()];
            self.add_cosines(liked, &mut cosines);
            for (reasons, &film) in reasons.iter_mut().zip(films) {
                reasons.push((liked, cosines[film]));
            }
        }
        Ok(reasons.into_iter().map(|losses| Share::of_losses(losses, most)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::examples::{liking, three_viewers};

    fn model() -> ItemCosine {
        let (order, likes) = three_viewers();
        ItemCosine::new(order, likes)
    }

    #[test]
    fn scores_are_sums_of_cosines() {
        let scores = model().scores(&[&liking(&[0]), &liking(&[1, 2]), &liking(&[3]), &liking(&[])]).unwrap();
        let (six, three) = (6.0_f32.sqrt(), 3.0_f32.sqrt());
        for (scores, expected) in scores.iter().zip([
            [1.0, 2.0 / six, 1.0 / three, 0.0],
            [2.0 / six + 1.0 / three, 1.0, 1.0, 0.0],
            [0.0; 4],
            [0.0; 4],
        ]) {
            assert!(scores.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{scores:?}, {expected:?}");
        }
    }

    #[test]
    fn each_liked_film_has_its_cosine_as_its_share() {
        let reasons = model().reasons(&liking(&[1, 2, 3]), &[0], 5).unwrap();
        let (by_one, by_two) = (2.0 / 6.0_f32.sqrt(), 1.0 / 3.0_f32.sqrt());
        assert_eq!(reasons[0].iter().map(|share| share.film).collect::<Vec<_>>(), [1, 2]);
        assert!((reasons[0][0].share - by_one / (by_one + by_two)).abs() < 1e-6);
    }
}
