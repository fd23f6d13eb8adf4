use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::hex;

/// A film's number in the data set it came from (MovieLens' `movieId`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MovieId(pub u32);

/// A person of the data set whose ratings the model learned from (MovieLens' `userId`): "Viewer 414".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ViewerId(pub u32);

/// The text is not a viewer's number as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a viewer's number is digits, without a sign or zeros in front")]
pub struct InvalidViewerId;

/// The text is not a film's number as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a film's number is digits, without a sign or zeros in front")]
pub struct InvalidMovieId;

impl FromStr for MovieId {
    type Err = InvalidMovieId;

    /// As it is written, and in no other way: one film has one address, and stands in a list once.
    fn from_str(text: &str) -> Result<Self, InvalidMovieId> {
        as_written(text).map(Self).ok_or(InvalidMovieId)
    }
}

impl FromStr for ViewerId {
    type Err = InvalidViewerId;

    /// As it is written, as a film's.
    fn from_str(text: &str) -> Result<Self, InvalidViewerId> {
        as_written(text).map(Self).ok_or(InvalidViewerId)
    }
}

/// A number, if the text is how it is written.
fn as_written(text: &str) -> Option<u32> {
    let is_as_written = text == "0" || text.starts_with(|first| matches!(first, '1'..='9'));
    text.parse().ok().filter(|_| is_as_written)
}

impl fmt::Display for MovieId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl fmt::Display for ViewerId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// A prediction's name: 128 random bits and a 32-bit keyed checksum, as 40 lower-case hexadecimal digits.
///
/// The checksum lets the server tell an id that was handed out from one that never was, without remembering either.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PredictionId([u8; PredictionId::BYTES]);

/// The text is not 40 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a prediction's id is 40 hexadecimal digits")]
pub struct InvalidPredictionId;

impl PredictionId {
    /// The length in bytes: 16 random, 4 of checksum.
    pub const BYTES: usize = 20;

    /// An id of these bytes.
    pub fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// The random part and the checksum.
    pub fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
}

impl fmt::Display for PredictionId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for PredictionId {
    /// Shortened: whoever holds the whole id can read the result, so logs do not carry it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "PredictionId({:02x}{:02x}{:02x}…)", self.0[0], self.0[1], self.0[2])
    }
}

impl FromStr for PredictionId {
    type Err = InvalidPredictionId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.as_bytes();
        if digits.len() != 2 * Self::BYTES {
            return Err(InvalidPredictionId);
        }
        let mut bytes = [0; Self::BYTES];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

fn nibble(digit: u8) -> Result<u8, InvalidPredictionId> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(InvalidPredictionId),
    }
}

impl TryFrom<String> for PredictionId {
    type Error = InvalidPredictionId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PredictionId> for String {
    fn from(id: PredictionId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_and_a_viewer_are_called_by_their_number_in_one_way() {
        for number in [0, 1, 10, 193_609, u32::MAX] {
            assert_eq!(number.to_string().parse(), Ok(MovieId(number)));
            assert_eq!(number.to_string().parse(), Ok(ViewerId(number)));
        }
        for bad in ["", "01", "00", "+1", "-1", " 1", "1 ", "1.0", "1e3", "4294967296", "١"] {
            assert_eq!(bad.parse::<MovieId>(), Err(InvalidMovieId), "{bad:?}");
            assert_eq!(bad.parse::<ViewerId>(), Err(InvalidViewerId), "{bad:?}");
        }
    }

    #[test]
    fn a_prediction_id_survives_the_wire() {
        let id = PredictionId::from_bytes(std::array::from_fn(|i| (i * 13) as u8));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().len(), 40);
    }

    #[test]
    fn what_is_not_forty_lower_case_hex_digits_is_no_prediction_id() {
        let good = PredictionId::from_bytes([0xab; 20]).to_string();
        for bad in
            ["", "ab", &good[1..], &format!("{good}0"), &good.to_uppercase(), &good.replace('a', "é"), &"g".repeat(40)]
        {
            assert_eq!(bad.parse::<PredictionId>(), Err(InvalidPredictionId), "{bad:?}");
        }
    }

    #[test]
    fn a_log_line_does_not_carry_the_whole_id() {
        let id = PredictionId::from_bytes([7; 20]);
        assert!(!format!("{id:?}").contains(&id.to_string()));
    }
}
