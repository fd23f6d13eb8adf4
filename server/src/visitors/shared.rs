use app::{
    domain::{MovieId, Stars, ViewerId},
    port::VisitorId,
};
use async_trait::async_trait;
use redis::cmd;

use super::{Profile, VisitorStore, VisitorsError};
use crate::{hex, link::Link};

/// Ratings in Redis, seen alike by every web server: one hash for each visitor and pair of shoes,
/// `{prefix}:r:<visitor>:<viewer>`, from film to half stars; 0 is a rating that was taken back, so that a copy of an older
/// file does not bring it to life again. They have no expiry: a rating is precious.
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
        write.arg(self.key(visitor, shoes)).arg(movie.0).arg(stars.halves());
        Ok(self.link.command(&write).await?)
    }

    fn key(&self, visitor: VisitorId, shoes: Option<ViewerId>) -> String {
        self.link.redis().key(format_args!("r:{}:{}", hex::encode(&visitor.0), shoes.map_or(0, |viewer| viewer.0)))
    }
}

#[async_trait]
impl VisitorStore for SharedVisitors {
    async fn profile(&self, visitor: VisitorId, shoes: Option<ViewerId>) -> Result<Profile, VisitorsError> {
        let mut read = cmd("HGETALL");
        read.arg(self.key(visitor, shoes));
        let fields: Vec<(String, String)> = self.link.command(&read).await?;
        // A 0 is none, and one that cannot be read is not ours: it must not take the others with it.
        let rating = |(film, halves): (String, String)| {
            Some((MovieId(film.parse().ok()?), Stars::from_halves(halves.parse().ok()?)?))
        };
        Ok(fields.into_iter().filter_map(rating).collect())
    }

    async fn rate(
        &self,
        visitor: VisitorId,
        shoes: Option<ViewerId>,
        movie: MovieId,
        stars: Option<Stars>,
    ) -> Result<(), VisitorsError> {
        let mut write = cmd("HSET");
        write.arg(self.key(visitor, shoes)).arg(movie.0).arg(stars.map_or(0, Stars::halves));
        Ok(self.link.command::<()>(&write).await?)
    }
}
