//! What is asked of the model, in one canonical form: equal questions are equal values and share one computation.

use app::{domain::MovieId, views::FOR_YOU_FILMS};
use serde::{Deserialize, Serialize};

use crate::visitors::Profile;

/// Recommendations when the caller names no number.
pub const DEFAULT_FILMS: usize = 20;
/// The most recommendations of one prediction.
pub const MOST_FILMS: usize = 200;

/// A profile, and which films may be recommended to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Whose taste.
    pub profile: Profile,
    /// How many recommendations, at most [`MOST_FILMS`].
    pub films: usize,
    /// Only films of at least one of these genres; empty: of any. Sorted, as [`Request::canonical`] leaves it.
    pub genres: Vec<String>,
    /// Only films of these years, both ends included.
    pub years: Option<(u16, u16)>,
    /// Never these films. Sorted.
    pub exclude: Vec<MovieId>,
    /// Films of the profile may come back.
    pub include_rated: bool,
    /// Rank exactly these films, rated or not. Sorted.
    pub candidates: Option<Vec<MovieId>>,
    /// From well known (−100) to obscure (100); 0 leaves the model's order.
    #[serde(default)]
    pub obscurity: i8,
    /// From close to the taste (0, the model's order) to further afield (100): films that are unlike each other.
    #[serde(default)]
    pub variety: u8,
    /// Not only the best films: every predicted row of a page, ranked together.
    #[serde(default)]
    pub page: bool,
}

impl Request {
    /// The usual question: the best unrated films for a profile.
    pub fn best_for(profile: Profile, films: usize) -> Self {
        Self {
            profile,
            films,
            genres: Vec::new(),
            years: None,
            exclude: Vec::new(),
            include_rated: false,
            candidates: None,
            obscurity: 0,
            variety: 0,
            page: false,
        }
    }

    /// Whether nothing but the best films is asked for: no controls, no rows, no choice of films.
    pub fn is_plain(&self) -> bool {
        !self.page && self.obscurity == 0 && self.variety == 0 && self.candidates.is_none()
    }

    /// A page's predicted rows; never these films.
    pub fn page_for(profile: Profile, exclude: Vec<MovieId>) -> Self {
        Self { page: true, exclude, ..Self::best_for(profile, FOR_YOU_FILMS) }
    }

    /// "20 films for 1 rating": what an operator may know of it.
    pub fn in_words(&self) -> String {
        let counted =
            |count: usize, what: &str| if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") };
        format!("{} for {}", counted(self.films, "film"), counted(self.profile.rated(), "rating"))
    }

    /// Brings lists into one order, without repetitions.
    pub fn canonical(mut self) -> Self {
        sort_and_dedup(&mut self.genres);
        sort_and_dedup(&mut self.exclude);
        if let Some(candidates) = &mut self.candidates {
            sort_and_dedup(candidates);
        }
        self
    }

    /// The key under which equal requests to the same model share one computation.
    pub fn key(&self, model_version: &str) -> Key {
        let mut hash = blake3::Hasher::new();
        let mut part = |bytes: &[u8]| {
            hash.update(&(bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        part(model_version.as_bytes());
        part(&(self.films as u64).to_le_bytes());
        part(&[u8::from(self.include_rated), u8::from(self.candidates.is_some()), u8::from(self.page)]);
        part(&[self.obscurity.to_le_bytes()[0], self.variety]);
        part(&self.years.map_or(Vec::new(), |(from, to)| [from.to_le_bytes(), to.to_le_bytes()].concat()));
        part(&self.profile.ratings().flat_map(|(id, stars)| rating_bytes(id, stars.halves())).collect::<Vec<u8>>());
        part(&bytes_of(&self.exclude));
        part(&bytes_of(self.candidates.as_deref().unwrap_or_default()));
        for genre in &self.genres {
            part(genre.as_bytes());
        }
        Key(*hash.finalize().as_bytes())
    }
}

/// The fingerprint of a request and the model that answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key(pub [u8; 32]);

fn sort_and_dedup<T: Ord>(list: &mut Vec<T>) {
    list.sort_unstable();
    list.dedup();
}

fn rating_bytes(id: MovieId, halves: u8) -> [u8; 5] {
    let [a, b, c, d] = id.0.to_le_bytes();
    [a, b, c, d, halves]
}

fn bytes_of(ids: &[MovieId]) -> Vec<u8> {
    ids.iter().flat_map(|id| id.0.to_le_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use app::domain::Stars;

    use super::*;

    fn request(ids: &[u32]) -> Request {
        Request::best_for(ids.iter().map(|&id| (MovieId(id), Stars::MOST)).collect(), 20)
    }

    #[test]
    fn the_order_in_which_films_were_named_changes_nothing() {
        assert_eq!(request(&[3, 1, 2]).key("v1"), request(&[1, 2, 3, 3]).key("v1"));
        let one = Request { exclude: vec![MovieId(5), MovieId(4)], ..request(&[1]) }.canonical();
        let two = Request { exclude: vec![MovieId(4), MovieId(5), MovieId(4)], ..request(&[1]) }.canonical();
        assert_eq!(one.key("v1"), two.key("v1"));
    }

    #[test]
    fn every_part_of_a_request_and_the_models_version_tell_keys_apart() {
        let plain = request(&[1, 2]);
        let films = vec![MovieId(1)];
        let mut keys = vec![
            plain.key("v1"),
            plain.key("v2"),
            request(&[1]).key("v1"),
            Request { films: 21, ..plain.clone() }.key("v1"),
            Request { genres: vec!["Drama".into()], ..plain.clone() }.key("v1"),
            Request { genres: vec!["Dra".into(), "ma".into()], ..plain.clone() }.key("v1"),
            Request { years: Some((1990, 1999)), ..plain.clone() }.key("v1"),
            Request { exclude: films.clone(), ..plain.clone() }.key("v1"),
            Request { candidates: Some(films), ..plain.clone() }.key("v1"),
            Request { candidates: Some(vec![]), ..plain.clone() }.key("v1"),
            Request { obscurity: 1, ..plain.clone() }.key("v1"),
            Request { obscurity: -1, ..plain.clone() }.key("v1"),
            Request { variety: 1, ..plain.clone() }.key("v1"),
            Request { page: true, ..plain.clone() }.key("v1"),
            Request { include_rated: true, ..plain }.key("v1"),
        ];
        let all = keys.len();
        keys.sort_by_key(|key| key.0);
        keys.dedup();
        assert_eq!(keys.len(), all);
    }
}
