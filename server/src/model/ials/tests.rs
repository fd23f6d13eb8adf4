use app::domain::MovieId;

use super::*;
use crate::model::{
    evaluation,
    examples::{liking, three_viewers},
    training::tests::planted,
};

const HYPER: Hyper = Hyper { factors: 12, iterations: 12, unobserved: 0.1, regularisation: 0.5, seed: 1 };

#[test]
fn one_film_and_one_like_are_solved_as_by_hand() {
    // With one factor v the visitor's problem is (α·v² + λ + v²)·x = v.
    let others = [2.0];
    let shared = gram(&others, Hyper { factors: 1, ..HYPER });
    assert!((shared[0] - (0.1 * 4.0 + 0.5)).abs() < 1e-6);
    let mut x = [0.0];
    Problem { shared: &shared, others: &others, liked: &[0] }.solve(&mut x, 5);
    assert!((x[0] - 2.0 / (0.9 + 4.0)).abs() < 1e-6, "{x:?}");
    Problem { shared: &shared, others: &others, liked: &[] }.solve(&mut x, 5);
    assert_eq!(x, [0.0], "nothing liked, nothing known");
}

#[test]
fn what_is_solved_fulfils_its_equations() {
    let interactions = planted(120, 40);
    let likes = Likes::of(&interactions, 1, |_| true);
    let order = Arc::new(FilmOrder::new(interactions.films));
    let model = Ials::train(order, &likes, HYPER, |_| ());
    let liked = likes.of_viewer(3);
    let x = model.visitor(liked);
    for row in 0..HYPER.factors {
        let of = |film: &u32| model.film(*film as usize);
        let left: f32 = solving::dot(&model.shared[row * HYPER.factors..(row + 1) * HYPER.factors], &x)
            + liked.iter().map(|film| of(film)[row] * solving::dot(of(film), &x)).sum::<f32>();
        let right: f32 = liked.iter().map(|film| of(film)[row]).sum();
        assert!((left - right).abs() < 1e-3 * right.abs().max(1.0), "{left} is not {right}");
    }
}

#[test]
fn it_ranks_better_than_popularity_for_viewers_it_has_not_seen() {
    let interactions = planted(300, 200);
    let likes = Likes::of(&interactions, 1, |viewer| viewer.0 > 60);
    let order = Arc::new(FilmOrder::new(interactions.films.clone()));
    let cases = evaluation::cases(&interactions, 1, |viewer| viewer.0 <= 60);
    let ndcg = |model: &dyn Recommender| evaluation::measure(model, &cases).unwrap().rows[1].ndcg().unwrap();
    let ours = ndcg(&Ials::train(Arc::clone(&order), &likes, HYPER, |_| ()));
    let popular = ndcg(&crate::model::Popularity::new(order, &likes));
    assert!(ours > popular + 0.05, "{ours} beside {popular}");
}

#[test]
fn shares_are_what_each_liked_film_adds_to_the_score() {
    let (order, likes) = three_viewers();
    let model = Ials::train(order, &likes, HYPER, |_| ());
    let history = liking(&[0, 2]);
    let score = model.scores(&[&history]).unwrap()[0][1];
    let problem = Problem { shared: &model.shared, others: &model.films, liked: &[0, 2] };
    let parts: Vec<f32> = [0, 2]
        .map(|film| {
            let mut part = vec![0.0; HYPER.factors];
            problem.solve_for(model.film(film), &mut part, 50);
            solving::dot(model.film(1), &part)
        })
        .to_vec();
    assert!((parts.iter().sum::<f32>() - score).abs() < 1e-4, "{parts:?} is not {score}");
    let shares = &model.reasons(&history, &[1], 3).unwrap()[0];
    assert_eq!(shares[0].film, 0, "the film that goes with it: {shares:?}");
}

#[test]
fn the_same_seed_gives_the_same_factors_on_any_number_of_threads() {
    let interactions = planted(120, 40);
    let likes = Likes::of(&interactions, 1, |_| true);
    let order = Arc::new(FilmOrder::new(interactions.films));
    let learn = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| Ials::train(Arc::clone(&order), &likes, HYPER, |_| ()).films)
    };
    assert!(learn(1) == learn(3));
}

