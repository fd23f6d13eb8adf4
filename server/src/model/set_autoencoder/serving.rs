use std::sync::Arc;

use candle_core::{Device, Storage, Tensor, bail};
use candle_nn::Module;

use super::{Config, Opinion, SetAutoencoder, Sets, length_features, root};
use crate::model::{
    FilmOrder, History, ModelError, Recommender, Share,
    arithmetic::{Kernel, add, four_dots, tanh, vectorized},
    pruned::{Product, Quantised},
};

/// A trained set autoencoder with its films: what serves.
#[derive(Clone, Debug)]
pub struct SetRecommender {
    net: SetAutoencoder,
    bias: Vec<f32>,
    /// exp(aᵢ): what each film counts in a history's sum.
    weights: Vec<f32>,
    /// Every film's vector, for bounds.
    quantised: Arc<Quantised>,
    /// The network's own: (3, 2).
    scales: Vec<Vec<f32>>,
    /// Every film's vector as the residual layer's units get it: (films, hidden).
    into: Tensor,
    /// Every film's vector taken back through the residual layer: (films, hidden).
    through: Tensor,
    order: Arc<FilmOrder>,
    version: String,
}

impl SetRecommender {
    /// The network as it answers for the films in this order; an error if it has other parameters than numbers.
    pub fn new(net: SetAutoencoder, order: Arc<FilmOrder>, version: String) -> candle_core::Result<Self> {
        debug_assert_eq!(net.config().films, order.films().len());
        let bias = net.bias.to_vec1()?;
        let weights = net.weight.exp()?.to_vec1()?;
        let scales = net.scales.to_vec2()?;
        let quantised = slices([&net.films], |[films]| Quantised::of(films, net.config().width))?.into();
        // Reasons need both for the few films of a prediction; computed each time, they would take longer than the scores.
        let into = net.into.forward(&net.films)?;
        let through = net.films.matmul(net.out.weight())?;
        Ok(Self { net, bias, weights, quantised, scales, into, through, order, version })
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
        let opinion = self.opinion(histories)?;
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
    /// Exact, not sampled.
    pub fn losses(&self, history: &History, films: &[usize]) -> Result<Vec<Vec<(usize, f32)>>, ModelError> {
        let liked: Vec<(usize, f32)> = history.strengths().collect();
        if liked.is_empty() || films.is_empty() {
            return Ok(vec![Vec::new(); films.len()]);
        }
        let Config { width, hidden, .. } = self.net.config();
        let root = root(liked.len());
        let liked: Vec<(usize, f32)> =
            liked.into_iter().map(|(film, strength)| (film, self.weights[film] * strength / root)).collect();
        let [scale, _] = self.scales(liked.len());
        Ok(slices([&self.net.films, &self.into, &self.through], |[vectors, into, through]| {
            let (vectors, into, through) = ((vectors, width), (into, hidden), (through, hidden));
            vectorized(Losses { vectors, into, through, scale, liked: &liked, films })
        })?)
    }

    /// What each of these histories makes of the films, in turn.
    pub fn with_tastes<R>(
        &self,
        histories: &[&History],
        mut each: impl FnMut(usize, Taste<'_>) -> R,
    ) -> Result<Vec<R>, ModelError> {
        if histories.is_empty() {
            return Ok(Vec::new());
        }
        let opinion = self.opinion(histories)?;
        let tastes: Vec<Vec<f32>> = opinion.taste.to_vec2()?;
        let popularity: Vec<f32> = opinion.popularity.flatten_all()?.to_vec1()?;
        let told = slices([&self.net.films], |[films]| {
            let tastes = tastes.into_iter().zip(popularity).enumerate();
            let taste = |(visitor, popularity)| Taste { visitor, popularity, films, model: self };
            tastes.map(|(at, both)| each(at, taste(both))).collect()
        })?;
        Ok(told)
    }

    fn opinion(&self, histories: &[&History]) -> Result<Opinion, ModelError> {
        let mut sets = Sets::default();
        for history in histories {
            sets.push(history.strengths().map(|(film, strength)| (film as u32, strength)));
        }
        Ok(self.net.opinion(&sets, &self.net.members(&sets)?)?)
    }

    /// The scales of taste and of popularity for a history of so many liked films.
    fn scales(&self, length: usize) -> [f32; 2] {
        let features = length_features(length);
        std::array::from_fn(|which| {
            features.iter().zip(&self.scales).map(|(feature, row)| feature * row[which]).sum::<f32>().exp()
        })
    }
}

/// Vectors that stand one after the other, and how long each is.
type Rows<'a> = (&'a [f32], usize);

#[inline(always)]
fn row((rows, width): Rows<'_>, at: usize) -> &[f32] {
    &rows[at * width..(at + 1) * width]
}

/// Liked films whose losses are computed side by side.
const AT_ONCE: usize = 4;

/// See [`SetRecommender::losses`].
struct Losses<'a> {
    vectors: Rows<'a>,
    into: Rows<'a>,
    through: Rows<'a>,
    /// Of taste.
    scale: f32,
    /// With what each counts in the sum.
    liked: &'a [(usize, f32)],
    films: &'a [usize],
}

