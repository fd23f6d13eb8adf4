use app::domain::{MovieId, Stars, ViewerId};
use candle_core::{Device, Tensor, Var};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{
    Hyper, TrainingError, draw_length,
    gradients::gradients,
    loss::{Lesson, cross_entropy},
    shared_vectors::SharedVectors,
    train,
};
use crate::{
    catalogue::{FilmFacts, Interactions},
    model::{
        FilmOrder, Likes, Popularity, Traits,
        evaluation::{DRAWS, cases, fold, measure},
        set_autoencoder::{SetRecommender, Sets, names},
    },
};

/// Viewers who each rate some films of two of eight tastes; films of a taste are liked by those who have it.
pub(in crate::model) fn planted(viewers: u32, films: u32) -> Interactions {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut interactions = Interactions {
        films: (0..films).map(|film| MovieId(film + 1)).collect(),
        offsets: vec![0],
        ..Default::default()
    };
    for viewer in 0..viewers {
        let tastes = [random.random_range(0..8), random.random_range(0..8)];
        for film in 0..films {
            let liked = tastes.contains(&(film % 8));
            // Films with small numbers are seen more often.
            let seen = random.random::<f32>() < 0.6 / (1.0 + film as f32 / 40.0);
            if seen && (liked || random.random::<f32>() < 0.3) {
                interactions.items.push(film);
                interactions.stars.push(Stars::from_halves(if liked { 9 } else { 6 }).unwrap());
                interactions.times.push(0);
            }
        }
        interactions.viewers.push(ViewerId(viewer + 1));
        interactions.offsets.push(interactions.items.len());
    }
    interactions
}

/// A training that takes a moment.
pub(in crate::model) fn small(seed: u64) -> Hyper {
    Hyper { epochs: 15, width: 16, hidden: 16, dropout: 0.2, learning_rate: 5e-3, ..Hyper::for_data(100, 100, seed) }
}

fn likes_of(viewers: &[&[u32]], films: u32) -> Likes {
    let mut interactions =
        Interactions { films: (0..films).map(MovieId).collect(), offsets: vec![0], ..Default::default() };
    for (number, liked) in viewers.iter().enumerate() {
        interactions.viewers.push(ViewerId(number as u32));
        interactions.items.extend_from_slice(liked);
        interactions.stars.extend(liked.iter().map(|_| Stars::LIKED));
        interactions.times.extend(liked.iter().map(|_| 0));
        interactions.offsets.push(interactions.items.len());
    }
    Likes::of(&interactions, 1, |_| true)
}

#[test]
fn the_same_seed_gives_the_same_weights_bit_for_bit_and_another_seed_others() {
    let likes = Likes::of(&planted(60, 80), 2, |_| true);
    let first = train(&likes, &Traits::default(), small(1), |_| {}).unwrap();
    let again = train(&likes, &Traits::default(), small(1), |_| {}).unwrap();
    for ((name, a), (_, b)) in first.net.parameters().iter().zip(again.net.parameters()) {
        let bits = |tensor: &Tensor| -> Vec<u32> {
            tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap().iter().map(|weight| weight.to_bits()).collect()
        };
        assert_eq!(bits(a), bits(b), "{name}");
    }
    assert_eq!(first.version, again.version);
    assert_ne!(first.version, train(&likes, &Traits::default(), small(2), |_| {}).unwrap().version);
}

#[test]
fn the_trained_model_beats_popularity_for_viewers_it_has_not_seen() {
    let interactions = planted(250, 160);
    let order = std::sync::Arc::new(FilmOrder::new(interactions.films.clone()));
    let likes = Likes::of(&interactions, 2, |viewer| fold(viewer) != 0);
    let cases = cases(&interactions, DRAWS, |viewer| fold(viewer) == 0);
    let trained = train(&likes, &Traits::default(), Hyper { epochs: 30, ..small(1) }, |_| {}).unwrap();
    let model = SetRecommender::new(trained.net, std::sync::Arc::clone(&order), trained.version).unwrap();
    let ours = measure(&model, &cases).unwrap();
    let popularity = measure(&Popularity::new(order, &likes), &cases).unwrap();
    for row in [2, 3] {
        let (ours, popularity) = (ours.rows[row].ndcg().unwrap(), popularity.rows[row].ndcg().unwrap());
        assert!(ours > popularity + 0.1, "{ours} against {popularity}");
    }
}

