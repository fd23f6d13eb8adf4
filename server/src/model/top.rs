//! The best of many scores in one pass.

use super::arithmetic::{Kernel, vectorized};

/// Scores that are looked at side by side.
const LOOKED_AT: usize = 64;

/// The positions of the `most` best scores among those that `allowed` lets pass, best first; of equal scores the one
/// that stands first. Scores must be numbers.
///
/// One pass with a bar that rises: few scores ever pass it, so `allowed` is asked for few of them.
pub fn best_positions(scores: &[f32], most: usize, allowed: impl Fn(usize) -> bool) -> Vec<usize> {
    vectorized(BestPositions { scores, most, allowed })
}

struct BestPositions<'a, A> {
    scores: &'a [f32],
    most: usize,
    allowed: A,
}

impl<A: Fn(usize) -> bool> Kernel for BestPositions<'_, A> {
    type Output = Vec<usize>;

    #[inline(always)]
    fn run(self) -> Vec<usize> {
        let Self { scores, most, allowed } = self;
        let mut best = Best::new(most, scores.len());
        for (chunk, some) in scores.chunks(LOOKED_AT).enumerate() {
            // Most have none that is good enough, which is seen of all at once.
            if !best.could_take(some) {
                continue;
            }
            for (place, &score) in some.iter().enumerate() {
                let position = chunk * LOOKED_AT + place;
                if best.takes(score, position) && allowed(position) {
                    best.offer(score, position);
                }
            }
        }
        best.into_sorted().into_iter().map(|(position, _)| position).collect()
    }
}

/// The best of what it was offered so far.
pub struct Best {
    most: usize,
    room: usize,
    keys: Vec<u64>,
    /// What is no better is not among the best.
    bar: u64,
}

impl Best {
    /// Of at most `all` scores the best `most`.
    pub fn new(most: usize, all: usize) -> Self {
        let room = 2 * most.min(all) + 32;
        // Nothing passes a bar this high.
        let bar = if most == 0 { u64::MAX } else { 0 };
        Self { most, room, keys: Vec::with_capacity(room), bar }
    }

    /// Whether it could be among the best.
    #[inline(always)]
    pub fn takes(&self, score: f32, position: usize) -> bool {
        key(score, position) > self.bar
    }

    /// Whether one of them could be among the best, wherever it stands.
    #[inline(always)]
    fn could_take(&self, scores: &[f32]) -> bool {
        if self.bar == 0 {
            return true;
        }
        let bar = score_of(self.bar);
        let mut any = false;
        for &score in scores {
            any |= score >= bar;
        }
        any
    }

    /// Keeps it if it could be among the best.
    #[inline(always)]
    pub fn offer(&mut self, score: f32, position: usize) {
        let key = key(score, position);
        if key > self.bar {
            self.keys.push(key);
            if self.keys.len() == self.room {
                self.settle();
            }
        }
    }

    /// What a score must have at least to be among the best, once as many were offered as are wanted; any, before.
    pub fn raise_bar(&mut self) -> f32 {
        if self.keys.len() >= self.most && self.most > 0 {
            self.settle();
        }
        self.bar()
    }

    /// The same as far as it is known.
    #[inline(always)]
    pub fn bar(&self) -> f32 {
        match self.bar {
            0 => f32::NEG_INFINITY,
            u64::MAX => f32::INFINITY,
            bar => score_of(bar),
        }
    }

    fn settle(&mut self) {
        self.keys.select_nth_unstable_by(self.most - 1, |a, b| b.cmp(a));
        self.keys.truncate(self.most);
        self.bar = self.keys[self.most - 1];
    }

    /// The best with their scores, best first.
    pub fn into_sorted(mut self) -> Vec<(usize, f32)> {
        self.keys.sort_unstable_by(|a, b| b.cmp(a));
        self.keys.truncate(self.most);
        self.keys.into_iter().map(|key| ((u32::MAX - key as u32) as usize, score_of(key))).collect()
    }
}

/// Larger for better scores, and of equal ones for earlier positions. A catalogue has far fewer than 2³² films.
#[inline(always)]
fn key(score: f32, position: usize) -> u64 {
    let bits = score.to_bits();
    // The order of floating-point numbers as an order of unsigned ones: see f32::total_cmp.
    let ordered = if bits >> 31 == 0 { bits | 1 << 31 } else { !bits };
    u64::from(ordered) << 32 | u64::from(u32::MAX - position as u32)
}

/// The score that a key was made of.
fn score_of(key: u64) -> f32 {
    let ordered = (key >> 32) as u32;
    f32::from_bits(if ordered >> 31 == 1 { ordered ^ 1 << 31 } else { !ordered })
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
