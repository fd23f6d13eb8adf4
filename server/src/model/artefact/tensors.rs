//! The artefact's tensors: what is written, and what is read and checked.

use std::sync::Arc;

use app::domain::MovieId;
use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use safetensors::{Dtype, SafeTensors};

use super::Metadata;
use crate::{
    catalogue::Info,
    model::{
        FilmOrder, Recommender,
        blend::Blend,
        ials::Factors,
        linear::Weights,
        set_autoencoder::{Config, SetAutoencoder, SetRecommender},
        stars::StarsModel,
    },
};

/// The films' numbers, by position: (films), u32.
pub const ORDER: &str = "films.order";
/// Predicted stars: (films, [`StarsModel::WIDTH`]), (films, [`StarsModel::COVARIANCE`]), ([`StarsModel::COVARIANCE`]).
pub const STARS: [&str; 3] = ["stars.films", "stars.covariances", "stars.visitors"];

/// The parts of expert number so and so: (films + 1) u32, (weights) u32, (weights).
pub fn expert_names(number: usize) -> [String; 3] {
    ["offsets", "films", "weights"].map(|part| format!("experts.{number}.{part}"))
}

/// The films' factors number so and so, as they serve: (films, factors).
pub fn factors_name(number: usize) -> String {
    format!("factors.{number}.films")
}

/// A header with more experts or tables of factors than this is broken: there is one for a length of history at most.
const MOST_EXPERTS: usize = 64;
/// Vectors and layers longer than this are a broken header, not a model.
const LARGEST_LAYER: usize = 1 << 14;

/// Everything of the models that is not in the header, by name.
pub fn of(model: &Blend, stars: &StarsModel) -> candle_core::Result<Vec<(String, Tensor)>> {
    let network = model.network().net().parameters();
    let mut tensors: Vec<(String, Tensor)> =
        network.into_iter().map(|(name, tensor)| (name.to_owned(), tensor.clone())).collect();
    let numbers = model.order().films().iter().map(|film| film.0);
    tensors.push((ORDER.to_owned(), Tensor::from_iter(numbers, &Device::Cpu)?));
    for (number, expert) in model.experts().iter().enumerate() {
        let (offsets, films, weights) = expert.parts();
        let parts = [
            Tensor::from_slice(offsets, offsets.len(), &Device::Cpu)?,
            Tensor::from_slice(films, films.len(), &Device::Cpu)?,
            Tensor::from_slice(weights, weights.len(), &Device::Cpu)?.to_dtype(DType::F16)?,
        ];
        tensors.extend(expert_names(number).into_iter().zip(parts));
    }
    for (number, factors) in model.factors().iter().enumerate() {
        let table = Tensor::from_slice(factors.films(), (factors.catalogue(), factors.width()), &Device::Cpu)?;
        tensors.push((factors_name(number), table));
    }
    let (means, covariances, visitors) = stars.parts();
    let films = stars.films();
    let parts = [
        Tensor::from_vec(means, (films, StarsModel::WIDTH), &Device::Cpu)?,
        Tensor::from_vec(covariances, (films, StarsModel::COVARIANCE), &Device::Cpu)?,
        Tensor::from_vec(visitors, StarsModel::COVARIANCE, &Device::Cpu)?,
    ];
    tensors.extend(STARS.map(str::to_owned).into_iter().zip(parts));
    Ok(tensors)
}

/// How many bytes of tensors such a model has.
pub fn expected_bytes(metadata: &Metadata, catalogue: &Info) -> Result<u64, String> {
    let Config { films, width, hidden } = metadata.config;
    if films != catalogue.films as usize {
        return Err(format!("{films} films instead of {}", catalogue.films));
    }
    if !(1..=LARGEST_LAYER).contains(&width) || !(1..=LARGEST_LAYER).contains(&hidden) {
        return Err(format!("layers of {width} and {hidden}"));
    }
    if metadata.experts.len() > MOST_EXPERTS {
        return Err(format!("{} experts", metadata.experts.len()));
    }
    if metadata.factors.len() > MOST_EXPERTS {
        return Err(format!("{} tables of factors", metadata.factors.len()));
    }
    if let Some(table) = metadata.factors.iter().find(|table| !(1..=LARGEST_LAYER).contains(&table.factors)) {
        return Err(format!("tables of {} factors", table.factors));
    }
    let films = films as u64;
    let network = metadata.config.parameters() as u64 + films;
    // No film has more weights than there are films.
    let experts = metadata.experts.iter().map(|expert| 4 * (films + 1) + 6 * expert.weights.min(films * films));
    let stars = films * (StarsModel::WIDTH + StarsModel::COVARIANCE) as u64 + StarsModel::COVARIANCE as u64;
    let factors: u64 = metadata.factors.iter().map(|table| films * table.factors as u64).sum();
    Ok(4 * (network + stars + factors) + experts.sum::<u64>())
}

