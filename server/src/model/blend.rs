//! What serves: the set autoencoder and linear weights, mixed by the length of the history.
//!
//! The two err differently. The network is better where a visitor starts, weights in closed form where much is known of
//! one, and their sum is better than either; how much of which, and weights for histories how complete, is chosen by
//! [tuning](super::tuning) on viewers that neither has seen. Both scores are taken as they are, so what a film of the
//! history adds can be told exactly.

use serde::{Deserialize, Serialize};

use super::{
    FilmOrder, History, ModelError, Ranked, Recommender, Share, linear::Weights, pruned,
    set_autoencoder::SetRecommender,
};

#[cfg(test)]
mod tests;

/// The mixture for histories of about one length.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Knot {
    /// Liked films; a history is served by the knot whose length is nearest, as ratios go.
    pub length: usize,
    /// What the network's score is multiplied by.
    pub network: f32,
    /// Which of the blend's experts.
    pub expert: usize,
    /// What the expert's score is multiplied by.
    pub linear: f32,
}

/// A network and linear experts with their mixture.
#[derive(Clone, Debug)]
pub struct Blend {
    network: SetRecommender,
    experts: Vec<Weights>,
    knots: Vec<Knot>,
    version: String,
}

impl Blend {
    /// The mixture; `None` unless there is a knot, each knot's expert is there, its numbers are finite, and all parts are
    /// for the same films.
    pub fn new(network: SetRecommender, experts: Vec<Weights>, mut knots: Vec<Knot>) -> Option<Self> {
        knots.sort_by_key(|knot| knot.length);
        let films = network.order().films().len();
        let fit = experts.iter().all(|expert| expert.catalogue() == films)
            && knots
                .iter()
                .all(|knot| knot.expert < experts.len() && knot.network.is_finite() && knot.linear.is_finite());
        if knots.is_empty() || !fit {
            return None;
        }
        let version = version(&network, &experts, &knots);
        Some(Self { network, experts, knots, version })
    }

    /// Its mixtures, ascending by length.
    pub fn knots(&self) -> &[Knot] {
        &self.knots
    }

    /// Its linear experts.
    pub fn experts(&self) -> &[Weights] {
        &self.experts
    }

    /// Its network.
    pub fn network(&self) -> &SetRecommender {
        &self.network
    }

    /// The mixture for a history of so many liked films.
    fn knot(&self, length: usize) -> Knot {
        let distance = |knot: &&Knot| ratio(length, knot.length);
        let nearest = self.knots.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
        // `new` saw that there is one.
        nearest.copied().unwrap_or(Knot { length, network: 1.0, expert: 0, linear: 0.0 })
    }
}

/// How many times the longer one is as long as the shorter; no films count as one.
pub fn ratio(length: usize, other: usize) -> f32 {
    let (a, b) = (length.max(1), other.max(1));
    a.max(b) as f32 / a.min(b) as f32
}

/// A short hash of all parts: 16 hexadecimal digits.
fn version(network: &SetRecommender, experts: &[Weights], knots: &[Knot]) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(network.version().as_bytes());
    for expert in experts {
        expert.hash_into(&mut hasher);
    }
    for knot in knots {
        hasher.update(&(knot.length as u64).to_le_bytes());
        hasher.update(&(knot.expert as u64).to_le_bytes());
        hasher.update(&knot.network.to_le_bytes());
        hasher.update(&knot.linear.to_le_bytes());
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

impl Recommender for Blend {
    fn order(&self) -> &FilmOrder {
        self.network.order()
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn scores(&self, histories: &[&History]) -> Result<Vec<Vec<f32>>, ModelError> {
        let mut scores = self.network.scores(histories)?;
        for (scores, history) in scores.iter_mut().zip(histories) {
            let knot = self.knot(history.liked().count());
            for score in scores.iter_mut() {
                *score *= knot.network;
            }
            self.experts[knot.expert].add_scores(history.strengths(), knot.linear, scores);
        }
        Ok(scores)
    }

    /// Most films are [ruled out](pruned) before the network's vectors are looked at.
    fn best(
        &self,
        histories: &[&History],
        most: &[usize],
        allowed: &dyn Fn(usize, usize) -> bool,
    ) -> Result<Vec<Option<Ranked>>, ModelError> {
        self.network.with_tastes(histories, |at, taste| {
            let knot = self.knot(histories[at].liked().count());
            let taste = taste.times(knot.network);
            let mut own = taste.popular();
            self.experts[knot.expert].add_scores(histories[at].strengths(), knot.linear, &mut own);
            pruned::best(&own, &[taste.product()], most[at], |film| allowed(at, film))
        })
    }

    /// What each score loses when one liked film is taken away and everything that depends on the history's length is held
    /// as it was: the network's loss and the film's own weights, both exact, in the mixture's proportions.
    fn reasons(&self, history: &History, films: &[usize], most: usize) -> Result<Vec<Vec<Share>>, ModelError> {
        let knot = self.knot(history.liked().count());
        let expert = &self.experts[knot.expert];
        let losses = self.network.losses(history, films)?.into_iter().zip(films);
        let reasons = losses.map(|(mut losses, &film)| {
            for ((liked, loss), (_, strength)) in losses.iter_mut().zip(history.strengths()) {
                *loss = knot.network * *loss + knot.linear * strength * expert.weight(*liked, film);
            }
            Share::of_losses(losses, most)
        });
        Ok(reasons.collect())
    }

    /// As the network sees them.
    fn alike(&self, films: &[usize], others: &[usize]) -> Result<Vec<Vec<f32>>, ModelError> {
        self.network.alike(films, others)
    }
}
