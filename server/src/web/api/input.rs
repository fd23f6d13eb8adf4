//! What a client asks for, parsed once: past this border a [`Request`] is valid.

use std::collections::BTreeMap;

use app::domain::{MovieId, Stars, ViewerId};
use serde::Deserialize;

use super::body::object;
use crate::{
    predictions::{
        FilmTable, Request,
        request::{DEFAULT_FILMS, MOST_FILMS},
    },
    visitors::Profile,
    web::{
        error::ApiError,
        site::{Site, viewer_profile},
    },
};

/// A longer list than any catalogue of today is a mistake or an attack.
const MOST_LISTED: usize = 200_000;

/// The body of `POST /api/predict`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// The question.
    #[serde(rename = "input-data", deserialize_with = "object")]
    pub input_data: Input,
}

/// The question. Numbers are wide on purpose: one that is no film's number gets a sentence, not a parser's error.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// A profile: films that are liked.
    pub liked: Option<Vec<i64>>,
    /// A profile: films and their stars.
    pub ratings: Option<BTreeMap<String, f32>>,
    /// A profile: a MovieLens viewer's.
    pub profile: Option<i64>,
    /// How many recommendations.
    pub n: Option<i64>,
    /// Only films of one of these genres.
    pub genres: Option<Vec<String>>,
    /// Only films of these years: the first and the last.
    pub years: Option<Vec<i64>>,
    /// Never these films.
    pub exclude: Option<Vec<i64>>,
    /// Films of the profile may come back.
    pub include_rated: Option<bool>,
    /// Rank exactly these films.
    pub candidates: Option<Vec<i64>>,
    /// From well known, −1, to obscure, 1.
    pub obscurity: Option<f64>,
    /// From close to the taste, 0, to further afield, 1.
    pub variety: Option<f64>,
}

impl Input {
    /// Whether it names a profile at all.
    pub fn names_a_profile(&self) -> bool {
        self.liked.is_some() || self.ratings.is_some() || self.profile.is_some()
    }

    /// Whether it asks for nothing that only a recommendation has.
    pub fn is_only_a_profile(&self) -> bool {
        let Self {
            liked: _,
            ratings: _,
            profile: _,
            n,
            genres,
            years,
            exclude,
            include_rated,
            candidates,
            obscurity,
            variety,
        } = self;
        n.is_none()
            && genres.is_none()
            && years.is_none()
            && exclude.is_none()
            && include_rated.is_none()
            && candidates.is_none()
            && obscurity.is_none()
            && variety.is_none()
    }

    /// The profile it names: exactly one of `liked`, `ratings` and `profile`.
    pub async fn profile(&self, site: &Site) -> Result<Profile, ApiError> {
        let (catalogue, service) = site.ready()?;
        match (&self.liked, &self.ratings, self.profile) {
            (Some(liked), None, None) => {
                let liked = film_list(service.films(), "liked", liked)?;
                Ok(liked.into_iter().map(|movie| (movie, Stars::MOST)).collect())
            }
            (None, Some(ratings), None) => {
                check_length("ratings", ratings.len())?;
                ratings.iter().map(|(id, &stars)| rating(service.films(), id, stars)).collect()
            }
            (None, None, Some(viewer)) => {
                let id = u32::try_from(viewer).map(ViewerId);
                let id = id.map_err(|_| ApiError::field("profile", format!("no viewer has the number {viewer}")))?;
                Ok(viewer_profile(catalogue, id).await?)
            }
            (None, None, None) => Err(ApiError::field(
                "input-data",
                "name a profile: one of `liked` (a list of film numbers), `ratings` (film numbers and stars) or `profile` (a viewer's number)",
            )),
            _ => Err(ApiError::field("input-data", "name one of `liked`, `ratings` and `profile`, not several")),
        }
    }

