//! The best of many scores in one pass.

/// The positions of the `most` best scores among those that `allowed` lets pass, best first; of equal scores the one
/// that stands first. Scores must be numbers.
///
/// One pass with a bar that rises: few scores ever pass it, so `allowed` is asked for few of them.
pub fn best_positions(scores: &[f32], most: usize, allowed: impl Fn(usize) -> bool) -> Vec<usize> {
    if most == 0 {
        return Vec::new();
    }
    let room = 2 * most.min(scores.len()) + 32;
    let mut best: Vec<u64> = Vec::with_capacity(room);
    let mut bar = 0;
    for (position, &score) in scores.iter().enumerate() {
        let key = key(score, position);
        if key <= bar || !allowed(position) {
            continue;
        }
        best.push(key);
        if best.len() == room {
            best.select_nth_unstable_by(most - 1, |a, b| b.cmp(a));
            best.truncate(most);
            bar = best[most - 1];
        }
    }
    best.sort_unstable_by(|a, b| b.cmp(a));
    best.truncate(most);
    best.into_iter().map(|key| (u32::MAX - key as u32) as usize).collect()
}

/// Larger for better scores, and of equal ones for earlier positions. A catalogue has far fewer than 2³² films.
fn key(score: f32, position: usize) -> u64 {
    let bits = score.to_bits();
    // The order of floating-point numbers as an order of unsigned ones: see f32::total_cmp.
    let ordered = if bits >> 31 == 0 { bits | 1 << 31 } else { !bits };
    u64::from(ordered) << 32 | u64::from(u32::MAX - position as u32)
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::best_positions;

    fn by_sorting(scores: &[f32], most: usize, allowed: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut positions: Vec<usize> = (0..scores.len()).filter(|&position| allowed(position)).collect();
        positions.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
        positions.truncate(most);
        positions
    }

    #[test]
    fn the_best_are_those_that_sorting_everything_puts_first() {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        for films in [0, 1, 5, 100, 3_000] {
            // Few different values, so that there are many equal ones.
            let scores: Vec<f32> = (0..films).map(|_| (random.random_range(-9..9_i8) as f32) / 4.0).collect();
            for most in [0, 1, 20, 200, 5_000] {
                let odd = |position: usize| position % 2 == 1;
                assert_eq!(best_positions(&scores, most, |_| true), by_sorting(&scores, most, |_| true));
                assert_eq!(best_positions(&scores, most, odd), by_sorting(&scores, most, odd));
            }
        }
    }

    #[test]
    fn extreme_scores_keep_their_order() {
        let scores = [0.0, f32::MIN, f32::MAX, -1.0, f32::MIN_POSITIVE, 1e-40, -1e-40];
        assert_eq!(best_positions(&scores, 9, |_| true), by_sorting(&scores, 9, |_| true));
    }
}
