//! What serves: the set autoencoder, linear weights and factors, mixed by the length of the history.
//!
//! The three err differently. The network is better where a visitor starts, weights in closed form and factors where much
//! is known of one, and their sum is better than any; how much of which, and weights for histories how complete, is chosen
//! by [tuning](super::tuning) on viewers that none has seen. All scores are taken as they are, so what a film of the
//! history adds can be told exactly.

use serde::{Deserialize, Serialize};

use super::{
    FilmOrder, History, ModelError, Ranked, Recommender, Share, ials::Factors, linear::Weights, pruned,
    pruned::Product, set_autoencoder::SetRecommender,
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
    /// Which of the blend's tables of factors.
    pub factors: usize,
    /// What their score is multiplied by; where it is 0 there need be no such table.
    pub ials: f32,
}

/// A network, linear experts and films' factors with their mixture.
#[derive(Clone, Debug)]
pub struct Blend {
    network: SetRecommender,
    experts: Vec<Weights>,
    factors: Vec<Factors>,
    knots: Vec<Knot>,
    version: String,
}

impl Blend {
    /// The mixture; `None` unless there is a knot, each knot's parts are there, its numbers are finite, and all parts are
    /// for the same films.
    pub fn new(
        network: SetRecommender,
        experts: Vec<Weights>,
        factors: Vec<Factors>,
        mut knots: Vec<Knot>,
    ) -> Option<Self> {
        knots.sort_by_key(|knot| knot.length);
        let films = network.order().films().len();
        let fits = |knot: &Knot| {
            knot.expert < experts.len()
                && (knot.factors < factors.len() || knot.ials == 0.0)
                && [knot.network, knot.linear, knot.ials].into_iter().all(f32::is_finite)
        };
        let fit = experts.iter().all(|expert| expert.catalogue() == films)
            && factors.iter().all(|factors| factors.catalogue() == films)
            && knots.iter().all(fits);
        if knots.is_empty() || !fit {
            return None;
        }
        let version = version(&network, &experts, &factors, &knots);
        Some(Self { network, experts, factors, knots, version })
    }

    /// Its mixtures, ascending by length.
    pub fn knots(&self) -> &[Knot] {
        &self.knots
    }

    /// Its linear experts.
    pub fn experts(&self) -> &[Weights] {
        &self.experts
    }

    /// Its tables of films' factors.
    pub fn factors(&self) -> &[Factors] {
        &self.factors
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
        nearest.copied().unwrap_or(Knot { length, network: 1.0, expert: 0, linear: 0.0, factors: 0, ials: 0.0 })
    }

    /// The films' factors that the mixture asks, if it asks any.
    fn factors_of(&self, knot: Knot) -> Option<&Factors> {
        self.factors.get(knot.factors).filter(|_| knot.ials != 0.0)
    }
}

/// How many times the longer one is as long as the shorter; no films count as one.
pub fn ratio(length: usize, other: usize) -> f32 {
    let (a, b) = (length.max(1), other.max(1));
    a.max(b) as f32 / a.min(b) as f32
}

/// A short hash of all parts: 16 hexadecimal digits.
fn version(network: &SetRecommender, experts: &[Weights], factors: &[Factors], knots: &[Knot]) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(network.version().as_bytes());
    for expert in experts {
        expert.hash_into(&mut hasher);
    }
    for factors in factors {
        factors.hash_into(&mut hasher);
    }
    for knot in knots {
        hasher.update(&(knot.length as u64).to_le_bytes());
        hasher.update(&(knot.expert as u64).to_le_bytes());
        hasher.update(&knot.network.to_le_bytes());
        hasher.update(&knot.linear.to_le_bytes());
        hasher.update(&(knot.factors as u64).to_le_bytes());
        hasher.update(&knot.ials.to_le_bytes());
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
        let mut by_factors: Vec<Vec<(Vec<f32>, &mut [f32])>> = self.factors.iter().map(|_| Vec::new()).collect();
        for (scores, history) in scores.iter_mut().zip(histories) {
            let knot = self.knot(history.liked().count());
            for score in scores.iter_mut() {
                *score *= knot.network;
            }
            self.experts[knot.expert].add_scores(history.strengths(), knot.linear, scores);
            if let Some(factors) = self.factors_of(knot) {
                let mut visitor = factors.visitor(history.strengths());
                visitor.iter_mut().for_each(|number| *number *= knot.ials);
                by_factors[knot.factors].push((visitor, scores));
            }
        }
        for (factors, visitors) in self.factors.iter().zip(&mut by_factors) {
            factors.add_all_scores(visitors);
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
            let Some(factors) = self.factors_of(knot) else {
                return pruned::best(&own, &[taste.product()], most[at], |film| allowed(at, film));
            };
            let mut visitor = factors.visitor(histories[at].strengths());
            visitor.iter_mut().for_each(|number| *number *= knot.ials);
            let by_factors = Product { visitor: &visitor, films: factors.films(), lengths: factors.lengths() };
            pruned::best(&own, &[taste.product(), by_factors], most[at], |film| allowed(at, film))
        })
    }

    /// What each score loses when one liked film is taken away and everything that depends on the history's length is held
    /// as it was: the network's loss, the film's own weights and the factors' loss, all exact, in the mixture's proportions.
    fn reasons(&self, history: &History, films: &[usize], most: usize) -> Result<Vec<Vec<Share>>, ModelError> {
        let knot = self.knot(history.liked().count());
        let expert = &self.experts[knot.expert];
        let liked: Vec<(usize, f32)> = history.strengths().collect();
        let by_factors = self.factors_of(knot).map(|factors| factors.losses(&liked, films));
        let losses = self.network.losses(history, films)?.into_iter().zip(films).enumerate();
        let reasons = losses.map(|(place, (mut losses, &film))| {
            for (at, ((_, loss), &(liked, strength))) in losses.iter_mut().zip(&liked).enumerate() {
                let by_factors = by_factors.as_ref().map_or(0.0, |losses| losses[place][at]);
                let by_weights = strength * expert.weight(liked, film);
                *loss = knot.network * *loss + knot.linear * by_weights + knot.ials * by_factors;
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
