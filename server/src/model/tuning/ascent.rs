//! Shares of the parts that make nDCG@10 large, found by going uphill.
//!
//! A film's place in a list jumps when scores change, so it is made smooth: a film stands behind another by as much as a
//! steep sigmoid of the difference of their scores says, and counts the more the surer it is among the first ten (Qin, Liu
//! and Li, *A general approximation framework for direct optimization of information retrieval measures*, Information
//! Retrieval 13, 2010). One length of history has too few lists to tell good shares from lucky ones; so shares are chosen at
//! some lengths for all, and change between these with the logarithm of the length.

use rayon::prelude::*;

use super::{
    LENGTHS,
    lists::{List, Part, Spread},
};
use crate::model::evaluation;

/// Lengths of histories where shares are chosen: between them they are interpolated, and beyond them they stay.
const ANCHORS: [f64; 5] = [1.0, 3.0, 10.0, 40.0, 160.0];
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
/// Lists whose slopes are added up before they meet others': always the same ones, on any number of threads.
const TOGETHER: usize = 64;

/// The shares of [all parts](Part::all) for each of [`LENGTHS`], of which there are these lists: none below 0, their sum 1,
/// and those of but one table of factors above 0.
pub fn best(rows: &[Vec<&List>], spreads: &[Spread], tables: usize) -> Vec<Vec<f32>> {
    let parts = Part::all(tables);
    let first: Vec<f64> = {
        let others = (1.0 - NETWORK) / (parts.len() - 1).max(1) as f64;
        parts.iter().map(|&part| if part == Part::Network { NETWORK } else { others }).collect()
    };
    // A length counts as the root of its number of lists.
    let whole: f64 = rows.iter().map(|lists| (lists.len() as f64).sqrt()).sum();
    let weight = |lists: &[&List]| (lists.len() as f64).sqrt() / whole;

    let mut logarithms = vec![first.iter().map(|share| share.ln()).collect::<Vec<f64>>(); ANCHORS.len()];
    let mut memory = [0, 1].map(|_| vec![vec![0.0; parts.len()]; ANCHORS.len()]);
    for step in 0..STEPS {
        let chosen: Vec<Vec<f64>> = logarithms.iter().map(|logarithms| softmax(logarithms)).collect();
        let mut uphill: Vec<Vec<f64>> = chosen
            .iter()
            .map(|shares| shares.iter().zip(&first).map(|(share, first)| -2.0 * PULL * (share - first)).collect())
            .collect();
        for (row, lists) in rows.iter().enumerate().filter(|(_, lists)| !lists.is_empty()) {
            let factors = spreads[row].factors(&between(&chosen, LENGTHS[row]));
            let portions = if lists.len() < FEW { 1 } else { PORTIONS };
            let portion: Vec<&List> = lists.iter().skip(step as usize % portions).step_by(portions).copied().collect();
            let slopes = spreads[row].factors(&slopes(&portion, &parts, &factors));
            for (uphill, part) in uphill.iter_mut().zip(anchored(LENGTHS[row])).filter(|&(_, part)| part > 0.0) {
                for (sum, slope) in uphill.iter_mut().zip(&slopes) {
                    *sum += part * weight(lists) * f64::from(*slope) / portion.len() as f64;
                }
            }
        }
        let length = STEP * (1.0 - f64::from(step) / f64::from(STEPS));
        let so_far = MEMORY.map(|memory| 1.0 - memory.powi(step + 1));
        for (anchor, shares) in chosen.iter().enumerate() {
            // From slopes along shares to slopes along their logarithms.
            let mean: f64 = shares.iter().zip(&uphill[anchor]).map(|(share, slope)| share * slope).sum();
            for part in 0..parts.len() {
                let slope = shares[part] * (uphill[anchor][part] - mean);
                for ((memory, keep), value) in memory.iter_mut().zip(MEMORY).zip([slope, slope * slope]) {
                    let memory = &mut memory[anchor][part];
                    *memory = keep * *memory + (1.0 - keep) * value;
                }
                let [slope, square] = [0, 1].map(|of| memory[of][anchor][part] / so_far[of]);
                logarithms[anchor][part] += length * slope / (square.sqrt() + 1e-8);
            }
        }
    }
    let chosen: Vec<Vec<f64>> = logarithms.iter().map(|logarithms| softmax(logarithms)).collect();
    let rows = LENGTHS.map(|length| between(&chosen, length).into_iter().map(f64::from).collect::<Vec<f64>>());
    pruned(&parts, rows.to_vec())
}

/// One table of factors has the shares of all, the one with the most; and what has next to nothing has nothing.
fn pruned(parts: &[Part], mut rows: Vec<Vec<f64>>) -> Vec<Vec<f32>> {
    let is_table = |&part: &usize| matches!(parts[part], Part::Factors(_));
    let tables: Vec<usize> = (0..parts.len()).filter(is_table).collect();
    let whole = |part: usize| rows.iter().map(|shares| shares[part]).sum::<f64>();
    let largest = tables.iter().copied().max_by(|&a, &b| whole(a).total_cmp(&whole(b)));
    for shares in &mut rows {
        if let Some(largest) = largest {
            shares[largest] = tables.iter().map(|&table| std::mem::take(&mut shares[table])).sum();
        }
        shares.iter_mut().filter(|share| **share < LEAST).for_each(|share| *share = 0.0);
    }
    let part_of_all = |shares: Vec<f64>| {
        let sum: f64 = shares.iter().sum();
        shares.into_iter().map(|share| (share / sum) as f32).collect()
    };
    rows.into_iter().map(part_of_all).collect()
}

