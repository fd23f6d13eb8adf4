//! Files that visitors send: each arrives under limits ([`super::arrival`]), then waits for its turn to be read. A few are
//! read at a time, because each takes a few times its size; one that is still on its way holds no turn.

use std::{
    error::Error,
    sync::{Arc, LazyLock},
    time::Duration,
};

use axum::{
    body::Body,
    extract::{
        FromRequest, Multipart, Request,
        multipart::{Field, MultipartError},
    },
    http::StatusCode,
};
use futures::StreamExt;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tower_http::timeout::TimeoutError;

use super::{
    arrival::{Arrived, Arriving, Room, Unreceived},
    importing::File,
};
use crate::exchange::{MOST_BYTES, Purpose};

/// Files that are read at the same time.
const AT_ONCE: usize = 3;
/// How long a file may wait for its turn.
const PATIENCE: Duration = Duration::from_secs(20);
/// Files of the largest size that there is room for before they are read.
const UNREAD: usize = 4;
/// A form around a file: its other fields and boundaries, in bytes.
pub const MOST_FORM: usize = MOST_BYTES + (64 << 10);
/// The longest word that a field of the form is, in bytes.
const MOST_WORD: usize = 64;

static ROOM: LazyLock<Arc<Room>> = LazyLock::new(|| Room::new(UNREAD * MOST_BYTES));
static TURNS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(AT_ONCE)));

/// The right to have a file read. Taken when all of it is there.
pub struct Turn(#[allow(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

impl Turn {
    async fn take() -> Result<Self, Unreceived> {
        let permit = timeout(PATIENCE, Arc::clone(&TURNS).acquire_owned()).await;
        permit.ok().and_then(Result::ok).map(Self).ok_or(Unreceived::Busy)
    }
}

/// A file that is the whole body.
pub async fn file_of_body(body: Body) -> Result<(Arrived, Turn), Unreceived> {
    let (mut file, limits) = ROOM.enter();
    let arrival = async {
        let mut chunks = body.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            file.push(&chunk.map_err(|error| unfinished(&error))?).await?;
        }
        Ok(())
    };
    limits.keep(arrival).await?;
    Ok((file.arrived(), Turn::take().await?))
}

/// The file of a form.
pub async fn file_of_form(request: Request) -> Result<(File, Turn), Unreceived> {
    let (mut file, limits) = ROOM.enter();
    let (name, purpose) = limits.keep(read(request, &mut file)).await?;
    let file = File { name, bytes: file.arrived(), purpose };
    Ok((file, Turn::take().await?))
}

async fn read(request: Request, file: &mut Arriving) -> Result<(String, Purpose), Unreceived> {
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| Unreceived::None)?;
    let (mut purpose, mut name) = (Purpose::Ratings, None);
    while let Some(mut field) = form.next_field().await.map_err(|error| cut(&error))? {
        match field.name() {
            Some("purpose") => {
                let library = word(&mut field).await? == b"library";
                purpose = if library { Purpose::Library } else { Purpose::Ratings };
            }
            // Of several files the first counts.
            Some("file") if name.is_none() => {
                let called = field.file_name().unwrap_or_default().chars().take(200).collect::<String>();
                let mut is_empty = true;
                while let Some(chunk) = field.chunk().await.map_err(|error| cut(&error))? {
                    is_empty &= chunk.is_empty();
                    file.push(&chunk).await?;
                }
                // A form that is sent without a choice has a file without name and content.
                name = (!called.is_empty() || !is_empty).then_some(called);
            }
            _ => {}
        }
    }
    Ok((name.ok_or(Unreceived::None)?, purpose))
}

/// A field of one word; of a longer one its beginning.
async fn word(field: &mut Field<'_>) -> Result<Vec<u8>, Unreceived> {
    let mut word = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| cut(&error))? {
        let room = MOST_WORD - word.len();
        word.extend(chunk.into_iter().take(room));
    }
    Ok(word)
}

/// Why the form around a file ends too early.
fn cut(error: &MultipartError) -> Unreceived {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { Unreceived::TooLarge } else { unfinished(error) }
}

/// Why a body ends too early: nothing came for a while, or the connection broke.
fn unfinished(error: &(dyn Error + 'static)) -> Unreceived {
    let mut reason = Some(error);
    while let Some(error) = reason {
        if error.is::<TimeoutError>() {
            return Unreceived::Slow;
        }
        reason = error.source();
    }
    Unreceived::Cut
}

#[cfg(test)]
mod tests {
    use axum::{body::Bytes, http::header};
    use futures::stream;
    use tokio::time::{Instant, sleep};
    use tower_http::timeout::TimeoutBody;

    use super::*;

    const FORM: &str = "--xx\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nlibrary\r\n--xx\r\n\
        Content-Disposition: form-data; name=\"file\"; filename=\"films.csv\"\r\n\r\ntitle,year\n";

    fn form(body: Body) -> Request {
        let kind = "multipart/form-data; boundary=xx";
        Request::post("/import").header(header::CONTENT_TYPE, kind).body(body).expect("a request")
    }

    /// Begins like this, and goes on with a byte every ten seconds.
    fn trickle(begin: &'static str) -> Body {
        let more = stream::repeat(()).then(async |()| {
            sleep(Duration::from_secs(10)).await;
            Bytes::from_static(b"x")
        });
        Body::from_stream(
            stream::once(async { Bytes::from_static(begin.as_bytes()) }).chain(more).map(Ok::<_, Unreceived>),
        )
    }

    fn silent(begin: &'static str) -> Body {
        let body = stream::once(async { Bytes::from_static(begin.as_bytes()) }).chain(stream::pending());
        Body::new(TimeoutBody::new(Duration::from_secs(30), Body::from_stream(body.map(Ok::<_, Unreceived>))))
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_file_is_given_up_after_two_minutes_whichever_way_it_comes() {
        let begun = Instant::now();
        assert_eq!(file_of_body(trickle("Name,Year\n")).await.err(), Some(Unreceived::Slow));
        assert_eq!(begun.elapsed().as_secs(), 120);
        let begun = Instant::now();
        assert_eq!(file_of_form(form(trickle(FORM))).await.err(), Some(Unreceived::Slow));
        assert_eq!(begun.elapsed().as_secs(), 120);
        assert_eq!(Unreceived::Slow.status(), 408);
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_that_stops_on_its_way_is_slow_and_not_broken() {
        assert_eq!(file_of_body(silent("Name,Year\n")).await.err(), Some(Unreceived::Slow));
        assert_eq!(file_of_form(form(silent(FORM))).await.err(), Some(Unreceived::Slow));
    }

    #[tokio::test]
    async fn the_file_of_a_form_is_read_and_a_form_that_is_cut_off_is_not() {
        let whole = format!("{FORM}Heat,1995\n\r\n--xx--\r\n");
        let (file, _turn) = file_of_form(form(Body::from(whole))).await.expect("a file");
        assert_eq!((file.name.as_str(), file.purpose), ("films.csv", Purpose::Library));
        assert_eq!(&*file.bytes, b"title,year\nHeat,1995\n");
        assert_eq!(file_of_form(form(Body::from(FORM))).await.err(), Some(Unreceived::Cut));
        assert_eq!(file_of_form(form(Body::empty())).await.err(), Some(Unreceived::Cut));
    }
}
