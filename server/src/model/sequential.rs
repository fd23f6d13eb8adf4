use rayon::prelude::*;

use super::{History, ModelError, Recommender};
use crate::catalogue::Interactions;

/// Films before and after a film that go with it.
const WINDOW: usize = 20;
/// What comes n films later or earlier counts n to minus this.
const DECAY: f32 = 0.7;
/// Of the films that go with a film so many are kept.
const NEIGHBOURS: usize = 500;
/// So many ratings' worth of doubt about what goes with a film.
const DOUBT: f32 = 10.0;
/// The n-th last film counts exp(−n / memory): what is tried.
const MEMORIES: [f32; 3] = [1.5, 3.0, 6.0];
/// A film with many ratings goes with everything; what is tried to hold it back: (ratings + 5) to this power.
const OBSCURITIES: [f32; 3] = [0.0, 0.3, 0.5];
/// How much the order counts beside the set: what is tried.
const SHARES: [f32; 5] = [0.0, 0.5, 1.0, 2.0, 4.0];
/// Last films that are looked at.
const LAST: usize = 30;
/// Viewers on whom the three are chosen, at most.
const MOST_VIEWERS: usize = 1_000;
/// Viewers that are scored at once.
const BATCH: usize = 64;

/// What somebody rated in the order of time, oldest first: positions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sequence(Vec<usize>);

impl Sequence {
    /// Of the viewer at this position; what has the same time stands in the order of the films.
    pub fn of(interactions: &Interactions, viewer: usize) -> Self {
        let mut at: Vec<usize> = (interactions.offsets[viewer]..interactions.offsets[viewer + 1]).collect();
        at.sort_by_key(|&at| interactions.times[at]);
        Self(at.into_iter().map(|at| interactions.items[at] as usize).collect())
    }
}

/// A model of sets and, beside it, which films are rated around which: for whoever knows the order of a history.
///
/// Where people rate in one sitting what a page shows them, the last films say much of the next one. That is a fact about
/// the page and not about taste: its figures are never to be compared with those of models of sets.
pub struct Sequential<'a> {
    model: &'a dyn Recommender,
    around: Around,
    chosen: Chosen,
}

/// What is chosen on the viewers' last films.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Chosen {
    memory: f32,
    obscurity: f32,
    share: f32,
}

impl<'a> Sequential<'a> {
    /// Counts what is rated around what, and chooses how much that says: on some viewers' last ratings, with counts of the
    /// others.
    pub fn fit(model: &'a dyn Recommender, interactions: &Interactions) -> Result<Self, ModelError> {
        let viewers = interactions.viewers.len();
        let every = viewers.div_ceil(MOST_VIEWERS).max(2);
        let asked = |viewer: usize| viewer.is_multiple_of(every);
        let sequences: Vec<Sequence> = (0..viewers).map(|viewer| Sequence::of(interactions, viewer)).collect();
        let films = interactions.films.len();
        let others = Around::of(films, sequences.iter().enumerate().filter(|(at, _)| !asked(*at)).map(|(_, of)| of));
        let lists: Vec<(History, Sequence, usize)> = (0..viewers)
            .filter(|&viewer| asked(viewer))
            .filter_map(|viewer| {
                let (&last, rest) = sequences[viewer].0.split_last()?;
                let ratings = interactions.of_viewer(viewer).filter(|&(film, _)| film != last).collect();
                Some((History { ratings }, Sequence(rest.to_vec()), last))
            })
            .collect();
        let chosen = others.best(model, &lists)?;
        Ok(Self { model, around: Around::of(films, sequences.iter()), chosen })
    }

    /// For each history with its order the score of every film.
    pub fn scores(&self, told: &[(&History, &Sequence)]) -> Result<Vec<Vec<f32>>, ModelError> {
        let histories: Vec<&History> = told.iter().map(|(history, _)| *history).collect();
        let mut scores = self.model.scores(&histories)?;
        for (scores, (_, sequence)) in scores.iter_mut().zip(told) {
            standardise(scores);
            let mut order = self.around.scores(sequence, self.chosen.memory);
            self.around.hold_back(&mut order, self.chosen.obscurity);
            standardise(&mut order);
            scores.iter_mut().zip(order).for_each(|(score, order)| *score += self.chosen.share * order);
        }
        Ok(scores)
    }
}

