//! Chance that is none: the same film always throws the same dice.

/// FNV-1a over UTF-8, then murmur3's finish, so that every bit depends on every byte.
pub(super) fn seed_of(text: &str) -> u32 {
    let mut hash = 0x811c_9dc5_u32;
    for byte in text.bytes() {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

/// The generator mulberry32.
pub(super) struct Dice {
    state: u32,
}

impl Dice {
    pub(super) fn new(seed: u32) -> Self {
        Self { state: seed }
    }

    /// 0 <= x < 1.
    pub(super) fn roll(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x6d2b_79f5);
        let seed = self.state;
        let mut t = (seed ^ (seed >> 15)).wrapping_mul(1 | seed);
        t = t.wrapping_add((t ^ (t >> 7)).wrapping_mul(61 | t)) ^ t;
        f64::from(t ^ (t >> 14)) / 4_294_967_296.0
    }

    /// Between two numbers.
    pub(super) fn span(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.roll()
    }

    /// A place in a list of this length.
    pub(super) fn place(&mut self, length: usize) -> usize {
        (self.roll() * length as f64) as usize
    }

    /// One of these.
    pub(super) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.place(list.len())]
    }

    /// Heads or tails.
    pub(super) fn coin(&mut self) -> bool {
        self.roll() < 0.5
    }
}
