use std::path::Path;

use app::{
    domain::{Mark, Marks, MovieId, OtherFilm, Stars, ViewerId},
    port::VisitorId,
};
use async_trait::async_trait;
use rand::TryRngCore;
use rusqlite::{Connection, OptionalExtension, params};
use rusqlite_migration::Migrations;

use super::{Brought, End, Kept, Profile, VisitorStore, bulk, steps::STEPS};
use crate::link::LinkError;
use crate::sqlite::{Abandoned, Pool, SqliteError, open_writable};

/// Connections that read while another writes.
const READERS: usize = 2;

/// What can go wrong with what visitors said.
#[derive(Debug, thiserror::Error)]
pub enum VisitorsError {
    /// The database failed.
    #[error(transparent)]
    Sqlite(#[from] SqliteError),
    /// The file was made by another version of Marquee, or by something else.
    #[error("visitors.db cannot be brought up to date: {0}")]
    Migration(#[from] rusqlite_migration::Error),
    /// The visitor's profile has ended.
    #[error("the profile has ended ({0:?})")]
    Ended(End),
    /// The operating system gave no random bytes.
    #[error("no secret could be made: {0}")]
    Random(#[from] rand::rand_core::OsError),
    /// The shared store is out of reach.
    #[error(transparent)]
    Away(#[from] LinkError),
    /// A value in the file is not what was written there.
    #[error("visitors.db holds a {0} that is damaged; restore it from a backup")]
    Damaged(&'static str),
}

impl From<rusqlite::Error> for VisitorsError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error.into())
    }
}

/// `visitors.db`: one thread writes, a few read.
#[derive(Clone)]
pub struct Visitors {
    writer: Pool,
    readers: Pool,
    secret: [u8; 32],
}

impl Visitors {
    /// Opens the file, makes it where there is none, and brings its schema up to date. Blocks.
    pub fn open(path: &Path) -> Result<Self, VisitorsError> {
        let mut writer = open_writable(path)?;
        Migrations::from_slice(STEPS).to_latest(&mut writer)?;
        let secret = secret(&writer)?;
        let readers = (0..READERS).map(|_| open_writable(path)).collect::<Result<Vec<_>, _>>()?;
        for reader in &readers {
            reader.pragma_update(None, "query_only", true)?;
        }
        Ok(Self {
            writer: Pool::start("visitors-writer", vec![writer], Abandoned::Run)?,
            readers: Pool::start("visitors-reader", readers, Abandoned::Skip)?,
            secret,
        })
    }

    /// This installation's secret, the same for as long as the file lives.
    pub fn secret(&self) -> [u8; 32] {
        self.secret
    }

    /// Changes what the visitor said.
    async fn change<T: Send + 'static>(
        &self,
        visitor: VisitorId,
        work: impl FnOnce(&mut Connection) -> Result<T, VisitorsError> + Send + 'static,
    ) -> Result<T, VisitorsError> {
        let change = move |db: &mut Connection| match bulk::end(db, visitor)? {
            Some(end) => Err(VisitorsError::Ended(end)),
            None => work(db),
        };
        self.writer.call(change).await
    }

    /// Who has said anything, and in whose shoes, in a fixed order from the one after `after`; for moving it elsewhere.
    pub async fn everyone(&self, after: Option<Who>, most: u32) -> Result<Vec<Who>, VisitorsError> {
        self.readers.call(move |db| read_everyone(db, after, most)).await
    }

    /// Whose profiles have ended; for moving that elsewhere.
    pub async fn ended(&self) -> Result<Vec<(VisitorId, End)>, VisitorsError> {
        self.readers.call(|db| bulk::ended(db)).await
    }
}

/// A visitor, and the viewer in whose shoes they stood.
pub type Who = (VisitorId, Option<ViewerId>);

#[async_trait]
impl VisitorStore for Visitors {
    async fn profile(&self, visitor: VisitorId, shoes: Option<ViewerId>) -> Result<Profile, VisitorsError> {
        self.readers.call(move |db| read_profile(db, visitor, shoes)).await
    }

    async fn rate(
        &self,
        visitor: VisitorId,
        shoes: Option<ViewerId>,
        movie: MovieId,
        stars: Option<Stars>,
    ) -> Result<(), VisitorsError> {
        self.change(visitor, move |db| match stars {
            Some(stars) => write_rating(db, visitor, shoes, movie, stars),
            None => take_back(db, visitor, shoes, movie),
        })
        .await
    }

