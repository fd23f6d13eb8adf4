use std::sync::Arc;

use candle_core::{Device, Tensor};
use candle_nn::Module;

use super::{SetAutoencoder, Sets, length_features, root};
use crate::model::{FilmOrder, History, ModelError, Recommender, Share};

/// A trained set autoencoder with its films: what serves.
#[derive(Clone, Debug)]
pub struct SetRecommender {
    net: SetAutoencoder,
    order: Arc<FilmOrder>,
    version: String,
}

impl SetRecommender {
    /// The network as it answers for the films in this order.
    pub fn new(net: SetAutoencoder, order: Arc<FilmOrder>, version: String) -> Self {
        debug_assert_eq!(net.config().films, order.films().len());
        Self { net, order, version }
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
            sets.push(history.liked().map(|film| film as u32));
        }
        Ok(self.net.forward(&sets)?.to_vec2()?)
    }

    /// What each recommendation's score loses when one liked film is taken out of the sum, with everything that depends
    /// on the history's length (√k, the scales, the prior) held as it was; the losses above zero, divided by their
    /// sum. Exact, not sampled: all films taken out one by one are the rows of one matrix product.
    fn reasons(&self, history: &History, films: &[usize], most: usize) -> Result<Vec<Vec<Share>>, ModelError> {
        let liked: Vec<usize> = history.liked().collect();
        if liked.is_empty() || films.is_empty() || most == 0 {
            return Ok(vec![Vec::new(); films.len()]);
        }
        let losses = self.losses(&liked, films)?.to_vec2::<f32>()?; // [films][liked]
        Ok(losses.iter().map(|losses| shares(&liked, losses, most)).collect())
    }
}

impl SetRecommender {
    /// What film `r`'s score loses without liked film `i`: (films, liked).
    fn losses(&self, liked: &[usize], films: &[usize]) -> candle_core::Result<Tensor> {
        let net = &self.net;
        let liked_ids = positions(liked)?;
        let weights = (net.weight.index_select(&liked_ids, 0)?.exp()? / f64::from(root(liked.len())))?; // (liked)
        let parts = net.films.index_select(&liked_ids, 0)?.broadcast_mul(&weights.unsqueeze(1)?)?; // (liked, width)
        let sum = parts.sum_keepdim(0)?; // (1, width)

        // The residual layer is linear before its tanh, so what it gets without film i is a difference.
        let whole = net.into.forward(&sum)?; // (1, hidden)
        let without = whole.broadcast_sub(&net.into.forward(&parts)?)?; // (liked, hidden)
        let residual = net.out.forward(&whole.tanh()?.broadcast_sub(&without.tanh()?)?)?; // (liked, width)

        let features = Tensor::from_slice(&length_features(liked.len()), (1, 3), &Device::Cpu)?;
        let scale = features.matmul(&net.scales)?.exp()?.narrow(1, 0, 1)?; // (1, 1)
        let lost = (parts + residual)?.broadcast_mul(&scale)?; // (liked, width)
        net.films.index_select(&positions(films)?, 0)?.matmul(&lost.t()?) // (films, liked)
    }
}

fn positions(films: &[usize]) -> candle_core::Result<Tensor> {
    Tensor::from_iter(films.iter().map(|&film| film as u32), &Device::Cpu)
}

/// The largest positive losses as shares of all positive losses; equal ones in the order of the films.
fn shares(liked: &[usize], losses: &[f32], most: usize) -> Vec<Share> {
    let mut positive: Vec<(usize, f32)> =
        liked.iter().copied().zip(losses.iter().copied()).filter(|&(_, loss)| loss > 0.0).collect();
    let total: f32 = positive.iter().map(|&(_, loss)| loss).sum();
    positive.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    positive.truncate(most);
    positive.into_iter().map(|(film, loss)| Share { film, share: loss / total }).collect()
}
