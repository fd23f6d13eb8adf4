use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Filter;

/// What comes first among the films that were found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SearchOrder {
    /// What fits the words best.
    #[default]
    Best,
    /// What the profile would give the most stars.
    Match,
    /// The best average, of enough ratings to mean it.
    Rating,
    /// What most people rated.
    Popular,
    /// The last one released.
    Newest,
}

impl SearchOrder {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Best, Self::Match, Self::Rating, Self::Popular, Self::Newest];

    /// Its name, as addresses have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::Match => "match",
            Self::Rating => "rating",
            Self::Popular => "popular",
            Self::Newest => "newest",
        }
    }

    /// What it is called.
    pub fn label(self) -> &'static str {
        match self {
            Self::Best => "Best fit",
            Self::Match => "Match for you",
            Self::Rating => "Average rating",
            Self::Popular => "Most rated",
            Self::Newest => "Newest",
        }
    }
}

/// No order has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an order is one of best, match, rating, popular, newest")]
pub struct InvalidOrder;

impl FromStr for SearchOrder {
    type Err = InvalidOrder;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|order| order.name() == name).ok_or(InvalidOrder)
    }
}

/// Letters of a text that are looked at, as many as the field takes: each link of the page repeats them.
const MOST_LETTERS: usize = 200;

/// What the search page is asked for; it stands in the page's address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Search {
    /// Words of a name; without any, every film is found.
    pub text: String,
    /// Which films are looked at.
    pub filter: Filter,
    /// What comes first.
    pub order: SearchOrder,
    /// The page, counted from 0.
    pub page: u32,
}

impl Search {
    /// Reads an address: each part by its name. What cannot be read counts as not said.
    pub fn read(part: impl Fn(&str) -> Option<String>) -> Self {
        let page = part("page").and_then(|page| page.parse().ok()).unwrap_or(1_u32);
        Self {
            text: part("q").unwrap_or_default().chars().take(MOST_LETTERS).collect(),
            filter: Filter::read(&part),
            order: part("sort").and_then(|order| order.parse().ok()).unwrap_or_default(),
            page: page.saturating_sub(1),
        }
    }

    /// The parts of its address, those that say something.
    pub fn parts(&self) -> Vec<(&'static str, String)> {
        let mut parts = Vec::new();
        if !self.text.is_empty() {
            parts.push(("q", self.text.clone()));
        }
        parts.extend(self.filter.parts());
        if self.order != SearchOrder::default() {
            parts.push(("sort", self.order.name().to_owned()));
        }
        if self.page > 0 {
            parts.push(("page", (u64::from(self.page) + 1).to_string()));
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(parts: &[(&str, &str)]) -> Search {
        Search::read(|name| parts.iter().find(|(of, _)| *of == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn an_address_says_again_what_it_was_made_of() {
        for parts in [
            &[][..],
            &[("q", "night")],
            &[("q", "a & b"), ("genre", "Film-Noir"), ("decade", "1940"), ("sort", "match"), ("page", "3")],
            &[("q", "x"), ("unrated", "true"), ("library", "true")],
        ] {
            let said: Vec<(&str, String)> = read(parts).parts();
            let said: Vec<(&str, &str)> = said.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert_eq!(said, parts);
        }
    }

    #[test]
    fn what_cannot_be_read_counts_as_not_said() {
        let odd = [
            ("genre", ""),
            ("decade", "soon"),
            ("sort", "loudest"),
            ("page", "-1"),
            ("colour", "red"),
            ("library", "no"),
        ];
        assert_eq!(read(&odd), Search::default());
        let long = "é".repeat(9_000);
        assert_eq!(read(&[("q", &long)]).text.chars().count(), MOST_LETTERS);
        assert_eq!(read(&[("genre", &long)]), Search::default());
        assert_eq!(read(&[("page", "0")]).page, 0);
        assert_eq!(read(&[("page", "99999999999999")]).page, 0);
    }
}
