//! Recommendations as they are written: the same JSON as [`Recommendation`](app::domain::Recommendation) has, of what is
//! known of the films and without a copy of it.

use app::domain::{MovieId, PageRow};
use serde::Serialize;

/// A [`Recommendation`](app::domain::Recommendation).
#[derive(Debug, Serialize)]
pub struct Told<'a> {
    /// The film's number.
    pub id: MovieId,
    /// Its title, without its year.
    pub title: &'a str,
    /// Its year.
    pub year: Option<u16>,
    /// Its genres.
    pub genres: &'a [String],
    /// The model's score.
    pub score: f32,
    /// Why.
    pub reasons: Vec<ToldReason<'a>>,
    /// Where on the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<PageRow>,
}

/// A [`Reason`](app::domain::Reason).
#[derive(Debug, Serialize)]
pub struct ToldReason<'a> {
    /// The film's number.
    pub id: MovieId,
    /// Its title, without its year.
    pub title: &'a str,
    /// Its part.
    pub share: f32,
}

#[cfg(test)]
mod tests {
    use app::domain::Recommendation;

    use super::*;

    #[test]
    fn what_is_told_is_what_whoever_reads_it_expects() {
        let genres = ["Crime".to_owned(), "Drama".to_owned()];
        for row in [None, Some(PageRow::HiddenGems), Some(PageRow::Because { id: MovieId(2), title: "M".to_owned() })] {
            let reasons = vec![ToldReason { id: MovieId(2), title: "M \"1931\"", share: 0.1 }];
            let (id, title, genres) = (MovieId(7), "Heat", &genres[..]);
            let told = Told { id, title, year: Some(1995), genres, score: 1.0 / 3.0, reasons, row };
            let written = serde_json::to_string(&[told]).expect("JSON");
            let read: Vec<Recommendation> = serde_json::from_str(&written).expect("a list of recommendations");
            assert_eq!(serde_json::to_string(&read).expect("JSON"), written);
            assert_eq!(read[0].reasons[0].title, "M \"1931\"");
        }
    }
}
