use app::domain::{MovieId, Stars, ViewerId};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{
    Belief, Offsets, SIZE, Scalars, StarsError, StarsModel, Symmetric,
    beliefs::{Evidence, PACKED, Wide, at},
    fit,
};
use crate::{
    catalogue::Interactions,
    model::{History, Traits, examples::three_viewers_ratings},
};

fn stars(halves: u8) -> Stars {
    Stars::from_halves(halves).unwrap()
}

/// A standard normal number (Box and Muller).
fn normal(random: &mut ChaCha8Rng) -> f64 {
    let (radius, angle): (f64, f64) = (1.0 - random.random::<f64>(), random.random());
    (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}

/// Ratings as the model believes they come about, rounded to half stars: film and viewer offsets, tastes of two numbers.
fn drawn(viewers: u32, films: u32) -> Interactions {
    let mut random = ChaCha8Rng::seed_from_u64(11);
    let of_films: Vec<[f64; 3]> = (0..films).map(|_| [0.4, 0.6, 0.6].map(|by| by * normal(&mut random))).collect();
    let mut interactions = Interactions {
        films: (1..=films).map(MovieId).collect(),
        viewers: (1..=viewers).map(ViewerId).collect(),
        offsets: vec![0],
        ..Interactions::default()
    };
    for _ in 0..viewers {
        let [offset, a, b] = [0.3, 0.7, 0.7].map(|by| by * normal(&mut random));
        for (film, [liked, c, d]) in (0..).zip(&of_films) {
            if random.random::<f64>() < 0.35 {
                let rating = 3.2 + liked + offset + a * c + b * d + 0.5 * normal(&mut random);
                interactions.items.push(film);
                interactions.stars.push(stars((2.0 * rating).round().clamp(1.0, 10.0) as u8));
                interactions.times.push(0);
            }
        }
        interactions.offsets.push(interactions.items.len());
    }
    interactions
}

/// A model of two films that are known for certain: one nobody can tell from the average, one a star better that goes
/// with the first number of a taste.
fn certain() -> StarsModel {
    let nothing = Symmetric([0.0; PACKED]);
    let mut better = [0.0; SIZE];
    better[..2].copy_from_slice(&[1.0, 2.0]);
    let films = vec![Belief { mean: [0.0; SIZE], covariance: nothing }, Belief { mean: better, covariance: nothing }];
    let scalars = Scalars { average: 3.0, noise: 0.5, reach: 1.0, scale: (0.5, 5.0) };
    StarsModel::new(films, Symmetric::diagonal(0.25, 1.0), scalars).unwrap()
}

#[test]
fn the_closed_form_is_what_one_finds_by_hand() {
    let model = certain();
    // Of the first film only the offset is asked: its posterior has precision 1/0.25 + 1/0.5 = 6, its mean is
    // (5 − 3)/0.5 / 6 = 2/3, and tastes stay as wide as they were.
    let history = History { ratings: vec![(0, stars(10))] };
    let predicted = model.predict(&history, 1).unwrap();
    assert!((predicted.visitor - 2.0 / 3.0).abs() < 1e-6, "{predicted:?}");
    assert_eq!(predicted.because, [(0, 0.0)], "a film without a taste says nothing of a taste");
    assert!((predicted.sum() - (3.0 + 1.0 + 2.0 / 3.0)).abs() < 1e-6);
    // The variance: noise, the offset's 1/6, and the taste's 2²·1; the upper end is cut off at five stars.
    let deviation = (0.5_f64 + 1.0 / 6.0 + 4.0).sqrt();
    assert!((predicted.interval.0 - (predicted.sum() - deviation)).abs() < 1e-5, "{predicted:?}");
    assert_eq!(predicted.interval.1, 5.0);
}

#[test]
fn a_taste_is_learned_from_a_film_that_asks_for_it() {
    // Film 1 says of offset o and taste t that o + 2t = −2, noise 0.5. Prior variances 0.25 and 1: the variance of the
    // sum is 0.25 + 4 + 0.5 = 4.75, so o moves by 0.25/4.75 and t by 2/4.75 of −2.
    let model = certain();
    let visitor = model.visitor(&History { ratings: vec![(1, stars(4))] }).unwrap();
    let predicted = visitor.predict(1).unwrap();
    assert!((predicted.visitor - -2.0 * 0.25 / 4.75).abs() < 1e-6, "{predicted:?}");
    assert!((predicted.because[0].1 - -2.0 * 2.0 * 2.0 / 4.75).abs() < 1e-6, "{predicted:?}");
}

#[test]
fn what_is_not_sure_of_a_film_counts_for_less() {
    let sure = Belief { mean: [0.5; SIZE], covariance: Symmetric([0.0; PACKED]) };
    let unsure = Belief { covariance: Symmetric::diagonal(0.0, 2.0), ..sure };
    let moved = |film: &Belief| {
        let mut evidence = Evidence::from(&Symmetric::diagonal(1.0, 1.0).inverse().unwrap(), &[0.0; SIZE]);
        evidence.add(2.0, film, 0.5);
        evidence.belief().unwrap().mean[1]
    };
    assert!(moved(&unsure) < moved(&sure) && moved(&unsure) > 0.0);
}

#[test]
fn an_inverse_times_its_table_is_one() {
    let mut table = Symmetric::diagonal(2.0, 3.0);
    for row in 1..SIZE {
        table.0[at(row, row - 1)] = 0.5;
    }
    let inverse = Wide(table.inverse().unwrap());
    for column in 0..SIZE {
        let unit = std::array::from_fn(|row| f64::from(u8::from(row == column)));
        let back = Wide(table.0.map(f64::from)).times(&inverse.times(&unit));
        assert!(back.iter().zip(&unit).all(|(back, unit)| (back - unit).abs() < 1e-9));
    }
    assert_eq!(Symmetric::diagonal(-1.0, 1.0).inverse(), None);
}

#[test]
fn all_parts_add_up_to_the_stars_and_what_a_rating_adds_is_linear() {
    let interactions = drawn(120, 40);
    let model = fit(&interactions, &Traits::default(), 1, |_| true, |_, _| ()).unwrap().model;
    let history = |halves: [u8; 3]| History { ratings: (0..).zip(halves.map(stars)).collect() };
    let [low, middle, high] =
        [[2, 7, 8], [4, 7, 8], [6, 7, 8]].map(|halves| model.predict(&history(halves), 9).unwrap());
    let sum = |predicted: &super::PredictedStars| predicted.sum();
    let parts =
        middle.average + middle.film + middle.visitor + middle.because.iter().map(|(_, part)| part).sum::<f64>();
    assert_eq!(parts, sum(&middle));
    assert_eq!(middle.because.iter().map(|&(film, _)| film).collect::<Vec<_>>(), [0, 1, 2]);
    assert!((sum(&middle) - (sum(&low) + sum(&high)) / 2.0).abs() < 1e-9, "a star more always adds the same");
    assert!(sum(&low) != sum(&high));
    let visitor = model.visitor(&history([4, 7, 8])).unwrap();
    assert!((visitor.stars(9).unwrap() - middle.stars()).abs() < 1e-9, "the quick way has the same sum");
}

#[test]
fn a_visitor_without_ratings_gets_what_everybody_thinks() {
    let interactions = drawn(120, 40);
    let model = fit(&interactions, &Traits::default(), 1, |_| true, |_, _| ()).unwrap().model;
    let predicted = model.predict(&History::default(), 5).unwrap();
    assert_eq!((predicted.visitor, predicted.because.as_slice()), (0.0, [].as_slice()));
    let given: Vec<f64> = interactions
        .items
        .iter()
        .zip(&interactions.stars)
        .filter(|(film, _)| **film == 5)
        .map(|(_, stars)| f64::from(stars.get()))
        .collect();
    let mean = given.iter().sum::<f64>() / given.len() as f64;
    assert!((predicted.stars() - mean).abs() < 0.25, "{} beside {mean}", predicted.stars());
    assert_eq!(model.predict(&History::default(), 40), None, "a film that is not there");
    assert!(model.predict(&History { ratings: vec![(40, stars(8))] }, 5).is_none());
}

#[test]
fn a_films_own_rating_does_not_answer_for_it() {
    let interactions = drawn(120, 40);
    let model = fit(&interactions, &Traits::default(), 1, |_| true, |_, _| ()).unwrap().model;
    let with = |halves| History { ratings: vec![(3, stars(7)), (5, stars(halves))] };
    assert_eq!(model.predict(&with(1), 5), model.predict(&with(10), 5));
}

#[test]
fn tastes_are_found_and_intervals_hold_what_they_promise() {
    let all = drawn(400, 80);
    let fitted = fit(&all, &Traits::default(), 1, |viewer| viewer.0 > 100, |_, _| ()).unwrap();
    let validation = fitted.validation.unwrap();
    assert!((0.74..0.86).contains(&validation.coverage), "{validation:?}");
    // The first hundred are strangers: half of each one's ratings tell of the other half.
    let offsets = Offsets::of(&all);
    let [mut ours, mut theirs, mut held, mut count] = [0.0, 0.0, 0.0, 0.0];
    for viewer in 0..100 {
        let (asked, known): (Vec<_>, Vec<_>) = all.of_viewer(viewer).partition(|(film, _)| film % 2 == 0);
        let history = History { ratings: known };
        let visitor = fitted.model.visitor(&history).unwrap();
        for (film, stars) in asked {
            let (stars, predicted) = (f64::from(stars.get()), visitor.predict(film).unwrap());
            ours += (predicted.stars() - stars).powi(2);
            theirs += (offsets.stars(film, offsets.visitor(&history)) - stars).powi(2);
            held += f64::from(u8::from((predicted.interval.0..=predicted.interval.1).contains(&stars)));
            count += 1.0;
        }
    }
    assert!(ours < 0.75 * theirs, "{ours} beside {theirs} of offsets alone");
    assert!((0.72..0.88).contains(&(held / count)), "{}", held / count);
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let interactions = drawn(120, 40);
    let learn = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| fit(&interactions, &Traits::default(), 5, |_| true, |_, _| ()).unwrap())
    };
    let (one, three) = (learn(1), learn(3));
    assert_eq!(one.model, three.model);
    assert_eq!(one.validation, three.validation);
}

