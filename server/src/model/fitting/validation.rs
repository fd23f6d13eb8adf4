//! How good such a mixture is for viewers that it was not chosen for.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    FitError, Steps, mixtures,
    workshop::{Parts, Trial},
};
use crate::model::{
    FilmOrder,
    blend::Blend,
    evaluation::{self, Figures, Shown, Tally},
    ials::FactorsRecommender,
    tuning::{Assembly, Comparison, FACTORS, Mixture},
};

/// The mixture's figures beside popularity's, on viewers that neither has seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Validation {
    /// Viewers held out, of all rounds.
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
    /// The mixture's nDCG@10.
    pub ndcg: f64,
    /// The network's alone.
    pub network: f64,
    /// Popularity's.
    pub popularity: f64,
    /// That of the factors alone, with whichever of their settings is best for these very lists; none where they were not
    /// tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ials: Option<f64>,
}

/// How many steps [`validate`] takes.
pub(super) const STEPS: usize = 2;

/// Each half's figures with the mixtures that were chosen on the other halves.
pub(super) fn validate(
    order: &Arc<FilmOrder>,
    trials: &[Trial],
    compared: &Comparison,
    steps: &Steps<'_>,
) -> Result<Option<Validation>, FitError> {
    let [mut blend, mut network, mut popularity] = [Figures::default(); 3];
    let mut by_factors = [Figures::default(); FACTORS.len()];
    for half in 0..2 {
        // Tuners stand by trials, and each has one for each half.
        let chosen = mixtures(compared, |tuner| tuner % 2 != half);
        for Trial { parts, popularity: popular, cases, .. } in trials {
            let cases = &cases[half];
            network.add(&evaluation::measure(&parts.network, cases)?);
            popularity.add(&evaluation::measure(popular, cases)?);
            blend.add(&evaluation::measure(&mixed(parts, &chosen)?, cases)?);
            for (number, factors) in &parts.factors {
                let alone = FactorsRecommender::new(Arc::clone(order), factors.clone());
                by_factors[*number].add(&evaluation::measure(&alone, cases)?);
            }
        }
        steps.done();
    }
    let ials = by_factors.iter().skip(1).fold(by_factors[0], |best, other| best.better_of(other));
    let rows = Shown::ALL.into_iter().zip(blend.rows).zip(network.rows).zip(popularity.rows).zip(ials.rows);
    // To six digits: more say nothing, and JSON gives back exactly what was written.
    let rows: Vec<Row> = rows
        .filter_map(|((((shown, blend), network), popularity), ials)| {
            let ndcg = |tally: Tally| tally.ndcg().map(|ndcg| (ndcg * 1e6).round() / 1e6);
            let (lists, network, popularity) = (blend.lists(), ndcg(network)?, ndcg(popularity)?);
            Some(Row { shown, lists, ndcg: ndcg(blend)?, network, popularity, ials: ndcg(ials) })
        })
        .collect();
    let viewers = trials.iter().map(|trial| trial.viewers).sum();
    Ok((!rows.is_empty()).then_some(Validation { viewers, rows }))
}

/// The parts of a trial, which has all that any mixture asks for.
fn mixed(parts: &Parts, mixtures: &[Mixture]) -> Result<Blend, FitError> {
    let Assembly { experts, factors, knots } = Assembly::of(mixtures);
    let experts: Option<Vec<_>> = experts.iter().map(|expert| parts.expert(expert)).collect();
    let blend = Blend::new(
        parts.network.clone(),
        experts.ok_or(FitError::Parts)?,
        parts.tables(&factors).ok_or(FitError::Parts)?,
        knots,
    );
    blend.ok_or(FitError::Parts)
}
