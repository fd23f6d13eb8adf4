use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use app::domain::Stars;
use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use rand::{Rng, SeedableRng, seq::index::sample};
use rand_chacha::ChaCha8Rng;

use super::{Blend, Knot, between};
use crate::model::{
    FilmOrder, History, Ials, Likes, Recommender, Traits, best_positions,
    examples::liking,
    ials::{self, Factors},
    linear::{Recipe, RowShape, Together, Weights},
    set_autoencoder::{SetAutoencoder, SetRecommender, names},
    training::{self, tests as samples},
};

const FILMS: usize = 80;
/// A film that says nothing: with it in the place of another the history is as long as before.
const BLANK: usize = FILMS - 1;

const SHORT: Knot = Knot { length: 2, network: 1.5, expert: 0, linear: 0.0, factors: 0, ials: 0.0 };
const LONG: Knot = Knot { length: 18, network: 0.5, expert: 1, linear: 3.0, factors: 1, ials: 2.0 };
const FACTORS: ials::Hyper = ials::Hyper { factors: 12, iterations: 8, unobserved: 0.1, regularisation: 0.5, seed: 1 };

struct Sample {
    network: SetRecommender,
    experts: Vec<Weights>,
    factors: Vec<Factors>,
}

fn sample_parts() -> &'static Sample {
    static SAMPLE: OnceLock<Sample> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let interactions = samples::planted(120, FILMS as u32);
        let likes = Likes::of(&interactions, 2, |_| true);
        let trained = training::train(&likes, &Traits::default(), samples::small(1), |_| {}).unwrap();
        let order = Arc::new(FilmOrder::new(interactions.films.clone()));
        let network = SetRecommender::new(with_blank(&trained.net), order, trained.version).unwrap();
        let together = Together::of(&interactions, &Traits::default(), RowShape::RATINGS, |_| true);
        let experts = [30.0, 3.0].map(|lambda| blank(&together.weights(Recipe::ease(lambda), 40).unwrap()));
        let factors = [0.5, 3.0].map(|regularisation| {
            let hyper = ials::Hyper { regularisation, ..FACTORS };
            let order = Arc::new(FilmOrder::new(interactions.films.clone()));
            let learned = Ials::train(order, &likes, hyper, |_| ()).into_factors().unwrap();
            let mut films = learned.films().to_vec();
            films[BLANK * FACTORS.factors..].fill(0.0);
            Factors::from_parts(films, FACTORS.factors).unwrap()
        });
        Sample { network, experts: experts.to_vec(), factors: factors.to_vec() }
    })
}

fn with_blank(net: &SetAutoencoder) -> SetAutoencoder {
    let mut tensors: HashMap<String, Tensor> =
        net.parameters().into_iter().map(|(name, tensor)| (name.to_owned(), tensor.clone())).collect();
    let mut weight: Vec<f32> = tensors[names::WEIGHT].to_vec1().unwrap();
    weight[BLANK] = -80.0;
    tensors.insert(names::WEIGHT.to_owned(), Tensor::new(weight, &Device::Cpu).unwrap());
    SetAutoencoder::load(net.config(), &VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu)).unwrap()
}

fn blank(weights: &Weights) -> Weights {
    let (offsets, films, values) = weights.parts();
    let (mut offsets, end) = (offsets.to_vec(), offsets[BLANK] as usize);
    offsets[FILMS] = end as u32;
    Weights::from_parts(offsets, films[..end].to_vec(), values[..end].to_vec()).unwrap()
}

fn model() -> Blend {
    let Sample { network, experts, factors } = sample_parts();
    Blend::new(network.clone(), experts.clone(), factors.clone(), vec![LONG, SHORT]).unwrap()
}

#[test]
fn a_score_is_what_the_parts_say_in_the_mixture_of_the_lengths_around() {
    let Sample { network, experts, factors } = sample_parts();
    // 6 is as near to 2 as to 18, as ratios go.
    for (length, long) in [(0, 0.0), (1, 0.0), (2, 0.0), (6, 0.5), (18, 1.0), (60, 1.0)] {
        let history = liking(&(0..length).collect::<Vec<_>>());
        let by_network = &network.scores(&[&history]).unwrap()[0];
        let mut expected = vec![0.0; FILMS];
        for (knot, share) in [(SHORT, 1.0 - long), (LONG, long)] {
            expected.iter_mut().zip(by_network).for_each(|(sum, score)| *sum += share * knot.network * score);
            experts[knot.expert].add_scores(history.strengths(), share * knot.linear, &mut expected);
            let by_factors = factors[knot.factors].scores(&[&history]).remove(0);
            expected.iter_mut().zip(by_factors).for_each(|(sum, score)| *sum += share * knot.ials * score);
        }
        let scores = &model().scores(&[&history]).unwrap()[0];
        for (score, expected) in scores.iter().zip(expected) {
            assert!((score - expected).abs() < 1e-4, "{length} films: {score} is not {expected}");
        }
    }
}

