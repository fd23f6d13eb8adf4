//! Predicted stars: what a visitor would give a film, as an exact sum, with an interval.
//!
//! A rating of film j by visitor u is `μ + aⱼ + aᵤ + pⱼ·pᵤ + noise`: everyone's average, how well the film is liked, how
//! generous the visitor is, and how their tastes go together. Everything but μ and the noise is a Gaussian belief and
//! not a number, so who has rated two films is not taken at their word (variational Bayes for matrix factorisation: Lim
//! and Teh, *Variational Bayesian Approach to Movie Rating Prediction*, KDD Cup 2007; Raiko, Ilin and Karhunen,
//! *Principal Component Analysis for Large Scale Problems with Lots of Missing Values*, ECML 2007). What is believed of a
//! film before anyone rated it comes from its genres and years.
//!
//! Only the films' side is kept. A visitor's belief is computed from their ratings when it is asked for, and its mean is
//! linear in them: so the stars are a sum to which each rated film adds its own part.

mod beliefs;
mod fitting;
mod offsets;
#[cfg(test)]
mod tests;

use beliefs::{Belief, Evidence, LATENT, PACKED, SIZE, Symmetric};
pub use fitting::{FittedStars, StarsError, Validation, fit};
pub use offsets::Offsets;
use serde::{Deserialize, Serialize};

use super::History;

/// The part of ratings that intervals hold.
pub const HELD: f64 = 0.8;

/// What is known of all films; nothing of any visitor.
#[derive(Clone, Debug, PartialEq)]
pub struct StarsModel {
    films: Vec<Belief>,
    /// What is believed of a visitor who has rated nothing: mean 0 and this.
    visitor: Symmetric,
    /// The same inverted.
    precision: [f64; PACKED],
    scalars: Scalars,
}

/// The numbers of a [`StarsModel`] that there is one of.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scalars {
    /// μ, in stars.
    pub average: f64,
    /// The variance of what no belief explains, in stars².
    pub noise: f64,
    /// An interval goes so many standard deviations up and down.
    pub reach: f64,
    /// The fewest and the most stars that anyone gave.
    pub scale: (f64, f64),
}

/// What a visitor would give a film, and why. All in stars.
#[derive(Clone, Debug, PartialEq)]
pub struct PredictedStars {
    /// Everyone's average over all films.
    pub average: f64,
    /// How much better this film is liked.
    pub film: f64,
    /// How much more generous this visitor is.
    pub visitor: f64,
    /// What each film of the history (position) adds or takes away, in its order.
    pub because: Vec<(usize, f64)>,
    /// Where the rating lies with a probability of [`HELD`], within the scale.
    pub interval: (f64, f64),
    scale: (f64, f64),
}

impl PredictedStars {
    /// The sum of all parts: it may lie beyond the scale.
    pub fn sum(&self) -> f64 {
        self.average + self.film + self.visitor + self.because.iter().map(|(_, stars)| stars).sum::<f64>()
    }

    /// The sum, within the scale.
    pub fn stars(&self) -> f64 {
        self.sum().clamp(self.scale.0, self.scale.1)
    }
}

impl StarsModel {
    /// Its parts, as a file has them: (films × [`Self::WIDTH`]) means, (films × [`Self::COVARIANCE`]) covariances, and the
    /// covariance of visitors.
    pub fn parts(&self) -> (Vec<f32>, Vec<f32>, Vec<f32>) {
        let means = self.films.iter().flat_map(|film| film.mean).collect();
        let covariances = self.films.iter().flat_map(|film| film.covariance.0).collect();
        (means, covariances, self.visitor.0.to_vec())
    }

    /// Numbers of a film's mean.
    pub const WIDTH: usize = SIZE;
    /// Numbers of a film's covariance: the lower triangle.
    pub const COVARIANCE: usize = PACKED;

    /// The model with these parts; `None` unless there are as many as there should be, all are finite, and no variance is
    /// negative.
    pub fn from_parts(means: &[f32], covariances: &[f32], visitor: &[f32], scalars: Scalars) -> Option<Self> {
        let visitor = Symmetric(visitor.try_into().ok()?);
        let films = means.len() / SIZE;
        if films * SIZE != means.len() || films * PACKED != covariances.len() {
            return None;
        }
        let beliefs = means.chunks_exact(SIZE).zip(covariances.chunks_exact(PACKED));
        let films = beliefs.map(|(mean, covariance)| {
            let belief = Belief { mean: mean.try_into().ok()?, covariance: Symmetric(covariance.try_into().ok()?) };
            belief.is_sound().then_some(belief)
        });
        Self::new(films.collect::<Option<_>>()?, visitor, scalars)
    }

