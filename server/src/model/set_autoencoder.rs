//! The set autoencoder: liked films in, a score for every film out.
//!
//! A history of `k` liked films becomes a weighted sum of their vectors over √k, passes a residual layer, and is
//! compared with every film's vector (the same vectors: tied). How far the history is to be believed against plain
//! popularity depends on `k` and is learned too: a model that is tuned to long histories is worse than popularity for
//! somebody who has liked one film. No parameter belongs to a visitor.

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::{Linear, Module, VarBuilder, linear_no_bias};
use serde::{Deserialize, Serialize};

mod ops;
mod serving;
#[cfg(test)]
mod tests;

use ops::{Tanh, WeightedSums};
pub use serving::{SetRecommender, Taste};

/// The shape of a set autoencoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Films it scores.
    pub films: usize,
    /// Length of a film's vector.
    pub width: usize,
    /// Units of the residual layer.
    pub hidden: usize,
}

impl Config {
    /// How many numbers the network has.
    pub fn parameters(&self) -> usize {
        let Self { films, width, hidden } = *self;
        films * (width + 2) + 2 * width * hidden + LENGTH_FEATURES * (width + 2)
    }
}

/// How many numbers describe a history's length: 1, t and t², with t = log(1 + k) / 4.
pub const LENGTH_FEATURES: usize = 3;

/// Lengths beyond this count as this one: the quadratics in log k are not to be trusted where nobody taught them.
const LONGEST: usize = 512;

/// Names of the parameters in the artefact.
pub mod names {
    /// (films, width): each film's vector.
    pub const FILMS: &str = "films.vector";
    /// (films): the logarithm of each film's weight in a history's sum.
    pub const WEIGHT: &str = "films.weight";
    /// (films): how well liked a film is by everybody.
    pub const BIAS: &str = "films.bias";
    /// (hidden, width): into the residual layer.
    pub const INTO: &str = "residual.into.weight";
    /// (width, hidden): out of it.
    pub const OUT: &str = "residual.out.weight";
    /// (3, width): what a history's length alone says.
    pub const PRIOR: &str = "length.prior";
    /// (3, 2): the logarithms of the scales of taste and of popularity.
    pub const SCALES: &str = "length.scales";
}

/// Several sets of films side by side: a batch's histories.
#[derive(Clone, Debug, Default)]
pub struct Sets {
    films: Vec<u32>,
    strengths: Vec<f32>,
    rows: Vec<u32>,
    lengths: Vec<usize>,
}

impl Sets {
    /// Adds a set of films, each with how much it counts: on average 1.
    pub fn push(&mut self, films: impl IntoIterator<Item = (u32, f32)>) {
        let row = self.lengths.len() as u32;
        let before = self.films.len();
        for (film, strength) in films {
            self.films.push(film);
            self.strengths.push(strength);
        }
        let length = self.films.len() - before;
        self.rows.extend(std::iter::repeat_n(row, length));
        self.lengths.push(length);
    }

    /// How many sets there are.
    pub fn len(&self) -> usize {
        self.lengths.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// All sets' films, one after the other: (members), u32.
    pub fn films(&self) -> Result<Tensor> {
        Tensor::from_slice(&self.films, self.films.len(), &Device::Cpu)
    }

    /// What each film counts, by the root of its set's length: (members).
    fn parts(&self) -> Result<Tensor> {
        let parts = self.rows.iter().zip(&self.strengths);
        Tensor::from_iter(parts.map(|(&row, strength)| strength / root(self.lengths[row as usize])), &Device::Cpu)
    }

    /// The length features of every set: (sets, 3).
    fn features(&self) -> Result<Tensor> {
        let features: Vec<f32> = self.lengths.iter().flat_map(|&length| length_features(length)).collect();
        Tensor::from_vec(features, (self.len(), LENGTH_FEATURES), &Device::Cpu)
    }
}

/// 1, t and t² of a history with so many liked films.
fn length_features(length: usize) -> [f32; LENGTH_FEATURES] {
    let t = (1.0 + length.min(LONGEST) as f32).ln() / 4.0;
    [1.0, t, t * t]
}

/// √k, and 1 for the empty history.
fn root(length: usize) -> f32 {
    (length.max(1) as f32).sqrt()
}

/// The network.
#[derive(Clone, Debug)]
pub struct SetAutoencoder {
    config: Config,
    films: Tensor,
    weight: Tensor,
    bias: Tensor,
    into: Linear,
    out: Linear,
    prior: Tensor,
    scales: Tensor,
}

impl SetAutoencoder {
    /// The network with the parameters that `vb` has; an error if one is missing or has another shape.
    pub fn load(config: Config, vb: &VarBuilder) -> Result<Self> {
        let Config { films, width, hidden } = config;
        Ok(Self {
            config,
            films: vb.get((films, width), names::FILMS)?,
            weight: vb.get(films, names::WEIGHT)?,
            bias: vb.get(films, names::BIAS)?,
            into: linear_no_bias(width, hidden, vb.pp("residual.into"))?,
            out: linear_no_bias(hidden, width, vb.pp("residual.out"))?,
            prior: vb.get((LENGTH_FEATURES, width), names::PRIOR)?,
            scales: vb.get((LENGTH_FEATURES, 2), names::SCALES)?,
        })
    }

