//! Recommendations as they are written: the same JSON as [`Recommendation`](app::domain::Recommendation) has. What is the same
//! each time that a film is named is written once and kept.

use app::domain::{MovieId, PageRow};
use serde::Serialize;

use crate::catalogue::MovieSummary;

/// What is known of a film.
#[derive(Debug)]
pub struct Known {
    /// Its number.
    pub id: MovieId,
    /// Its title, without its year.
    pub title: String,
    /// The beginning of a recommendation of it.
    film: Vec<u8>,
    /// The beginning of a reason that it is.
    reason: Vec<u8>,
}

impl Known {
    /// From the catalogue.
    pub fn new(summary: MovieSummary) -> serde_json::Result<Self> {
        let MovieSummary { id, title, year, genres, .. } = summary;
        let film = open(&Film { id, title: &title, year, genres: &genres })?;
        let reason = open(&Reason { id, title: &title })?;
        Ok(Self { id, title, film, reason })
    }
}

#[derive(Serialize)]
struct Film<'a> {
    id: MovieId,
    title: &'a str,
    year: Option<u16>,
    genres: &'a [String],
}

#[derive(Serialize)]
struct Reason<'a> {
    id: MovieId,
    title: &'a str,
}

/// An object without its end, so that more can follow.
fn open(object: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut json = serde_json::to_vec(object)?;
    json.pop();
    Ok(json)
}

/// A [`Recommendation`](app::domain::Recommendation).
#[derive(Debug)]
pub struct Told<'a> {
    /// The film.
    pub film: &'a Known,
    /// The model's score.
    pub score: f32,
    /// Why: films of the profile, and their parts.
    pub reasons: Vec<(&'a Known, f32)>,
    /// Where on the page.
    pub row: Option<PageRow>,
}

/// About what a list of them takes with five reasons each: twenty fit into 10 KB.
pub fn usual_bytes(all: &[Told<'_>]) -> usize {
    500 * all.len() + 2
}

/// Writes a JSON list of them to the end of `json`.
pub fn list(all: &[Told<'_>], json: &mut Vec<u8>) -> serde_json::Result<()> {
    json.push(b'[');
    for (place, Told { film, score, reasons, row }) in all.iter().enumerate() {
        json.extend_from_slice(if place == 0 { b"" } else { b"," });
        json.extend_from_slice(&film.film);
        json.extend_from_slice(b",\"score\":");
        serde_json::to_writer(&mut *json, score)?;
        json.extend_from_slice(b",\"reasons\":[");
        for (place, (film, share)) in reasons.iter().enumerate() {
            json.extend_from_slice(if place == 0 { b"" } else { b"," });
            json.extend_from_slice(&film.reason);
            json.extend_from_slice(b",\"share\":");
            serde_json::to_writer(&mut *json, share)?;
            json.push(b'}');
        }
        json.push(b']');
        if let Some(row) = row {
            json.extend_from_slice(b",\"row\":");
            serde_json::to_writer(&mut *json, row)?;
        }
        json.push(b'}');
    }
    json.push(b']');
    Ok(())
}

#[cfg(test)]
mod tests {
    use app::domain::Recommendation;

    use super::*;

    #[test]
    fn what_is_told_is_what_whoever_reads_it_expects() {
        let known = |id, title: &str, year| {
            let genres = vec!["Crime".to_owned(), "Drama".to_owned()];
            let (id, title) = (MovieId(id), title.to_owned());
            Known::new(MovieSummary { id, title, year, genres, average: Some(3.5), ratings: 2 }).expect("JSON")
        };
        let (heat, m) = (known(7, "Heat", Some(1995)), known(2, "M \"1931\" \u{1}\u{2028}é", None));
        for row in [None, Some(PageRow::HiddenGems), Some(PageRow::Because { id: m.id, title: m.title.clone() })] {
            for reasons in [vec![], vec![(&m, 0.1)], vec![(&m, 1.0), (&heat, 1e-9)]] {
                let first = Told { film: &heat, score: 1.0 / 3.0, reasons: reasons.clone(), row: row.clone() };
                let second = Told { film: &m, score: -2.0, reasons, row: None };
                let written = written(&[first, second]);
                let read: Vec<Recommendation> = serde_json::from_str(&written).expect("a list of recommendations");
                assert_eq!(serde_json::to_string(&read).expect("JSON"), written);
                assert_eq!((read[0].title.as_str(), &read[1].title), ("Heat", &m.title));
            }
        }
        assert_eq!(written(&[]), "[]");
    }

    fn written(all: &[Told<'_>]) -> String {
        let mut json = Vec::new();
        list(all, &mut json).expect("JSON");
        String::from_utf8(json).expect("text")
    }
}
