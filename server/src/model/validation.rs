//! Viewers that the artefact's model has not seen, and how it does for them.
//!
//! They stay unseen: training once more on everybody would take twice as long, and the figures in the artefact would
//! be those of another model than the one in it.

use std::sync::Arc;

use app::domain::ViewerId;
use serde::{Deserialize, Serialize};

use super::{
    FilmOrder, Likes, ModelError, Popularity,
    evaluation::{self, Figures, Shown},
    set_autoencoder::SetRecommender,
    training::{self, Hyper, Progress, Trained, TrainingError},
};
use crate::catalogue::Interactions;

/// One viewer in so many is held out.
const ONE_IN: u64 = 10;
/// Fewer viewers than this are all needed for learning.
const FEWEST: usize = 100;
/// More than about this many tell nothing new and take long to rank for.
const ENOUGH: u64 = 2_000;

/// The model's figures beside popularity's, on viewers that neither has seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Validation {
    /// Viewers held out.
    pub viewers: usize,
    /// A row for each length of history that occurs.
    pub rows: Vec<Row>,
}

/// How well lists of one length of history were ranked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// How much of each viewer's likes was shown.
    pub shown: Shown,
    /// Lists ranked.
    pub lists: usize,
    /// The model's nDCG@10.
    pub ndcg: f64,
    /// Popularity's.
    pub popularity: f64,
}

/// Everything that can go wrong on the way.
#[derive(Debug, thiserror::Error)]
pub enum ValidationError {
    /// No model came out.
    #[error(transparent)]
    Training(#[from] TrainingError),
    /// The model did not answer.
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// Trains on all viewers but those held out, and measures on these.
pub fn train(
    interactions: &Interactions,
    hyper: impl FnOnce(usize) -> Hyper,
    seed: u64,
    progress: impl FnMut(Progress) + Send,
) -> Result<(Trained, Option<Validation>), ValidationError> {
    let everybody = Likes::of(interactions, training::LEAST_LIKES, |_| true);
    let viewers = everybody.viewers().len();
    let one_in = ONE_IN.max(viewers as u64 / ENOUGH);
    let held_out = |viewer: ViewerId| {
        viewers >= FEWEST && evaluation::hash(&format!("held-out:{seed}:{viewer}")).is_multiple_of(one_in)
    };

    let likes = Likes::of(interactions, training::LEAST_LIKES, |viewer| !held_out(viewer));
    let trained = training::train(&likes, hyper(likes.viewers().len()), progress)?;
    let cases = evaluation::cases(interactions, held_out);
    if cases.is_empty() {
        return Ok((trained, None));
    }
    let order = Arc::new(FilmOrder::new(interactions.films.clone()));
    let model = SetRecommender::new(trained.net.clone(), Arc::clone(&order), trained.version.clone())
        .map_err(ModelError::from)?;
    let figures = evaluation::measure(&model, &cases)?;
    let popularity = evaluation::measure(&Popularity::new(order, &likes), &cases)?;
    let viewers = everybody.viewers().iter().filter(|&&viewer| held_out(viewer)).count();
    Ok((trained, Some(Validation { viewers, rows: rows(&figures, &popularity) })))
}

fn rows(model: &Figures, popularity: &Figures) -> Vec<Row> {
    let tallies = model.rows.iter().zip(&popularity.rows);
    let rows = Shown::ALL.into_iter().zip(tallies);
    rows.filter_map(|(shown, (model, popularity))| {
        Some(Row { shown, lists: model.lists(), ndcg: model.ndcg()?, popularity: popularity.ndcg()? })
    })
    .collect()
}