fn learned() -> (Likes, Factors) {
    let interactions = planted(120, 40);
    let likes = Likes::of(&interactions, 1, |_| true);
    let order = Arc::new(FilmOrder::new(interactions.films));
    let factors = Ials::train(order, &likes, HYPER, |_| ()).into_factors().unwrap();
    (likes, factors)
}

fn score(factors: &Factors, liked: &[(usize, f32)], film: usize) -> f32 {
    let visitor = factors.visitor(liked.iter().copied());
    visitor.iter().zip(&factors.films()[film * factors.width()..]).map(|(a, b)| a * b).sum()
}

#[test]
fn factors_solve_a_visitor_as_the_model_that_learned_them_does() {
    let interactions = planted(120, 40);
    let likes = Likes::of(&interactions, 1, |_| true);
    let order = Arc::new(FilmOrder::new(interactions.films));
    let model = Ials::train(order, &likes, HYPER, |_| ());
    // Fewer films than factors, as many, and more.
    let histories = [1, 5, HYPER.factors, HYPER.factors + 1, 35].map(|length| liking(&(0..length).collect::<Vec<_>>()));
    let theirs = model.scores(&histories.iter().collect::<Vec<_>>()).unwrap();
    let factors = model.into_factors().unwrap();
    for (ours, theirs) in factors.scores(&histories.iter().collect::<Vec<_>>()).iter().zip(&theirs) {
        assert!(ours.iter().zip(theirs).all(|(a, b)| (a - b).abs() < 1e-4), "{ours:?} is not {theirs:?}");
    }
    assert_eq!(factors.visitor(std::iter::empty()), vec![0.0; HYPER.factors], "nothing liked, nothing known");
}

#[test]
fn what_a_score_loses_without_a_film_is_what_solving_again_without_it_gives() {
    let (likes, factors) = learned();
    for viewer in 0..30 {
        let liked = likes.of_viewer(viewer).iter().zip([1.15, 0.85, 1.0].into_iter().cycle());
        let liked: Vec<(usize, f32)> = liked.map(|(&film, strength)| (film as usize, strength)).collect();
        let losses = factors.losses(&liked, &[5, 17]);
        for (&film, losses) in [5, 17].iter().zip(&losses) {
            for (at, loss) in losses.iter().enumerate() {
                let mut rest = liked.clone();
                rest.remove(at);
                let lost = score(&factors, &liked, film) - score(&factors, &rest, film);
                assert!((lost - loss).abs() < 1e-3, "viewer {viewer}, film {film}: {loss} is not {lost}");
            }
        }
    }
    assert_eq!(factors.losses(&[], &[5, 17]), [[], []] as [[f32; 0]; 2]);
}

#[test]
fn factors_that_are_no_numbers_or_not_whole_are_refused() {
    assert!(Factors::learned(vec![0.5; 24], HYPER).is_some());
    assert!(Factors::learned(vec![0.5; 25], HYPER).is_none(), "a film with one of twelve factors");
    assert!(Factors::learned(vec![f32::NAN; 24], HYPER).is_none());
    assert!(Factors::learned(vec![0.5; 24], Hyper { factors: 0, ..HYPER }).is_none());
    assert!(Factors::learned(vec![0.5; 24], Hyper { regularisation: 0.0, ..HYPER }).is_none());
    assert!(Factors::learned(vec![0.5; 24], Hyper { unobserved: f32::INFINITY, ..HYPER }).is_none());
}

#[test]
fn factors_by_themselves_score_as_in_a_blend_and_give_their_losses_as_reasons() {
    let (_, factors) = learned();
    let order = Arc::new(FilmOrder::new((0..40).map(MovieId).collect()));
    let model = FactorsRecommender::new(order, factors.clone());
    let histories = [liking(&[]), liking(&[1, 4, 9])];
    let histories: Vec<&History> = histories.iter().collect();
    assert_eq!(model.scores(&histories).unwrap(), factors.scores(&histories));
    let losses = factors.losses(&histories[1].strengths().collect::<Vec<_>>(), &[7]).remove(0);
    let expected = Share::of_losses([1, 4, 9].into_iter().zip(losses).collect(), 3);
    assert_eq!(model.reasons(histories[1], &[7], 3).unwrap(), [expected]);
    assert_eq!(model.reasons(histories[0], &[7], 3).unwrap(), [[]]);
}
