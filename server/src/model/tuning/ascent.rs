//! Shares of the parts that make nDCG@10 large, found by going uphill.
//!
//! A film's place in a list jumps when scores change, so it is made smooth: a film stands behind another by as much as a
//! steep sigmoid of the difference of their scores says, and counts the more the surer it is among the first ten (Qin, Liu
//! and Li, *A general approximation framework for direct optimization of information retrieval measures*, Information
//! Retrieval 13, 2010). One length of history has too few lists to tell good shares from lucky ones; so shares are chosen for
//! some lengths by the lists of all, mixed between these as when they serve.

use rayon::prelude::*;

use super::{
    LENGTHS,
    lists::{List, Part, Spread},
};
use crate::model::{blend::between, evaluation};

/// The network's share at first; the other parts have the rest in equal shares.
const NETWORK: f64 = 0.5;
/// What each share's squared distance from where it was at first costs, in nDCG.
const PULL: f64 = 0.01;
/// Scores whose difference is this are told apart with certainty e / (1 + e); the scores' standard deviation is about 1.
const TEMPERATURE: f32 = 0.02;
/// A film at place 10½ counts half of what its place would give, one two places before it e / (1 + e).
const SOFTNESS: f64 = 2.0;
/// Steps uphill.
const STEPS: i32 = 60;
/// Length of the first step: in logarithms of shares. Steps get shorter to the end.
const STEP: f64 = 0.1;
/// Adam's memory (Kingma and Ba, *Adam: A Method for Stochastic Optimization*, ICLR 2015) of slopes and of their squares.
const MEMORY: [f64; 2] = [0.9, 0.99];
/// Smaller shares are left out.
const LEAST: f64 = 0.005;
/// Each step looks at one list in so many, the next at others.
const PORTIONS: usize = 3;
/// So many lists of a length are looked at all together.
const FEW: usize = 300;
/// Further apart than this many temperatures films are told apart for certain.
const CERTAIN: f32 = 10.0;
/// A film behind so many for certain gains nothing by moving a little: less than 10⁻⁶.
const HOPELESS: usize = 40;
/// Lists whose slopes are added up before they meet others': always the same ones, on any number of threads.
const TOGETHER: usize = 64;

/// What [all parts](Part::all) are multiplied by for each of the lengths `knots`, ascending, by lists for each of [`LENGTHS`] and
/// how far the parts' scores are spread near each knot: never below 0, and 0 for all tables of factors but one.
pub fn best(rows: &[Vec<&List>], knots: &[usize], spreads: &[&Spread], tables: usize) -> Vec<Vec<f32>> {
    let parts = Part::all(tables);
    let first: Vec<f64> = {
        let others = (1.0 - NETWORK) / (parts.len() - 1).max(1) as f64;
        parts.iter().map(|&part| if part == Part::Network { NETWORK } else { others }).collect()
    };
    // A length counts as the root of its number of lists.
    let whole: f64 = rows.iter().map(|lists| (lists.len() as f64).sqrt()).sum();
    let weight = |lists: &[&List]| (lists.len() as f64).sqrt() / whole;

    let mut logarithms = vec![first.iter().map(|share| share.ln()).collect::<Vec<f64>>(); knots.len()];
    let mut memory = [(); 2].map(|()| vec![vec![0.0; parts.len()]; knots.len()]);
    for step in 0..STEPS {
        let chosen: Vec<Vec<f64>> = logarithms.iter().map(|logarithms| softmax(logarithms)).collect();
        let factors: Vec<Vec<f64>> =
            chosen.iter().zip(spreads).map(|(shares, spread)| spread.factors(shares)).collect();
        let mut uphill = vec![vec![0.0; parts.len()]; knots.len()];
        for (&length, lists) in LENGTHS.iter().zip(rows).filter(|(_, lists)| !lists.is_empty()) {
            let mut mixed = vec![0.0_f32; parts.len()];
            for (knot, share) in between(knots, length) {
                mixed.iter_mut().zip(&factors[knot]).for_each(|(sum, factor)| *sum += share * *factor as f32);
            }
            let portions = if lists.len() < FEW { 1 } else { PORTIONS };
            let portion: Vec<&List> = lists.iter().skip(step as usize % portions).step_by(portions).copied().collect();
            let slopes = slopes(&portion, &parts, &mixed);
            for (knot, share) in between(knots, length) {
                for (sum, slope) in uphill[knot].iter_mut().zip(&slopes) {
                    *sum += f64::from(share) * weight(lists) * slope / portion.len() as f64;
                }
            }
        }
        let length = STEP * (1.0 - f64::from(step) / f64::from(STEPS));
        let so_far = MEMORY.map(|memory| 1.0 - memory.powi(step + 1));
        for (knot, shares) in chosen.iter().enumerate() {
            // From slopes along factors to slopes along shares, and from these to slopes along their logarithms.
            let uphill: Vec<f64> = spreads[knot].factors(&uphill[knot]);
            let pulled = uphill.iter().zip(shares).zip(&first);
            let uphill: Vec<f64> = pulled.map(|((slope, share), first)| slope - 2.0 * PULL * (share - first)).collect();
            let mean: f64 = shares.iter().zip(&uphill).map(|(share, slope)| share * slope).sum();
            for part in 0..parts.len() {
                let slope = shares[part] * (uphill[part] - mean);
                for ((memory, keep), value) in memory.iter_mut().zip(MEMORY).zip([slope, slope * slope]) {
                    let memory = &mut memory[knot][part];
                    *memory = keep * *memory + (1.0 - keep) * value;
                }
                let [slope, square] = [0, 1].map(|of| memory[of][knot][part] / so_far[of]);
                logarithms[knot][part] += length * slope / (square.sqrt() + 1e-8);
            }
        }
    }
    let shares = pruned(&parts, logarithms.iter().map(|logarithms| softmax(logarithms)).collect());
    let factors =
        |(spread, shares): (&&Spread, &Vec<f64>)| spread.factors(shares).into_iter().map(|f| f as f32).collect();
    spreads.iter().zip(&shares).map(factors).collect()
}

