//! The best films without the scores of all.
//!
//! A film's score is a number of its own plus products of a visitor's vectors with the film's. By Cauchy and Schwarz no product
//! is larger than the lengths of the two vectors, so many films are ruled out by a bound that costs one multiplication
//! (Teflioudi, Gemulla and Mykytiuk, *LEMP: Fast Retrieval of Large Entries in a Matrix Product*, SIGMOD 2015), and nearly
//! all others by a closer one, of [vectors in bytes](quantised). What is left is computed; the best films are exactly
//! those that all scores would give.

use super::{
    Ranked,
    arithmetic::{Kernel, add, dot, vectorized},
    best_positions,
    top::Best,
};

mod quantised;

pub use quantised::Quantised;
use quantised::Visitor;

/// How far a computed product may be above the bound by rounding, as a part of it.
const ROUNDING: f32 = 1e-4;

/// Bounds that are looked at side by side.
const LOOKED_AT: usize = 32;

/// A visitor's vector and the films' that it is multiplied with.
#[derive(Clone, Copy, Debug)]
pub struct Product<'a> {
    /// The visitor's: (width).
    pub visitor: &'a [f32],
    /// The films': (films, width).
    pub films: &'a [f32],
    /// The same for bounds.
    pub quantised: &'a Quantised,
}

impl Product<'_> {
    #[inline(always)]
    fn of(&self, film: usize) -> f32 {
        let width = self.visitor.len();
        dot(self.visitor, &self.films[film * width..(film + 1) * width])
    }
}

#[inline(always)]
fn score(own: &[f32], products: &[Product<'_>], film: usize) -> f32 {
    // No fold: that is a function of its own, not inlined, and so not compiled for wide vectors.
    let mut score = own[film];
    for product in products {
        score += product.of(film);
    }
    score
}

/// The `most` best films by `own` plus all products among those that `allowed` lets pass, with their scores, best first; of
/// equal ones the first film. `None` if a film's own number or bound is none.
pub fn best(own: &[f32], products: &[Product<'_>], most: usize, allowed: impl Fn(usize) -> bool) -> Option<Ranked> {
    let bounds = vectorized(MakeBounds { own, products })?;
    // Those with the largest bounds first: the bar that they set rules nearly all others out. More than are wanted set one
    // that is so much higher that fewer are looked at in all.
    let first = 4 * most.min(own.len());
    let likely = bounds.likely(first, &allowed).unwrap_or_else(|| best_positions(&bounds.all, first, &allowed));
    Some(vectorized(Search { own, products, bounds, likely: &likely, first, most, allowed }))
}

/// What no film's score is above.
struct Bounds {
    /// By film.
    all: Vec<f32>,
    /// The largest of each `LOOKED_AT`.
    tops: Vec<f32>,
}

impl Bounds {
    /// Allowed films with large bounds, as many as are wanted; `None` where that takes a look at all. They need not be
    /// those with the largest: which they are decides how much they rule out, and nothing else.
    fn likely(&self, most: usize, allowed: impl Fn(usize) -> bool) -> Option<Vec<usize>> {
        // Some of those that are looked at are not allowed.
        let enough = 2 * most + 16;
        if enough >= self.tops.len() {
            return None;
        }
        let mut tops = self.tops.clone();
        let (_, &mut bar, _) = tops.select_nth_unstable_by(enough, |a, b| b.total_cmp(a));
        let mut best = Best::new(most, self.all.len());
        for (place, some) in self.all.chunks(LOOKED_AT).enumerate().filter(|&(place, _)| self.tops[place] >= bar) {
            for (film, &bound) in (place * LOOKED_AT..).zip(some) {
                if bound >= bar && allowed(film) {
                    best.offer(bound, film);
                }
            }
        }
        let films: Vec<usize> = best.into_sorted().into_iter().map(|(film, _)| film).collect();
        (films.len() == most).then_some(films)
    }
}

/// Makes them; `None` if one is not a number.
struct MakeBounds<'a> {
    own: &'a [f32],
    products: &'a [Product<'a>],
}

impl Kernel for MakeBounds<'_> {
    type Output = Option<Bounds>;

    #[inline(always)]
    fn run(self) -> Option<Bounds> {
        let Self { own, products } = self;
        let mut reaches = Vec::with_capacity(products.len());
        for product in products {
            reaches.push(dot(product.visitor, product.visitor).sqrt() * (1.0 + ROUNDING));
        }
        let mut all = own.to_vec();
        let mut tops = Vec::with_capacity(own.len() / LOOKED_AT + 1);
        for (product, &reach) in products.iter().zip(&reaches) {
            add(&mut all, product.quantised.lengths(), reach);
        }
        for some in all.chunks(LOOKED_AT) {
            let (mut lanes, mut finite) = ([f32::NEG_INFINITY; LOOKED_AT], true);
            for (lane, &bound) in lanes.iter_mut().zip(some) {
                *lane = bound;
                finite &= bound.is_finite();
            }
            if !finite {
                return None;
            }
            // Halved again and again, as a sum is.
            let mut width = LOOKED_AT;
            while width > 1 {
                width /= 2;
                for lane in 0..width {
                    let other = lanes[lane + width];
                    lanes[lane] = if other > lanes[lane] { other } else { lanes[lane] };
                }
            }
            tops.push(lanes[0]);
        }
        Some(Bounds { all, tops })
    }
}