#[test]
fn between_two_lengths_there_is_something_of_both_and_beyond_them_only_of_one() {
    let parts = |lengths: &[usize], length| between(lengths, length).collect::<Vec<_>>();
    for (length, only) in [(0, 0), (1, 0), (3, 1), (10, 2), (500, 2)] {
        assert_eq!(parts(&[1, 3, 10], length), [(only, 1.0)], "{length}");
    }
    let five = parts(&[1, 3, 10], 5);
    let [(1, more), (2, less)] = five[..] else { panic!("{five:?}") };
    assert!(more > less && less > 0.4 && (more + less - 1.0).abs() < 1e-6, "{five:?}");
    assert_eq!(parts(&[], 8), []);
}

#[test]
fn histories_of_a_batch_are_scored_as_each_by_itself() {
    let histories: Vec<History> = [0, 1, 9, 40].map(|length| liking(&(0..length).collect::<Vec<_>>())).into();
    let together = model().scores(&histories.iter().collect::<Vec<_>>()).unwrap();
    for (history, scores) in histories.iter().zip(together) {
        let alone = &model().scores(&[history]).unwrap()[0];
        assert!(scores.iter().zip(alone).all(|(a, b)| (a - b).abs() < 1e-4));
    }
}

#[test]
fn the_best_films_are_those_that_all_scores_name_whatever_is_allowed() {
    let model = model();
    let histories = [liking(&[]), liking(&[3]), liking(&[0, 5, 9, 11]), liking(&(0..60).collect::<Vec<_>>())];
    let histories: Vec<&History> = histories.iter().collect();
    let scores = model.scores(&histories).unwrap();
    for most in [1, 20, 500] {
        let allowed = |history: usize, film: usize| film % 3 != history % 3;
        let best = model.best(&histories, &[most; 4], &allowed).unwrap();
        for (at, (best, scores)) in best.into_iter().zip(&scores).enumerate() {
            let best = best.expect("all scores are numbers");
            let (films, their): (Vec<usize>, Vec<f32>) = best.into_iter().unzip();
            let expected = best_positions(scores, most, |film| allowed(at, film));
            assert_eq!(films.len(), expected.len());
            // Of nearly equal ones either may stand first: the sums were added up in another order.
            for ((film, score), expected) in films.iter().zip(&their).zip(&expected) {
                assert!((score - scores[*film]).abs() < 1e-4, "{film}: {score} is not {}", scores[*film]);
                assert!((score - scores[*expected]).abs() < 1e-4, "{film} stands where {expected} should");
            }
        }
    }
}

#[test]
fn films_that_were_not_liked_say_nothing() {
    let mut history = liking(&[1, 4]);
    let before = model().scores(&[&history]).unwrap();
    history.ratings.push((7, Stars::from_halves(1).unwrap()));
    assert_eq!(model().scores(&[&history]).unwrap(), before);
}

/// For 100 profiles each liked film is taken away, a blank one put in its place so that the history stays as long.
#[test]
fn a_reason_is_what_the_score_loses_when_its_film_is_taken_away() {
    let model = model();
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let mut pairs = Vec::new();
    for _ in 0..100 {
        let length = random.random_range(1..=25);
        let mut films = sample(&mut random, BLANK, length).into_vec();
        films.sort_unstable();
        let history = liking(&films);
        let whole = &model.scores(&[&history]).unwrap()[0];
        let explained = random.random_range(0..BLANK);
        let reasons = &model.reasons(&history, &[explained], films.len()).unwrap()[0];
        let without = |taken: usize| {
            let mut rest: Vec<usize> = films.iter().copied().filter(|&film| film != taken).collect();
            rest.push(BLANK);
            model.scores(&[&liking(&rest)]).unwrap()[0][explained]
        };
        let losses: Vec<(usize, f32)> = films.iter().map(|&film| (film, whole[explained] - without(film))).collect();
        let total: f32 = losses.iter().map(|&(_, loss)| loss.max(0.0)).sum();
        for (film, loss) in losses {
            let share = reasons.iter().find(|reason| reason.film == film).map_or(0.0, |reason| reason.share);
            pairs.push((f64::from(share), f64::from(if total > 0.0 { loss.max(0.0) / total } else { 0.0 })));
        }
    }
    assert!(pairs.len() > 500);
    let correlation = correlation(&pairs);
    assert!(correlation > 0.999, "{correlation}");
}

fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let number = pairs.len() as f64;
    let (x, y) = pairs.iter().fold((0.0, 0.0), |sums, pair| (sums.0 + pair.0, sums.1 + pair.1));
    let (x, y) = (x / number, y / number);
    let sum = |term: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(term).sum::<f64>();
    sum(&|pair| (pair.0 - x) * (pair.1 - y))
        / (sum(&|pair| (pair.0 - x).powi(2)) * sum(&|pair| (pair.1 - y).powi(2))).sqrt()
}

#[test]
fn nobody_is_the_reason_for_what_an_empty_profile_is_shown() {
    assert_eq!(model().reasons(&liking(&[]), &[3, 4], 5).unwrap(), [[], []]);
    assert_eq!(model().reasons(&liking(&[1]), &[], 5).unwrap().len(), 0);
}

#[test]
fn the_version_changes_with_every_part() {
    let Sample { network, experts, factors } = sample_parts();
    let version = |experts: &[Weights], factors: &[Factors], knots: &[Knot]| {
        let model = Blend::new(network.clone(), experts.to_vec(), factors.to_vec(), knots.to_vec());
        model.unwrap().version().to_owned()
    };
    let ours = version(experts, factors, &[SHORT, LONG]);
    assert_eq!(ours, version(experts, factors, &[SHORT, LONG]));
    assert_ne!(ours, version(experts, factors, &[SHORT]));
    assert_ne!(ours, version(experts, factors, &[SHORT, Knot { linear: 3.1, ..LONG }]));
    assert_ne!(ours, version(experts, factors, &[SHORT, Knot { ials: 2.1, ..LONG }]));
    assert_ne!(ours, version(experts, factors, &[SHORT, Knot { factors: 0, ..LONG }]));
    assert_ne!(ours, version(&[experts[1].clone(), experts[0].clone()], factors, &[SHORT, LONG]));
    assert_ne!(ours, version(experts, &[factors[1].clone(), factors[0].clone()], &[SHORT, LONG]));
}

#[test]
fn parts_that_do_not_fit_are_refused() {
    let Sample { network, experts, factors } = sample_parts();
    let made = |experts: &[Weights], factors: &[Factors], knots: Vec<Knot>| {
        Blend::new(network.clone(), experts.to_vec(), factors.to_vec(), knots).is_some()
    };
    assert!(made(experts, factors, vec![SHORT, LONG]));
    assert!(made(experts, &[], vec![SHORT]), "a knot without factors needs none");
    assert!(!made(experts, factors, vec![]), "no knot");
    assert!(!made(experts, factors, vec![Knot { length: 0, ..SHORT }]), "no films");
    assert!(!made(experts, factors, vec![SHORT, Knot { length: SHORT.length, ..LONG }]), "one length twice");
    assert!(!made(experts, factors, vec![Knot { expert: 2, ..SHORT }]), "no such expert");
    assert!(!made(experts, factors, vec![Knot { factors: 2, ..LONG }]), "no such factors");
    assert!(!made(experts, factors, vec![Knot { linear: f32::NAN, ..SHORT }]), "not a number");
    assert!(!made(experts, factors, vec![Knot { network: f32::INFINITY, ..SHORT }]), "not a number");
    assert!(!made(experts, factors, vec![Knot { ials: f32::NAN, ..SHORT }]), "not a number");
    let other = Weights::from_parts(vec![0, 0, 0], vec![], vec![]).unwrap();
    assert!(!made(&[other], factors, vec![SHORT]), "other films");
    let other = Factors::from_parts(vec![0.0; 24], FACTORS.factors).unwrap();
    assert!(!made(experts, &[other], vec![SHORT]), "other films");
}
