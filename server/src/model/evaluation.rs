//! How good a model is for somebody with few clicks, on people it has not learned from.
//!
//! The protocol is exact, so that anybody gets the same lists. Liked means four stars and more. `H(s)` is FNV-1a over
//! the bytes of `s`. A viewer belongs to fold `H("fold:{viewer}") mod 5`; a fold is evaluated with a model that has
//! seen no rating of its viewers. In draw d = 0, 1, 2 a viewer's likes are sorted by
//! `H("draw:{d}:{viewer}:{film}")`; the first k are the history and the rest are to be found among all films of the
//! catalogue but those k. k = 1, 3, 5, 10, 20 for viewers with at least k + 5 likes, and ⌊0.8·n⌋ for those with n ≥ 10.

use app::domain::{MovieId, Stars, ViewerId};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{History, ModelError, Recommender, best_positions};
use crate::catalogue::Interactions;

#[cfg(test)]
mod tests;

/// Parts into which the viewers are split.
pub const FOLDS: u64 = 5;
/// Orders in which each viewer's likes are dealt in the protocol.
pub const DRAWS: u32 = 3;
/// Histories that are scored at once.
const BATCH: usize = 64;
/// Batches whose rankings are kept at once.
const BATCHES: usize = 64;
/// nDCG looks at so many places of a ranking.
pub const NDCG_AT: usize = 10;
/// Recall looks at so many.
const RECALL_AT: usize = 20;

/// How much of a viewer's likes the model gets to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// So many films.
    Films(usize),
    /// Four fifths of them.
    FourFifths,
    /// So many tenths of them.
    Tenths(usize),
}

impl Shown {
    /// The rows of every table.
    pub const ALL: [Self; 6] =
        [Self::Films(1), Self::Films(3), Self::Films(5), Self::Films(10), Self::Films(20), Self::FourFifths];

    /// What a mixture is chosen on besides: lists as the last row's, at more lengths, so that chance decides less which
    /// mixture suits long histories.
    pub const BESIDES: [Self; 3] = [Self::Tenths(6), Self::Tenths(7), Self::Tenths(9)];

    /// How many of `likes` are shown, if a viewer with so many takes part.
    fn of(self, likes: usize) -> Option<usize> {
        match self {
            Self::Films(films) => (likes >= films + 5).then_some(films),
            Self::FourFifths => Self::Tenths(8).of(likes),
            Self::Tenths(tenths) => (likes >= 10).then_some(likes * tenths / 10),
        }
    }
}

impl std::fmt::Display for Shown {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Films(films) => films.fmt(out),
            Self::FourFifths => "80 %".fmt(out),
            Self::Tenths(tenths) => write!(out, "{tenths}0 %"),
        }
    }
}

/// FNV-1a, 64 bit.
pub fn hash(text: &str) -> u64 {
    text.bytes().fold(14_695_981_039_346_656_037, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(1_099_511_628_211))
}

/// The fold that a viewer belongs to.
pub fn fold(viewer: ViewerId) -> u64 {
    hash(&format!("fold:{viewer}")) % FOLDS
}

/// One list to rank: a history, and the films that are to be found.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    viewer: ViewerId,
    draw: u32,
    shown: Shown,
    history: History,
    /// Ascending.
    targets: Vec<usize>,
}

impl Case {
    /// All that a viewer liked but one film, which is to be found.
    pub(super) fn left_out(viewer: ViewerId, history: History, film: usize) -> Self {
        Self { viewer, draw: 0, shown: Shown::Films(history.ratings.len()), history, targets: vec![film] }
    }

    /// Whose list it is.
    pub fn viewer(&self) -> ViewerId {
        self.viewer
    }

    /// In which order their likes were dealt.
    pub fn draw(&self) -> u32 {
        self.draw
    }

    /// How much of the viewer's likes it shows.
    pub fn shown(&self) -> Shown {
        self.shown
    }

    /// What it shows.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The films (positions) that are to be found, ascending.
    pub fn targets(&self) -> &[usize] {
        &self.targets
    }
}

/// All lists of the protocol for the viewers for whom `wanted` is true, in so many draws.
pub fn cases(interactions: &Interactions, draws: u32, wanted: impl Fn(ViewerId) -> bool) -> Vec<Case> {
    cases_of(&Shown::ALL, interactions, draws, wanted)
}

/// Lists that show as much as `shown` says, of the viewers for whom `wanted` is true, in so many draws.
pub fn cases_of(
    shown: &[Shown],
    interactions: &Interactions,
    draws: u32,
    wanted: impl Fn(ViewerId) -> bool,
) -> Vec<Case> {
    let mut cases = Vec::new();
    for (at, &viewer) in interactions.viewers.iter().enumerate() {
        if !wanted(viewer) {
            continue;
        }
        let liked: Vec<(usize, Stars)> = interactions.of_viewer(at).filter(|(_, stars)| stars.is_liked()).collect();
        for draw in 0..draws {
            let mut dealt = liked.clone();
            dealt.sort_by_cached_key(|&(film, _)| draw_key(draw, viewer, interactions.films[film]));
            cases.extend(shown.iter().filter_map(|&shown| {
                let (seen, hidden) = dealt.split_at(shown.of(dealt.len())?);
                let mut history = History { ratings: seen.to_vec() };
                history.ratings.sort_unstable_by_key(|&(film, _)| film);
                let mut targets: Vec<usize> = hidden.iter().map(|&(film, _)| film).collect();
                targets.sort_unstable();
                Some(Case { viewer, draw, shown, history, targets })
            }));
        }
    }
    cases
}

