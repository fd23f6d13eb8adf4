use app::domain::Stars;

use super::{Audience, FitError, Fitted, Options, Stage, fit};
use crate::{
    catalogue::Interactions,
    model::{
        Likes, Popularity, Recommender, Traits,
        evaluation::{self, cases, fold, measure},
        examples::liking,
        training::{Hyper, TrainingError, tests as samples},
    },
};

const OPTIONS: Options = Options {
    seed: 1,
    audience: Audience::Newcomers,
    hyper: |_, _, seed| samples::small(seed),
    epochs: None,
    budget: None,
};

fn fitted(interactions: &Interactions, options: Options) -> Fitted {
    fit(interactions, &Traits::default(), options, |_| true, |_, _| {}).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_model_and_another_seed_another() {
    let interactions = samples::planted(130, 60);
    let version = |seed| fitted(&interactions, Options { seed, ..OPTIONS }).model.version().to_owned();
    assert_eq!(version(1), version(1));
    assert_ne!(version(1), version(2));
}

#[test]
fn viewers_who_are_not_wanted_change_nothing() {
    let interactions = samples::planted(150, 60);
    let wanted = |viewer| fold(viewer) != 0;
    let mut other = interactions.clone();
    for (at, &viewer) in interactions.viewers.iter().enumerate() {
        if !wanted(viewer) {
            other.stars[interactions.offsets[at]..interactions.offsets[at + 1]].fill(Stars::MOST);
        }
    }
    let [ours, theirs] = [&interactions, &other].map(|interactions| {
        fit(interactions, &Traits::default(), OPTIONS, wanted, |_, _| {}).unwrap().model.version().to_owned()
    });
    assert_eq!(ours, theirs);
}

#[test]
fn the_model_beats_popularity_for_viewers_it_has_not_seen() {
    let interactions = samples::planted(300, 160);
    let wanted = |viewer| fold(viewer) != 0;
    let model = fit(&interactions, &Traits::default(), OPTIONS, wanted, |_, _| {}).unwrap().model;
    let cases = cases(&interactions, evaluation::DRAWS, |viewer| !wanted(viewer));
    let likes = Likes::of(&interactions, 2, wanted);
    let popularity = Popularity::new(std::sync::Arc::new(model.order().clone()), &likes);
    let (ours, theirs) = (measure(&model, &cases).unwrap(), measure(&popularity, &cases).unwrap());
    for row in [2, 3] {
        let (ours, theirs) = (ours.rows[row].ndcg().unwrap(), theirs.rows[row].ndcg().unwrap());
        assert!(ours > theirs + 0.1, "{ours} against {theirs}");
    }
}

#[test]
fn figures_are_of_viewers_who_were_held_out_and_there_are_none_where_all_are_needed() {
    let validation = fitted(&samples::planted(200, 60), OPTIONS).validation.unwrap();
    assert!((60..=160).contains(&validation.viewers), "three rounds of a fifth: {}", validation.viewers);
    assert!(!validation.rows.is_empty());
    assert!(validation.rows.iter().all(|row| row.lists > 0 && row.ndcg > 0.0 && row.ndcg <= 1.0), "{validation:?}");
    assert_eq!(fitted(&samples::planted(60, 60), OPTIONS).validation, None);
}

#[test]
fn every_history_has_scores_that_are_numbers() {
    let model = fitted(&samples::planted(120, 60), OPTIONS).model;
    for history in [liking(&[]), liking(&[59]), liking(&(0..60).collect::<Vec<_>>())] {
        let scores = &model.scores(&[&history]).unwrap()[0];
        assert!(scores.len() == 60 && scores.iter().all(|score| score.is_finite()));
    }
}

#[test]
fn without_likes_there_is_nothing_to_learn() {
    let mut interactions = samples::planted(120, 60);
    interactions.stars.fill(Stars::from_halves(1).unwrap());
    for interactions in [interactions, Interactions { offsets: vec![0], ..Interactions::default() }] {
        let outcome = fit(&interactions, &Traits::default(), OPTIONS, |_| true, |_, _| {});
        assert!(matches!(outcome, Err(FitError::Training(TrainingError::NoLikes))));
    }
}

#[test]
fn so_many_epochs_as_were_asked_for() {
    let mut steps = 0;
    let options = Options { epochs: Some(2), hyper: Hyper::for_data, ..OPTIONS };
    let fitted = fit(
        &samples::planted(60, 20),
        &Traits::default(),
        options,
        |_| true,
        |stage, now| {
            if stage == Stage::Networks {
                steps = now.of;
            }
        },
    )
    .unwrap();
    assert_eq!(steps, 2 * fitted.viewers.div_ceil(fitted.hyper.batch));
}
