use std::{collections::HashMap, sync::Arc};

use app::domain::{MovieId, Stars};
use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;

use super::{Config, LENGTH_FEATURES, SetAutoencoder, SetRecommender, Sets, length_features, names};
use crate::model::{FilmOrder, History, Recommender, examples::liking};

const CONFIG: Config = Config { films: 7, width: 3, hidden: 4 };

/// Numbers that look random, between −1 and 1.
fn numbers(count: usize, salt: usize) -> Vec<f32> {
    (0..count).map(|i| ((i * 7 + salt * 13 + 1) as f32 * 12.9898).sin()).collect()
}

/// The parameters as plain vectors, in the shapes of [`names`].
struct Plain {
    films: Vec<f32>,
    weight: Vec<f32>,
    bias: Vec<f32>,
    into: Vec<f32>,
    out: Vec<f32>,
    prior: Vec<f32>,
    scales: Vec<f32>,
}

impl Plain {
    fn new() -> Self {
        let Config { films, width, hidden } = CONFIG;
        Self {
            films: numbers(films * width, 1),
            weight: numbers(films, 2),
            bias: numbers(films, 3),
            into: numbers(hidden * width, 4),
            out: numbers(width * hidden, 5),
            prior: numbers(LENGTH_FEATURES * width, 6),
            scales: numbers(LENGTH_FEATURES * 2, 7),
        }
    }

    fn net(&self) -> SetAutoencoder {
        let Config { films, width, hidden } = CONFIG;
        let tensors = [
            (names::FILMS, &self.films, vec![films, width]),
            (names::WEIGHT, &self.weight, vec![films]),
            (names::BIAS, &self.bias, vec![films]),
            (names::INTO, &self.into, vec![hidden, width]),
            (names::OUT, &self.out, vec![width, hidden]),
            (names::PRIOR, &self.prior, vec![LENGTH_FEATURES, width]),
            (names::SCALES, &self.scales, vec![LENGTH_FEATURES, 2]),
        ];
        let tensors: HashMap<String, Tensor> = tensors
            .into_iter()
            .map(|(name, values, shape)| (name.to_owned(), Tensor::from_slice(values, shape, &Device::Cpu).unwrap()))
            .collect();
        SetAutoencoder::load(CONFIG, &VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu)).unwrap()
    }

    /// The formula written out, for the films that are summed and the length that the history counts as.
    fn scores(&self, summed: &[(usize, f32)], length: usize) -> Vec<f32> {
        let Config { films, width, hidden } = CONFIG;
        let features = length_features(length);
        let root = (length.max(1) as f32).sqrt();
        let of_length = |table: &[f32], columns: usize, column: usize| -> f32 {
            (0..LENGTH_FEATURES).map(|row| features[row] * table[row * columns + column]).sum()
        };
        let sum: Vec<f32> = (0..width)
            .map(|d| {
                let terms = summed.iter().map(|&(film, r)| r * self.weight[film].exp() * self.films[film * width + d]);
                terms.sum::<f32>() / root
            })
            .collect();
        let units: Vec<f32> =
            (0..hidden).map(|h| (0..width).map(|d| self.into[h * width + d] * sum[d]).sum::<f32>().tanh()).collect();
        let taste: Vec<f32> = (0..width)
            .map(|d| {
                let residual: f32 = (0..hidden).map(|h| self.out[d * hidden + h] * units[h]).sum();
                sum[d] + residual + of_length(&self.prior, width, d)
            })
            .collect();
        let (scale, popular) = (of_length(&self.scales, 2, 0).exp(), of_length(&self.scales, 2, 1).exp());
        (0..films)
            .map(|film| {
                let product: f32 = (0..width).map(|d| taste[d] * self.films[film * width + d]).sum();
                scale * product + popular * self.bias[film]
            })
            .collect()
    }
}

fn recommender() -> SetRecommender {
    let order = FilmOrder::new((0..CONFIG.films as u32).map(|film| MovieId(film * 10)).collect());
    SetRecommender::new(Plain::new().net(), Arc::new(order), "test".to_owned()).unwrap()
}

fn assert_close(ours: &[f32], theirs: &[f32]) {
    assert_eq!(ours.len(), theirs.len());
    for (a, b) in ours.iter().zip(theirs) {
        assert!((a - b).abs() < 1e-4 * (1.0 + b.abs()), "{ours:?} is not {theirs:?}");
    }
}

#[test]
fn the_network_computes_its_formula() {
    let histories = [liking(&[]), liking(&[2]), of_stars(&[(0, 8), (5, 9), (6, 10)]), liking(&[0, 1, 2, 3, 4, 5, 6])];
    let scores = recommender().scores(&histories.iter().collect::<Vec<_>>()).unwrap();
    let terms: [&[(usize, f32)]; 4] = [
        &[],
        &[(2, 1.0)],
        &[(0, 0.85), (5, 1.0), (6, 1.15)],
        &[(0, 1.0), (1, 1.0), (2, 1.0), (3, 1.0), (4, 1.0), (5, 1.0), (6, 1.0)],
    ];
    for (scores, terms) in scores.iter().zip(terms) {
        assert_close(scores, &Plain::new().scores(terms, terms.len()));
    }
}

/// Films with their half stars.
fn of_stars(ratings: &[(usize, u8)]) -> History {
    History { ratings: ratings.iter().map(|&(film, halves)| (film, Stars::from_halves(halves).unwrap())).collect() }
}

