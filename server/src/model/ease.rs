use std::sync::Arc;

use faer::{
    Mat, Side,
    linalg::solvers::{DenseSolveCore, LltError},
};

use super::{FilmOrder, History, Likes, ModelError, Recommender, Share};

/// More films than this make a table of films by films too large: 4 bytes for each pair, twice.
const MOST_FILMS: usize = 12_000;

/// A strong linear baseline: a film's score is the sum of what each liked film says for it, by the weights that best
/// tell each viewer's likes from the others of theirs, in closed form.
///
/// Harald Steck, *Embarrassingly Shallow Autoencoders for Sparse Data*, WWW 2019: with `P = (XᵀX + λI)⁻¹`, the weight
/// from film i to film j is `−P[i][j] / P[j][j]`, and none goes from a film to itself. Films that nobody liked have
/// no weights; of a catalogue with more than 12,000 others only those with the most likes have.
#[derive(Clone, Debug)]
pub struct Ease {
    order: Arc<FilmOrder>,
    /// The films that have weights: positions, ascending.
    films: Vec<usize>,
    /// Where a film stands among them.
    places: Vec<Option<usize>>,
    /// A row for each film that was liked, a column for each film that is scored.
    weights: Vec<f32>,
}

/// Why there are no weights.
#[derive(Debug, thiserror::Error)]
pub enum EaseError {
    /// λ is no regularisation.
    #[error("λ must be a number above 0, not {0}")]
    Lambda(f32),
    /// The likes are not numbers of likes.
    #[error("the films' table cannot be inverted: {0:?}")]
    Singular(LltError),
}

impl Ease {
    /// Learns from these likes; the larger `lambda`, the less it believes a few of them.
    pub fn new(order: Arc<FilmOrder>, likes: &Likes, lambda: f32) -> Result<Self, EaseError> {
        if !lambda.is_finite() || lambda <= 0.0 {
            return Err(EaseError::Lambda(lambda));
        }
        let (films, places) = most_liked(likes);
        let mut table = shared_likes(likes, films.len(), &places);
        for film in 0..films.len() {
            table[(film, film)] += lambda;
        }
        let inverse = table.llt(Side::Lower).map_err(EaseError::Singular)?.inverse();
        drop(table);
        let mut weights = Vec::with_capacity(films.len() * films.len());
        for liked in 0..films.len() {
            // The inverse is symmetric: its column is the row, and lies together in memory.
            let column = inverse.col(liked).iter();
            weights.extend(column.enumerate().map(
                |(film, value)| {
                    if film == liked { 0.0 } else { -value / inverse[(film, film)] }
                },
            ));
        }
        Ok(Self { order, films, places, weights })
    }

    /// What this film says for each of `self.films`.
    fn says(&self, film: usize) -> &[f32] {
        let row = self.places[film].map(|place| place * self.films.len()..(place + 1) * self.films.len());
        row.map_or(&[], |row| &self.weights[row])
    }
}

/// The films with likes, at most [`MOST_FILMS`] of them, and where each film of the catalogue stands among them.
fn most_liked(likes: &Likes) -> (Vec<usize>, Vec<Option<usize>>) {
    let counts = likes.counts();
    let mut films: Vec<usize> = (0..counts.len()).filter(|&film| counts[film] > 0).collect();
    films.sort_by_key(|&film| std::cmp::Reverse(counts[film]));
    films.truncate(MOST_FILMS);
    films.sort_unstable();
    let mut places = vec![None; counts.len()];
    for (place, &film) in films.iter().enumerate() {
        places[film] = Some(place);
    }
    (films, places)
}

/// How many viewers liked both of two films: XᵀX.
fn shared_likes(likes: &Likes, films: usize, places: &[Option<usize>]) -> Mat<f32> {
    let mut table = Mat::zeros(films, films);
    for viewer in 0..likes.viewers().len() {
        let liked: Vec<usize> = likes.of_viewer(viewer).iter().filter_map(|&film| places[film as usize]).collect();
        for &one in &liked {
            for &other in &liked {
                table[(other, one)] += 1.0;
            }
        }
    }
    table
}

impl Recommender for Ease {
    fn order(&self) -> &FilmOrder {
        &self.order
    }

    fn version(&self) -> &'static str {
        "ease"
    }

    fn scores(&self, histories: &[&History]) -> Result<Vec<Vec<f32>>, ModelError> {
        let scores = histories.iter().map(|history| {
            let mut scores = vec![0.0; self.places.len()];
            for liked in history.liked() {
                for (&film, weight) in self.films.iter().zip(self.says(liked)) {
                    scores[film] += weight;
                }
            }
            scores
        });
        Ok(scores.collect())
    }

    /// The weights themselves: exact, because the score is their sum.
    fn reasons(&self, history: &History, films: &[usize], most: usize) -> Result<Vec<Vec<Share>>, ModelError> {
        let reasons = films.iter().map(|&film| {
            let said = |liked| Some((liked, *self.says(liked).get(self.places[film]?)?));
            Share::of_losses(history.liked().filter_map(said).collect(), most)
        });
        Ok(reasons.collect())
    }
}

#[cfg(test)]
mod tests {
    use app::domain::MovieId;

    use super::*;
    use crate::{
        catalogue::Interactions,
        model::examples::{liking, three_viewers},
    };

    fn model() -> Ease {
        let (order, likes) = three_viewers();
        Ease::new(order, &likes, 1.0).unwrap()
    }

    /// By hand: XᵀX + I = [4 2 1; 2 3 0; 1 0 2], its inverse is [6 −4 −3; −4 7 2; −3 2 8] / 13.
    #[test]
    fn scores_are_those_of_the_closed_form() {
        let scores = model().scores(&[&liking(&[0]), &liking(&[1, 2]), &liking(&[3]), &liking(&[])]).unwrap();
        let expected = [
            [0.0, 4.0 / 7.0, 3.0 / 8.0, 0.0],
            [4.0 / 6.0 + 3.0 / 6.0, -2.0 / 7.0, -2.0 / 8.0, 0.0],
            [0.0; 4],
            [0.0; 4],
        ];
        for (scores, expected) in scores.iter().zip(expected) {
            assert!(scores.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{scores:?}, {expected:?}");
        }
    }

    #[test]
    fn reasons_are_the_weights_above_zero_of_the_liked_films() {
        let reasons = model().reasons(&liking(&[1, 2, 3]), &[0, 1, 3], 5).unwrap();
        assert_eq!(reasons[0].iter().map(|share| share.film).collect::<Vec<_>>(), [1, 2]);
        assert!((reasons[0][0].share - 4.0 / 7.0).abs() < 1e-6, "{reasons:?}");
        assert!(reasons[1].is_empty() && reasons[2].is_empty(), "{reasons:?}");
    }

    #[test]
    fn a_regularisation_that_is_none_is_refused() {
        let (order, likes) = three_viewers();
        for lambda in [0.0, -1.0, f32::NAN, f32::INFINITY] {
            assert!(Ease::new(Arc::clone(&order), &likes, lambda).is_err(), "{lambda}");
        }
    }

    #[test]
    fn without_likes_every_score_is_zero() {
        let (order, _) = three_viewers();
        let nobody = Interactions { films: (0..4).map(MovieId).collect(), offsets: vec![0], ..Interactions::default() };
        let model = Ease::new(order, &Likes::of(&nobody, 1, |_| true), 1.0).unwrap();
        assert_eq!(model.scores(&[&liking(&[0, 3])]).unwrap(), [[0.0; 4]]);
    }
}
