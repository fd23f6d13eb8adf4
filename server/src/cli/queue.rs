//! Where predictions wait: the options that `serve`, `worker` and `jobs` share.

use std::{path::PathBuf, time::Duration};

use anyhow::Context;
use clap::Args;

use super::options::patience;
use crate::{
    link::{Link, Redis},
    predictions::{Claims, Identity, shared},
};

/// Options about the queue.
#[derive(Debug, Args)]
pub struct QueueArgs {
    /// Where predictions wait: `memory`, or Redis for many processes (redis://HOST:PORT/DB or redis://USER@HOST:PORT/DB, rediss:// for TLS)
    #[arg(
        long,
        global = true,
        env = "MARQUEE_QUEUE",
        default_value = "memory",
        value_name = "WHERE",
        hide_env_values = true
    )]
    queue: String,

    /// A file with the password of Redis
    #[arg(long, global = true, env = "MARQUEE_QUEUE_PASSWORD_FILE", value_name = "FILE")]
    queue_password_file: Option<PathBuf>,

    /// What all our keys in Redis begin with
    #[arg(long, global = true, env = "MARQUEE_QUEUE_PREFIX", default_value = "marquee", value_name = "NAME")]
    queue_prefix: String,

    /// What a dead worker held is computed by another within this time
    #[arg(long, global = true, env = "MARQUEE_TAKE_OVER", default_value = "15s", value_name = "TIME", value_parser = take_over)]
    take_over: Duration,
}

/// A job that took so many workers with it is given up.
const MOST_DELIVERIES: u32 = 3;
/// With less, a pause of the machine would look like a death.
const LEAST_TAKE_OVER: Duration = Duration::from_millis(500);

impl QueueArgs {
    /// Redis, or `None` for the queue in memory.
    pub fn redis(&self) -> anyhow::Result<Option<Redis>> {
        if self.queue == "memory" {
            return Ok(None);
        }
        let redis = Redis::new(&self.queue, self.queue_password_file.as_deref(), &self.queue_prefix)?;
        Ok(Some(redis))
    }

    /// Redis, for a command that has nothing to do without it.
    pub fn redis_needed(&self) -> anyhow::Result<Redis> {
        self.redis()?.context("this command needs the shared queue: --queue redis://HOST:PORT")
    }

    /// When a worker's jobs become another's.
    pub fn claims(&self) -> Claims {
        Claims { take_over: self.take_over, most_deliveries: MOST_DELIVERIES }
    }
}

/// A link that is prepared for predictions over this catalogue. Out of reach is no error; a Redis that will never do is.
pub async fn prepared_link(redis: Redis, catalogue: &str) -> anyhow::Result<(Link, Identity)> {
    let identity = Identity::new(catalogue);
    let link = Link::start(redis.clone(), shared::prepare(&redis, &identity));
    link.tried().await.with_context(|| format!("the queue at {redis} cannot be used"))?;
    Ok((link, identity))
}

fn take_over(text: &str) -> Result<Duration, String> {
    match patience(text)? {
        time if time >= LEAST_TAKE_OVER => Ok(time),
        _ => Err(format!("at least {}", humantime::format_duration(LEAST_TAKE_OVER))),
    }
}