/// The films that are likely the best, and all others that they don't rule out.
struct Search<'a, A> {
    own: &'a [f32],
    products: &'a [Product<'a>],
    bounds: Bounds,
    likely: &'a [usize],
    /// How many likely ones there were to be: where they are fewer, no other is allowed.
    first: usize,
    most: usize,
    allowed: A,
}

impl<A: Fn(usize) -> bool> Kernel for Search<'_, A> {
    type Output = Ranked;

    #[inline(always)]
    fn run(self) -> Ranked {
        let Self { own, products, mut bounds, likely, first, most, allowed } = self;
        let mut visitors = Vec::with_capacity(products.len());
        for product in products {
            visitors.push(Visitor::of(product.visitor));
        }
        // What the best are not below sets the bar for what others could reach.
        let mut surely = Best::new(most, own.len());
        let mut possible = Vec::with_capacity(2 * first);
        for &film in likely {
            let (low, high) = range(own, products, &visitors, film);
            surely.offer(low, film);
            possible.push((high, film));
            // It was looked at.
            bounds.all[film] = f32::NEG_INFINITY;
        }
        let mut bar = surely.raise_bar();
        let others = if likely.len() < first { &[] } else { bounds.all.as_slice() };
        for (place, some) in others.chunks(LOOKED_AT).enumerate() {
            if bounds.tops[place] < bar {
                continue;
            }
            for (film, &bound) in (place * LOOKED_AT..).zip(some) {
                if bound < bar {
                    continue;
                }
                let (low, high) = range(own, products, &visitors, film);
                // Few are good enough: only of these is asked whether they may be.
                if high >= bar && allowed(film) {
                    surely.offer(low, film);
                    possible.push((high, film));
                }
            }
            bar = surely.bar();
        }
        bar = surely.raise_bar();
        let mut best = Best::new(most, own.len());
        for (high, film) in possible {
            if high >= bar {
                best.offer(score(own, products, film), film);
            }
        }
        best.into_sorted()
    }
}

/// What the film's score is not below and not above.
#[inline(always)]
fn range(own: &[f32], products: &[Product<'_>], visitors: &[Visitor], film: usize) -> (f32, f32) {
    let (mut low, mut high) = (own[film], own[film]);
    for (product, visitor) in products.iter().zip(visitors) {
        let (from, to) = visitor.range(product.quantised, film);
        low += from;
        high += to;
    }
    (low, high)
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    const WIDTH: usize = 24;

    fn random(count: usize, spread: f32, random: &mut ChaCha8Rng) -> Vec<f32> {
        (0..count).map(|_| random.random_range(-spread..=spread)).collect()
    }

    #[test]
    fn the_best_are_those_that_all_scores_would_give() {
        let mut chance = ChaCha8Rng::seed_from_u64(7);
        for films in [0, 1, 30, 2_000] {
            for spread in [0.0, 0.1, 2.0] {
                let own = random(films, 1.0, &mut chance);
                let (one, other) = (random(WIDTH, spread, &mut chance), random(2 * WIDTH, spread, &mut chance));
                let (ones, others) =
                    (random(films * WIDTH, 1.0, &mut chance), random(films * 2 * WIDTH, 1.0, &mut chance));
                let (ones_quantised, others_quantised) =
                    (Quantised::of(&ones, WIDTH), Quantised::of(&others, 2 * WIDTH));
                let products = [
                    Product { visitor: &one, films: &ones, quantised: &ones_quantised },
                    Product { visitor: &other, films: &others, quantised: &others_quantised },
                ];
                let scores: Vec<f32> = (0..films).map(|film| score(&own, &products, film)).collect();
                for most in [0, 1, 20, 200, 3_000, usize::MAX] {
                    for allowed in [|_: usize| true, |film: usize| film.is_multiple_of(3)] {
                        let found = best(&own, &products, most, allowed).expect("all are numbers");
                        let places: Vec<usize> = found.iter().map(|&(film, _)| film).collect();
                        assert_eq!(places, best_positions(&scores, most, allowed), "{most} of {films}, ±{spread}");
                        assert!(found.iter().all(|&(film, score)| (score - scores[film]).abs() < 1e-4));
                    }
                }
            }
        }
    }

    #[test]
    fn few_films_are_computed_where_some_are_far_better() {
        let mut chance = ChaCha8Rng::seed_from_u64(8);
        let mut own = vec![0.0; 5_000];
        own[..100].fill(50.0);
        let (visitor, films) = (random(WIDTH, 1.0, &mut chance), random(5_000 * WIDTH, 1.0, &mut chance));
        let quantised = Quantised::of(&films, WIDTH);
        let looked_at = std::cell::Cell::new(0);
        let count = |_| {
            looked_at.set(looked_at.get() + 1);
            true
        };
        best(&own, &[Product { visitor: &visitor, films: &films, quantised: &quantised }], 20, count).expect("numbers");
        assert!(looked_at.get() < 300, "{} films were looked at", looked_at.get());
    }

    #[test]
    fn what_is_no_number_is_said_and_not_ranked() {
        for wrong in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut own = vec![0.0; 100];
            own[99] = wrong;
            assert_eq!(best(&own, &[], 5, |_| true), None);
            let mut visitor = vec![1.0; WIDTH];
            visitor[3] = wrong;
            let films = vec![1.0; 100 * WIDTH];
            let quantised = Quantised::of(&films, WIDTH);
            let product = Product { visitor: &visitor, films: &films, quantised: &quantised };
            assert_eq!(best(&[0.0; 100], &[product], 5, |_| true), None);
        }
    }
}
