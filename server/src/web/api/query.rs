//! The question in an address: `?liked=1,2,3&n=20&years=1990-1999&genres=Drama,Comedy`.

use super::input::Input;
use crate::web::error::ApiError;

/// Reads the pairs of a query string.
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
            _ => {
                let known = "liked, profile, n, genres, years, exclude, include_rated, candidates, obscurity, variety";
                return Err(ApiError::field(
                    name.chars().take(40).collect::<String>(),
                    format!("known parameters: {known}"),
                ));
            }
        }
    }
    Ok(input)
}

fn items(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|item| !item.is_empty())
}

fn numbers(name: &str, value: &str) -> Result<Vec<i64>, ApiError> {
    let of_place =
        |(at, item): (usize, &str)| item.parse::<i64>().map_err(|_| not_whole(format!("{name}[{at}]"), item));
    items(value).enumerate().map(of_place).collect()
}

fn number(name: &str, text: &str) -> Result<i64, ApiError> {
    text.trim().parse().map_err(|_| not_whole(name, text))
}

fn not_whole(field: impl Into<String>, text: &str) -> ApiError {
    let shown: String = text.chars().take(40).collect();
    ApiError::field(field, format!("{shown:?} is not a whole number"))
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
