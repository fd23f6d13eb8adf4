use app::domain::Stars;

use super::{Audience, FitError, Fitted, LeftOut, Options, Stage, fit, workshop};
use crate::{
    catalogue::Interactions,
    model::{
        Likes, Popularity, Recommender, Traits,
        evaluation::{self, cases, fold, measure},
        examples::liking,
        linear,
        training::{Hyper, TrainingError, tests as samples},
        tuning::{self, Ingredient},
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
    assert!(validation.rows.iter().all(|row| row.ials.is_some_and(|ials| ials > 0.0 && ials <= 1.0)), "{validation:?}");
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

#[test]
fn where_those_held_out_are_hardly_anybody_nothing_is_made_twice() {
    let interactions = samples::planted(60_000, 24);
    // The least budget: without factors, and each network is taught for one epoch.
    let hyper = |_, _, seed| Hyper { batch: 512, ..samples::small(seed) };
    let options = Options { budget: Some(std::time::Duration::ZERO), hyper, ..OPTIONS };
    let (mut steps, mut mixtures) = (0, Vec::new());
    let progress = |stage, now: super::Progress| match stage {
        Stage::Networks => steps = now.of,
        Stage::Mixture => mixtures.push(now.of),
        _ => {}
    };
    let fitted = fit(&interactions, &Traits::default(), options, |_| true, progress).unwrap();
    assert_eq!(steps, fitted.viewers.div_ceil(512), "one network");
    assert!(!mixtures.is_empty() && mixtures.iter().all(|&of| of == 3), "no part is made any more: {mixtures:?}");
    let all = Likes::of(&interactions, crate::model::training::LEAST_LIKES, |_| true).viewers().len();
    let held_out = all - fitted.viewers;
    assert!(held_out > 0 && held_out * 20 <= all + all / 10, "{held_out} of {all}");
    let validation = fitted.validation.unwrap();
    assert!(validation.viewers >= held_out && !validation.rows.is_empty(), "{validation:?}");
    assert!(validation.rows.iter().all(|row| row.ials.is_none()), "{validation:?}");
}

#[test]
fn whoever_is_mixed_for_known_viewers_finds_what_they_liked_and_was_left_out() {
    let interactions = samples::planted(200, 120);
    let left_out = LeftOut::of(&interactions, 0, |_| true);
    let fitted = fitted(&left_out.interactions, Options { audience: Audience::Known, ..OPTIONS });
    assert_eq!(fitted.validation, None, "nobody is held out");
    let popularity = Popularity::new(
        std::sync::Arc::new(fitted.model.order().clone()),
        &Likes::of(&left_out.interactions, 1, |_| true),
    );
    let cases = left_out.cases(|_| true);
    assert!(cases.len() > 100, "{}", cases.len());
    let histories: Vec<_> = cases.iter().map(|case| case.history()).collect();
    let found = |model: &dyn Recommender| {
        let ranked = model.scores(&histories).unwrap().into_iter().zip(&cases).filter(|(scores, case)| {
            let own = scores[case.targets()[0]];
            let shown = |film| case.history().ratings.iter().any(|&(other, _)| other == film);
            (0..scores.len()).filter(|&film| !shown(film) && scores[film] > own).count() < 10
        });
        ranked.count() as f64 / cases.len() as f64
    };
    let (ours, theirs) = (found(&fitted.model), found(&popularity));
    assert!(ours > theirs + 0.1, "{ours} against {theirs}");
}

#[test]
fn an_expert_is_the_sum_of_its_ingredients_each_held_back_by_its_own_obscurity() {
    let interactions = samples::planted(60, 40);
    let sources = [tuning::SOURCES[1], tuning::SOURCES[2]];
    let made = linear::make(&interactions, &Traits::default(), |_| true, &sources, 40, || ()).unwrap();
    let made: Vec<_> = sources.into_iter().zip(made).collect();
    let likes = Likes::of(&interactions, 1, |_| true).counts();
    let ingredient =
        |source: usize, obscurity, factor| Ingredient { source: sources[source].obscured(obscurity), factor };
    let ingredients = [ingredient(0, 0.0, 2.0), ingredient(1, 0.1, 0.5), ingredient(0, 0.2, 3.0)];
    let expert = workshop::sum(&made, &likes, &ingredients).unwrap();
    for (from, to) in (0..40).flat_map(|from| (0..40).map(move |to| (from, to))) {
        let fame = likes[to] as f32 + 5.0;
        let said = |source: usize| made[source].1.weight(from, to);
        let expected = said(0) * (2.0 + 3.0 / fame.powf(0.2)) + said(1) * 0.5 / fame.powf(0.1);
        assert!((expert.weight(from, to) - expected).abs() < 1e-5, "{from} to {to}");
    }
    let other = [Ingredient { source: tuning::SOURCES[3], factor: 1.0 }];
    assert_eq!(workshop::sum(&made, &likes, &other), None, "what was not made is in no sum");
}
