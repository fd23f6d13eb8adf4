use std::sync::Arc;

use app::domain::{MovieId, Stars, ViewerId};

use super::{DRAWS, Shown, cases, cases_of, fold, hash, measure, ndcg, recall};
use crate::{
    catalogue::Interactions,
    model::{FilmOrder, History, ModelError, Recommender, Share, best_positions},
};

/// A viewer who liked the first `liked` of `films` films and gave the rest three stars.
fn viewer(liked: usize, films: u32) -> Interactions {
    let stars = |film| Stars::from_halves(if (film as usize) < liked { 8 } else { 6 }).unwrap();
    Interactions {
        films: (0..films).map(|film| MovieId(film + 1)).collect(),
        viewers: vec![ViewerId(1)],
        offsets: vec![0, films as usize],
        items: (0..films).collect(),
        stars: (0..films).map(stars).collect(),
        times: vec![0; films as usize],
    }
}

/// Knows what every viewer of [`viewer`] wants.
struct Oracle {
    order: FilmOrder,
    sign: f32,
}

impl Recommender for Oracle {
    fn order(&self) -> &FilmOrder {
        &self.order
    }

    fn version(&self) -> &str {
        "oracle"
    }

    fn scores(&self, histories: &[&History]) -> Result<Vec<Vec<f32>>, ModelError> {
        let scores = (0..self.order.films().len()).map(|film| -self.sign * film as f32).collect();
        Ok(vec![scores; histories.len()])
    }

    fn reasons(&self, _: &History, films: &[usize], _: usize) -> Result<Vec<Vec<Share>>, ModelError> {
        Ok(vec![Vec::new(); films.len()])
    }
}

#[test]
fn the_hash_is_fnv_1a() {
    assert_eq!(hash(""), 0xcbf2_9ce4_8422_2325);
    assert_eq!(hash("a"), 0xaf63_dc4c_8601_ec8c);
    assert_eq!(hash("foobar"), 0x8594_4171_f739_67e8);
    assert_eq!(fold(ViewerId(414)), hash("fold:414") % 5);
}

#[test]
fn who_takes_part_depends_on_their_likes() {
    let count = |liked: usize, shown: Shown| {
        cases(&viewer(liked, 40), DRAWS, |_| true).iter().filter(|case| case.shown == shown).count()
    };
    assert_eq!([count(5, Shown::Films(1)), count(6, Shown::Films(1))], [0, 3]);
    assert_eq!([count(24, Shown::Films(20)), count(25, Shown::Films(20))], [0, 3]);
    assert_eq!([count(9, Shown::FourFifths), count(10, Shown::FourFifths)], [0, 3]);
    assert!(cases(&viewer(30, 40), DRAWS, |_| false).is_empty());
}

#[test]
fn every_like_is_shown_or_asked_for_and_draws_differ() {
    let cases = cases(&viewer(13, 40), DRAWS, |_| true);
    for case in &cases {
        let mut all: Vec<usize> = case.history.ratings.iter().map(|&(film, _)| film).collect();
        assert!(all.is_sorted());
        all.extend(&case.targets);
        all.sort_unstable();
        assert_eq!(all, (0..13).collect::<Vec<_>>());
    }
    let shown: Vec<&History> =
        cases.iter().filter(|case| case.shown == Shown::FourFifths).map(|case| &case.history).collect();
    assert!(shown.iter().all(|history| history.ratings.len() == 10) && shown[0] != shown[1]);
}

#[test]
fn a_model_that_knows_everything_gets_one_and_its_opposite_nothing() {
    let cases = cases(&viewer(30, 100), DRAWS, |_| true);
    let order = FilmOrder::new(viewer(30, 100).films);
    let best = measure(&Oracle { order: order.clone(), sign: 1.0 }, &cases).unwrap();
    let worst = measure(&Oracle { order, sign: -1.0 }, &cases).unwrap();
    for (best, worst) in best.rows.iter().zip(&worst.rows) {
        assert!((best.ndcg().unwrap() - 1.0).abs() < 1e-9 && (best.recall().unwrap() - 1.0).abs() < 1e-9);
        assert_eq!((worst.ndcg(), worst.recall()), (Some(0.0), Some(0.0)));
        assert_eq!(best.lists(), 3);
    }
}

#[test]
fn lists_that_mixtures_are_chosen_on_besides_are_in_no_figure() {
    let viewers = viewer(30, 100);
    let beside = cases_of(&Shown::BESIDES, &viewers, DRAWS, |_| true);
    let lengths: Vec<usize> = beside.iter().take(3).map(|case| case.history.ratings.len()).collect();
    assert_eq!((beside.len(), &lengths[..]), (9, &[18, 21, 27][..]));
    let oracle = Oracle { order: FilmOrder::new(viewers.films), sign: 1.0 };
    assert!(measure(&oracle, &beside).unwrap().rows.iter().all(|row| row.lists() == 0));
}

#[test]
fn figures_without_lists_are_none() {
    let order = Arc::new(FilmOrder::default());
    let nothing = measure(&Oracle { order: (*order).clone(), sign: 1.0 }, &[]).unwrap();
    assert!(nothing.rows.iter().all(|row| row.ndcg().is_none() && row.recall().is_none()));
}

#[test]
fn gains_fall_with_the_logarithm_of_the_place() {
    let second = (1.0 / 3.0_f64.log2()) / (1.0 + 1.0 / 3.0_f64.log2());
    assert!((ndcg(&[9, 4, 8], &[4, 5]) - second).abs() < 1e-12);
    assert!((recall(&[9, 4, 8], &[4, 5]) - 0.5).abs() < 1e-12);
}

#[test]
fn equal_scores_are_ranked_in_the_films_order() {
    assert_eq!(best_positions(&[1.0, 2.0, 1.0, 2.0, 1.0], 4, |_| true), [1, 3, 0, 2]);
    assert_eq!(best_positions(&[0.0; 5], 9, |_| true), [0, 1, 2, 3, 4]);
    assert!(best_positions(&[], 3, |_| true).is_empty());
}
