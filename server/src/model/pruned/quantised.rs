//! Vectors in a byte for each number, with how much that is off.
//!
//! A product with them takes a quarter of the memory's time and is wrong by less than a hundredth of what the lengths of
//! the two vectors allow, so hardly a film passes that is not among the best. As in the VA-file (Weber, Schek and Blott,
//! *A Quantitative Analysis and Performance Study for Similarity-Search Methods in High-Dimensional Spaces*, VLDB 1998)
//! what passes is computed from the vectors themselves.

use super::ROUNDING;
use crate::model::arithmetic::{Kernel, dot, vectorized};

/// Films' vectors as bounds need them.
#[derive(Clone, Debug)]
pub struct Quantised {
    width: usize,
    /// qᵥ: (films, width).
    values: Vec<i8>,
    /// What is known of each beside it, in one place of memory: (films).
    sizes: Vec<Sizes>,
    /// |v|: (films).
    lengths: Vec<f32>,
}

#[derive(Clone, Copy, Debug)]
struct Sizes {
    /// sᵥ, so that v is sᵥ·qᵥ and a rest.
    scale: f32,
    /// How long the rest is, and what a computed product with v is off by rounding for a visitor's vector of length 1.
    error: f32,
    /// |v|.
    length: f32,
}

impl Quantised {
    /// Of vectors of `width` that stand one after the other.
    pub fn of(vectors: &[f32], width: usize) -> Self {
        vectorized(Quantise { vectors, width })
    }

    /// How long the vectors are: (films).
    pub fn lengths(&self) -> &[f32] {
        &self.lengths
    }
}

/// The nearest of −127 to 127 for each number, in steps of the largest.
struct Quantise<'a> {
    vectors: &'a [f32],
    width: usize,
}

impl Kernel for Quantise<'_> {
    type Output = Quantised;

    #[inline(always)]
    fn run(self) -> Quantised {
        let Self { vectors, width } = self;
        let films = vectors.len() / width.max(1);
        let mut made = Quantised {
            width,
            values: Vec::with_capacity(films * width),
            sizes: Vec::with_capacity(films),
            lengths: Vec::with_capacity(films),
        };
        let mut rest = vec![0.0; width];
        for vector in vectors.chunks_exact(width.max(1)) {
            let scale = largest(vector) / f32::from(i8::MAX);
            for (rest, &number) in rest.iter_mut().zip(vector) {
                let value = if scale > 0.0 { (number / scale).round_ties_even() as i8 } else { 0 };
                made.values.push(value);
                *rest = number - scale * f32::from(value);
            }
            let length = dot(vector, vector).sqrt();
            made.sizes.push(Sizes { scale, error: dot(&rest, &rest).sqrt() + ROUNDING * length, length });
            made.lengths.push(length);
        }
        made
    }
}

#[inline(always)]
fn largest(numbers: &[f32]) -> f32 {
    let mut largest = 0.0_f32;
    for number in numbers {
        largest = largest.max(number.abs());
    }
    largest
}

/// A visitor's vector u, for bounds of its products with films'.
#[derive(Debug)]
pub struct Visitor {
    /// q: (width).
    values: Vec<i16>,
    /// s, so that u is s·q and a rest.
    scale: f32,
    /// How long the rest is.
    rest: f32,
    /// |u|.
    length: f32,
}

impl Visitor {
    /// Of this vector; quick within [`vectorized`].
    #[inline(always)]
    pub fn of(vector: &[f32]) -> Self {
        // So that no sum of products with bytes leaves 32 bits.
        let most = (i32::MAX as usize / (i8::MAX as usize * vector.len().max(1))).min(i16::MAX as usize);
        let scale = largest(vector) / most as f32;
        let mut values = Vec::with_capacity(vector.len());
        let mut squares = 0.0;
        for &number in vector {
            let value = if scale > 0.0 { (number / scale).round_ties_even() as i16 } else { 0 };
            let rest = number - scale * f32::from(value);
            squares += rest * rest;
            values.push(value);
        }
        Self { values, scale, rest: squares.sqrt(), length: dot(vector, vector).sqrt() }
    }

    /// What its product with a film's vector is not below and not above, as computed from the vectors; quick within
    /// [`vectorized`].
    ///
    /// u·v = s·sᵥ·q·qᵥ + (u − s·q)·sᵥ·qᵥ + u·(v − sᵥ·qᵥ), and neither of the last two is more than the product of the lengths.
    #[inline(always)]
    pub fn range(&self, films: &Quantised, film: usize) -> (f32, f32) {
        let values = &films.values[film * films.width..(film + 1) * films.width];
        let Sizes { scale, error, length } = films.sizes[film];
        let product = self.scale * scale * whole_dot(&self.values, values) as f32;
        let off = self.length * error + self.rest * (length + error);
        (product - off, product + off)
    }
}

#[inline(always)]
fn whole_dot(a: &[i16], b: &[i8]) -> i32 {
    let mut sum = 0;
    for (&a, &b) in a.iter().zip(b) {
        sum += i32::from(a) * i32::from(b);
    }
    sum
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    struct RangeAndProduct<'a>(&'a [f32], &'a [f32]);

    impl Kernel for RangeAndProduct<'_> {
        type Output = ((f32, f32), f32);

        #[inline(always)]
        fn run(self) -> ((f32, f32), f32) {
            let Self(visitor, film) = self;
            let films = Quantised::of(film, film.len());
            (Visitor::of(visitor).range(&films, 0), dot(visitor, film))
        }
    }

    #[test]
    fn a_product_is_within_its_range_and_that_is_narrow() {
        let mut chance = ChaCha8Rng::seed_from_u64(3);
        for width in [1, 7, 64, 256, 16_384] {
            for spread in [0.0, 1e-9, 1e-3, 1.0, 1e6] {
                for _ in 0..50 {
                    let mut vector = || -> Vec<f32> {
                        (0..width).map(|_| spread * chance.random_range(-1.0_f32..=1.0).powi(3)).collect()
                    };
                    let (visitor, film) = (vector(), vector());
                    let ((low, high), product) = vectorized(RangeAndProduct(&visitor, &film));
                    let most = dot(&visitor, &visitor).sqrt() * dot(&film, &film).sqrt();
                    assert!(
                        low <= product && product <= high,
                        "{width}, {spread}: {product} is not in {low} to {high}"
                    );
                    assert!(high - low <= 0.03 * most, "{width}, {spread}: {low} to {high} for {product}");
                }
            }
        }
    }

    #[test]
    fn the_largest_numbers_of_the_widest_vectors_stay_within_bounds() {
        for width in [256, 16_384] {
            let ones = vec![1.0; width];
            let ((low, high), product) = vectorized(RangeAndProduct(&ones, &ones));
            assert_eq!(product, width as f32);
            assert!(low > 0.99 * product && low <= product && high >= product && high < 1.01 * product);
        }
    }
}
