use std::{
    cmp::Reverse,
    time::{SystemTime, UNIX_EPOCH},
};

use app::{
    domain::{Mark, Marks, MovieId, Stars, ViewerId},
    port::VisitorId,
};
use async_trait::async_trait;
use redis::cmd;

use super::{Profile, VisitorStore, VisitorsError};
use crate::{hex, link::Link};

/// Ratings in Redis, seen alike by every web server: one hash for each visitor and pair of shoes,
/// `{prefix}:r:<visitor>:<viewer>`, from film to half stars and when they were given (`9:1764000000`); 0 is a rating that was
/// taken back, so that a copy of an older file does not bring it to life again. Marks are in `{prefix}:m:…`, from
/// `<mark>:<film>` to when. They have no expiry: a rating is precious.
#[derive(Clone)]
pub struct SharedVisitors {
    link: Link,
}

impl SharedVisitors {
    /// Over this link.
    pub fn new(link: Link) -> Self {
        Self { link }
    }

    /// Stores a rating unless there is one; whether it was stored.
    pub async fn rate_if_new(
        &self,
        visitor: VisitorId,
        shoes: Option<ViewerId>,
        movie: MovieId,
        stars: Stars,
    ) -> Result<bool, VisitorsError> {
        let mut write = cmd("HSETNX");
        write.arg(self.ratings_key(visitor, shoes)).arg(movie.0).arg(value(Some(stars)));
        Ok(self.link.command(&write).await?)
    }

    fn ratings_key(&self, visitor: VisitorId, shoes: Option<ViewerId>) -> String {
        self.key('r', visitor, shoes)
    }

    fn key(&self, kind: char, visitor: VisitorId, shoes: Option<ViewerId>) -> String {
        let viewer = shoes.map_or(0, |viewer| viewer.0);
        self.link.redis().key(format_args!("{kind}:{}:{viewer}", hex::encode(&visitor.0)))
    }

    /// Films, their stars, and when they were given.
    async fn ratings(
        &self,
        visitor: VisitorId,
        shoes: Option<ViewerId>,
    ) -> Result<impl Iterator<Item = (MovieId, Stars, i64)>, VisitorsError> {
        let mut read = cmd("HGETALL");
        read.arg(self.ratings_key(visitor, shoes));
        let fields: Vec<(String, String)> = self.link.command(&read).await?;
        // A 0 is none, and one that cannot be read is not ours: it must not take the others with it.
        let rating = |(film, value): (String, String)| {
            // Those of the first version have no time.
            let (halves, at) = value.split_once(':').unwrap_or((&value, "0"));
            Some((MovieId(film.parse().ok()?), Stars::from_halves(halves.parse().ok()?)?, at.parse().ok()?))
        };
        Ok(fields.into_iter().filter_map(rating))
    }
}

/// A rating as Redis has it.
fn value(stars: Option<Stars>) -> String {
    stars.map_or_else(|| "0".to_owned(), |stars| format!("{}:{}", stars.halves(), now()))
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[async_trait]
impl VisitorStore for SharedVisitors {
    async fn profile(&self, visitor: VisitorId, shoes: Option<ViewerId>) -> Result<Profile, VisitorsError> {
        Ok(self.ratings(visitor, shoes).await?.map(|(movie, stars, _)| (movie, stars)).collect())
    }

    async fn rate(
        &self,
        visitor: VisitorId,
        shoes: Option<ViewerId>,
        movie: MovieId,
        stars: Option<Stars>,
    ) -> Result<(), VisitorsError> {
        let mut write = cmd("HSET");
        write.arg(self.ratings_key(visitor, shoes)).arg(movie.0).arg(value(stars));
        Ok(self.link.command::<()>(&write).await?)
    }

    async fn recently_rated(
        &self,
        visitor: VisitorId,
        shoes: Option<ViewerId>,
        most: usize,
    ) -> Result<Vec<MovieId>, VisitorsError> {
        let mut films: Vec<_> =
            self.ratings(visitor, shoes).await?.map(|(movie, _, at)| (Reverse(at), movie)).collect();
        films.sort_unstable();
        Ok(films.into_iter().take(most).map(|(_, movie)| movie).collect())
    }

    async fn marks(&self, visitor: VisitorId, shoes: Option<ViewerId>) -> Result<Marks, VisitorsError> {
        let mut read = cmd("HGETALL");
        read.arg(self.key('m', visitor, shoes));
        let fields: Vec<(String, i64)> = self.link.command(&read).await?;
        let mark = |(field, at): (String, i64)| {
            let (mark, film) = field.split_once(':')?;
            Some((mark.parse().ok()?, MovieId(film.parse().ok()?), at))
        };
        Ok(fields.into_iter().filter_map(mark).collect())
    }

    async fn mark(
        &self,
        visitor: VisitorId,
        shoes: Option<ViewerId>,
        movie: MovieId,
        mark: Mark,
        on: bool,
    ) -> Result<(), VisitorsError> {
        let mut write = cmd(if on { "HSETNX" } else { "HDEL" });
        write.arg(self.key('m', visitor, shoes)).arg(format!("{}:{movie}", mark.name()));
        if on {
            write.arg(now());
        }
        self.link.command::<i64>(&write).await?;
        Ok(())
    }
}
