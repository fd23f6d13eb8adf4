//! The question in an address: `?liked=1,2,3&n=20&years=1990-1999&genres=Drama,Comedy`. A parameter stands there once, and
//! a number is written in one way.

use axum::{
    extract::{Query, rejection::QueryRejection},
    http::StatusCode,
};

use super::input::{Input, as_written};
use crate::web::error::ApiError;

/// An address' parameters, as axum reads them.
pub type Parameters = Result<Query<Vec<(String, String)>>, QueryRejection>;

/// The parameters of a prediction.
pub const OF_A_PREDICTION: [&str; 10] =
    ["liked", "profile", "n", "genres", "years", "exclude", "include_rated", "candidates", "obscurity", "variety"];

/// The parameters, each of a name that is known and stands there once.
pub fn only(known: &[&str], parameters: Parameters) -> Result<Vec<(String, String)>, ApiError> {
    let Query(pairs) = parameters.map_err(|error| ApiError::new(StatusCode::BAD_REQUEST, error.body_text()))?;
    for (at, (name, _)) in pairs.iter().enumerate() {
        if !known.contains(&name.as_str()) {
            let name: String = name.chars().take(40).collect();
            return Err(ApiError::field(name, format!("known parameters: {}", known.join(", "))));
        }
        if pairs[..at].iter().any(|(before, _)| before == name) {
            return Err(ApiError::field(name, format!("{name} stands there twice")));
        }
    }
    Ok(pairs)
}

/// The value of a parameter.
pub fn value<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str())
}

/// A number from 1 to `most`, where the address names one.
pub fn up_to(most: usize, pairs: &[(String, String)], name: &str) -> Result<Option<usize>, ApiError> {
    let Some(text) = value(pairs, name) else { return Ok(None) };
    let number = as_written(text).and_then(|number| usize::try_from(number).ok());
    let number = number.filter(|number| (1..=most).contains(number));
    number.map(Some).ok_or_else(|| ApiError::field(name, format!("{name} is 1 to {most}, digits only")))
}

/// The question that parameters [of a prediction](OF_A_PREDICTION) ask.
pub fn parse(pairs: &[(String, String)]) -> Result<Input, ApiError> {
    let mut input = Input::default();
    for (name, value) in pairs {
        match name.as_str() {
            "liked" => input.liked = Some(numbers(name, value)?),
            "profile" => input.profile = Some(number(name, value)?),
            "n" => input.n = Some(number(name, value)?),
            "exclude" => input.exclude = Some(numbers(name, value)?),
            "candidates" => input.candidates = Some(numbers(name, value)?),
            "genres" => input.genres = Some(items(value).map(str::to_owned).collect()),
            "years" => input.years = Some(years(value)?),
            "obscurity" => input.obscurity = Some(control(name, value)?),
            "variety" => input.variety = Some(control(name, value)?),
            "include_rated" => input.include_rated = Some(flag(name, value)?),
            // `only` lets none of another name through.
            _ => {}
        }
    }
    Ok(input)
}

fn items(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|item| !item.is_empty())
}

fn numbers(name: &str, value: &str) -> Result<Vec<i64>, ApiError> {
    let of_place = |(at, item): (usize, &str)| as_written(item).ok_or_else(|| not_whole(format!("{name}[{at}]"), item));
    items(value).enumerate().map(of_place).collect()
}

fn number(name: &str, text: &str) -> Result<i64, ApiError> {
    as_written(text).ok_or_else(|| not_whole(name, text))
}

fn not_whole(field: impl Into<String>, text: &str) -> ApiError {
    let shown: String = text.chars().take(40).collect();
    ApiError::field(field, format!("{shown:?} is not a whole number: digits, without a plus, spaces or zeros in front"))
}

fn control(name: &str, text: &str) -> Result<f64, ApiError> {
    let shown: String = text.chars().take(40).collect();
    text.trim().parse().map_err(|_| ApiError::field(name, format!("{shown:?} is not a number")))
}

fn years(value: &str) -> Result<Vec<i64>, ApiError> {
    let (from, to) = value.split_once(['-', ',']).unwrap_or((value, value));
    Ok(vec![number("years", from)?, number("years", to)?])
}

/// Whether a parameter is on.
pub(super) fn flag(name: &str, value: &str) -> Result<bool, ApiError> {
    match value {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(ApiError::field(name, format!("{name} is true or false"))),
    }
}