    /// The whole question about a profile.
    pub fn request(self, films: &FilmTable, profile: Profile) -> Result<Request, ApiError> {
        let candidates = self.candidates.map(|ids| film_list(films, "candidates", &ids)).transpose()?;
        let default = candidates.as_ref().map_or(DEFAULT_FILMS, |list| list.len().clamp(1, MOST_FILMS));
        let wanted = match self.n {
            None => default,
            Some(n) => usize::try_from(n)
                .ok()
                .filter(|n| (1..=MOST_FILMS).contains(n))
                .ok_or_else(|| ApiError::field("n", format!("n is 1 to {MOST_FILMS}, not {n}")))?,
        };
        let exclude = self.exclude.unwrap_or_default();
        check_length("exclude", exclude.len())?;
        let request = Request {
            films: wanted,
            genres: self.genres.map(|names| genres(films, &names)).transpose()?.unwrap_or_default(),
            years: self.years.as_deref().map(years).transpose()?,
            exclude: exclude.into_iter().filter_map(|id| film(films, id)).collect(),
            include_rated: self.include_rated.unwrap_or(false),
            candidates,
            obscurity: hundredths("obscurity", self.obscurity, -1.0)? as i8,
            variety: hundredths("variety", self.variety, 0.0)? as u8,
            page: false,
            profile,
        };
        Ok(request.canonical())
    }
}

/// A control from `least` to 1, in hundredths; 0 where it is not named.
fn hundredths(field: &str, control: Option<f64>, least: f64) -> Result<f64, ApiError> {
    match control.unwrap_or(0.0) {
        control if (least..=1.0).contains(&control) => Ok((100.0 * control).round()),
        control => Err(ApiError::field(field, format!("{field} is {least} to 1, not {control}"))),
    }
}

fn film(films: &FilmTable, id: i64) -> Option<MovieId> {
    u32::try_from(id).ok().map(MovieId).filter(|&movie| films.knows(movie))
}

fn no_film(field: String, id: i64) -> ApiError {
    ApiError::field(field, format!("no film has the number {id}"))
}

fn film_list(films: &FilmTable, field: &str, ids: &[i64]) -> Result<Vec<MovieId>, ApiError> {
    check_length(field, ids.len())?;
    let known = |(at, &id): (usize, &i64)| film(films, id).ok_or_else(|| no_film(format!("{field}[{at}]"), id));
    ids.iter().enumerate().map(known).collect()
}

/// A number, if the text is how it is written: no zeros in front, no plus, no spaces.
pub fn as_written(text: &str) -> Option<i64> {
    text.parse().ok().filter(|number: &i64| number.to_string() == text)
}

fn rating(films: &FilmTable, id: &str, stars: f32) -> Result<(MovieId, Stars), ApiError> {
    let field = || format!("ratings.{}", shortened(id));
    // In any other way one film could stand there twice, with other stars.
    let number = as_written(id)
        .ok_or_else(|| ApiError::field(field(), "a film's number is digits only, without a sign or zeros in front"))?;
    let movie = film(films, number).ok_or_else(|| no_film(field(), number))?;
    let stars = Stars::try_from(stars).map_err(|error| ApiError::field(field(), error.to_string()))?;
    Ok((movie, stars))
}

fn genres(films: &FilmTable, names: &[String]) -> Result<Vec<String>, ApiError> {
    let genre = |(at, name): (usize, &String)| {
        let known = films.genres().iter().find(|genre| genre.eq_ignore_ascii_case(name.trim()));
        known.cloned().ok_or_else(|| {
            let known = films.genres().join(", ");
            ApiError::field(
                format!("genres[{at}]"),
                format!("no genre is called {:?}; there are {known}", shortened(name)),
            )
        })
    };
    names.iter().enumerate().map(genre).collect()
}

fn years(years: &[i64]) -> Result<(u16, u16), ApiError> {
    let wrong = |not: String| {
        ApiError::field("years", format!("years are a first and a last year, such as [1990, 1999], not {not}"))
    };
    let &[from, to] = years else { return Err(wrong(format!("{} of them", years.len()))) };
    match (u16::try_from(from), u16::try_from(to)) {
        (Ok(first), Ok(last)) if first <= last => Ok((first, last)),
        _ => Err(wrong(format!("[{from}, {to}]"))),
    }
}

fn check_length(field: &str, length: usize) -> Result<(), ApiError> {
    if length > MOST_LISTED {
        return Err(ApiError::field(field, format!("at most {MOST_LISTED} entries, not {length}")));
    }
    Ok(())
}

/// A piece of the client's own text, short enough to be sent back.
fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}