#[test]
fn odd_catalogues_train_or_say_that_there_is_nothing_to_learn() {
    for (viewers, films) in [
        (vec![[0, 1].as_slice()], 3),
        (vec![&[0, 1, 2], &[0, 1, 2], &[0, 1, 2]], 3),
        (vec![&[0], &[0, 2], &[1]], 3),
        (vec![&[0, 1]; 70], 2),
    ] {
        let trained = train(
            &likes_of(&viewers, films),
            &Traits::default(),
            Hyper { epochs: 3, ..Hyper::for_data(1, 100, 1) },
            |_| {},
        )
        .unwrap();
        assert!(trained.net.is_finite().unwrap());
    }
    for (viewers, films) in [(vec![], 0), (vec![], 3), (vec![[].as_slice()], 3), (vec![&[1]], 3)] {
        assert!(matches!(
            train(&likes_of(&viewers, films), &Traits::default(), small(1), |_| {}),
            Err(TrainingError::NoLikes)
        ));
    }
}

#[test]
fn the_gradients_are_the_slopes_of_the_loss() {
    let likes = likes_of(&[&[0, 1, 3], &[1, 2, 4, 5]], 6);
    let config = super::Config { films: 6, width: 3, hidden: 4 };
    let parameters = super::initial(config, &likes, &mut ChaCha8Rng::seed_from_u64(3)).unwrap();
    let net = super::network(config, &parameters).unwrap();
    let mut sets = Sets::default();
    sets.push([(0, 1.2), (3, 0.8)]);
    sets.push([(2, 1.0)]);
    for power in [0.0, 0.5, 1.0] {
        let lessons = [
            Lesson { shown: vec![0, 3], targets: vec![1], weight: 0.4, power: 0.0 },
            Lesson { shown: vec![2], targets: vec![1, 4, 5], weight: 0.6, power },
        ];
        let mask = Tensor::new(&[[2.0_f32, 0.0, 2.0], [1.0, 1.5, 0.0]], &Device::Cpu).unwrap();
        let step = || {
            gradients(&net, (&parameters[names::FILMS], &parameters[names::BIAS]), &sets, &lessons, Some(&mask))
                .unwrap()
        };
        let (_, analytic) = step();
        for (name, parameter) in &parameters {
            let gradient = analytic.get(parameter).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
            for (at, gradient) in gradient.iter().enumerate() {
                let slope = slope(parameter, at, &|| step().0);
                assert!((gradient - slope).abs() < 2e-3, "{name}[{at}]: {gradient}, but the slope is {slope}");
            }
        }
    }
}

/// Scores whose softmax is ½, ¼, ¼; the film with ½ and one of the others are to be found.
#[test]
fn the_loss_is_minus_the_logarithm_of_the_targets_power_mean() {
    let scores = Tensor::new(&[[2.0_f32.ln(), 0.0, 0.0]], &Device::Cpu).unwrap();
    let with = |power: f32| {
        let lessons = [Lesson { shown: vec![], targets: vec![0, 1], weight: 1.0, power }];
        let (loss, gradient) = cross_entropy(&scores, &[0.0], &[0.0; 3], &lessons).unwrap();
        (loss, gradient.to_vec2::<f32>().unwrap().remove(0))
    };
    let close = |a: f32, b: f32| (a - b).abs() < 1e-5;
    // √(½·¼), ((√½ + √¼)/2)² and (½ + ¼)/2.
    for (power, mean, of_first) in [(0.0, 0.353_553, 0.5), (0.5, 0.364_277, 0.585_786), (1.0, 0.375, 0.666_667)] {
        let (loss, gradient) = with(power);
        assert!(close(loss, -f32::ln(mean)), "{power}: {loss}");
        let wanted = [0.5 - of_first, 0.25 - (1.0 - of_first), 0.25];
        assert!(gradient.iter().zip(wanted).all(|(&is, wanted)| close(is, wanted)), "{power}: {gradient:?}");
    }
}

