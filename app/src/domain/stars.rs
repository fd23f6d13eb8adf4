use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A rating: half a star to five stars, in halves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "f32", into = "f32")]
pub struct Stars {
    halves: u8,
}

/// The number is no rating.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("a rating is 0.5 to 5 stars in halves, not {0}")]
pub struct InvalidStars(pub f32);

impl Stars {
    /// The least stars that count as "liked".
    pub const LIKED: Self = Self { halves: 8 };
    /// The most stars there are.
    pub const MOST: Self = Self { halves: 10 };

    /// From half stars, 1 to 10.
    pub fn from_halves(halves: u8) -> Option<Self> {
        (1..=10).contains(&halves).then_some(Self { halves })
    }

    /// Half stars, 1 to 10.
    pub const fn halves(self) -> u8 {
        self.halves
    }

    /// Stars, 0.5 to 5.
    pub fn get(self) -> f32 {
        f32::from(self.halves) / 2.0
    }

    /// "1 star", "4.5 stars".
    pub fn in_words(self) -> String {
        let plural = if self.halves == 2 { "" } else { "s" };
        format!("{self} star{plural}")
    }

    /// Whether this rating counts as "liked": four stars or more.
    pub fn is_liked(self) -> bool {
        self >= Self::LIKED
    }
}

impl TryFrom<f32> for Stars {
    type Error = InvalidStars;

    fn try_from(stars: f32) -> Result<Self, Self::Error> {
        let halves = stars * 2.0;
        if halves.fract() == 0.0 && (1.0..=10.0).contains(&halves) {
            Ok(Self { halves: halves as u8 })
        } else {
            Err(InvalidStars(stars))
        }
    }
}

impl From<Stars> for f32 {
    fn from(stars: Stars) -> Self {
        stars.get()
    }
}

impl fmt::Display for Stars {
    /// "4" or "4.5".
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let half = if self.halves % 2 == 1 { ".5" } else { "" };
        write!(out, "{}{half}", self.halves / 2)
    }
}

impl FromStr for Stars {
    type Err = InvalidStars;

    /// From "4" or "4.5". Not by way of a float: the standard library's reading of those is exact and large, and the
    /// browser would download it.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (whole, half) = match text.split_once('.') {
            None | Some((_, "0")) => (text.trim_end_matches(".0"), 0),
            Some((whole, "5")) => (whole, 1),
            Some(_) => return Err(InvalidStars(f32::NAN)),
        };
        let halves = whole.parse::<u8>().ok().and_then(|whole| whole.checked_mul(2)?.checked_add(half));
        halves.and_then(Self::from_halves).ok_or(InvalidStars(f32::NAN))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rating_reads_as_it_is_written() {
        for halves in 1..=10 {
            let stars = Stars::from_halves(halves).expect("a rating");
            assert_eq!(stars.to_string().parse(), Ok(stars));
            assert_eq!(stars.to_string(), stars.get().to_string());
        }
        assert_eq!("4.0".parse(), Ok(Stars::LIKED));
        for bad in ["", "0", "0.0", "5.5", "4.25", "4.50", "-1", "+4.5x", "x", "4.", ".5", "255", "NaN"] {
            assert!(bad.parse::<Stars>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn one_star_is_one_and_all_others_are_several() {
        let words = [1, 2, 3, 9].map(|halves| Stars::from_halves(halves).expect("a rating").in_words());
        assert_eq!(words, ["0.5 stars", "1 star", "1.5 stars", "4.5 stars"]);
    }

    #[test]
    fn only_half_steps_from_half_a_star_to_five_are_ratings() {
        for halves in 1..=10_u8 {
            let stars = f32::from(halves) / 2.0;
            assert_eq!(Stars::try_from(stars).map(Stars::get), Ok(stars));
        }
        for bad in [0.0, -1.0, 0.25, 4.75, 5.5, 7.0, f32::INFINITY] {
            assert_eq!(Stars::try_from(bad), Err(InvalidStars(bad)));
        }
        assert!(Stars::try_from(f32::NAN).is_err());
    }

    #[test]
    fn four_stars_are_a_like_and_three_and_a_half_are_not() {
        assert!(Stars::try_from(4.0).is_ok_and(Stars::is_liked));
        assert!(!Stars::try_from(3.5).is_ok_and(Stars::is_liked));
    }
}