impl Kernel for Losses<'_> {
    type Output = Vec<Vec<(usize, f32)>>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let Self { vectors, into, through, scale, liked, films } = self;
        // What enters the residual layer's units with all films: (hidden). The layer is linear before its tanh.
        let mut whole = vec![0.0; into.1];
        for &(film, weight) in liked {
            add(&mut whole, row(into, film), weight);
        }
        let mut with_all = vec![0.0; into.1];
        for (with_all, &whole) in with_all.iter_mut().zip(&whole) {
            *with_all = tanh(whole);
        }
        let mut losses = vec![Vec::with_capacity(liked.len()); films.len()];
        // What is taken from the sum with each of some films, and what from the units.
        let mut own = vec![0.0; AT_ONCE * vectors.1];
        let mut units = vec![0.0; AT_ONCE * into.1];
        for some in liked.chunks(AT_ONCE) {
            for (place, &(film, weight)) in some.iter().enumerate() {
                let (own, units) = (&mut own[place * vectors.1..], &mut units[place * into.1..]);
                for (own, number) in own.iter_mut().zip(row(vectors, film)) {
                    *own = weight * number;
                }
                for (((unit, into), whole), with_all) in
                    units.iter_mut().zip(row(into, film)).zip(&whole).zip(&with_all)
                {
                    *unit = with_all - tanh(whole - weight * into);
                }
            }
            let (own, units) = ((&*own, vectors.1), (&*units, into.1));
            let own = [row(own, 0), row(own, 1), row(own, 2), row(own, 3)];
            let units = [row(units, 0), row(units, 1), row(units, 2), row(units, 3)];
            for (losses, &explained) in losses.iter_mut().zip(films) {
                // Of fewer than four, what is left of earlier ones is computed too, and not taken.
                let all = four_dots([(own, row(vectors, explained)), (units, row(through, explained))]);
                for (&(film, _), loss) in some.iter().zip(all) {
                    losses.push((film, scale * loss));
                }
            }
        }
        losses
    }
}

/// What a history makes of the films: a vector that theirs are multiplied with, and how much it counts what all like.
pub struct Taste<'a> {
    visitor: Vec<f32>,
    popularity: f32,
    films: &'a [f32],
    model: &'a SetRecommender,
}

impl Taste<'_> {
    /// The same, with every score multiplied by `factor`.
    pub fn times(mut self, factor: f32) -> Self {
        self.visitor.iter_mut().for_each(|number| *number *= factor);
        self.popularity *= factor;
        self
    }

    /// Every film's score as far as it comes of what all like: (films).
    pub fn popular(&self) -> Vec<f32> {
        self.model.bias.iter().map(|bias| self.popularity * bias).collect()
    }

    /// The rest of it.
    pub fn product(&self) -> Product<'_> {
        Product { visitor: &self.visitor, films: self.films, quantised: &self.model.quantised }
    }
}

/// What tensors in memory have, as it lies there; an error for one that is not in one piece.
fn slices<const N: usize, R>(tensors: [&Tensor; N], work: impl FnOnce([&[f32]; N]) -> R) -> candle_core::Result<R> {
    let held = tensors.map(Tensor::storage_and_layout);
    let mut slices = [&[] as &[f32]; N];
    for (slice, (storage, layout)) in slices.iter_mut().zip(&held) {
        let (Storage::Cpu(storage), Some((from, to))) = (&**storage, layout.contiguous_offsets()) else {
            bail!("a tensor is not in one piece in memory")
        };
        *slice = &storage.as_slice::<f32>()?[from..to];
    }
    Ok(work(slices))
}