    /// Its shape.
    pub fn config(&self) -> Config {
        self.config
    }

    /// All its parameters by name, in the order of the names.
    pub fn parameters(&self) -> [(&'static str, &Tensor); 7] {
        [
            (names::BIAS, &self.bias),
            (names::FILMS, &self.films),
            (names::WEIGHT, &self.weight),
            (names::PRIOR, &self.prior),
            (names::SCALES, &self.scales),
            (names::INTO, self.into.weight()),
            (names::OUT, self.out.weight()),
        ]
    }

    /// The same network, no longer learning.
    pub fn detached(&self) -> Result<Self> {
        let tensors = self.parameters().into_iter().map(|(name, tensor)| (name.to_owned(), tensor.detach())).collect();
        Self::load(self.config, &VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu))
    }

    /// Whether every parameter is a number.
    pub fn is_finite(&self) -> Result<bool> {
        for (_, tensor) in self.parameters() {
            if !tensor.flatten_all()?.to_vec1::<f32>()?.iter().all(|weight| weight.is_finite()) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A short hash of the parameters: 16 hexadecimal digits.
    pub fn version(&self) -> Result<String> {
        let mut hasher = blake3::Hasher::new();
        for (name, tensor) in self.parameters() {
            hasher.update(name.as_bytes());
            let weights = tensor.flatten_all()?.to_vec1::<f32>()?;
            let bytes: Vec<u8> = weights.iter().flat_map(|weight| weight.to_le_bytes()).collect();
            hasher.update(&bytes);
        }
        Ok(hasher.finalize().to_hex()[..16].to_owned())
    }

    /// A score for every film, for each of the sets: (sets, films).
    pub fn forward(&self, sets: &Sets) -> Result<Tensor> {
        let Opinion { taste, popularity } = self.opinion(sets, &self.members(sets)?)?;
        self.by_taste(&taste)? + popularity.matmul(&self.bias.unsqueeze(0)?)?
    }

    /// The vectors of all the sets' films: (members, width). Only their rows are touched.
    pub fn members(&self, sets: &Sets) -> Result<Tensor> {
        self.films.index_select(&sets.films()?, 0)
    }

    /// What the network makes of the sets, whose films have the vectors `members` (members, width).
    pub fn opinion(&self, sets: &Sets, members: &Tensor) -> Result<Opinion> {
        let features = sets.features()?; // (sets, 3)
        let sums = self.sums(sets, members)?; // (sets, width)
        let residual = self.out.forward(&self.into.forward(&sums)?.apply_op1(Tanh)?)?; // (sets, width)
        let taste = ((sums + residual)? + features.matmul(&self.prior)?)?; // (sets, width)
        let scales = features.matmul(&self.scales)?.exp()?; // (sets, 2)
        Ok(Opinion {
            taste: taste.broadcast_mul(&scales.narrow(1, 0, 1)?)?,
            popularity: scales.narrow(1, 1, 1)?.contiguous()?,
        })
    }

    /// How near each film is to each taste (sets, width): (sets, films).
    pub fn by_taste(&self, taste: &Tensor) -> Result<Tensor> {
        taste.matmul(&self.films.t()?)
    }

    /// Σ rᵢ·exp(aᵢ)·Eᵢ / √k of each set: (sets, width).
    fn sums(&self, sets: &Sets, members: &Tensor) -> Result<Tensor> {
        if sets.films.is_empty() {
            return Tensor::zeros((sets.len(), self.config.width), DType::F32, &Device::Cpu);
        }
        let weights = (self.weight.index_select(&sets.films()?, 0)?.exp()? * sets.parts()?)?; // (members)
        members.apply_op2(&weights, WeightedSums { rows: sets.rows.clone(), sets: sets.len() })
    }
}

/// What the network thinks of some visitors, before films are looked at.
#[derive(Clone, Debug)]
pub struct Opinion {
    /// What is compared with the films' vectors: (sets, width).
    pub taste: Tensor,
    /// How much it counts what everybody likes: (sets, 1).
    pub popularity: Tensor,
}