fn draw_key(draw: u32, viewer: ViewerId, film: MovieId) -> u64 {
    hash(&format!("draw:{draw}:{viewer}:{film}"))
}

/// The sums of a row's lists; of several folds when they are added.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    ndcg: f64,
    recall: f64,
    lists: usize,
}

impl Tally {
    /// Mean nDCG@10 with binary gains; none without lists.
    pub fn ndcg(&self) -> Option<f64> {
        (self.lists > 0).then(|| self.ndcg / self.lists as f64)
    }

    /// Mean Recall@20: found / min(20, to be found); none without lists.
    pub fn recall(&self) -> Option<f64> {
        (self.lists > 0).then(|| self.recall / self.lists as f64)
    }

    /// How many lists it counts.
    pub fn lists(&self) -> usize {
        self.lists
    }
}

/// A model's figures, one for each of [`Shown::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    /// In the order of [`Shown::ALL`].
    pub rows: [Tally; Shown::ALL.len()],
}

impl Figures {
    /// In each row the figures of whichever has the better nDCG.
    pub fn better_of(mut self, other: &Self) -> Self {
        for (best, row) in self.rows.iter_mut().zip(&other.rows) {
            if row.ndcg() > best.ndcg() {
                *best = *row;
            }
        }
        self
    }

    /// Counts the lists of another fold too.
    pub fn add(&mut self, other: &Self) {
        for (sum, tally) in self.rows.iter_mut().zip(&other.rows) {
            sum.ndcg += tally.ndcg;
            sum.recall += tally.recall;
            sum.lists += tally.lists;
        }
    }
}

/// Lets the model rank every list; those that show something else than the protocol count nowhere.
pub fn measure(model: &dyn Recommender, cases: &[Case]) -> Result<Figures, ModelError> {
    let mut figures = Figures::default();
    rank(model, cases, RECALL_AT, |case, ranking| {
        let Some(row) = Shown::ALL.iter().position(|&shown| shown == case.shown) else { return };
        let tally = &mut figures.rows[row];
        tally.ndcg += ndcg(ranking, &case.targets);
        tally.recall += recall(ranking, &case.targets);
        tally.lists += 1;
    })?;
    Ok(figures)
}

/// The first films (positions) of the model's ranking for each list, at most so many.
pub fn rank(
    model: &dyn Recommender,
    cases: &[Case],
    films: usize,
    mut each: impl FnMut(&Case, &[usize]),
) -> Result<(), ModelError> {
    let ranked = |batch: &[Case]| -> Result<Vec<Vec<usize>>, ModelError> {
        let histories: Vec<&History> = batch.iter().map(|case| &case.history).collect();
        let scores = model.scores(&histories)?.into_iter().zip(batch);
        let rankings = scores.map(|(mut scores, case)| {
            for &(film, _) in &case.history.ratings {
                scores[film] = f32::NEG_INFINITY;
            }
            best_positions(&scores, films, |film| scores[film] > f32::NEG_INFINITY)
        });
        Ok(rankings.collect())
    };
    // Rankings are small, but of a million lists they are not.
    for some in cases.chunks(BATCH * BATCHES) {
        let rankings = some.par_chunks(BATCH).map(ranked).collect::<Result<Vec<_>, _>>()?;
        some.iter().zip(rankings.iter().flatten()).for_each(|(case, ranking)| each(case, ranking));
    }
    Ok(())
}

/// What a film that is found counts at this place of the ranking, 0 being the first.
pub fn gain(place: usize) -> f64 {
    1.0 / ((place + 2) as f64).log2()
}

/// What nDCG@10 divides by: the gain of a ranking that begins with all of so many films.
pub fn ideal_gain(targets: usize) -> f64 {
    (0..targets.min(NDCG_AT)).map(gain).sum()
}

fn ndcg(ranking: &[usize], targets: &[usize]) -> f64 {
    let found = ranking.iter().take(NDCG_AT).enumerate().filter(|(_, film)| targets.binary_search(film).is_ok());
    found.map(|(place, _)| gain(place)).sum::<f64>() / ideal_gain(targets.len())
}

fn recall(ranking: &[usize], targets: &[usize]) -> f64 {
    let found = ranking.iter().take(RECALL_AT).filter(|film| targets.binary_search(film).is_ok()).count();
    found as f64 / targets.len().min(RECALL_AT) as f64
}