    fn new(films: Vec<Belief>, visitor: Symmetric, scalars: Scalars) -> Option<Self> {
        let Scalars { average, noise, reach, scale } = scalars;
        let sound = average.is_finite()
            && noise.is_finite()
            && noise > 0.0
            && reach.is_finite()
            && reach > 0.0
            && scale.0 > 0.0
            && scale.0 <= scale.1
            && scale.1 <= 5.0;
        let precision = visitor.inverse()?;
        sound.then_some(Self { films, visitor, precision, scalars })
    }

    /// Films it knows.
    pub fn films(&self) -> usize {
        self.films.len()
    }

    /// Its numbers.
    pub fn scalars(&self) -> Scalars {
        self.scalars
    }

    /// What the visitor with this history would give the film at this position; `None` if there is no such film. What
    /// the history says of this very film is left out: it is a guess, not an echo.
    pub fn predict(&self, history: &History, film: usize) -> Option<PredictedStars> {
        self.film(film)?;
        let ratings = history.ratings.iter().copied().filter(|&(rated, _)| rated != film).collect();
        self.visitor(&History { ratings })?.predict(film)
    }

    /// What this history tells of whose it is. `None` if the history has films that are not there.
    pub fn visitor(&self, history: &History) -> Option<Visitor<'_>> {
        let mut evidence = Evidence::from(&self.precision, &[0.0; SIZE]);
        let mut pulls = Vec::with_capacity(history.ratings.len());
        for &(film, stars) in &history.ratings {
            let rating = f64::from(stars.get()) - self.scalars.average;
            pulls.push((film, evidence.add(rating, self.film(film)?, self.scalars.noise)));
        }
        let covariance = evidence.covariance()?;
        for (_, pull) in &mut pulls {
            *pull = covariance.times(pull);
        }
        let mut mean = [0.0; SIZE];
        for (_, pull) in &pulls {
            for (mean, pull) in mean.iter_mut().zip(pull) {
                *mean += pull;
            }
        }
        let belief = Belief { mean: mean.map(|mean| mean as f32), covariance: covariance.narrow() };
        Some(Visitor { model: self, pulls, mean, belief })
    }

    fn film(&self, film: usize) -> Option<&Belief> {
        self.films.get(film)
    }
}

/// What is believed of a visitor.
#[derive(Clone, Debug)]
pub struct Visitor<'a> {
    model: &'a StarsModel,
    /// What each film of the history adds to the mean.
    pulls: Vec<(usize, [f64; SIZE])>,
    mean: [f64; SIZE],
    belief: Belief,
}

impl Visitor<'_> {
    /// What they would give the film at this position and why; the film's own rating counts too if it is in the history.
    pub fn predict(&self, film: usize) -> Option<PredictedStars> {
        let Scalars { average, scale, .. } = self.model.scalars;
        let belief = self.model.film(film)?;
        let because: Vec<(usize, f64)> = self.pulls.iter().map(|(rated, pull)| (*rated, taste(belief, pull))).collect();
        let [visitor, ..] = self.mean;
        let mut predicted =
            PredictedStars { average, film: f64::from(belief.mean[0]), visitor, because, interval: scale, scale };
        let reach = self.model.scalars.reach * self.deviation(belief);
        let sum = predicted.sum();
        predicted.interval = ((sum - reach).clamp(scale.0, scale.1), (sum + reach).clamp(scale.0, scale.1));
        Some(predicted)
    }

    /// The same number as [`PredictedStars::stars`], without the reasons.
    pub fn stars(&self, film: usize) -> Option<f64> {
        let Scalars { average, scale, .. } = self.model.scalars;
        let belief = self.model.film(film)?;
        let sum = average + f64::from(belief.mean[0]) + self.mean[0] + taste(belief, &self.mean);
        Some(sum.clamp(scale.0, scale.1))
    }

    /// The standard deviation of a rating of this film.
    fn deviation(&self, film: &Belief) -> f64 {
        (self.model.scalars.noise + film.variance_with(&self.belief)).sqrt()
    }
}

/// What a visitor's taste makes of a film.
fn taste(film: &Belief, visitor: &[f64; SIZE]) -> f64 {
    (1..=LATENT).map(|at| f64::from(film.mean[at]) * visitor[at]).sum()
}
