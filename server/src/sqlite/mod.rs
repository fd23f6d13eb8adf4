//! Threads that own SQLite connections, so that SQL never runs on an async thread.
//!
//! A query goes in as a closure and its result comes out of a oneshot channel. The channel in front of a pool is
//! bounded: when the threads fall behind, callers wait their turn and memory does not grow. Nothing in here knows a
//! schema.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    thread,
    time::Instant,
};

use rusqlite::{Connection, OpenFlags};
use tokio::sync::{mpsc, oneshot};

use crate::telemetry::{names, observe};

/// SQLite before this version can corrupt a database when its write-ahead log is reset.
const LEAST_VERSION: i32 = 3_051_003;

/// Callers that may wait for a thread of one pool; the next one waits for a place here.
const WAITING_CALLS: usize = 256;

/// What can go wrong between a caller and its rows.
#[derive(Debug, thiserror::Error)]
pub enum SqliteError {
    /// The file cannot be opened as a database.
    #[error("cannot open {path}: {source}", path = path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// SQLite's reason.
        source: rusqlite::Error,
    },
    /// A statement failed.
    #[error("SQLite: {0}")]
    Sql(#[from] rusqlite::Error),
    /// The linked library is one that can corrupt data.
    #[error("SQLite {0} is linked, 3.51.3 or newer is needed: build with rusqlite's `bundled` feature")]
    TooOld(&'static str),
    /// The threads have ended: the process is shutting down, or the query panicked.
    #[error("the database thread gave no answer")]
    Gone,
    /// The operating system refused a thread.
    #[error("cannot start a database thread: {0}")]
    Thread(#[from] std::io::Error),
}

type Call = Box<dyn FnOnce(&mut Connection) + Send>;

/// A number of threads, each with a connection of its own. Clones share them; they end when the last clone is dropped.
#[derive(Clone)]
pub struct Pool {
    calls: mpsc::Sender<Call>,
    name: Arc<str>,
    abandoned: Abandoned,
}

/// What becomes of a call whose caller has left before a thread was free for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Abandoned {
    /// It is left out: nobody reads its rows.
    Skip,
    /// It runs all the same: it writes.
    Run,
}

impl Pool {
    /// Starts one thread for each connection.
    pub fn start(name: &str, connections: Vec<Connection>, abandoned: Abandoned) -> Result<Self, SqliteError> {
        let (calls, queue) = mpsc::channel::<Call>(WAITING_CALLS);
        // A std Mutex: it is held by threads that block on purpose while they wait for the next call.
        let queue = Arc::new(Mutex::new(queue));
        for (number, mut connection) in connections.into_iter().enumerate() {
            let queue = Arc::clone(&queue);
            thread::Builder::new().name(format!("{name}-{number}")).spawn(move || {
                while let Some(call) = next_call(&queue) {
                    // The caller of a query that panics learns it by its dropped channel; the thread lives on.
                    if catch_unwind(AssertUnwindSafe(|| call(&mut connection))).is_err() {
                        tracing::error!("a query panicked");
                    }
                }
            })?;
        }
        Ok(Self { calls, name: name.into(), abandoned })
    }

    /// Runs `query` on one of the threads.
    pub async fn call<T, E>(&self, query: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqliteError> + Send + 'static,
    {
        let begun = Instant::now();
        let (answer, answered) = oneshot::channel();
        let abandoned = self.abandoned;
        let call: Call = Box::new(move |connection| {
            if abandoned == Abandoned::Run || !answer.is_closed() {
                // Nobody may be there to hear it.
                let _ = answer.send(query(connection));
            }
        });
        self.calls.send(call).await.map_err(|_| SqliteError::Gone)?;
        let answer = answered.await.map_err(|_| SqliteError::Gone)?;
        observe(names::SQLITE, "pool", self.name.to_string(), begun.elapsed());
        answer
    }
}

fn next_call(queue: &Mutex<mpsc::Receiver<Call>>) -> Option<Call> {
    queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).blocking_recv()
}

/// Opens a database that nobody writes to while it is open (a built catalogue).
pub fn open_immutable(path: &Path) -> Result<Connection, SqliteError> {
    check_version()?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)
        .map_err(|source| SqliteError::Open { path: path.to_owned(), source })?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "mmap_size", 1_i64 << 30)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Opens (or makes) a database that is written to: write-ahead log, foreign keys, each commit on disk.
pub fn open_writable(path: &Path) -> Result<Connection, SqliteError> {
    check_version()?;
    let connection = Connection::open(path).map_err(|source| SqliteError::Open { path: path.to_owned(), source })?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn check_version() -> Result<(), SqliteError> {
    if rusqlite::version_number() < LEAST_VERSION {
        return Err(SqliteError::TooOld(rusqlite::version()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool() -> Pool {
        Pool::start("test", vec![Connection::open_in_memory().expect("an in-memory database")], Abandoned::Run)
            .expect("a thread")
    }

    #[tokio::test]
    async fn a_query_runs_on_a_thread_of_the_pool() {
        let name = pool().call(|_| Ok::<_, SqliteError>(thread::current().name().map(str::to_owned))).await;
        assert_eq!(name.ok().flatten().as_deref(), Some("test-0"));
    }

    #[tokio::test]
    async fn a_query_that_panics_fails_its_caller_and_spares_the_next() {
        let pool = pool();
        let panicked: Result<(), SqliteError> = pool.call(|_| panic!("on purpose")).await;
        assert!(matches!(panicked, Err(SqliteError::Gone)));
        let next: Result<i64, SqliteError> =
            pool.call(|db| Ok(db.query_row("select 41 + 1", [], |row| row.get(0))?)).await;
        assert_eq!(next.ok(), Some(42));
    }

    #[tokio::test]
    async fn a_write_is_carried_out_although_its_caller_has_left() {
        let pool = pool();
        let (open, gate) = std::sync::mpsc::channel::<()>();
        let (begun, has_begun) = oneshot::channel();
        let busy = tokio::spawn({
            let pool = pool.clone();
            async move {
                pool.call(move |_| {
                    let _ = begun.send(());
                    Ok::<_, SqliteError>(gate.recv())
                })
                .await
            }
        });
        assert!(has_begun.await.is_ok());
        let write =
            pool.call(|db| Ok::<_, SqliteError>(db.execute_batch("create table t (x); insert into t values (7)")?));
        assert!(
            tokio::time::timeout(std::time::Duration::from_millis(50), write).await.is_err(),
            "the thread was free"
        );
        open.send(()).expect("the thread waits");
        assert!(busy.await.is_ok());
        let read: Result<i64, SqliteError> =
            pool.call(|db| Ok(db.query_row("select x from t", [], |row| row.get(0))?)).await;
        assert_eq!(read.ok(), Some(7));
    }

    #[test]
    fn a_file_that_is_no_database_is_refused_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let missing = folder.path().join("catalogue.db");
        let error = open_immutable(&missing).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("catalogue.db"), "{error}");
    }
}
