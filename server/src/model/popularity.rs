use std::sync::Arc;

use super::{FilmOrder, History, Likes, ModelError, Recommender, Share};

/// The baseline that every model has to beat: films by how many viewers liked them, the same for everybody.
#[derive(Clone, Debug)]
pub struct Popularity {
    order: Arc<FilmOrder>,
    scores: Vec<f32>,
}

impl Popularity {
    /// Counts the likes.
    pub fn new(order: Arc<FilmOrder>, likes: &Likes) -> Self {
        let scores = likes.counts().into_iter().map(|count| count as f32).collect();
        Self { order, scores }
    }
}

impl Recommender for Popularity {
    fn order(&self) -> &FilmOrder {
        &self.order
    }

    fn version(&self) -> &'static str {
        "popularity"
    }

    fn scores(&self, histories: &[&History]) -> Result<Vec<Vec<f32>>, ModelError> {
        Ok(vec![self.scores.clone(); histories.len()])
    }

    /// None: no film of the history has a part in it.
    fn reasons(&self, _history: &History, films: &[usize], _most: usize) -> Result<Vec<Vec<Share>>, ModelError> {
        Ok(vec![Vec::new(); films.len()])
    }
}
