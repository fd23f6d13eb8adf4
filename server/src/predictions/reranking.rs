//! What a visitor's controls make of the model's order. Both cost nothing when they are off.

/// Films among which variety chooses.
pub const CHOICE: usize = 100;
/// A film with fewer ratings than this counts as one with so many: what hardly anybody knows is not good for that alone.
const FEWEST: f32 = 10.0;
/// How many deviations of the scores a deviation of how well known a film is may move it.
const REACH: f32 = 1.5;
/// The most that unlikeness counts; the rest is how good a film is.
const MOST: f32 = 0.7;

/// Lowers the scores of well-known films and raises those of others, or the other way round: `obscurity` is −100 to 100.
pub fn shift(scores: &mut [f32], ratings: &[u32], obscurity: i8) {
    let known: Vec<f32> = ratings.iter().map(|&ratings| (ratings as f32).max(FEWEST).ln()).collect();
    let (mean, deviation) = spread(&known);
    let by = f32::from(obscurity) / 100.0 * REACH * spread(scores).1 / deviation;
    scores.iter_mut().zip(known).for_each(|(score, known)| *score -= by * (known - mean));
}

/// So many of the films in `choice` (best first), each the one that is best where it is weighed against how much it is like
/// one that was taken already: maximal marginal relevance (Carbonell and Goldstein, *The Use of MMR*, SIGIR 1998).
/// `alike` has a row and a column for each film of the choice; `variety` is 0 to 100.
pub fn various(choice: &[usize], scores: &[f32], alike: &[Vec<f32>], most: usize, variety: u8) -> Vec<usize> {
    let unlikeness = MOST * f32::from(variety) / 100.0;
    let (Some(&best), Some(&worst)) = (choice.first(), choice.last()) else { return Vec::new() };
    let range = (scores[best] - scores[worst]).max(f32::MIN_POSITIVE);
    let worth: Vec<f32> = choice.iter().map(|&film| (scores[film] - scores[worst]) / range).collect();
    let mut nearest = vec![0.0_f32; choice.len()];
    let mut left: Vec<usize> = (0..choice.len()).collect();
    let mut taken = Vec::new();
    while taken.len() < most {
        let value = |place: usize| (1.0 - unlikeness) * worth[place] - unlikeness * nearest[place];
        // Of equals the first, which the model thinks better.
        let next = left.iter().enumerate().max_by(|a, b| value(*a.1).total_cmp(&value(*b.1)).then(b.1.cmp(a.1)));
        let Some((at, &place)) = next else { break };
        left.remove(at);
        taken.push(choice[place]);
        for (nearest, alike) in nearest.iter_mut().zip(&alike[place]) {
            *nearest = nearest.max(*alike);
        }
    }
    taken
}

/// Mean and standard deviation; a deviation of 1 where there is none.
fn spread(numbers: &[f32]) -> (f32, f32) {
    let count = numbers.len().max(1) as f32;
    let mean = numbers.iter().sum::<f32>() / count;
    let variance = numbers.iter().map(|number| (number - mean).powi(2)).sum::<f32>() / count;
    (mean, if variance > 0.0 { variance.sqrt() } else { 1.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn obscurity_moves_the_unknown_up_and_the_well_known_down_or_the_reverse() {
        let before = [1.0, 0.9, 0.5, 0.0];
        let ratings = [1_000, 20, 200, 0];
        let shifted = |obscurity| {
            let mut scores = before;
            shift(&mut scores, &ratings, obscurity);
            scores
        };
        assert_eq!(shifted(0), before);
        let (obscure, known) = (shifted(100), shifted(-100));
        assert!(obscure[1] > obscure[0] && obscure[0] < before[0] && obscure[1] > before[1], "{obscure:?}");
        assert!(known[2] > known[1] && known[0] > before[0], "{known:?}");
        let mut even = [1.0, 1.0];
        shift(&mut even, &[5, 5], 100);
        assert_eq!(even, [1.0, 1.0], "nothing tells them apart");
    }

    #[test]
    fn without_variety_the_order_stays_and_with_it_no_two_alike_stand_together() {
        let choice = [4, 2, 7, 9];
        let mut scores = [0.0; 10];
        for (film, score) in choice.into_iter().zip([1.0, 0.9, 0.5, 0.1]) {
            scores[film] = score;
        }
        // The first two are twins.
        let mut alike = vec![vec![0.0; 4]; 4];
        alike.iter_mut().enumerate().for_each(|(place, row)| row[place] = 1.0);
        (alike[0][1], alike[1][0]) = (1.0, 1.0);
        assert_eq!(various(&choice, &scores, &alike, 3, 0), [4, 2, 7]);
        assert_eq!(various(&choice, &scores, &alike, 3, 100), [4, 7, 9]);
        assert_eq!(various(&choice, &scores, &alike, 9, 100).len(), 4, "each once, and no more than there are");
        assert!(various(&[], &scores, &[], 3, 100).is_empty());
    }
}