/// How the loss changes with one number of a parameter.
fn slope(parameter: &Var, at: usize, loss: &dyn Fn() -> f32) -> f32 {
    const STEP: f32 = 1e-2;
    let original = parameter.copy().unwrap();
    let values = original.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    let moved = |by: f32| {
        let mut values = values.clone();
        values[at] += by;
        parameter.set(&Tensor::from_vec(values, original.shape(), original.device()).unwrap()).unwrap();
        loss()
    };
    let slope = (moved(STEP) - moved(-STEP)) / (2.0 * STEP);
    parameter.set(&original).unwrap();
    slope
}

/// Films 0 and 1 share trait 0, films 1 and 2 trait 1.
#[test]
fn a_films_vector_is_its_own_and_its_traits_and_they_share_its_gradient() {
    let film = |id, genres: &[&str]| FilmFacts {
        id: MovieId(id),
        year: None,
        genres: genres.iter().map(|&genre| genre.to_owned()).collect(),
        ratings: 0,
        average: None,
    };
    let traits = Traits::of(&[film(0, &["Action"]), film(1, &["Action", "Drama"]), film(2, &["Drama"])]);
    let sums = Var::new(&[[1.0_f32, 2.0], [3.0, 4.0], [5.0, 6.0]], &Device::Cpu).unwrap();
    let shared = SharedVectors::new(&traits, &sums).unwrap();
    let [own, common] = shared.learned();
    let values = |var: &Tensor| var.to_vec2::<f32>().unwrap();
    assert_eq!((values(own), values(common)), (values(&sums), vec![vec![0.0; 2]; 2]));

    common.set(&Tensor::new(&[[10.0_f32, 0.0], [0.0, 100.0]], &Device::Cpu).unwrap()).unwrap();
    shared.compose().unwrap();
    assert_eq!(values(&sums), [[11.0, 2.0], [13.0, 104.0], [5.0, 106.0]]);

    let mut gradients = (sums.as_tensor() * 2.0).unwrap().sum_all().unwrap().backward().unwrap();
    shared.pass_on(&mut gradients).unwrap();
    assert_eq!(values(gradients.get(own).unwrap()), [[2.0, 2.0]; 3]);
    assert_eq!(values(gradients.get(common).unwrap()), [[4.0, 4.0]; 2]);
    assert!(gradients.get(&sums).is_none(), "the sums themselves are not learned");
}

#[test]
fn a_length_is_drawn_that_leaves_something_to_ask_for() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for likes in [2, 3, 10, 1_000] {
        let drawn: Vec<usize> = (0..2_000).map(|_| draw_length(likes, 0.5, &mut random)).collect();
        assert!(drawn.iter().all(|&length| length < likes));
        assert!(drawn.contains(&0) && drawn.contains(&1), "{likes}");
        assert!(drawn.iter().any(|&length| 2 * length >= likes), "{likes}");
    }
}

#[test]
fn options_without_sense_are_refused() {
    let likes = likes_of(&[&[0, 1]], 2);
    for wrong in [Hyper { epochs: 0, ..small(1) }, Hyper { batch: 0, ..small(1) }, Hyper { width: 0, ..small(1) }] {
        assert!(matches!(train(&likes, &Traits::default(), wrong, |_| {}), Err(TrainingError::Option(_))));
    }
}

#[test]
fn a_step_size_that_blows_up_is_an_error_and_not_a_model() {
    let likes = likes_of(&[&[0, 1, 2], &[1, 2, 3]], 4);
    let wild = Hyper { learning_rate: f32::MAX, ..small(1) };
    assert!(matches!(train(&likes, &Traits::default(), wild, |_| {}), Err(TrainingError::Diverged)));
}
