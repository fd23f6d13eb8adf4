//! Gaussian beliefs about one film or one visitor: an offset and a taste.

use faer::{Mat, Side, linalg::solvers::DenseSolveCore};

/// Numbers of a taste: more gained less than .001 stars on two data sets (docs/model.md).
pub const LATENT: usize = 10;
/// The offset and the taste.
pub const SIZE: usize = LATENT + 1;
/// The lower triangle of a symmetric table.
pub const PACKED: usize = SIZE * (SIZE + 1) / 2;

/// Where a pair stands in the lower triangle, the larger one first.
pub const fn at(row: usize, column: usize) -> usize {
    if row >= column { row * (row + 1) / 2 + column } else { column * (column + 1) / 2 + row }
}

/// A covariance, as it is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Symmetric(pub [f32; PACKED]);

impl Symmetric {
    /// This much for the offset, that much for each number of the taste.
    pub fn diagonal(offset: f32, taste: f32) -> Self {
        let mut numbers = [0.0; PACKED];
        for place in 0..SIZE {
            numbers[at(place, place)] = if place == 0 { offset } else { taste };
        }
        Self(numbers)
    }

    /// The inverse; `None` if it is not positive definite.
    pub fn inverse(&self) -> Option<[f64; PACKED]> {
        Some(Wide(self.0.map(f64::from)).inverse()?.0)
    }
}

/// The same, as it is computed with.
#[derive(Clone, Copy, Debug)]
pub struct Wide(pub [f64; PACKED]);

impl Wide {
    /// The inverse; `None` if it is not positive definite.
    pub fn inverse(&self) -> Option<Self> {
        let table = Mat::from_fn(SIZE, SIZE, |row, column| self.0[at(row, column)]);
        let inverse = table.llt(Side::Lower).ok()?.inverse();
        let mut numbers = [0.0; PACKED];
        for row in 0..SIZE {
            for column in 0..=row {
                numbers[at(row, column)] = inverse[(row, column)];
            }
        }
        numbers.iter().all(|number| number.is_finite()).then_some(Self(numbers))
    }

    /// The product with a vector.
    pub fn times(&self, vector: &[f64; SIZE]) -> [f64; SIZE] {
        std::array::from_fn(|row| (0..SIZE).map(|column| self.0[at(row, column)] * vector[column]).sum())
    }

    /// The same in fewer digits.
    pub fn narrow(&self) -> Symmetric {
        Symmetric(self.0.map(|number| number as f32))
    }
}

/// What is believed of a film or a visitor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Belief {
    /// The offset, in stars, and the taste.
    pub mean: [f32; SIZE],
    /// How sure that is.
    pub covariance: Symmetric,
}

impl Belief {
    /// Whether all its numbers are finite and its variances not negative.
    pub fn is_sound(&self) -> bool {
        self.mean.iter().chain(&self.covariance.0).all(|number| number.is_finite())
            && (0..SIZE).all(|place| self.covariance.0[at(place, place)] >= 0.0)
    }

    /// The variance of offset + offset + taste·taste, if the other one is one of the other side.
    pub fn variance_with(&self, other: &Self) -> f64 {
        let ours = self.variance_at(&other.mean) + other.variance_at(&self.mean);
        let both = (1..SIZE).map(|row| {
            let of_row = |column| f64::from(self.covariance.0[at(row, column)] * other.covariance.0[at(row, column)]);
            (1..SIZE).map(of_row).sum::<f64>()
        });
        (ours + both.sum::<f64>()).max(0.0)
    }

    /// The variance of offset + taste·`taste`, of which this belief is the reason.
    fn variance_at(&self, other: &[f32; SIZE]) -> f64 {
        let weight = |place: usize| if place == 0 { 1.0 } else { f64::from(other[place]) };
        let of_row = |row: usize| {
            (0..SIZE).map(|column| f64::from(self.covariance.0[at(row, column)]) * weight(column)).sum::<f64>()
        };
        (0..SIZE).map(|row| weight(row) * of_row(row)).sum()
    }
}

/// What is known of one film or visitor while its ratings are gone through.
#[derive(Clone, Debug)]
pub struct Evidence {
    precision: [f64; PACKED],
    vector: [f64; SIZE],
}

impl Evidence {
    /// Nothing but this prior: its precision, and precision · mean.
    pub fn from(precision: &[f64; PACKED], vector: &[f64; SIZE]) -> Self {
        Self { precision: *precision, vector: *vector }
    }

    /// One rating more, less everyone's average, of (or by) `other`; what it adds to precision · mean.
    pub fn add(&mut self, rating: f64, other: &Belief, noise: f64) -> [f64; SIZE] {
        let weight = 1.0 / noise;
        let mut design = other.mean.map(f64::from);
        let rest = rating - design[0];
        design[0] = 1.0;
        let mut place = 0;
        for row in 0..SIZE {
            let scaled = weight * design[row];
            for &column in &design[..=row] {
                self.precision[place] += scaled * column;
                place += 1;
            }
        }
        // The other's offset is no part of the design, so its row counts only against its taste.
        let covariance = &other.covariance.0;
        for row in 1..SIZE {
            let first = at(row, 0);
            for column in 1..=row {
                self.precision[first + column] += weight * f64::from(covariance[first + column]);
            }
        }
        let pull = std::array::from_fn(|row| {
            let shared = if row == 0 { 0.0 } else { f64::from(covariance[at(row, 0)]) };
            weight * (rest * design[row] - shared)
        });
        for (vector, pull) in self.vector.iter_mut().zip(&pull) {
            *vector += pull;
        }
        pull
    }

    /// How sure one is now; `None` if the numbers are out of hand.
    pub fn covariance(&self) -> Option<Wide> {
        Wide(self.precision).inverse()
    }

    /// What is believed now.
    pub fn belief(&self) -> Option<Belief> {
        let covariance = self.covariance()?;
        let mean = covariance.times(&self.vector).map(|mean| mean as f32);
        Some(Belief { mean, covariance: covariance.narrow() })
    }
}