/// What is rated around each film.
struct Around {
    /// The neighbours of each film, with how near they stood, in sum.
    of_films: Vec<Vec<(u32, f32)>>,
    /// How often each film was rated.
    ratings: Vec<f32>,
}

impl Around {
    fn of<'a>(films: usize, sequences: impl Iterator<Item = &'a Sequence>) -> Self {
        let mut pairs: Vec<Vec<(u32, u8)>> = vec![Vec::new(); films];
        let mut ratings = vec![0.0; films];
        for Sequence(sequence) in sequences {
            for (at, &film) in sequence.iter().enumerate() {
                ratings[film] += 1.0;
                for (&later, gap) in sequence[at + 1..].iter().zip(1..=WINDOW as u8) {
                    pairs[film].push((later as u32, gap));
                    pairs[later].push((film as u32, gap));
                }
            }
        }
        let nearness: Vec<f32> = (0..=WINDOW).map(|gap| (gap.max(1) as f32).powf(-DECAY)).collect();
        let of_film = |mut pairs: Vec<(u32, u8)>| {
            pairs.sort_unstable();
            let sums = pairs.chunk_by(|a, b| a.0 == b.0);
            let sum = |pairs: &[(u32, u8)]| pairs.iter().map(|&(_, gap)| nearness[usize::from(gap)]).sum();
            let mut sums: Vec<(u32, f32)> = sums.map(|pairs| (pairs[0].0, sum(pairs))).collect();
            sums.sort_by(|a, b| b.1.total_cmp(&a.1));
            sums.truncate(NEIGHBOURS);
            sums
        };
        Self { of_films: pairs.into_par_iter().map(of_film).collect(), ratings }
    }

    fn scores(&self, Sequence(sequence): &Sequence, memory: f32) -> Vec<f32> {
        let mut scores = vec![0.0; self.ratings.len()];
        for (gap, &film) in sequence.iter().rev().take(LAST).enumerate() {
            let weight = (-(gap as f32) / memory).exp() / (self.ratings[film] + DOUBT);
            self.of_films[film].iter().for_each(|&(other, near)| scores[other as usize] += weight * near);
        }
        scores
    }

    fn hold_back(&self, scores: &mut [f32], obscurity: f32) {
        let held_back = scores.iter_mut().zip(&self.ratings);
        held_back.for_each(|(score, ratings)| *score /= (ratings + 5.0).powf(obscurity));
    }

    /// What ranks the last films best, by NDCG@10 among all films not in the history.
    fn best(&self, model: &dyn Recommender, lists: &[(History, Sequence, usize)]) -> Result<Chosen, ModelError> {
        let mut tried = Vec::new();
        for memory in MEMORIES {
            for obscurity in OBSCURITIES {
                tried.extend(SHARES.map(|share| Chosen { memory, obscurity, share }));
            }
        }
        let gains = lists.par_chunks(BATCH).map(|lists| {
            let histories: Vec<&History> = lists.iter().map(|(history, ..)| history).collect();
            let mut gains = vec![0.0; tried.len()];
            for ((history, sequence, last), mut set) in lists.iter().zip(model.scores(&histories)?) {
                standardise(&mut set);
                let mut order = (Chosen { memory: 0.0, obscurity: 0.0, share: 0.0 }, Vec::new());
                for (gain, chosen) in gains.iter_mut().zip(&tried) {
                    if (order.0.memory, order.0.obscurity) != (chosen.memory, chosen.obscurity) {
                        order = (*chosen, self.scores(sequence, chosen.memory));
                        self.hold_back(&mut order.1, chosen.obscurity);
                        standardise(&mut order.1);
                    }
                    let score = |film: usize| set[film] + chosen.share * order.1[film];
                    let own = score(*last);
                    let better = (0..set.len()).filter(|&film| score(film) > own).count();
                    let known = history.ratings.iter().filter(|&&(film, _)| score(film) > own).count();
                    *gain += 1.0 / ((better - known + 2) as f64).log2();
                }
            }
            Ok(gains)
        });
        let mut sums = vec![0.0; tried.len()];
        for gains in gains.collect::<Result<Vec<Vec<f64>>, ModelError>>()? {
            sums.iter_mut().zip(gains).for_each(|(sum, gain)| *sum += gain);
        }
        let best = sums.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        Ok(best.map_or(tried[0], |(at, _)| tried[at]))
    }
}

