use std::sync::Arc;

use super::Factors;
use crate::model::{FilmOrder, History, ModelError, Recommender, Share};

/// Factors by themselves, as a blend asks them: what was liked with more stars counts more.
#[derive(Clone, Debug)]
pub struct FactorsRecommender {
    order: Arc<FilmOrder>,
    factors: Factors,
}

impl FactorsRecommender {
    /// Serves these factors.
    pub fn new(order: Arc<FilmOrder>, factors: Factors) -> Self {
        debug_assert_eq!(order.films().len(), factors.catalogue());
        Self { order, factors }
    }
}

impl Recommender for FactorsRecommender {
    fn order(&self) -> &FilmOrder {
        &self.order
    }

    fn version(&self) -> &'static str {
        "factors"
    }

    fn scores(&self, histories: &[&History]) -> Result<Vec<Vec<f32>>, ModelError> {
        Ok(self.factors.scores(histories))
    }

    /// What the score loses without each film: exact.
    fn reasons(&self, history: &History, films: &[usize], most: usize) -> Result<Vec<Vec<Share>>, ModelError> {
        let liked: Vec<(usize, f32)> = history.strengths().collect();
        let losses = self.factors.losses(&liked, films).into_iter();
        let named = |losses: Vec<f32>| liked.iter().map(|&(film, _)| film).zip(losses).collect();
        Ok(losses.map(|losses| Share::of_losses(named(losses), most)).collect())
    }
}
