//! Files on their way in: how long one may take, and the room that all of them have together.
//!
//! A file holds room for what has arrived of it, never for what is still to come: who sends slowly holds next to nothing.
//! Where no room is left, the files that have been on their way for longest give way, as many as it takes. So nobody keeps
//! others out by being slow; to be in the way of a file, one has to send as much as there is room for while it arrives.

use std::{
    collections::BTreeMap,
    ops::Deref,
    pin::pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::http::StatusCode;
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep, timeout},
};

use crate::exchange::MOST_BYTES;

/// How long a file may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(120);
/// So long nothing has to give way: an export of ratings is there by then.
const UNDISTURBED: Duration = Duration::from_secs(10);
/// How often a file that has no room looks for some.
const LOOK: Duration = Duration::from_millis(100);
/// Room is counted in pieces of so many bytes.
const PIECE: usize = 4 << 10;

/// Why a file did not arrive, in a sentence for whoever sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreceived {
    /// The form has none.
    #[error("No file was sent. Choose one first.")]
    None,
    /// It has had its time, or nothing has come for a while.
    #[error("The file took too long to arrive. Try again.")]
    Slow,
    /// It was slow, and somebody else needed the room.
    #[error("The file took long to arrive, and others were waiting. Try again in a moment.")]
    GaveWay,
    /// It is larger than what is read.
    #[error("The file is larger than 64 MB. An export, or a list of films, is far smaller: is it the right one?")]
    TooLarge,
    /// The connection broke, or the form around it is none.
    #[error("The file did not arrive as a whole. Try again.")]
    Cut,
    /// It has arrived, and it is not its turn.
    #[error("Several files are being read right now. Try again in a moment.")]
    Busy,
}

