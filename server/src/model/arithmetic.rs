//! Inner loops over f32, for the widest vectors that the processor has.

use pulp::{Simd, WithSimd};

/// Numbers that are multiplied and added side by side.
const LANES: usize = 32;

/// An inner loop. It is a type and not a closure, because only a function can be told to be inlined, and what is not
/// inlined is not compiled for wide vectors.
pub trait Kernel {
    /// What comes of it.
    type Output;

    /// Runs it; to be `inline(always)`, as all that it calls.
    fn run(self) -> Self::Output;
}

/// Runs the loop as compiled for the widest vectors that this processor has.
pub fn vectorized<K: Kernel>(kernel: K) -> K::Output {
    pulp::Arch::new().dispatch(Dispatched(kernel))
}

struct Dispatched<K>(K);

impl<K: Kernel> WithSimd for Dispatched<K> {
    type Output = K::Output;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> K::Output {
        self.0.run()
    }
}

/// Σ aᵢ·bᵢ. Quick within [`vectorized`].
#[inline(always)]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (a_lanes, a_rest) = a.as_chunks::<LANES>();
    let (b_lanes, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a_lanes.iter().zip(b_lanes) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let mut rest = 0.0;
    for (a, b) in a_rest.iter().zip(b_rest) {
        rest += a * b;
    }
    total(sums) + rest
}

/// For each of four left sides the sum of its products with the right sides of all parts: four that don't wait for each
/// other, with one look at the right side. Quick within [`vectorized`].
#[inline(always)]
pub fn four_dots<const PARTS: usize>(parts: [([&[f32]; 4], &[f32]); PARTS]) -> [f32; 4] {
    // Four variables and not one: so they stay in the processor's registers.
    let (mut first, mut second) = ([0.0_f32; LANES], [0.0_f32; LANES]);
    let (mut third, mut fourth) = ([0.0_f32; LANES], [0.0_f32; LANES]);
    let mut rests = [0.0; 4];
    for ([a, b, c, d], right) in parts {
        let (a, a_rest) = a.as_chunks::<LANES>();
        let (b, b_rest) = b.as_chunks::<LANES>();
        let (c, c_rest) = c.as_chunks::<LANES>();
        let (d, d_rest) = d.as_chunks::<LANES>();
        let (right, right_rest) = right.as_chunks::<LANES>();
        for ((((a, b), c), d), right) in a.iter().zip(b).zip(c).zip(d).zip(right) {
            for lane in 0..LANES {
                first[lane] += a[lane] * right[lane];
                second[lane] += b[lane] * right[lane];
                third[lane] += c[lane] * right[lane];
                fourth[lane] += d[lane] * right[lane];
            }
        }
        for (rest, left) in rests.iter_mut().zip([a_rest, b_rest, c_rest, d_rest]) {
            for (left, right) in left.iter().zip(right_rest) {
                *rest += left * right;
            }
        }
    }
    [total(first) + rests[0], total(second) + rests[1], total(third) + rests[2], total(fourth) + rests[3]]
}

/// Halved again and again and not added up in a row: fewer steps wait for each other.
#[inline(always)]
fn total(mut sums: [f32; LANES]) -> f32 {
    let mut width = LANES;
    while width > 1 {
        width /= 2;
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
    }
    sums[0]
}

/// Adds `factor` · `more` to `sum`. Quick within [`vectorized`].
#[inline(always)]
pub fn add(sum: &mut [f32], more: &[f32], factor: f32) {
    for (sum, more) in sum.iter_mut().zip(more) {
        *sum += factor * more;
    }
}

/// The hyperbolic tangent, to about 10⁻⁷: 1 − 2 / (e²ˣ + 1). Without a branch, so that many are had side by side.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    // Beyond ±9 it is ±1 in f32.
    let x = x.clamp(-9.0, 9.0);
    1.0 - 2.0 / (exp(2.0 * x) + 1.0)
}

/// eˣ for x from −87 to 87, to about 10⁻⁷ of itself: 2ⁿ times a polynomial over ±½·ln 2 (Cephes' expf; Moshier, *Methods and
/// Programs for Mathematical Functions*, 1989).
#[inline(always)]
fn exp(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0; // 1.5 · 2²³: what is added to it is rounded to a whole number
    let n = (x * std::f32::consts::LOG2_E + ROUND) - ROUND;
    // ln 2 in two parts, so that nothing is lost of what is left.
    let r = (x - n * 0.693_359_4) + n * 2.121_944_4e-4;
    let p = 1.987_569_1e-4;
    let p = p * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_5e-1;
    let p = p * r + 0.5;
    let power = f32::from_bits((((n as i32) + 127) << 23) as u32);
    (p * r * r + r + 1.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Dot<'a>(&'a [f32], &'a [f32]);

    impl Kernel for Dot<'_> {
        type Output = f32;

        #[inline(always)]
        fn run(self) -> f32 {
            dot(self.0, self.1)
        }
    }

    #[test]
    fn products_are_those_of_a_plain_loop_whatever_the_length() {
        for length in [0, 1, 31, 32, 33, 64, 100, 256] {
            let a: Vec<f32> = (0..length).map(|i| (i as f32 * 0.37).sin()).collect();
            let b: Vec<f32> = (0..length).map(|i| (i as f32 * 0.11).cos()).collect();
            let plain: f64 = a.iter().zip(&b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            let ours = vectorized(Dot(&a, &b));
            assert!((f64::from(ours) - plain).abs() < 1e-5, "{length}: {ours} {plain}");
        }
    }

    struct Four<'a>([&'a [f32]; 4], &'a [f32]);

    impl Kernel for Four<'_> {
        type Output = [f32; 4];

        #[inline(always)]
        fn run(self) -> [f32; 4] {
            let (head, rest) = self.1.split_at(self.1.len() / 3);
            let (mut heads, mut rests) = ([head; 4], [rest; 4]);
            for (at, left) in self.0.into_iter().enumerate() {
                (heads[at], rests[at]) = left.split_at(head.len());
            }
            four_dots([(heads, head), (rests, rest)])
        }
    }

    #[test]
    fn four_products_in_parts_are_those_of_one_after_the_other() {
        for length in [0, 5, 96, 100, 320] {
            let left =
                [0.1, 0.2, 0.3, 0.4].map(|step| (0..length).map(|i| (i as f32 * step).sin()).collect::<Vec<f32>>());
            let right: Vec<f32> = (0..length).map(|i| (i as f32 * 0.11).cos()).collect();
            let ours = vectorized(Four([&left[0], &left[1], &left[2], &left[3]], &right));
            for (ours, left) in ours.iter().zip(&left) {
                let one = vectorized(Dot(left, &right));
                assert!((ours - one).abs() < 1e-5, "{length}: {ours} {one}");
            }
        }
    }

    #[test]
    fn the_tangent_is_right_everywhere_and_never_beyond_one() {
        for step in -40_000..=40_000_i32 {
            let x = step as f32 / 2_000.0;
            let error = (tanh(x) - f64::from(x).tanh() as f32).abs();
            assert!(error < 2.5e-7, "tanh({x}) is off by {error}");
        }
        for x in [f32::MAX, f32::MIN, f32::INFINITY, f32::NEG_INFINITY, 0.0, 1e-30] {
            assert!((tanh(x) - f64::from(x).tanh() as f32).abs() < 2.5e-7, "{x}");
        }
        assert!(tanh(f32::NAN).is_nan());
    }
}
