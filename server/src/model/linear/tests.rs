use std::sync::Arc;

use app::domain::{MovieId, Stars};

use super::{LinearError, LinearRecommender, Recipe, RowShape, Together, Weights, blocks, fame};
use crate::{
    catalogue::{FilmFacts, Interactions},
    model::{
        Recommender, Traits,
        examples::{liking, three_viewers, three_viewers_ratings},
        training::tests::planted,
    },
};

pub(super) const EASE: Recipe =
    Recipe { rows: RowShape::LIKES, dropout: 0.0, lambda: 1.0, traits: 0.0, directions: 0, obscurity: 0.0 };

fn ease() -> Weights {
    Together::of(&three_viewers_ratings(), &Traits::default(), RowShape::LIKES, |_| true)
        .weights(EASE, usize::MAX)
        .unwrap()
}

fn model() -> LinearRecommender {
    LinearRecommender::new(three_viewers().0, ease())
}

/// By hand: XᵀX + I = [4 2 1; 2 3 0; 1 0 2], its inverse is [6 −4 −3; −4 7 2; −3 2 8] / 13.
#[test]
fn scores_are_those_of_the_closed_form() {
    let scores = model().scores(&[&liking(&[0]), &liking(&[1, 2]), &liking(&[3]), &liking(&[])]).unwrap();
    let expected =
        [[0.0, 4.0 / 7.0, 3.0 / 8.0, 0.0], [4.0 / 6.0 + 3.0 / 6.0, -2.0 / 7.0, -2.0 / 8.0, 0.0], [0.0; 4], [0.0; 4]];
    for (scores, expected) in scores.iter().zip(expected) {
        assert!(scores.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{scores:?}, {expected:?}");
    }
}

/// By hand, with p = ½: each film's own count is added once more: [7 2 1; 2 5 0; 1 0 3], so P is
/// [15 −6 −5; −6 20 2; −5 2 31] / 88.
#[test]
fn a_dropout_puts_each_films_own_count_on_the_diagonal() {
    let together = Together::of(&three_viewers_ratings(), &Traits::default(), RowShape::LIKES, |_| true);
    let weights = together.weights(Recipe { dropout: 0.5, ..EASE }, usize::MAX).unwrap();
    for (from, to, expected) in [(0, 1, 6.0 / 20.0), (1, 0, 6.0 / 15.0), (0, 2, 5.0 / 31.0), (1, 2, -2.0 / 31.0)] {
        assert!((weights.weight(from, to) - expected).abs() < 1e-6, "{from} to {to}: {}", weights.weight(from, to));
    }
}

/// A genre of weight 1 that has films 1 and 2 is a viewer more: [4 2 1; 2 4 1; 1 1 3] with λ = 1, so P is
/// [11 −5 −2; −5 11 −2; −2 −2 12] / 32.
#[test]
fn a_genre_is_a_viewer_more_who_likes_all_its_films() {
    let film = |id, genres: &[&str]| FilmFacts {
        id: MovieId(id),
        year: None,
        genres: genres.iter().map(|&genre| genre.to_owned()).collect(),
        ratings: 0,
        average: None,
    };
    let traits = Traits::of(&[film(0, &[]), film(1, &["Noir"]), film(2, &["Noir"]), film(3, &["Noir"])]);
    let together = Together::of(&three_viewers_ratings(), &traits, RowShape::LIKES, |_| true);
    let weights = together.weights(Recipe { traits: 1.0, ..EASE }, usize::MAX).unwrap();
    for (from, to, expected) in [(0, 1, 5.0 / 11.0), (1, 2, 2.0 / 12.0), (2, 1, 2.0 / 11.0), (1, 3, 0.0)] {
        assert!((weights.weight(from, to) - expected).abs() < 1e-6, "{from} to {to}: {}", weights.weight(from, to));
    }
}

/// XᵀX of two films.
fn counted(together: Together, a: usize, b: usize) -> f32 {
    together.with_table().table.unwrap().at(a, b)
}

/// One viewer of four ratings: likes count 4^(−.075) times their strength, others a quarter of that.
#[test]
fn films_that_were_only_seen_count_less_and_so_do_films_of_who_rates_much() {
    let interactions = Interactions {
        films: (0..4).map(MovieId).collect(),
        viewers: vec![app::domain::ViewerId(1)],
        offsets: vec![0, 4],
        items: vec![0, 1, 2, 3],
        stars: [Stars::LIKED, Stars::MOST, Stars::LIKED, Stars::from_halves(1).unwrap()].to_vec(),
        times: vec![0; 4],
    };
    let liked_only = Together::rows(&interactions, &Traits::default(), RowShape::RATINGS, |_| true);
    assert_eq!(liked_only.films, [0, 1, 2], "a film that nobody liked has no place");
    assert!((counted(liked_only, 0, 1) - 0.85 * 1.15 * 4.0_f32.powf(-0.15)).abs() < 1e-6);

    let other = Interactions {
        viewers: vec![app::domain::ViewerId(1), app::domain::ViewerId(2)],
        offsets: vec![0, 4, 5],
        items: vec![0, 1, 2, 3, 3],
        stars: [Stars::LIKED, Stars::MOST, Stars::LIKED, Stars::from_halves(1).unwrap(), Stars::LIKED].to_vec(),
        times: vec![0; 5],
        ..interactions
    };
    let together = Together::rows(&other, &Traits::default(), RowShape::RATINGS, |_| true);
    assert!((counted(together, 0, 3) - 0.25 * 0.85 * 4.0_f32.powf(-0.15)).abs() < 1e-6);
}

/// Film 0 has three likes, film 1 two, film 2 one.
#[test]
fn obscurity_divides_by_what_is_known_already() {
    let factors = fame(&[3, 2, 1, 0], 0.5).into_iter().map(|fame| 1.0 / fame).collect();
    let obscure = Weights::sum(&[(&ease(), factors)], usize::MAX);
    for (from, to, likes) in [(1, 0, 3.0), (0, 1, 2.0), (0, 2, 1.0_f32)] {
        let expected = ease().weight(from, to) / (likes + 5.0).sqrt();
        assert!((obscure.weight(from, to) - expected).abs() < 1e-6, "{from} to {to}");
    }
}

/// Genres of five films each, so that neither way is the smaller one by far; and more films than stand in one block.
#[test]
fn through_films_or_through_viewers_the_weights_are_the_same() {
    const FILMS: usize = 2 * blocks::COLUMNS - 56;
    let interactions = planted(80, FILMS as u32);
    let facts = (0..FILMS as u32).map(|film| FilmFacts {
        id: MovieId(film),
        year: None,
        genres: vec![format!("genre {}", film / 5)],
        ratings: 0,
        average: None,
    });
    let traits = Traits::of(&facts.collect::<Vec<_>>());
    for recipe in [
        Recipe::ease(3.0),
        Recipe { dropout: 0.9, lambda: 30.0, traits: 0.5, ..EASE },
        Recipe { lambda: 20_000.0, traits: 2.0, ..EASE },
    ] {
        let rows = || Together::rows(&interactions, &traits, RowShape::RATINGS, |_| true);
        let (by_viewers, by_films) =
            (rows().weights(recipe, usize::MAX), rows().with_table().weights(recipe, usize::MAX));
        let (by_viewers, by_films) = (by_viewers.unwrap(), by_films.unwrap());
        let largest = by_films.parts().2.iter().fold(0.0_f32, |most, weight| most.max(weight.abs()));
        for (from, to) in (0..FILMS).flat_map(|from| (0..FILMS).map(move |to| (from, to))) {
            let (a, b) = (by_viewers.weight(from, to), by_films.weight(from, to));
            assert!((a - b).abs() < 1e-4 * largest, "{recipe:?}, {from} to {to}: {a}, {b}");
        }
    }
}

/// Viewers are few, so it is the way through them that is tried; the test above compares the other with it.
#[test]
fn weights_are_the_same_on_any_number_of_threads() {
    let interactions = planted(20, 200);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let together = Together::of(&interactions, &Traits::default(), RowShape::RATINGS, |_| true);
        assert!(together.table.is_none());
        pool.install(|| together.weights(Recipe::ease(3.0), usize::MAX).unwrap())
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn weights_to_some_films_are_those_to_each() {
    let weights =
        Together::of(&planted(80, 60), &Traits::default(), RowShape::LIKES, |_| true).weights(EASE, 7).unwrap();
    let towards: Vec<(usize, usize)> = (0..60).step_by(3).chain([59, 59]).map(|film| (film, 100 + film)).collect();
    for from in 0..60 {
        let expected = towards.iter().map(|&(film, beside)| (beside, weights.weight(from, film)));
        let expected: Vec<(usize, f32)> = expected.filter(|&(_, weight)| weight != 0.0).collect();
        assert_eq!(weights.weights(from, &towards).collect::<Vec<_>>(), expected);
        assert_eq!(weights.weights(from, &[]).count(), 0);
    }
}

#[test]
fn of_many_weights_the_strongest_are_kept() {
    let interactions = planted(80, 60);
    let together = Together::of(&interactions, &Traits::default(), RowShape::RATINGS, |_| true);
    let all = together.weights(EASE, usize::MAX).unwrap();
    let some = together.weights(EASE, 7).unwrap();
    for film in 0..60 {
        let mut expected: Vec<(usize, f32)> = (0..60).map(|to| (to, all.weight(film, to))).collect();
        expected.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
        for (place, (to, weight)) in expected.into_iter().enumerate() {
            assert_eq!(some.weight(film, to), if place < 7 { weight } else { 0.0 });
        }
    }
}

#[test]
fn reasons_are_the_weights_above_zero_of_the_liked_films() {
    let reasons = model().reasons(&liking(&[1, 2, 3]), &[0, 1, 3], 5).unwrap();
    assert_eq!(reasons[0].iter().map(|share| share.film).collect::<Vec<_>>(), [1, 2]);
    assert!((reasons[0][0].share - 4.0 / 7.0).abs() < 1e-6, "{reasons:?}");
    assert!(reasons[1].is_empty() && reasons[2].is_empty(), "{reasons:?}");
}

#[test]
fn a_recipe_without_sense_is_refused() {
    let together = Together::of(&three_viewers_ratings(), &Traits::default(), RowShape::LIKES, |_| true);
    for lambda in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        let wrong = Recipe { lambda, ..EASE };
        assert!(matches!(together.weights(wrong, 5), Err(LinearError::Recipe(_))), "λ = {lambda}");
    }
    for obscurity in [-0.1, f32::NAN, f32::INFINITY] {
        let wrong = Recipe { obscurity, ..EASE };
        assert!(matches!(together.weights(wrong, 5), Err(LinearError::Recipe(_))), "obscurity {obscurity}");
    }
    for traits in [-0.1, f32::NAN, f32::INFINITY] {
        let wrong = Recipe { traits, ..EASE };
        assert!(matches!(together.weights(wrong, 5), Err(LinearError::Recipe(_))), "traits {traits}");
    }
    for dropout in [-0.1, 1.0, 2.0, f32::NAN] {
        let wrong = Recipe { dropout, ..EASE };
        assert!(matches!(together.weights(wrong, 5), Err(LinearError::Recipe(_))), "p = {dropout}");
    }
}

#[test]
fn without_likes_every_score_is_zero() {
    let nobody = Interactions { films: (0..4).map(MovieId).collect(), offsets: vec![0], ..Interactions::default() };
    let weights = Together::of(&nobody, &Traits::default(), RowShape::RATINGS, |_| true).weights(EASE, 10).unwrap();
    let model = LinearRecommender::new(Arc::clone(&three_viewers().0), weights);
    assert_eq!(model.scores(&[&liking(&[0, 3])]).unwrap(), [[0.0; 4]]);
}

#[test]
fn weights_of_a_file_are_those_that_were_written() {
    let weights = ease();
    let (offsets, films, values) = weights.parts();
    assert_eq!(Weights::from_parts(offsets.to_vec(), films.to_vec(), values.to_vec()), Some(weights));
}

#[test]
fn weights_that_are_out_of_place_are_refused() {
    let weights = ease();
    let (offsets, films, values) = weights.parts();
    let with_offset = |at: usize, offset| {
        let mut offsets = offsets.to_vec();
        offsets[at] = offset;
        Weights::from_parts(offsets, films.to_vec(), values.to_vec())
    };
    assert_eq!(with_offset(0, 1), None, "does not begin at 0");
    assert_eq!(with_offset(1, u32::MAX), None, "beyond the end");
    assert_eq!(with_offset(2, 0), None, "backwards");
    let with_films = |films: Vec<u32>| Weights::from_parts(offsets.to_vec(), films, values.to_vec());
    assert_eq!(with_films([&[4], &films[1..]].concat()), None, "no such film, and not ascending");
    assert_eq!(with_films([&films[..films.len() - 1], &[4]].concat()), None, "no such film");
    assert_eq!(with_films([films, &[3]].concat()), None, "one too many");
    let with_values = |values: Vec<f32>| Weights::from_parts(offsets.to_vec(), films.to_vec(), values);
    assert_eq!(with_values([&[f32::NAN], &values[1..]].concat()), None, "not a number");
    assert_eq!(with_values(values[1..].to_vec()), None, "too few");
    assert_eq!(Weights::from_parts(vec![], vec![], vec![]), None, "no offsets");
}

#[test]
fn rounded_weights_are_the_same_to_three_digits() {
    let weights = Together::of(&planted(80, 60), &Traits::default(), RowShape::RATINGS, |_| true)
        .weights(Recipe::ease(20_000.0), usize::MAX)
        .unwrap();
    let (rounded, scale) = weights.rounded().unwrap();
    let largest = weights.parts().2.iter().fold(0.0_f32, |most, weight| most.max(weight.abs()));
    assert!(scale == largest && rounded.parts().2.iter().any(|weight| weight.abs() == 1.0));
    for (ours, exact) in rounded.parts().2.iter().zip(weights.parts().2) {
        assert!((ours * scale - exact).abs() <= exact.abs() / 2_048.0 + largest * 1e-7, "{ours} · {scale}, {exact}");
    }
    assert_eq!(rounded.rounded().unwrap().0, rounded, "what is in a file is read as it was");
}
