use app::{
    domain::{MovieId, Stars, ViewerId},
    port::VisitorId,
};
use async_trait::async_trait;
use redis::cmd;

use super::{Profile, VisitorStore, VisitorsError};
use crate::{hex, link::Link};

/// Ratings in Redis, seen alike by every web server: one hash for each visitor and pair of shoes,
/// `{prefix}:r:<visitor>:<viewer>`, from film to half stars. They have no expiry: a rating is precious.
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
        let fields: Vec<(u32, u8)> = self.link.command(&read).await?;
        let rating = |(movie, halves)| {
            let stars = Stars::from_halves(halves).ok_or(VisitorsError::Damaged("rating"))?;
            Ok((MovieId(movie), stars))
        };
        fields.into_iter().map(rating).collect()
    }

    async fn rate(
        &self,
        visitor: VisitorId,
        shoes: Option<ViewerId>,
        movie: MovieId,
        stars: Option<Stars>,
    ) -> Result<(), VisitorsError> {
        let mut write = match stars {
            Some(_) => cmd("HSET"),
            None => cmd("HDEL"),
        };
        write.arg(self.key(visitor, shoes)).arg(movie.0);
        if let Some(stars) = stars {
            write.arg(stars.halves());
        }
        Ok(self.link.command::<()>(&write).await?)
    }
}
