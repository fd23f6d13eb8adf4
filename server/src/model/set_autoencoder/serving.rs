use std::sync::Arc;

use candle_core::{Device, Tensor};
use candle_nn::Module;

use super::{SetAutoencoder, Sets, root};
use crate::model::{FilmOrder, History, ModelError, Recommender, Share};

/// A trained set autoencoder with its films: what serves.
#[derive(Clone, Debug)]
pub struct SetRecommender {
    net: SetAutoencoder,
    bias: Vec<f32>,
    /// Every film's vector as the residual layer's units get it: (films, hidden).
    into: Tensor,
    /// Every film's vector taken back through the residual layer: (films, hidden).
    through: Tensor,
    order: Arc<FilmOrder>,
    version: String,
}

/// So many numbers at most in one of a reason's tensors: from 65,536 on candle would use its own threads.
const PIECE: usize = 60_000;

impl SetRecommender {
    /// The network as it answers for the films in this order; an error if it has other parameters than numbers.
    pub fn new(net: SetAutoencoder, order: Arc<FilmOrder>, version: String) -> candle_core::Result<Self> {
        debug_assert_eq!(net.config().films, order.films().len());
        let bias = net.bias.to_vec1()?;
        // Reasons need both for the few films of a prediction; computed each time, they would take longer than the scores.
        let into = net.into.forward(&net.films)?;
        let through = net.films.matmul(net.out.weight())?;
        Ok(Self { net, bias, into, through, order, version })
    }
}

impl Recommender for SetRecommender {
    fn order(&self) -> &FilmOrder {
        &self.order
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn scores(&self, histories: &[&History]) -> Result<Vec<Vec<f32>>, ModelError> {
        if histories.is_empty() {
            return Ok(Vec::new());
        }
        let mut sets = Sets::default();
        for history in histories {
            sets.push(history.strengths().map(|(film, strength)| (film as u32, strength)));
        }
        let opinion = self.net.opinion(&sets, &self.net.members(&sets)?)?;
        let mut scores: Vec<Vec<f32>> = self.net.by_taste(&opinion.taste)?.to_vec2()?;
        // What is popular is added here and not by candle: see `WeightedSums`.
        let popularity: Vec<f32> = opinion.popularity.flatten_all()?.to_vec1()?;
        for (scores, popularity) in scores.iter_mut().zip(popularity) {
            for (score, bias) in scores.iter_mut().zip(&self.bias) {
                *score += popularity * bias;
            }
        }
        Ok(scores)
    }

    /// The [losses](Self::losses) above zero, divided by their sum.
    fn reasons(&self, history: &History, films: &[usize], most: usize) -> Result<Vec<Vec<Share>>, ModelError> {
        let losses = self.losses(history, films)?;
        Ok(losses.into_iter().map(|losses| Share::of_losses(losses, most)).collect())
    }

    /// The cosines of their vectors.
    fn alike(&self, films: &[usize], others: &[usize]) -> Result<Vec<Vec<f32>>, ModelError> {
        let directions = |positions: &[usize]| {
            let positions = Tensor::from_iter(positions.iter().map(|&film| film as u32), &Device::Cpu)?;
            let vectors = self.net.films.index_select(&positions, 0)?;
            let norms = (vectors.sqr()?.sum_keepdim(1)?.sqrt()? + f64::from(f32::MIN_POSITIVE))?;
            vectors.broadcast_div(&norms)
        };
        if films.is_empty() || others.is_empty() {
            return Ok(vec![Vec::new(); films.len()]);
        }
        Ok(directions(films)?.matmul(&directions(others)?.t()?)?.to_vec2()?)
    }
}

impl SetRecommender {
    /// The network itself.
    pub fn net(&self) -> &SetAutoencoder {
        &self.net
    }

    /// What the score of each of `films` loses when one liked film is taken out of the sum, with everything that depends
    /// on the history's length (√k, the scales, the prior) held as it was: for each film a loss for each liked film.
    /// Exact, not sampled: all films taken out one by one are the rows of one matrix product.
    pub fn losses(&self, history: &History, films: &[usize]) -> Result<Vec<Vec<(usize, f32)>>, ModelError> {
        let liked: Vec<(usize, f32)> = history.strengths().collect();
        if liked.is_empty() || films.is_empty() {
            return Ok(vec![Vec::new(); films.len()]);
        }
        let without = Without::new(self, &liked, films)?;
        let config = self.net.config();
        let mut losses = vec![Vec::with_capacity(liked.len()); films.len()];
        for piece in liked.chunks((PIECE / config.width.max(config.hidden)).max(1)) {
            let lost: Vec<Vec<f32>> = without.losses(self, piece)?.to_vec2()?; // [films][piece]
            for (losses, lost) in losses.iter_mut().zip(lost) {
                losses.extend(piece.iter().map(|&(film, _)| film).zip(lost));
            }
        }
        Ok(losses)
    }
}

/// What all films of a history need to know to be taken out of it.
struct Without {
    /// √k.
    root: f32,
    /// What enters the residual layer's units with all films: (1, hidden).
    whole: Tensor,
    /// The vectors of the films to explain, times the scale of taste: (films, width).
    vectors: Tensor,
    /// The same, taken back through the residual layer: (films, hidden). They are few, the liked films may be many.
    through: Tensor,
}

impl Without {
    fn new(model: &SetRecommender, liked: &[(usize, f32)], films: &[usize]) -> candle_core::Result<Self> {
        let net = &model.net;
        let mut set = Sets::default();
        set.push(liked.iter().map(|&(film, strength)| (film as u32, strength)));
        let scale = set.features()?.matmul(&net.scales)?.exp()?.narrow(1, 0, 1)?; // (1, 1)
        let films = positions(films.iter().copied())?;
        Ok(Self {
            root: root(liked.len()),
            whole: net.into.forward(&net.sums(&set, &net.members(&set)?)?)?,
            through: model.through.index_select(&films, 0)?.broadcast_mul(&scale)?,
            vectors: net.films.index_select(&films, 0)?.broadcast_mul(&scale)?,
        })
    }

    /// What each film's score loses without each of the films of `piece`: (films, piece).
    fn losses(&self, model: &SetRecommender, piece: &[(usize, f32)]) -> candle_core::Result<Tensor> {
        let strengths = Tensor::from_iter(piece.iter().map(|&(_, strength)| strength / self.root), &Device::Cpu)?;
        let piece = positions(piece.iter().map(|&(film, _)| film))?;
        let weights = (model.net.weight.index_select(&piece, 0)?.exp()? * strengths)?.unsqueeze(1)?; // (piece, 1)
        let parts = model.net.films.index_select(&piece, 0)?.broadcast_mul(&weights)?; // (piece, width)
        // The residual layer is linear before its tanh, so what its units get without a film is a difference.
        let into = model.into.index_select(&piece, 0)?.broadcast_mul(&weights)?; // (piece, hidden)
        let without = self.whole.broadcast_sub(&into)?; // (piece, hidden)
        let units = self.whole.tanh()?.broadcast_sub(&without.tanh()?)?; // (piece, hidden)
        self.vectors.matmul(&parts.t()?)? + self.through.matmul(&units.t()?)? // (films, piece)
    }
}

fn positions(films: impl ExactSizeIterator<Item = usize>) -> candle_core::Result<Tensor> {
    Tensor::from_iter(films.map(|film| film as u32), &Device::Cpu)
}