#[test]
fn a_history_gets_the_same_scores_alone_and_in_a_batch() {
    let model = recommender();
    let histories = [liking(&[]), liking(&[1, 4]), liking(&[0]), liking(&[])];
    let together = model.scores(&histories.iter().collect::<Vec<_>>()).unwrap();
    for (history, scores) in histories.iter().zip(&together) {
        assert_close(&model.scores(&[history]).unwrap()[0], scores);
    }
}

#[test]
fn no_histories_and_only_empty_ones_are_answered() {
    let model = recommender();
    assert!(model.scores(&[]).unwrap().is_empty());
    assert_close(&model.scores(&[&History::default()]).unwrap()[0], &Plain::new().scores(&[], 0));
}

#[test]
fn films_below_four_stars_are_not_in_the_set() {
    let three = Stars::from_halves(7).unwrap();
    let mixed = History { ratings: vec![(1, three), (2, Stars::LIKED), (3, three)] };
    let model = recommender();
    assert_eq!(model.scores(&[&mixed]).unwrap(), model.scores(&[&liking(&[2])]).unwrap());
}

#[test]
fn a_reason_is_what_the_score_loses_without_the_film() {
    let liked = [(0, 0.85), (2, 1.15), (3, 0.85), (6, 1.15)];
    let history = of_stars(&[(0, 8), (2, 10), (3, 8), (6, 10)]);
    let plain = Plain::new();
    let whole = plain.scores(&liked, liked.len());
    let chosen = [1, 4, 5];
    let reasons = recommender().reasons(&history, &chosen, liked.len()).unwrap();
    assert_eq!(reasons.len(), chosen.len());
    for (&film, shares) in chosen.iter().zip(&reasons) {
        let losses: Vec<(usize, f32)> = liked
            .iter()
            .map(|&(without, _)| {
                let rest: Vec<(usize, f32)> = liked.iter().copied().filter(|&(film, _)| film != without).collect();
                (without, whole[film] - plain.scores(&rest, liked.len())[film])
            })
            .filter(|&(_, loss)| loss > 0.0)
            .collect();
        let total: f32 = losses.iter().map(|(_, loss)| loss).sum();
        assert_eq!(shares.len(), losses.len(), "films that lowered the score are left out");
        assert!(shares.is_sorted_by(|a, b| a.share >= b.share));
        for share in shares {
            let loss = losses.iter().find(|(film, _)| *film == share.film).unwrap().1;
            assert!((share.share - loss / total).abs() < 1e-4, "{share:?}, {loss} of {total}");
        }
    }
}

#[test]
fn at_most_so_many_reasons_are_given_and_their_shares_are_of_the_whole() {
    let model = recommender();
    let history = liking(&[0, 1, 2, 3]);
    let all = model.reasons(&history, &[5, 6], 10).unwrap();
    let first = model.reasons(&history, &[5, 6], 1).unwrap();
    for (all, first) in all.iter().zip(&first) {
        assert_eq!(first[..], all[..1.min(all.len())]);
        assert!(all.iter().map(|share| share.share).sum::<f32>() <= 1.0 + 1e-5);
    }
}

#[test]
fn an_empty_history_has_no_reasons() {
    let reasons = recommender().reasons(&History::default(), &[0, 1], 3).unwrap();
    assert!(reasons.len() == 2 && reasons.iter().all(Vec::is_empty));
}

#[test]
fn a_network_of_another_shape_is_refused() {
    let tensors =
        Plain::new().net().parameters().into_iter().map(|(name, tensor)| (name.to_owned(), tensor.clone())).collect();
    let builder = VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu);
    for wrong in [Config { films: 8, ..CONFIG }, Config { width: 4, ..CONFIG }, Config { hidden: 1, ..CONFIG }] {
        assert!(SetAutoencoder::load(wrong, &builder).is_err(), "{wrong:?}");
    }
    assert_eq!(
        CONFIG.parameters(),
        Plain::new().net().parameters().iter().map(|(_, tensor)| tensor.elem_count()).sum::<usize>()
    );
}

#[test]
fn sets_remember_their_lengths() {
    let mut sets = Sets::default();
    sets.push([(3, 1.0), (1, 1.0)]);
    sets.push([]);
    sets.push([(2, 1.0)]);
    assert_eq!((sets.len(), sets.is_empty()), (3, false));
    assert_eq!(sets.films().unwrap().to_vec1::<u32>().unwrap(), [3, 1, 2]);
    assert_eq!(sets.rows, [0, 0, 2]);
}

#[test]
fn films_are_alike_as_the_cosine_of_their_vectors() {
    let model = recommender();
    let vectors = Plain::new().films;
    let vector = |film: usize| &vectors[film * CONFIG.width..(film + 1) * CONFIG.width];
    let cosine = |a: usize, b: usize| {
        let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let (a, b) = (vector(a), vector(b));
        product(a, b) / (product(a, a) * product(b, b)).sqrt()
    };
    let alike = model.alike(&[2, 5], &[0, 2, 6]).unwrap();
    assert_close(&alike[0], &[cosine(2, 0), 1.0, cosine(2, 6)]);
    assert_close(&alike[1], &[cosine(5, 0), cosine(5, 2), cosine(5, 6)]);
    assert_eq!(model.alike(&[1], &[]).unwrap(), [Vec::<f32>::new()]);
    assert!(model.alike(&[], &[1]).unwrap().is_empty());
}
