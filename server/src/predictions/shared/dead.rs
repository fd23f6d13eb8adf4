//! Dead letters: jobs that were given up because they ended their workers, kept for an operator to look at.

use std::time::Duration;

use redis::{Connection, RedisError, cmd, streams::StreamRangeReply};

use super::{milliseconds, scripts, setup::CATALOGUE_LIFE};
use crate::{
    link::Redis,
    predictions::{IdMint, Request},
};

/// An operator who tries a job again is refused by no bound, and nobody's result goes for it. All numbers up to here are
/// exact in Lua.
const UNBOUNDED: u64 = 1 << 53;

/// A job that was given up.
#[derive(Debug)]
pub struct DeadLetter {
    /// Its name in the stream of dead letters.
    pub letter: String,
    /// When it was given up, in milliseconds since 1970.
    pub at: u64,
    /// How often it was delivered.
    pub deliveries: u32,
    /// Who held it last.
    pub worker: String,
    /// What was asked; `None` when it cannot be read.
    pub request: Option<Request>,
    key: String,
    catalogue: String,
    raw: Vec<u8>,
}

/// What became of another try.
#[derive(Debug)]
pub enum Retried {
    /// It is in the queue, under this new id.
    Again(String),
    /// No web server has ever been there, so there is no id for it.
    NobodyServes,
    /// It is about another catalogue than those who work now have.
    OtherCatalogue,
}

/// The dead letters of a queue, over a connection whose calls block.
pub struct DeadLetters {
    redis: Redis,
    connection: Connection,
}

impl DeadLetters {
    /// Opens a connection.
    pub fn open(redis: Redis) -> Result<Self, RedisError> {
        let mut connection = redis.blocking(Duration::ZERO)?;
        cmd("PING").query::<()>(&mut connection)?;
        Ok(Self { redis, connection })
    }

    /// The oldest first, at most `most`.
    pub fn list(&mut self, most: usize) -> Result<Vec<DeadLetter>, RedisError> {
        self.range("-", most)
    }

    /// One of them.
    pub fn find(&mut self, letter: &str) -> Result<Option<DeadLetter>, RedisError> {
        let is_name = letter.split('-').count() == 2 && letter.split('-').all(|part| part.parse::<u64>().is_ok());
        if !is_name {
            return Ok(None);
        }
        Ok(self.range(letter, 1)?.into_iter().find(|found| found.letter == letter))
    }

    fn range(&mut self, from: &str, most: usize) -> Result<Vec<DeadLetter>, RedisError> {
        let mut range = cmd("XRANGE");
        range.arg(self.redis.key("dead")).arg(from).arg("+").arg("COUNT").arg(most);
        let found: StreamRangeReply = range.query(&mut self.connection)?;
        let letter = |entry: redis::streams::StreamId| {
            let raw: Vec<u8> = entry.get("r").unwrap_or_default();
            DeadLetter {
                at: entry.id.split('-').next().and_then(|at| at.parse().ok()).unwrap_or(0),
                deliveries: entry.get("n").unwrap_or(0),
                worker: entry.get("worker").unwrap_or_default(),
                request: serde_json::from_slice(&raw).ok(),
                key: entry.get("k").unwrap_or_default(),
                catalogue: entry.get("g").unwrap_or_default(),
                letter: entry.id,
                raw,
            }
        };
        Ok(found.ids.into_iter().map(letter).collect())
    }

    /// Puts the job into the queue again, under a new id that anyone who holds it may ask for.
    pub fn retry(&mut self, letter: &DeadLetter, deadline: Duration, ttl: Duration) -> Result<Retried, RedisError> {
        let stored: Vec<u8> = cmd("GET").arg(self.redis.key("secret")).query(&mut self.connection)?;
        let id = <[u8; 32]>::try_from(stored).ok().and_then(|secret| IdMint::new(secret).mint().ok());
        let Some(id) = id else { return Ok(Retried::NobodyServes) };
        let mut submit = scripts::SUBMIT.on(&self.redis);
        submit
            .arg(id.to_string())
            .arg(&letter.key)
            .arg("")
            .arg(&letter.raw)
            .arg(milliseconds(deadline))
            .arg(milliseconds(ttl))
            .arg(UNBOUNDED)
            .arg(UNBOUNDED)
            .arg("retry")
            .arg(letter.request.as_ref().map_or_else(String::new, Request::in_words))
            .arg(&letter.catalogue)
            .arg(CATALOGUE_LIFE);
        let (said, _): (String, String) = submit.invoke(&mut self.connection)?;
        match said.as_str() {
            "ok" => {}
            _ => return Ok(Retried::OtherCatalogue),
        }
        self.drop_letter(&letter.letter)?;
        Ok(Retried::Again(id.to_string()))
    }

    /// Throws one away; whether it was there.
    pub fn drop_letter(&mut self, letter: &str) -> Result<bool, RedisError> {
        let mut delete = cmd("XDEL");
        delete.arg(self.redis.key("dead")).arg(letter);
        Ok(delete.query::<u32>(&mut self.connection)? > 0)
    }
}
