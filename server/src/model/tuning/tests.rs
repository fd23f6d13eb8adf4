use std::sync::Arc;

use super::{Among, Assembly, Comparison, FACTORS, Ingredient, Mixture, Part, SOURCES, Tuner};
use crate::model::{
    FilmOrder, Ials, Likes, LinearRecommender, Traits,
    blend::Blend,
    evaluation::{cases, fold, measure},
    ials::{self, Factors},
    linear::{self, Weights, fame},
    set_autoencoder::SetRecommender,
    training::{self, tests as samples},
};

#[test]
fn the_chosen_mixture_is_no_worse_than_either_part_on_what_it_was_chosen_for() {
    let interactions = samples::planted(250, 120);
    let rest = |viewer| fold(viewer) != 0;
    let likes = Likes::of(&interactions, 2, rest);
    let trained = training::train(&likes, &Traits::default(), samples::small(1), |_| {}).unwrap();
    let order = Arc::new(FilmOrder::new(interactions.films.clone()));
    let network = SetRecommender::new(trained.net, Arc::clone(&order), trained.version).unwrap();
    let made = linear::make(&interactions, &Traits::default(), rest, &SOURCES, 50, || ()).unwrap();
    let counts = Likes::of(&interactions, 1, rest).counts();
    let experts: Vec<&Weights> = made.iter().collect();
    let cases = cases(&interactions, 3, |viewer| !rest(viewer));
    let learn = |(regularisation, unobserved)| {
        let hyper = ials::Hyper { factors: 12, iterations: 8, unobserved, regularisation, seed: 1 };
        Ials::train(Arc::clone(&order), &Likes::of(&interactions, 1, rest), hyper, |_| ()).into_factors().unwrap()
    };
    let factors: Vec<Factors> = FACTORS.into_iter().map(learn).collect();
    let all: Vec<&Factors> = factors.iter().collect();
    let tuner = Tuner::new(&network, &experts, &all, &counts, &cases, Among::Best).unwrap();

    let Assembly { experts: blended, factors: tables, knots } = Assembly::of(&Comparison::of(&[&tuner]).best(|_| true));
    assert_eq!(knots.iter().map(|knot| knot.length).collect::<Vec<_>>(), [1, 3, 10]);
    let ingredient = |&Ingredient { source, factor }: &Ingredient| {
        let place = SOURCES.iter().position(|&made| source.obscured(0.0) == made).unwrap();
        (experts[place], fame(&counts, source.obscurity()).into_iter().map(|fame| factor / fame).collect())
    };
    let expert =
        |ingredients: &Vec<Ingredient>| Weights::sum(&ingredients.iter().map(ingredient).collect::<Vec<_>>(), 120);
    let tables = tables.into_iter().map(|table| factors[table].clone()).collect();
    let model = Blend::new(network.clone(), blended.iter().map(expert).collect(), tables, knots).unwrap();
    let (ours, alone) = (measure(&model, &cases).unwrap(), measure(&network, &cases).unwrap());
    let linear = measure(&LinearRecommender::new(order, made[1].clone()), &cases).unwrap();
    for row in 0..3 {
        let [ours, alone, linear] = [&ours, &alone, &linear].map(|figures| figures.rows[row].ndcg().unwrap());
        assert!(ours >= alone.max(linear) - 1e-3, "row {row}: {ours}, network {alone}, linear {linear}");
    }
}

#[test]
fn where_there_is_nothing_to_choose_on_nothing_is_chosen() {
    let interactions = samples::planted(30, 40);
    let likes = Likes::of(&interactions, 2, |_| true);
    let trained = training::train(&likes, &Traits::default(), samples::small(1), |_| {}).unwrap();
    let order = Arc::new(FilmOrder::new(interactions.films.clone()));
    let network = SetRecommender::new(trained.net, order, trained.version).unwrap();
    let made = linear::make(&interactions, &Traits::default(), |_| true, &SOURCES, 50, || ()).unwrap();
    let experts: Vec<&Weights> = made.iter().collect();
    let tuner = Tuner::new(&network, &experts, &[], &likes.counts(), &[], Among::Best).unwrap();
    assert_eq!(Comparison::of(&[&tuner]).best(|_| true), []);
    assert_eq!(Comparison::of(&[]).best(|_| true), []);
}

#[test]
fn a_mixture_without_linear_parts_has_an_expert_that_says_nothing() {
    let parts = Part::all(1);
    let mut factors = vec![0.0; parts.len()];
    (factors[0], factors[parts.len() - 1]) = (2.0, 3.0);
    let alone = Mixture::of(5, &parts, &factors);
    assert_eq!((alone.network, alone.expert.len(), alone.linear, alone.factors), (2.0, 1, 0.0, Some((0, 3.0))));
    factors[4] = 7.0;
    let mixed = Mixture::of(5, &parts, &factors);
    assert_eq!((mixed.expert, mixed.linear), (vec![Ingredient { source: SOURCES[1], factor: 7.0 }], 1.0));
}

#[test]
fn a_part_that_several_lengths_use_is_made_once_and_one_that_none_uses_never() {
    let mixture = |length, source: usize, factors| {
        let expert = vec![Ingredient { source: SOURCES[source], factor: 1.0 }];
        Mixture { length, network: 1.0, expert, linear: 2.0, factors }
    };
    let mixtures = [mixture(1, 4, None), mixture(3, 2, Some((2, 0.5))), mixture(5, 4, Some((2, 0.7)))];
    let Assembly { experts, factors, knots } = Assembly::of(&mixtures);
    assert_eq!(experts.iter().map(|expert| expert[0].source).collect::<Vec<_>>(), [SOURCES[4], SOURCES[2]]);
    assert_eq!(knots.iter().map(|knot| (knot.length, knot.expert)).collect::<Vec<_>>(), [(1, 0), (3, 1), (5, 0)]);
    assert_eq!(factors, [2]);
    assert_eq!(knots.iter().map(|knot| (knot.factors, knot.ials)).collect::<Vec<_>>(), [(0, 0.0), (0, 0.5), (0, 0.7)]);
}