/// Mean 0 and deviation 1, so that two models' scores can be added.
fn standardise(scores: &mut [f32]) {
    let count = scores.len().max(1) as f32;
    let mean = scores.iter().sum::<f32>() / count;
    let variance = scores.iter().map(|score| (score - mean).powi(2)).sum::<f32>() / count;
    let deviation = if variance > 0.0 { variance.sqrt() } else { 1.0 };
    scores.iter_mut().for_each(|score| *score = (*score - mean) / deviation);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use app::domain::{MovieId, Stars, ViewerId};
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::model::{FilmOrder, Likes, Popularity, leave_one_out};

    /// Viewers who walk along a circle of films, forwards, from anywhere.
    fn walks(viewers: u32, films: u32) -> Interactions {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let mut interactions = Interactions {
            films: (0..films).map(MovieId).collect(),
            viewers: (0..viewers).map(ViewerId).collect(),
            offsets: vec![0],
            ..Interactions::default()
        };
        for _ in 0..viewers {
            let start = random.random_range(0..films);
            let mut walked: Vec<(u32, i64)> = (0..12).map(|step| ((start + step) % films, i64::from(step))).collect();
            walked.sort_unstable();
            interactions.items.extend(walked.iter().map(|&(film, _)| film));
            interactions.times.extend(walked.iter().map(|&(_, time)| time));
            interactions.stars.extend(walked.iter().map(|_| Stars::MOST));
            interactions.offsets.push(interactions.items.len());
        }
        interactions
    }

    #[test]
    fn a_sequence_stands_in_the_order_of_time() {
        let walks = walks(30, 50);
        for viewer in 0..30 {
            let Sequence(sequence) = Sequence::of(&walks, viewer);
            assert!(sequence.windows(2).all(|pair| (pair[0] + 1) % 50 == pair[1]), "{sequence:?}");
        }
    }

    #[test]
    fn where_order_matters_it_finds_the_next_film_and_popularity_does_not() {
        let walks = walks(400, 50);
        let order = Arc::new(FilmOrder::new(walks.films.clone()));
        let popular = Popularity::new(order, &Likes::of(&walks, 1, |_| true));
        let model = Sequential::fit(&popular, &walks).unwrap();
        assert!(model.chosen.share > 0.0, "{:?}", model.chosen);
        let case = |viewer: usize| {
            let next = (Sequence::of(&walks, viewer).0[11] + 1) % 50;
            leave_one_out::Case::new(&walks, viewer, next, Vec::new())
        };
        let cases: Vec<_> = (0..100).map(case).collect();
        let ours = leave_one_out::measure_in_order(&model, &cases).unwrap().of_all.ndcg(100);
        let theirs = leave_one_out::measure(&popular, &cases).unwrap().of_all.ndcg(100);
        assert!(ours > 0.5 && ours > theirs + 0.2, "{ours} beside {theirs}");
    }

    #[test]
    fn without_an_order_it_says_what_the_set_says() {
        let walks = walks(40, 50);
        let order = Arc::new(FilmOrder::new(walks.films.clone()));
        let popular = Popularity::new(order, &Likes::of(&walks, 1, |_| true));
        let model = Sequential::fit(&popular, &walks).unwrap();
        let scores = model.scores(&[(&History::default(), &Sequence::default())]).unwrap();
        let mut expected = popular.scores(&[&History::default()]).unwrap().remove(0);
        standardise(&mut expected);
        assert_eq!(scores[0], expected);
    }
}