    async fn recently_rated(
        &self,
        visitor: VisitorId,
        shoes: Option<ViewerId>,
        most: usize,
    ) -> Result<Vec<MovieId>, VisitorsError> {
        self.readers.call(move |db| read_recent(db, visitor, shoes, most)).await
    }

    async fn rated(
        &self,
        visitor: VisitorId,
        shoes: Option<ViewerId>,
    ) -> Result<Vec<(MovieId, Stars, i64)>, VisitorsError> {
        self.readers.call(move |db| bulk::rated(db, visitor, shoes)).await
    }

    async fn keep(&self, visitor: VisitorId, brought: Brought) -> Result<Kept, VisitorsError> {
        self.change(visitor, move |db| bulk::keep(db, visitor, &brought)).await
    }

    async fn forget(&self, visitor: VisitorId) -> Result<(), VisitorsError> {
        self.change(visitor, move |db| bulk::forget(db, visitor)).await
    }

    async fn delete(&self, visitor: VisitorId) -> Result<(), VisitorsError> {
        self.change(visitor, move |db| bulk::delete(db, visitor)).await
    }

    async fn hand_over(&self, from: VisitorId, to: VisitorId) -> Result<(), VisitorsError> {
        self.change(from, move |db| bulk::hand_over(db, from, to)).await
    }

    async fn end(&self, visitor: VisitorId) -> Result<Option<End>, VisitorsError> {
        self.readers.call(move |db| bulk::end(db, visitor)).await
    }

    async fn others(&self, visitor: VisitorId) -> Result<Vec<OtherFilm>, VisitorsError> {
        self.readers.call(move |db| bulk::others(db, visitor)).await
    }

    async fn drop_others(&self, visitor: VisitorId) -> Result<(), VisitorsError> {
        self.change(visitor, move |db| bulk::drop_others(db, visitor)).await
    }

    async fn marks(&self, visitor: VisitorId, shoes: Option<ViewerId>) -> Result<Marks, VisitorsError> {
        self.readers.call(move |db| read_marks(db, visitor, shoes)).await
    }

