use std::sync::Arc;

use super::Weights;
use crate::model::{FilmOrder, History, ModelError, Recommender, Share};

/// A linear model by itself: a film's score is the sum of what each liked film says for it. With the weights of EASE a
/// strong baseline.
#[derive(Clone, Debug)]
pub struct LinearRecommender {
    order: Arc<FilmOrder>,
    weights: Weights,
}

impl LinearRecommender {
    /// Serves these weights.
    pub fn new(order: Arc<FilmOrder>, weights: Weights) -> Self {
        debug_assert_eq!(order.films().len(), weights.catalogue());
        Self { order, weights }
    }
}

impl Recommender for LinearRecommender {
    fn order(&self) -> &FilmOrder {
        &self.order
    }

    fn version(&self) -> &'static str {
        "linear"
    }

    fn scores(&self, histories: &[&History]) -> Result<Vec<Vec<f32>>, ModelError> {
        Ok(histories.iter().map(|history| self.weights.scores(history.liked().map(|film| (film, 1.0)))).collect())
    }

    /// The weights themselves: exact, because the score is their sum.
    fn reasons(&self, history: &History, films: &[usize], most: usize) -> Result<Vec<Vec<Share>>, ModelError> {
        let reasons = films.iter().map(|&film| {
            let said = history.liked().map(|liked| (liked, self.weights.weight(liked, film)));
            Share::of_losses(said.collect(), most)
        });
        Ok(reasons.collect())
    }
}
