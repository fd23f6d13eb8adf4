//! A prediction's id is 128 random bits and a 32-bit keyed checksum of them: an id that was handed out and is gone can
//! be told from one that never was, and nothing has to be remembered for it.

use app::domain::PredictionId;
use rand::TryRngCore;

const RANDOM_BYTES: usize = 16;

/// Makes ids and knows its own.
#[derive(Clone)]
pub struct IdMint {
    secret: [u8; 32],
}

impl IdMint {
    /// The secret must outlive the process for ids to be told after a restart, and be shared by all who answer.
    pub fn new(secret: [u8; 32]) -> Self {
        Self { secret }
    }

    /// What it was made with.
    pub fn secret(&self) -> [u8; 32] {
        self.secret
    }

    /// A new id that nobody can guess.
    pub fn mint(&self) -> Result<PredictionId, rand::rand_core::OsError> {
        let mut bytes = [0; PredictionId::BYTES];
        rand::rngs::OsRng.try_fill_bytes(&mut bytes[..RANDOM_BYTES])?;
        let checksum = self.checksum(&bytes[..RANDOM_BYTES]);
        bytes[RANDOM_BYTES..].copy_from_slice(&checksum);
        Ok(PredictionId::from_bytes(bytes))
    }

    /// Whether the id was made with this secret.
    pub fn made(&self, id: &PredictionId) -> bool {
        let (random, checksum) = id.as_bytes().split_at(RANDOM_BYTES);
        self.checksum(random) == checksum
    }

    fn checksum(&self, random: &[u8]) -> [u8; PredictionId::BYTES - RANDOM_BYTES] {
        let hash = blake3::keyed_hash(&self.secret, random);
        std::array::from_fn(|at| hash.as_bytes()[at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mint_knows_its_own_ids_and_no_others() {
        let ours = IdMint::new([1; 32]);
        let theirs = IdMint::new([2; 32]);
        let id = ours.mint().expect("random bytes");
        assert!(ours.made(&id));
        assert!(!theirs.made(&id));
        let mut bytes = *id.as_bytes();
        bytes[3] ^= 1;
        assert!(!ours.made(&PredictionId::from_bytes(bytes)));
    }
}
