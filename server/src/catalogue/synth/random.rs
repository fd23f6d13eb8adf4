use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Random numbers that are the same on every run.
pub(super) struct Random {
    source: ChaCha8Rng,
    /// The normal distribution comes in pairs.
    spare: Option<f64>,
}

impl Random {
    /// One of many independent streams of a seed.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut source = ChaCha8Rng::seed_from_u64(seed);
        source.set_stream(stream);
        Self { source, spare: None }
    }

    /// 0 to below 1.
    pub(super) fn unit(&mut self) -> f64 {
        self.source.random()
    }

    /// 0 to below `end`, which is not 0.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.source.random_range(0..end.max(1))
    }

    /// True with this probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// One of them; there is at least one.
    pub(super) fn one_of<'a, T: ?Sized>(&mut self, these: &[&'a T]) -> &'a T {
        these[self.below(these.len() as u64) as usize]
    }

    /// Mean 0, deviation 1: Box and Muller, A Note on the Generation of Random Normal Deviates, 1958.
    pub(super) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        let (sine, cosine) = (std::f64::consts::TAU * self.unit()).sin_cos();
        self.spare = Some(radius * sine);
        radius * cosine
    }
}
