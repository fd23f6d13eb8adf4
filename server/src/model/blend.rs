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

/// The mixture for histories of one length.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Knot {
    /// Liked films. Between the lengths of two knots a history is served by [something of both](between).
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
    /// The mixture; `None` unless there is a knot, no two have one length and none has 0, each knot's parts are there, its
    /// numbers are finite, and all parts are for the same films.
    pub fn new(
        network: SetRecommender,
        experts: Vec<Weights>,
        factors: Vec<Factors>,
        mut knots: Vec<Knot>,
    ) -> Option<Self> {
        knots.sort_by_key(|knot| knot.length);
        let films = network.order().films().len();
        let fits = |knot: &Knot| {
            knot.length > 0
                && knot.expert < experts.len()
                && (knot.factors < factors.len() || knot.ials == 0.0)
                && [knot.network, knot.linear, knot.ials].into_iter().all(f32::is_finite)
        };
        let fit = experts.iter().all(|expert| expert.catalogue() == films)
            && factors.iter().all(|factors| factors.catalogue() == films)
            && knots.iter().all(fits);
        let apart = knots.windows(2).all(|knots| knots[0].length < knots[1].length);
        if knots.is_empty() || !fit || !apart {
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

    /// Those for a history of so many liked films.
    fn proportions(&self, length: usize) -> Proportions {
        let lengths: Vec<usize> = self.knots.iter().map(|knot| knot.length).collect();
        let mut mixed = Proportions { network: 0.0, experts: Vec::new(), factors: Vec::new() };
        for (place, share) in between(&lengths, length) {
            let knot = &self.knots[place];
            mixed.network += share * knot.network;
            let parts = [
                (&mut mixed.experts, knot.expert, share * knot.linear),
                (&mut mixed.factors, knot.factors, share * knot.ials),
            ];
            for (parts, number, factor) in parts.into_iter().filter(|&(_, _, factor)| factor != 0.0) {
                match parts.iter_mut().find(|(other, _)| *other == number) {
                    Some((_, sum)) => *sum += factor,
                    None => parts.push((number, factor)),
                }
            }
        }
        mixed
    }

    /// Adds what its experts say.
    fn add_experts(&self, mixed: &Proportions, history: &History, scores: &mut [f32]) {
        for &(expert, factor) in &mixed.experts {
            self.experts[expert].add_scores(history.strengths(), factor, scores);
        }
    }
}

/// What the parts' scores are multiplied by for histories of one length.
struct Proportions {
    network: f32,
    /// Experts by their numbers; those that are not here say nothing.
    experts: Vec<(usize, f32)>,
    /// Tables of factors by theirs.
    factors: Vec<(usize, f32)>,
}

/// Which of the `lengths`, strictly ascending and above 0, a history of this length is between, and how much each counts: together 1,
/// moving from one to the next with the logarithm of the length. Beyond the first and the last there is but that one.
pub fn between(lengths: &[usize], length: usize) -> impl Iterator<Item = (usize, f32)> {
    let after = lengths.partition_point(|&other| other < length);
    let parts = match (after.checked_sub(1), lengths.get(after)) {
        (Some(before), Some(&high)) => {
            let low = lengths[before] as f32;
            let part = (length as f32 / low).ln() / (high as f32 / low).ln();
            [Some((before, 1.0 - part)), Some((after, part))]
        }
        (Some(before), None) => [Some((before, 1.0)), None],
        (None, Some(_)) => [None, Some((after, 1.0))],
        (None, None) => [None, None],
    };
    parts.into_iter().flatten().filter(|&(_, part)| part > 0.0)
}

/// A short hash of all parts: 16 hexadecimal digits.
fn version(network: &SetRecommender, experts: &[Weights], factors: &[Factors], knots: &[Knot]) -> String {
    let mut hasher = blake3::Hasher::new();
    // How the parts are used counts as they do: what is computed from the same in another way is another answer.
    hasher.update(b"between two lengths something of both");
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
        let all: Vec<Proportions> = histories.iter().map(|history| self.proportions(history.liked().count())).collect();
        for ((scores, history), mixed) in scores.iter_mut().zip(histories).zip(&all) {
            for score in scores.iter_mut() {
                *score *= mixed.network;
            }
            self.add_experts(mixed, history, scores);
        }
        for (number, factors) in self.factors.iter().enumerate() {
            let mut visitors = Vec::new();
            for ((scores, history), mixed) in scores.iter_mut().zip(histories).zip(&all) {
                if let Some(&(_, factor)) = mixed.factors.iter().find(|&&(other, _)| other == number) {
                    visitors.push((visitor(factors, history, factor), scores.as_mut_slice()));
                }
            }
            factors.add_all_scores(&mut visitors);
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
            let mixed = self.proportions(histories[at].liked().count());
            let taste = taste.times(mixed.network);
            let mut own = taste.popular();
            self.add_experts(&mixed, histories[at], &mut own);
            let by_factors = mixed.factors.iter().map(|&(number, factor)| {
                let factors = &self.factors[number];
                (visitor(factors, histories[at], factor), factors)
            });
            let by_factors: Vec<(Vec<f32>, &Factors)> = by_factors.collect();
            let mut products = vec![taste.product()];
            products.extend(by_factors.iter().map(|(visitor, factors)| Product {
                visitor,
                films: factors.films(),
                quantised: factors.quantised(),
            }));
            pruned::best(&own, &products, most[at], |film| allowed(at, film))
        })
    }

    /// What each score loses when one liked film is taken away and everything that depends on the history's length is held
    /// as it was: the network's loss, the film's own weights and the factors' loss, all exact, in the mixture's proportions.
    fn reasons(&self, history: &History, films: &[usize], most: usize) -> Result<Vec<Vec<Share>>, ModelError> {
        let mixed = self.proportions(history.liked().count());
        let liked: Vec<(usize, f32)> = history.strengths().collect();
        let mut all = self.network.losses(history, films)?;
        for (_, loss) in all.iter_mut().flatten() {
            *loss *= mixed.network;
        }
        let mut ascending: Vec<(usize, usize)> = films.iter().copied().zip(0..).collect();
        ascending.sort_unstable();
        for (at, &(liked, strength)) in liked.iter().enumerate() {
            for &(expert, factor) in &mixed.experts {
                for (place, weight) in self.experts[expert].weights(liked, &ascending) {
                    all[place][at].1 += factor * strength * weight;
                }
            }
        }
        for &(number, factor) in &mixed.factors {
            let by_factors = self.factors[number].losses(&liked, films);
            for (losses, by_factors) in all.iter_mut().zip(by_factors) {
                losses.iter_mut().zip(by_factors).for_each(|((_, loss), more)| *loss += factor * more);
            }
        }
        Ok(all.into_iter().map(|losses| Share::of_losses(losses, most)).collect())
    }

    /// As the network sees them.
    fn alike(&self, films: &[usize], others: &[usize]) -> Result<Vec<Vec<f32>>, ModelError> {
        self.network.alike(films, others)
    }
}

/// The visitor's vector for these films' factors, times `factor`.
fn visitor(factors: &Factors, history: &History, factor: f32) -> Vec<f32> {
    let mut visitor = factors.visitor(history.strengths());
    visitor.iter_mut().for_each(|number| *number *= factor);
    visitor
}