impl Unreceived {
    /// The status of an answer that says it.
    pub fn status(self) -> StatusCode {
        match self {
            Self::None => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Slow | Self::GaveWay => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Cut => StatusCode::BAD_REQUEST,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// The room for files that have come in and are not read yet.
pub struct Room {
    pieces: Arc<Semaphore>,
    /// Who is on the way, the eldest first. A std mutex: it guards a list for a moment, and is never held across an await.
    on_the_way: Mutex<BTreeMap<u64, Arc<Way>>>,
}

/// What others may know of a file on its way, and do to it.
struct Way {
    since: Instant,
    pieces: AtomicUsize,
    gives_way: Notify,
}

impl Room {
    /// Room for so many bytes.
    pub fn new(bytes: usize) -> Arc<Self> {
        let pieces = Arc::new(Semaphore::new(bytes / PIECE));
        Arc::new(Self { pieces, on_the_way: Mutex::default() })
    }

    /// A file begins to arrive; and the limits under which it does.
    pub fn enter(self: &Arc<Self>) -> (Arriving, Limits) {
        let way = Arc::new(Way { since: Instant::now(), pieces: AtomicUsize::new(0), gives_way: Notify::new() });
        let mut on_the_way = self.on_the_way();
        let number = on_the_way.last_key_value().map_or(0, |(last, _)| last + 1);
        on_the_way.insert(number, Arc::clone(&way));
        let file = Arriving { room: Arc::clone(self), number, way: Arc::clone(&way), bytes: Vec::new(), held: None };
        (file, Limits(way))
    }

    async fn take(&self, pieces: usize) -> Option<OwnedSemaphorePermit> {
        let wanted = u32::try_from(pieces).unwrap_or(u32::MAX);
        // One wait, looked at again and again: who came first has the room first.
        let mut taken = pin!(Arc::clone(&self.pieces).acquire_many_owned(wanted));
        loop {
            match timeout(LOOK, &mut taken).await {
                Ok(taken) => return taken.ok(),
                Err(_) => self.make(pieces),
            }
        }
    }

    /// Tells as many files to give way as hold so much, the eldest first: among them may be the one that asks.
    fn make(&self, pieces: usize) {
        let mut coming = 0;
        for way in self.on_the_way().values() {
            if coming >= pieces || way.since.elapsed() < UNDISTURBED {
                break;
            }
            way.gives_way.notify_one();
            coming += way.pieces.load(Ordering::Relaxed);
        }
    }

    fn on_the_way(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Way>>> {
        self.on_the_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long a file may be on its way.
pub struct Limits(Arc<Way>);

impl Limits {
    /// What comes of its arrival, unless it takes too long.
    pub async fn keep<T>(self, arrival: impl Future<Output = Result<T, Unreceived>>) -> Result<T, Unreceived> {
        tokio::select! {
            biased;
            arrived = arrival => arrived,
            () = self.0.gives_way.notified() => Err(Unreceived::GaveWay),
            () = sleep(ARRIVAL) => Err(Unreceived::Slow),
        }
    }
}

/// A file of which a part is there.
pub struct Arriving {
    room: Arc<Room>,
    number: u64,
    way: Arc<Way>,
    bytes: Vec<u8>,
    held: Option<OwnedSemaphorePermit>,
}

impl Arriving {
    /// More of it; waits until there is room for that.
    pub async fn push(&mut self, more: &[u8]) -> Result<(), Unreceived> {
        let length = self.bytes.len() + more.len();
        if length > MOST_BYTES {
            return Err(Unreceived::TooLarge);
        }
        if length > self.bytes.capacity() {
            // Twice as much each time, as a vector grows, so that little is copied.
            let held = self.way.pieces.load(Ordering::Relaxed);
            let pieces = length.max(2 * self.bytes.len()).min(MOST_BYTES).div_ceil(PIECE);
            let taken = self.room.take(pieces.saturating_sub(held)).await.ok_or(Unreceived::Busy)?;
            match &mut self.held {
                Some(held) => held.merge(taken),
                none => *none = Some(taken),
            }
            self.way.pieces.store(pieces.max(held), Ordering::Relaxed);
            self.bytes.reserve_exact(pieces * PIECE - self.bytes.len());
        }
        self.bytes.extend_from_slice(more);
        Ok(())
    }

    /// All of it is there, and nothing can make it give way any more.
    pub fn arrived(mut self) -> Arrived {
        Arrived { bytes: std::mem::take(&mut self.bytes), _held: self.held.take() }
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        self.room.on_the_way().remove(&self.number);
    }
}

/// A file that is there; it holds its room until it is dropped.
pub struct Arrived {
    bytes: Vec<u8>,
    _held: Option<OwnedSemaphorePermit>,
}

impl Deref for Arrived {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHUNK: [u8; PIECE] = [b'x'; PIECE];

    /// Sends so many pieces at once, and then nothing more.
    async fn stalled(room: Arc<Room>, pieces: usize) -> Result<(), Unreceived> {
        let (mut file, limits) = room.enter();
        let arrival = async {
            for _ in 0..pieces {
                file.push(&CHUNK).await?;
            }
            std::future::pending().await
        };
        limits.keep(arrival).await
    }

    async fn whole(room: &Arc<Room>, pieces: usize) -> Result<Arrived, Unreceived> {
        let (mut file, limits) = room.enter();
        let arrival = async {
            for _ in 0..pieces {
                file.push(&CHUNK).await?;
            }
            Ok(())
        };
        limits.keep(arrival).await?;
        Ok(file.arrived())
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_that_takes_too_long_is_given_up_and_its_room_is_free_again() {
        let room = Room::new(4 * PIECE);
        let begun = Instant::now();
        assert_eq!(stalled(Arc::clone(&room), 4).await, Err(Unreceived::Slow));
        assert_eq!(begun.elapsed().as_secs(), ARRIVAL.as_secs());
        assert_eq!(room.pieces.available_permits(), 4);
        assert!(room.on_the_way().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_slow_gives_way_to_who_comes_later_and_only_as_many_as_it_takes() {
        let room = Room::new(16 * PIECE);
        let mut slow = Vec::new();
        for _ in 0..4 {
            slow.push(tokio::spawn(stalled(Arc::clone(&room), 4)));
            sleep(Duration::from_secs(1)).await;
        }
        let begun = Instant::now();
        let file = whole(&room, 8).await.expect("it has room");
        assert!(begun.elapsed() < UNDISTURBED, "{:?}", begun.elapsed());
        assert_eq!(file.len(), 8 * PIECE);
        for (at, slow) in slow.into_iter().enumerate() {
            let end = slow.await.expect("an end");
            assert_eq!(end, Err(if at < 2 { Unreceived::GaveWay } else { Unreceived::Slow }), "{at}");
        }
        drop(file);
        assert_eq!(room.pieces.available_permits(), 16);
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_that_has_just_begun_is_not_disturbed() {
        let room = Room::new(4 * PIECE);
        let begun = Instant::now();
        let slow = tokio::spawn(stalled(Arc::clone(&room), 4));
        sleep(Duration::from_secs(1)).await;
        whole(&room, 1).await.expect("it has room");
        assert!(begun.elapsed() >= UNDISTURBED, "{:?}", begun.elapsed());
        assert_eq!(slow.await.expect("an end"), Err(Unreceived::GaveWay));
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_holds_what_has_arrived_of_it_and_no_more() {
        let room = Room::new(1 << 20);
        let mut tricklers = Vec::new();
        for _ in 0..100 {
            tricklers.push(tokio::spawn(stalled(Arc::clone(&room), 1)));
        }
        sleep(Duration::from_secs(1)).await;
        assert_eq!(room.pieces.available_permits(), (1 << 20) / PIECE - 100);
        let (mut file, _) = room.enter();
        for _ in 0..5 {
            file.push(&CHUNK).await.expect("room");
        }
        assert_eq!(file.bytes.capacity(), 8 * PIECE);
        assert_eq!(file.way.pieces.load(Ordering::Relaxed), 8);
        for trickler in tricklers {
            trickler.abort();
        }
    }

    #[tokio::test]
    async fn a_file_beyond_the_limit_is_refused_as_it_comes() {
        let room = Room::new(2 * MOST_BYTES);
        let (mut file, _) = room.enter();
        file.push(&vec![0; MOST_BYTES]).await.expect("room");
        assert_eq!(file.push(&[0]).await, Err(Unreceived::TooLarge));
    }
}