/// How much the shares of each of [`ANCHORS`] count for histories of this length.
fn anchored(length: usize) -> [f64; ANCHORS.len()] {
    let length = (length as f64).clamp(ANCHORS[0], ANCHORS[ANCHORS.len() - 1]);
    let mut parts = [0.0; ANCHORS.len()];
    let after = ANCHORS.iter().position(|&anchor| anchor >= length).unwrap_or(ANCHORS.len() - 1);
    if after == 0 {
        parts[0] = 1.0;
    } else {
        let (low, high) = (ANCHORS[after - 1], ANCHORS[after]);
        parts[after] = (length / low).ln() / (high / low).ln();
        parts[after - 1] = 1.0 - parts[after];
    }
    parts
}

/// The shares for histories of this length.
fn between(chosen: &[Vec<f64>], length: usize) -> Vec<f32> {
    let mut shares = vec![0.0; chosen.first().map_or(0, Vec::len)];
    for (chosen, part) in chosen.iter().zip(anchored(length)).filter(|&(_, part)| part > 0.0) {
        shares.iter_mut().zip(chosen).for_each(|(sum, share)| *sum += part * share);
    }
    shares.into_iter().map(|share: f64| share as f32).collect()
}

fn softmax(logarithms: &[f64]) -> Vec<f64> {
    let largest = logarithms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = logarithms.iter().map(|logarithm| (logarithm - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

/// What the lists' smooth nDCGs gain together by each part's factor.
fn slopes(lists: &[&List], parts: &[Part], factors: &[f32]) -> Vec<f32> {
    let of_some = |lists: &[&List]| {
        let mut sums = vec![0.0_f32; parts.len()];
        for list in lists {
            let mut scores = vec![0.0; list.len()];
            for (&part, &factor) in parts.iter().zip(factors) {
                list.add_scores(part, factor, &mut scores);
            }
            let by_scores = slopes_by_scores(list, &scores);
            for (sum, &part) in sums.iter_mut().zip(parts) {
                *sum += list.product(part, &by_scores);
            }
        }
        sums
    };
    let sums: Vec<Vec<f32>> = lists.par_chunks(TOGETHER).map(of_some).collect();
    let mut all = vec![0.0_f32; parts.len()];
    for sums in sums {
        all.iter_mut().zip(sums).for_each(|(all, sum)| *all += sum);
    }
    all
}

/// What a list's smooth nDCG gains by each candidate's score.
fn slopes_by_scores(list: &List, scores: &[f32]) -> Vec<f32> {
    let mut slopes = vec![0.0; scores.len()];
    // Films that are not told apart from the one that is looked at, and how sure they stand before it.
    let mut close: Vec<(usize, f32)> = Vec::new();
    for film in list.found() {
        let mut surely = 0_u32;
        close.clear();
        for (other, score) in scores.iter().enumerate().filter(|&(other, _)| other != film) {
            let difference = (score - scores[film]) / TEMPERATURE;
            if difference > CERTAIN {
                surely += 1;
            } else if difference > -CERTAIN {
                close.push((other, sigmoid(difference)));
            }
        }
        let place = 1.0 + f64::from(surely) + close.iter().map(|&(_, before)| f64::from(before)).sum::<f64>();
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
        let [network, expert, factors] = scores.map(<[f32]>::to_vec);
        List::plain(network, &expert, factors, found.to_vec())
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
        list.found().map(gain).sum::<f64>() / list.ideal()
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

    #[test]
    fn lengths_between_two_anchors_have_something_of_both() {
        assert_eq!(
            [1, 3, 320].map(|length| anchored(length).iter().position(|&part| part == 1.0)),
            [Some(0), Some(1), Some(4)]
        );
        let five = anchored(5);
        assert!(five[1] > five[2] && five[2] > 0.0 && (five.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{five:?}");
    }

    /// The network ranks what is to be found last, the expert first, and the factors, of which there are two, by chance.
    #[test]
    fn what_finds_films_has_most_and_shares_are_shares() {
        let found: Vec<bool> = (0..30).map(|film| film % 6 == 0).collect();
        let good: Vec<f32> = (0..30).map(|film| if film % 6 == 0 { 2.0 } else { 0.0 } + film as f32 / 30.0).collect();
        let bad: Vec<f32> = good.iter().map(|score| -score).collect();
        let odd: Vec<f32> = (0..30).map(|film| (film * 7 % 30) as f32 / 30.0).collect();
        let lists: Vec<List> = (0..40).map(|_| list([&bad, &good, &odd], &found)).collect();
        let rows: Vec<Vec<&List>> =
            LENGTHS.map(|length| if length < 20 { lists.iter().collect() } else { Vec::new() }).to_vec();
        let spreads: Vec<Spread> = rows.iter().map(|lists| Spread::of(lists, 2)).collect();
        let shares = best(&rows, &spreads, 2);
        let parts = Part::all(2);
        let network = NETWORK as f32;
        for shares in &shares[..4] {
            assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-5 && shares.iter().all(|&share| share >= 0.0));
            assert!(shares[0] < network, "{shares:?}");
            let tables =
                parts.iter().zip(shares).filter(|(part, share)| matches!(part, Part::Factors(_)) && **share > 0.0);
            assert!(tables.count() <= 1);
        }
        assert_eq!(best(&rows, &spreads, 2), shares);
    }
}
