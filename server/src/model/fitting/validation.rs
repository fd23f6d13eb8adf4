//! How good such a mixture is for viewers that it was not chosen for.

use serde::{Deserialize, Serialize};

use super::{FitError, Trial, mixtures};
use crate::model::{
    blend::Blend,
    evaluation::{self, Figures, Shown, Tally},
    ials::Factors,
    tuning::{Assembly, Comparison},
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
}

/// Each half's figures with the mixtures that were chosen on the other halves.
pub(super) fn validate(trials: &[Trial], compared: &Comparison) -> Result<Option<Validation>, FitError> {
    let [mut blend, mut network, mut popularity] = [Figures::default(); 3];
    for half in 0..2 {
        // Tuners stand by trials, and each has one for each half.
        let chosen = mixtures(compared, |tuner| tuner % 2 != half);
        let Assembly { experts, factors, knots } = Assembly::of(&chosen);
        for Trial { parts, popularity: popular, cases, .. } in trials {
            let cases = &cases[half];
            network.add(&evaluation::measure(&parts.network, cases)?);
            popularity.add(&evaluation::measure(popular, cases)?);
            let experts = experts.iter().map(|expert| parts.expert(expert));
            let experts = experts.collect::<Option<Vec<_>>>().ok_or(FitError::Parts)?;
            // Those of a trial are all tables, in the order of their numbers.
            let factors: Vec<Factors> = factors.iter().map(|&number| parts.factors[number].clone()).collect();
            let model = Blend::new(parts.network.clone(), experts, factors, knots.clone()).ok_or(FitError::Parts)?;
            blend.add(&evaluation::measure(&model, cases)?);
        }
    }
    let rows = Shown::ALL.into_iter().zip(blend.rows).zip(network.rows).zip(popularity.rows);
    // To six digits: more say nothing, and JSON gives back exactly what was written.
    let rows: Vec<Row> = rows
        .filter_map(|(((shown, blend), network), popularity)| {
            let ndcg = |tally: Tally| tally.ndcg().map(|ndcg| (ndcg * 1e6).round() / 1e6);
            let (lists, network, popularity) = (blend.lists(), ndcg(network)?, ndcg(popularity)?);
            Some(Row { shown, lists, ndcg: ndcg(blend)?, network, popularity })
        })
        .collect();
    let viewers = trials.iter().map(|trial| trial.viewers).sum();
    Ok((!rows.is_empty()).then_some(Validation { viewers, rows }))
}