    async fn mark(
        &self,
        visitor: VisitorId,
        shoes: Option<ViewerId>,
        movie: MovieId,
        mark: Mark,
        on: bool,
    ) -> Result<(), VisitorsError> {
        self.change(visitor, move |db| match on {
            true => write_mark(db, visitor, shoes, movie, mark),
            false => take_off(db, visitor, shoes, movie, mark),
        })
        .await
    }
}

/// The viewer's number, 0 for none: MovieLens counts from 1.
pub(super) fn viewer_key(shoes: Option<ViewerId>) -> u32 {
    shoes.map_or(0, |viewer| viewer.0)
}

fn read_profile(db: &Connection, visitor: VisitorId, shoes: Option<ViewerId>) -> Result<Profile, VisitorsError> {
    let mut query =
        db.prepare_cached("select movie_id, halves from ratings where visitor_id = ?1 and viewer_id = ?2")?;
    let rows = query.query_map(params![visitor.0, viewer_key(shoes)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let rating = |row: rusqlite::Result<(u32, u8)>| {
        let (movie, halves) = row?;
        let stars = Stars::from_halves(halves).ok_or(VisitorsError::Damaged("rating"))?;
        Ok((MovieId(movie), stars))
    };
    rows.map(rating).collect()
}

fn read_everyone(db: &Connection, after: Option<Who>, most: u32) -> Result<Vec<Who>, VisitorsError> {
    let mut query = db.prepare_cached(
        "select visitor_id, viewer_id from
             (select visitor_id, viewer_id from ratings
              union select visitor_id, viewer_id from marks
              union select visitor_id, 0 from others)
         where (visitor_id, viewer_id) > (?1, ?2)
         order by visitor_id, viewer_id limit ?3",
    )?;
    let (visitor, viewer) =
        after.map_or((Vec::new(), -1_i64), |(who, shoes)| (who.0.to_vec(), viewer_key(shoes).into()));
    let rows = query.query_map(params![visitor, viewer, most], |row| {
        let viewer: u32 = row.get(1)?;
        Ok((VisitorId(row.get(0)?), (viewer > 0).then_some(ViewerId(viewer))))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn write_rating(
    db: &mut Connection,
    visitor: VisitorId,
    shoes: Option<ViewerId>,
    movie: MovieId,
    stars: Stars,
) -> Result<(), VisitorsError> {
    let step = db.transaction()?;
    write_visitor(&step, visitor)?;
    step.prepare_cached(
        "insert into ratings (visitor_id, viewer_id, movie_id, halves, rated_at) values (?1, ?2, ?3, ?4, unixepoch())
         on conflict do update set halves = excluded.halves, rated_at = excluded.rated_at",
    )?
    .execute(params![visitor.0, viewer_key(shoes), movie.0, stars.halves()])?;
    step.commit()?;
    Ok(())
}

pub(super) fn write_visitor(db: &Connection, visitor: VisitorId) -> Result<(), VisitorsError> {
    db.prepare_cached("insert into visitors (id, created_at) values (?1, unixepoch()) on conflict do nothing")?
        .execute(params![visitor.0])?;
    Ok(())
}

fn take_back(
    db: &Connection,
    visitor: VisitorId,
    shoes: Option<ViewerId>,
    movie: MovieId,
) -> Result<(), VisitorsError> {
    db.prepare_cached("delete from ratings where visitor_id = ?1 and viewer_id = ?2 and movie_id = ?3")?
        .execute(params![visitor.0, viewer_key(shoes), movie.0])?;
    Ok(())
}

fn read_recent(
    db: &Connection,
    visitor: VisitorId,
    shoes: Option<ViewerId>,
    most: usize,
) -> Result<Vec<MovieId>, VisitorsError> {
    let mut query = db.prepare_cached(
        "select movie_id from ratings where visitor_id = ?1 and viewer_id = ?2
         order by rated_at desc, movie_id limit ?3",
    )?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let films = query.query_map(params![visitor.0, viewer_key(shoes), most], |row| row.get(0).map(MovieId))?;
    Ok(films.collect::<Result<_, _>>()?)
}

pub(super) fn mark_key(mark: Mark) -> u8 {
    match mark {
        Mark::Watchlist => 1,
        Mark::Seen => 2,
        Mark::Hidden => 3,
        Mark::Library => 4,
    }
}

fn read_marks(db: &Connection, visitor: VisitorId, shoes: Option<ViewerId>) -> Result<Marks, VisitorsError> {
    let mut query =
        db.prepare_cached("select mark, movie_id, marked_at from marks where visitor_id = ?1 and viewer_id = ?2")?;
    let rows = query.query_map(params![visitor.0, viewer_key(shoes)], |row| {
        Ok((row.get::<_, u8>(0)?, MovieId(row.get(1)?), row.get(2)?))
    })?;
    rows.map(|row| {
        let (key, movie, at) = row?;
        let mark = Mark::ALL.into_iter().find(|&mark| mark_key(mark) == key);
        Ok((mark.ok_or(VisitorsError::Damaged("mark"))?, movie, at))
    })
    .collect()
}

fn write_mark(
    db: &mut Connection,
    visitor: VisitorId,
    shoes: Option<ViewerId>,
    movie: MovieId,
    mark: Mark,
) -> Result<(), VisitorsError> {
    let step = db.transaction()?;
    write_visitor(&step, visitor)?;
    step.prepare_cached(
        "insert into marks (visitor_id, viewer_id, movie_id, mark, marked_at) values (?1, ?2, ?3, ?4, unixepoch())
         on conflict do nothing",
    )?
    .execute(params![visitor.0, viewer_key(shoes), movie.0, mark_key(mark)])?;
    step.commit()?;
    Ok(())
}

fn take_off(
    db: &Connection,
    visitor: VisitorId,
    shoes: Option<ViewerId>,
    movie: MovieId,
    mark: Mark,
) -> Result<(), VisitorsError> {
    db.prepare_cached("delete from marks where visitor_id = ?1 and viewer_id = ?2 and movie_id = ?3 and mark = ?4")?
        .execute(params![visitor.0, viewer_key(shoes), movie.0, mark_key(mark)])?;
    Ok(())
}

fn secret(db: &Connection) -> Result<[u8; 32], VisitorsError> {
    let stored: Option<Vec<u8>> =
        db.query_row("select value from meta where name = 'secret'", [], |row| row.get(0)).optional()?;
    if let Some(stored) = stored {
        return stored.try_into().map_err(|_| VisitorsError::Damaged("secret"));
    }
    let mut secret = [0; 32];
    rand::rngs::OsRng.try_fill_bytes(&mut secret)?;
    db.execute("insert into meta (name, value) values ('secret', ?1)", params![secret])?;
    Ok(secret)
}

#[cfg(test)]
mod tests;
