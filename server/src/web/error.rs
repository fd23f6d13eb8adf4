//! How an error reads on the wire: a status, and a JSON object whose `error` is a sentence that says what to do.
//!
//! Errors of the rooms below become one of a few kinds here. What a client could not act on (SQL, a panic's text) is
//! logged and told as "internal".

use app::views::Missing;
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{arrival::Unreceived, site::ProfileError};
use crate::{
    catalogue::CatalogueError,
    predictions::{Absent, Refusal},
    visitors::{End, VisitorsError},
};

/// An answer that is an error.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    body: ErrorBody,
    retry_after: Option<u64>,
}

#[derive(Debug, Serialize)]
struct ErrorBody {
    error: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
}

impl ApiError {
    /// An error of this status with this sentence.
    pub fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self { status, body: ErrorBody { error: error.into(), field: None }, retry_after: None }
    }

    /// 422: which field is wrong, and why.
    pub fn field(field: impl Into<String>, why: impl Into<String>) -> Self {
        let mut error = Self::new(StatusCode::UNPROCESSABLE_ENTITY, why);
        error.body.field = Some(field.into());
        error
    }

    /// 500: the reason is for the log alone.
    pub fn internal(reason: &dyn std::fmt::Display) -> Self {
        tracing::error!(%reason, "a request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on the server. Try again in a moment.")
    }

    /// 503 with the seconds to wait.
    pub fn unavailable(error: impl Into<String>, retry_after: u64) -> Self {
        Self { retry_after: Some(retry_after), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, error) }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// What a server without data says to a program.
pub fn missing(missing: &Missing) -> String {
    match missing {
        Missing::Catalogue => {
            "There is no catalogue yet: run `marquee import PATH`, then start the server anew.".into()
        }
        Missing::Model(reason) => {
            format!("There is no model to predict with ({reason}): run `marquee train`, then start the server anew.")
        }
    }
}

impl From<&Missing> for ApiError {
    fn from(what: &Missing) -> Self {
        Self::unavailable(missing(what), 60)
    }
}

impl From<Unreceived> for ApiError {
    fn from(why: Unreceived) -> Self {
        match why {
            Unreceived::Busy => Self::unavailable(why.to_string(), 5),
            _ => Self::new(why.status(), why.to_string()),
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match &refusal {
            Refusal::Full { retry_after } => Self::unavailable(refusal.to_string(), retry_after.as_secs()),
            Refusal::Closed => Self::unavailable(refusal.to_string(), 5),
            Refusal::Away => Self::unavailable(refusal.to_string(), 2),
            Refusal::NoId(_) => Self::internal(&refusal),
        }
    }
}

impl From<Absent> for ApiError {
    fn from(absent: Absent) -> Self {
        match absent {
            Absent::Unknown => Self::new(StatusCode::NOT_FOUND, absent.to_string()),
            Absent::Expired => Self::new(StatusCode::GONE, absent.to_string()),
            Absent::Away => Self::unavailable(absent.to_string(), 2),
        }
    }
}

impl From<CatalogueError> for ApiError {
    fn from(error: CatalogueError) -> Self {
        Self::internal(&error)
    }
}

impl From<VisitorsError> for ApiError {
    fn from(error: VisitorsError) -> Self {
        match error {
            VisitorsError::Away(_) => Self::unavailable("Ratings are out of reach; try again in a moment.", 2),
            VisitorsError::Ended(End::HandedOver) => Self::new(
                StatusCode::CONFLICT,
                "This profile has a new code, and the cookie is that of the old one. Nothing was changed.",
            ),
            VisitorsError::Ended(End::Deleted) => Self::new(
                StatusCode::CONFLICT,
                "This profile was deleted by whoever forgot it. Nothing was changed; without the cookie another begins.",
            ),
            error => Self::internal(&error),
        }
    }
}

impl From<ProfileError> for ApiError {
    fn from(error: ProfileError) -> Self {
        match error {
            ProfileError::UnknownViewer(_) => Self::field("profile", error.to_string()),
            ProfileError::Catalogue(error) => error.into(),
            ProfileError::Visitors(error) => error.into(),
        }
    }
}
