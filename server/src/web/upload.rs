//! Files that visitors send: a few at a time, and none for ever, so that memory has a bound.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use axum::{
    extract::{FromRequest, FromRequestParts, Multipart, Request},
    http::request::Parts,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::{
    error::ApiError,
    importing::{File, Import, Purpose},
};
use crate::exchange::MOST_BYTES;

/// Files that are read at the same time; each takes a few times its size.
const AT_ONCE: usize = 3;
/// How long a file may wait for its turn, and how long it may take to arrive.
const PATIENCE: Duration = Duration::from_secs(20);
const ARRIVAL: Duration = Duration::from_secs(120);
/// A form around a file: its other fields and boundaries, in bytes.
pub const MOST_FORM: usize = MOST_BYTES + (64 << 10);

static TURNS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(AT_ONCE)));

const BUSY: &str = "Several files are being read right now. Try again in a moment.";

/// The right to send a file. Taken before the file is read.
pub struct Turn(#[allow(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

impl Turn {
    async fn take() -> Option<Self> {
        let permit = timeout(PATIENCE, Arc::clone(&TURNS).acquire_owned()).await;
        permit.ok().and_then(Result::ok).map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Turn {
    type Rejection = ApiError;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Self::take().await.ok_or_else(|| ApiError::unavailable(BUSY, 5))
    }
}

/// The file of a form, or the import that could not begin.
pub async fn file_of_form(request: Request) -> Result<(File, Turn), Import> {
    let turn = Turn::take().await.ok_or_else(|| Import::failed(503, BUSY))?;
    let read = timeout(ARRIVAL, read(request)).await;
    let file = read.map_err(|_| Import::failed(408, "The file took too long to arrive. Try again."))??;
    Ok((file, turn))
}

async fn read(request: Request) -> Result<File, Import> {
    let none = || Import::failed(422, "No file was sent. Choose one first.");
    let cut = |error: axum::extract::multipart::MultipartError| match error.status().as_u16() {
        413 => Import::failed(
            413,
            "The file is larger than 64 MB. An export of ratings is far smaller: is it the right one?",
        ),
        _ => Import::failed(400, "The file did not arrive as a whole. Try again."),
    };
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| none())?;
    let (mut purpose, mut file) = (Purpose::Ratings, None);
    while let Some(field) = form.next_field().await.map_err(cut)? {
        match field.name() {
            Some("purpose") => {
                let library = field.text().await.map_err(cut)? == "library";
                purpose = if library { Purpose::Library } else { Purpose::Ratings };
            }
            Some("file") => {
                let name = field.file_name().unwrap_or_default().chars().take(200).collect::<String>();
                let bytes = field.bytes().await.map_err(cut)?;
                // A form that is sent without a choice has a file without name and content.
                file = (!name.is_empty() || !bytes.is_empty()).then(|| (name, bytes.to_vec()));
            }
            _ => {}
        }
    }
    let (name, bytes) = file.ok_or_else(none)?;
    Ok(File { name, bytes, purpose })
}