/// One table of factors has the shares of all, the one with the most; and what has next to nothing has nothing.
fn pruned(parts: &[Part], mut rows: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let is_table = |&part: &usize| matches!(parts[part], Part::Factors(_));
    let tables: Vec<usize> = (0..parts.len()).filter(is_table).collect();
    let whole = |part: usize| rows.iter().map(|shares| shares[part]).sum::<f64>();
    let largest = tables.iter().copied().max_by(|&a, &b| whole(a).total_cmp(&whole(b)));
    for shares in &mut rows {
        if let Some(largest) = largest {
            shares[largest] = tables.iter().map(|&table| std::mem::take(&mut shares[table])).sum();
        }
        shares.iter_mut().filter(|share| **share < LEAST).for_each(|share| *share = 0.0);
        let sum: f64 = shares.iter().sum();
        shares.iter_mut().for_each(|share| *share /= sum);
    }
    rows
}

fn softmax(logarithms: &[f64]) -> Vec<f64> {
    let largest = logarithms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = logarithms.iter().map(|logarithm| (logarithm - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

/// What the lists' smooth nDCGs gain together by each part's factor.
fn slopes(lists: &[&List], parts: &[Part], factors: &[f32]) -> Vec<f64> {
    let of_some = |lists: &[&List]| {
        let mut sums = vec![0.0; parts.len()];
        for list in lists {
            let by_scores = slopes_by_scores(list, &list.mixed(parts, factors));
            for (sum, product) in sums.iter_mut().zip(list.products(parts, &by_scores)) {
                *sum += f64::from(product);
            }
        }
        sums
    };
    let sums: Vec<Vec<f64>> = lists.par_chunks(TOGETHER).map(of_some).collect();
    let mut all = vec![0.0; parts.len()];
    for sums in sums {
        all.iter_mut().zip(sums).for_each(|(all, sum)| *all += sum);
    }
    all
}

/// What a list's smooth nDCG gains by each candidate's score.
fn slopes_by_scores(list: &List, scores: &[f32]) -> Vec<f32> {
    let mut slopes = vec![0.0; scores.len()];
    let mut best_first: Vec<usize> = (0..scores.len()).collect();
    best_first.sort_unstable_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    // Films that are not told apart from the one that is looked at, and how sure they stand before it.
    let mut close: Vec<(usize, f32)> = Vec::new();
    for &film in list.found() {
        let difference = |other: usize| (scores[other] - scores[film]) / TEMPERATURE;
        let surely = best_first.partition_point(|&other| difference(other) > CERTAIN);
        if surely >= HOPELESS {
            continue;
        }
        let others = best_first[surely..].iter().take_while(|&&other| difference(other) > -CERTAIN);
        close.clear();
        close.extend(others.filter(|&&other| other != film).map(|&other| (other, sigmoid(difference(other)))));
        let place = 1.0 + surely as f64 + close.iter().map(|&(_, before)| f64::from(before)).sum::<f64>();
        let by_place = (slope_by_place(place) / list.ideal()) as f32 / TEMPERATURE;
        for &(other, before) in &close {
            let change = by_place * before * (1.0 - before);
            slopes[other] += change;
            slopes[film] -= change;
        }
    }
    slopes
}

/// What a film's gain, [surely among the first](surely_among) / log₂(1 + place), changes by with its place.
fn slope_by_place(place: f64) -> f64 {
    let among = surely_among(place);
    let bits = (1.0 + place).log2();
    -among * ((1.0 - among) / SOFTNESS + 1.0 / (bits * (1.0 + place) * std::f64::consts::LN_2)) / bits
}

/// How sure a film at this place, counted from 1, is to be among those that count.
fn surely_among(place: f64) -> f64 {
    1.0 / (1.0 + ((place - evaluation::NDCG_AT as f64 - 0.5) / SOFTNESS).exp())
}

fn sigmoid(value: f32) -> f32 {
    1.0 / (1.0 + (-value).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three parts' scores of candidates of which some are to be found.
    fn list(scores: [&[f32]; 3], found: &[bool]) -> List {
        let [network, expert, factors] = scores;
        List::plain(network, expert, factors, found)
    }

    fn smooth_gain(place: f64) -> f64 {
        surely_among(place) / (1.0 + place).log2()
    }

    fn smooth_ndcg(list: &List, scores: &[f32]) -> f64 {
        let gain = |film: usize| {
            let others = (0..scores.len()).filter(|&other| other != film);
            let behind = others.map(|other| f64::from(sigmoid((scores[other] - scores[film]) / TEMPERATURE)));
            smooth_gain(1.0 + behind.sum::<f64>())
        };
        list.found().iter().map(|&film| gain(film)).sum::<f64>() / list.ideal()
    }

    #[test]
    fn slopes_are_what_the_smooth_gain_changes_by() {
        let scores = [0.31, 0.30, 0.27, 0.33, 0.25];
        let list = list([&scores, &scores, &scores], &[true, false, false, false, true]);
        let slopes = slopes_by_scores(&list, &scores);
        for (film, slope) in slopes.into_iter().enumerate() {
            let moved = |by: f32| {
                let mut scores = scores;
                scores[film] += by;
                smooth_ndcg(&list, &scores)
            };
            let expected = (moved(1e-3) - moved(-1e-3)) / 2e-3;
            assert!((f64::from(slope) - expected).abs() < 0.02 * expected.abs() + 1e-3, "{film}: {slope}, {expected}");
        }
    }

    #[test]
    fn a_film_that_surely_stands_somewhere_gains_what_its_place_gives() {
        assert!((smooth_gain(1.0) - evaluation::gain(0)).abs() < 0.01);
        assert!(smooth_gain(20.0) < 0.002);
    }

    /// The network ranks what is to be found last, the expert first, and the factors, of which there are two, by chance.
    #[test]
    fn what_finds_no_films_has_less_than_at_first_and_one_table_of_factors_is_left() {
        let found: Vec<bool> = (0..30).map(|film| film % 6 == 0).collect();
        let good: Vec<f32> = (0..30).map(|film| if film % 6 == 0 { 2.0 } else { 0.0 } + film as f32 / 30.0).collect();
        let bad: Vec<f32> = good.iter().map(|score| -score).collect();
        let odd: Vec<f32> = (0..30).map(|film| (film * 7 % 30) as f32 / 30.0).collect();
        let lists: Vec<List> = (0..40).map(|_| list([&bad, &good, &odd], &found)).collect();
        let rows: Vec<Vec<&List>> =
            LENGTHS.map(|length| if length < 20 { lists.iter().collect() } else { Vec::new() }).to_vec();
        let (knots, spread) = ([1, 3, 10], Spread::of(&rows[0], 2));
        let spreads = [&spread; 3];
        let factors = best(&rows, &knots, &spreads, 2);
        let parts = Part::all(2);
        let first = spreads[0].factors(&vec![NETWORK; parts.len()])[0] as f32;
        for factors in &factors {
            assert!(factors.iter().all(|&factor| factor.is_finite() && factor >= 0.0));
            assert!(factors[0] < first, "{factors:?}");
            let tables =
                parts.iter().zip(factors).filter(|(part, factor)| matches!(part, Part::Factors(_)) && **factor > 0.0);
            assert!(tables.count() <= 1);
        }
        assert_eq!(best(&rows, &knots, &spreads, 2), factors);
    }
}
