//! The part of an address that names something: `{id}`.

use axum::{
    extract::{FromRequestParts, Path, rejection::PathRejection},
    http::{StatusCode, request::Parts},
};

use crate::web::error::ApiError;

/// What an address names, with its percent signs read. What is no UTF-8 then is no name of anything.
pub struct Segment(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        match Path::<String>::from_request_parts(parts, state).await {
            Ok(Path(name)) => Ok(Self(name)),
            Err(PathRejection::FailedToDeserializePathParams(_)) => {
                Err(ApiError::new(StatusCode::NOT_FOUND, "Nothing has this id: the address is no UTF-8."))
            }
            Err(rejection) => Err(ApiError::internal(&rejection)),
        }
    }
}