#[test]
fn progress_goes_to_its_end() {
    let mut said = Vec::new();
    fit(&drawn(120, 40), &Traits::default(), 1, |_| true, |done, of| said.push((done, of))).unwrap();
    assert!(said.is_sorted() && said.last().is_some_and(|(done, of)| done == of), "{said:?}");
}

#[test]
fn few_ratings_teach_something_and_none_are_refused() {
    let fitted = fit(&three_viewers_ratings(), &Traits::default(), 1, |_| true, |_, _| ()).unwrap();
    assert_eq!(fitted.validation, None, "too few to hold any out");
    let predicted = fitted.model.predict(&History::default(), 3).unwrap();
    assert!((predicted.stars() - 4.0).abs() < 0.2, "everybody gave four: {predicted:?}");
    assert_eq!(fitted.model.scalars().scale, (4.0, 4.0));
    let nobody = fit(&three_viewers_ratings(), &Traits::default(), 1, |_| false, |_, _| ());
    assert_eq!(nobody.err(), Some(StarsError::NoRatings));
    let empty =
        fit(&Interactions { offsets: vec![0], ..Interactions::default() }, &Traits::default(), 1, |_| true, |_, _| ());
    assert_eq!(empty.err(), Some(StarsError::NoRatings));
}

#[test]
fn parts_that_are_out_of_place_are_refused() {
    let model = certain();
    let (means, covariances, visitor) = model.parts();
    let scalars = model.scalars();
    assert_eq!(StarsModel::from_parts(&means, &covariances, &visitor, scalars), Some(model));
    let refused = |means: &[f32], covariances: &[f32], visitor: &[f32], scalars| {
        assert_eq!(StarsModel::from_parts(means, covariances, visitor, scalars), None);
    };
    refused(&means[1..], &covariances, &visitor, scalars);
    refused(&means, &covariances[1..], &visitor, scalars);
    refused(&means[..SIZE], &covariances, &visitor, scalars);
    refused(&means, &covariances, &visitor[1..], scalars);
    refused(&means, &covariances, &[0.0; PACKED], scalars);
    let with = |numbers: &[f32], number: f32| {
        let mut numbers = numbers.to_vec();
        numbers[0] = number;
        numbers
    };
    refused(&with(&means, f32::NAN), &covariances, &visitor, scalars);
    refused(&means, &with(&covariances, -1.0), &visitor, scalars);
    refused(&means, &covariances, &with(&visitor, f32::INFINITY), scalars);
    for wrong in [
        Scalars { average: f64::NAN, ..scalars },
        Scalars { noise: 0.0, ..scalars },
        Scalars { reach: -1.0, ..scalars },
        Scalars { scale: (3.0, 2.0), ..scalars },
        Scalars { scale: (0.5, 1e9), ..scalars },
    ] {
        refused(&means, &covariances, &visitor, wrong);
    }
}