/// What recommends.
pub fn blend(bytes: Vec<u8>, metadata: &Metadata) -> Result<Blend, String> {
    let plain = |error: &dyn std::fmt::Display| error.to_string();
    let (films, experts, factors) = {
        let tensors = SafeTensors::deserialize(&bytes).map_err(|error| plain(&error))?;
        let films = numbers::<MovieId>(&tensors, ORDER, Dtype::U32, 1, |bytes| MovieId(u32::from_le_bytes(bytes)))?;
        let experts = (0..metadata.experts.len()).map(|number| expert(&tensors, number));
        let factors = (0..metadata.factors.len()).map(|number| factors(&tensors, number, metadata));
        (films, experts.collect::<Result<Vec<_>, _>>()?, factors.collect::<Result<Vec<_>, _>>()?)
    };
    if films.len() != metadata.config.films || !films.is_sorted_by(|a, b| a < b) {
        return Err("the films are not in order".to_owned());
    }
    let builder =
        VarBuilder::from_buffered_safetensors(bytes, DType::F32, &Device::Cpu).map_err(|error| plain(&error))?;
    let net = SetAutoencoder::load(metadata.config, &builder).map_err(|error| plain(&error))?;
    if !net.is_finite().map_err(|error| plain(&error))? {
        return Err("a weight is not a number".to_owned());
    }
    // The file's bytes go before the network's tables are made: of a large model they would be a third of the peak.
    drop(builder);
    let version = net.version().map_err(|error| plain(&error))?;
    let network = SetRecommender::new(net, Arc::new(FilmOrder::new(films)), version).map_err(|error| plain(&error))?;
    Blend::new(network, experts, factors, metadata.knots.clone())
        .ok_or_else(|| "its parts do not fit together".to_owned())
}

fn expert(tensors: &SafeTensors<'_>, number: usize) -> Result<Weights, String> {
    let [offsets, films, weights] = expert_names(number);
    let offsets = numbers(tensors, &offsets, Dtype::U32, 1, u32::from_le_bytes)?;
    let films = numbers(tensors, &films, Dtype::U32, 1, u32::from_le_bytes)?;
    let weights = halves(tensors, &weights)?;
    Weights::from_parts(offsets, films, weights)
        .ok_or_else(|| format!("the weights of expert {number} are out of place"))
}

fn factors(tensors: &SafeTensors<'_>, number: usize, metadata: &Metadata) -> Result<Factors, String> {
    let films = numbers(tensors, &factors_name(number), Dtype::F32, 2, f32::from_le_bytes)?;
    let factors = Factors::from_parts(films, metadata.factors[number].factors);
    factors.ok_or_else(|| format!("the factors of table {number} are out of place"))
}

/// A tensor of one dimension, of floating-point numbers of two bytes.
fn halves(tensors: &SafeTensors<'_>, name: &str) -> Result<Vec<f32>, String> {
    let tensor = tensors.tensor(name).map_err(|error| error.to_string())?;
    if tensor.dtype() != Dtype::F16 || tensor.shape().len() != 1 {
        return Err(format!("{name} has another shape"));
    }
    let halves = Tensor::from_raw_buffer(tensor.data(), DType::F16, tensor.shape(), &Device::Cpu);
    let numbers = halves.and_then(|halves| halves.to_dtype(DType::F32)?.to_vec1());
    numbers.map_err(|error| error.to_string())
}

/// What predicts stars.
pub fn stars(bytes: &[u8], metadata: &Metadata) -> Result<StarsModel, String> {
    let tensors = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    let [films, covariances, visitors] = STARS;
    let means = numbers(&tensors, films, Dtype::F32, 2, f32::from_le_bytes)?;
    let covariances = numbers(&tensors, covariances, Dtype::F32, 2, f32::from_le_bytes)?;
    let visitors = numbers(&tensors, visitors, Dtype::F32, 1, f32::from_le_bytes)?;
    let stars = StarsModel::from_parts(&means, &covariances, &visitors, metadata.stars);
    let stars = stars.filter(|stars| stars.films() == metadata.config.films);
    stars.ok_or_else(|| "what is known of predicted stars is out of place".to_owned())
}

/// A tensor of so many dimensions, of numbers of four bytes.
fn numbers<T>(
    tensors: &SafeTensors<'_>,
    name: &str,
    dtype: Dtype,
    dimensions: usize,
    number: impl Fn([u8; 4]) -> T,
) -> Result<Vec<T>, String> {
    let tensor = tensors.tensor(name).map_err(|error| error.to_string())?;
    if tensor.dtype() != dtype || tensor.shape().len() != dimensions {
        return Err(format!("{name} has another shape"));
    }
    let bytes = tensor.data().chunks_exact(4).map(|bytes| [bytes[0], bytes[1], bytes[2], bytes[3]]);
    Ok(bytes.map(number).collect())
}
