//! Bodies: read as JSON, and what is said of one that cannot be.

use std::{fmt, marker::PhantomData};

use axum::{extract::rejection::BytesRejection, http::StatusCode};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor, value::MapAccessDeserializer},
};

use crate::web::error::ApiError;

/// The largest body that is read, in bytes, where an address has no bound of its own; a profile of 200,000 ratings fits.
pub const MOST_BODY: usize = 4 << 20;
/// What the body as a whole is called.
const WHOLE: &str = "body";
/// Letters of a field's name that are sent back: the keys in it are the client's own.
const LONGEST_FIELD: usize = 60;

/// What is read from a JSON object and from nothing else. A derived struct takes a list too, its fields in their order.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields(PhantomData)).map(Self)
    }
}

struct Fields<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
    type Value = T;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a map")
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<T, M::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

/// A field that is an object and nothing else.
pub(super) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Object::deserialize(deserializer).map(|Object(inner)| inner)
}

/// The body as a JSON object: what is no JSON is 400, JSON of another shape 422 with the field.
pub(super) fn json_body<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let mut parser = serde_json::Deserializer::from_slice(body);
    let parsed = serde_path_to_error::deserialize(&mut parser);
    let Object(value) = parsed.map_err(|error: serde_path_to_error::Error<serde_json::Error>| {
        let field = field_at(&error.path().to_string());
        let reason = error.into_inner();
        // A number that is too large is a mistake of syntax to the parser.
        if reason.is_data() || is_json(body) {
            let sentence = in_words(&field, &reason);
            ApiError::field(field, sentence)
        } else {
            not_json(&reason)
        }
    })?;
    parser.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

fn not_json(reason: &serde_json::Error) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, format!("the body is not JSON: {reason}"))
}

fn is_json(body: &[u8]) -> bool {
    std::str::from_utf8(body).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
}

/// What a place in the body is called: `years`, `liked[0]`, as our own checks call it.
fn field_at(path: &str) -> String {
    match path.strip_prefix("input-data.").unwrap_or(path) {
        "." => WHOLE.to_owned(),
        inner => inner.chars().take(LONGEST_FIELD).collect(),
    }
}

/// The parser's reason as a sentence for whoever wrote the body: it has neither our types nor lines and columns.
fn in_words(field: &str, reason: &serde_json::Error) -> String {
    let place = format!(" at line {} column {}", reason.line(), reason.column());
    let all = reason.to_string();
    let told = all.strip_suffix(place.as_str()).unwrap_or(&all);
    let what = if field == WHOLE { "the body" } else { field };
    // The first part may quote the client, the second is ours.
    let (fault, expected) = told.rsplit_once(", expected ").unwrap_or((told, ""));
    if fault.starts_with("unknown field ") {
        let known = expected.trim_start_matches("one of ").replace('`', "").replace(" or ", ", ");
        return format!("known fields: {known}");
    }
    if let Some(name) = fault.strip_prefix("missing field ") {
        return format!("{name} is missing");
    }
    if let Some(name) = fault.strip_prefix("duplicate field ") {
        return format!("{name} stands there twice");
    }
    if fault.starts_with("invalid value: integer ") || fault == "number out of range" {
        return format!("{what} is too large a number");
    }
    let kind = match expected {
        "i64" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a string" => "text",
        "a sequence" => "a list",
        "a map" => "an object",
        _ if expected.starts_with("struct ") => "an object",
        // A sentence of our own.
        _ if reason.is_data() => return told.to_owned(),
        _ => return format!("{what} cannot be read"),
    };
    format!("{what} must be {kind}")
}

impl From<BytesRejection> for ApiError {
    fn from(rejection: BytesRejection) -> Self {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                let sentence = format!("The body is too large: at most {} MB.", MOST_BODY >> 20);
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, sentence)
            }
            status => Self::new(status, "The body could not be read."),
        }
    }
}
