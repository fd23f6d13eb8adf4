//! What a process does with every new connection before it uses it: is this a Redis that will do, and do all of us mean
//! the same films?

use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use rand::TryRngCore;
use redis::{Pipeline, RedisError, ScriptInvocation, aio::MultiplexedConnection, cmd};

use super::scripts;
use crate::{
    link::{Link, LinkError, Redis, Setup, SetupError},
    predictions::IdMint,
};

/// Scripts that read the clock and then write came with this version; Valkey counts from 7.2.
const LEAST_VERSION: u32 = 7;
/// How long a catalogue is remembered after the last process that serves it has gone, in seconds.
pub(super) const CATALOGUE_LIFE: u32 = 60;

/// What the processes that share a queue have in common.
#[derive(Clone)]
pub struct Identity {
    catalogue: Arc<str>,
    mint: Arc<Mutex<Option<IdMint>>>,
}

impl Identity {
    /// The fingerprint of the catalogue that this process serves.
    pub fn new(catalogue: &str) -> Self {
        Self { catalogue: catalogue.into(), mint: Arc::default() }
    }

    /// The fingerprint of the catalogue that this process serves.
    pub fn catalogue(&self) -> &str {
        &self.catalogue
    }

    /// Makes and knows ids; none before Redis was reached for the first time.
    pub fn mint(&self) -> Option<IdMint> {
        self.mint.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, mint: IdMint) {
        *self.mint.lock().unwrap_or_else(PoisonError::into_inner) = Some(mint);
    }
}

/// What a [`Link`] does first with every connection.
pub fn prepare(redis: &Redis, identity: &Identity) -> Setup {
    let (redis, identity) = (redis.clone(), identity.clone());
    Box::new(move |connection| {
        let (redis, identity) = (redis.clone(), identity.clone());
        async move {
            let mut connection = connection;
            check_version(&mut connection).await?;
            make_group(&redis, &mut connection).await?;
            agree_on_the_catalogue(&redis, &identity, &mut connection).await?;
            identity.set(shared_mint(&redis, &mut connection, identity.mint()).await?);
            Ok(())
        }
        .boxed()
    })
}

async fn check_version(connection: &mut MultiplexedConnection) -> Result<(), SetupError> {
    let info: String = cmd("INFO").arg("server").query_async(connection).await?;
    let version = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let found = version("valkey_version:").or_else(|| version("redis_version:")).unwrap_or("unknown");
    let major = found.split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major >= LEAST_VERSION => Ok(()),
        _ => {
            Err(SetupError::Unfit(format!("this is Redis {found}; Redis 7.0 or Valkey 7.2 is the least that will do")))
        }
    }
}

/// The stream and its group of workers; made by whoever comes first.
async fn make_group(redis: &Redis, connection: &mut MultiplexedConnection) -> Result<(), SetupError> {
    let mut create = cmd("XGROUP");
    create.arg("CREATE").arg(redis.key("jobs")).arg("workers").arg("0").arg("MKSTREAM");
    match create.query_async::<()>(connection).await {
        Err(error) if !is_there_already(&error) => Err(error.into()),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Whether a group could not be made because it exists.
pub(super) fn is_there_already(error: &RedisError) -> bool {
    error.code() == Some("BUSYGROUP")
}

async fn agree_on_the_catalogue(
    redis: &Redis,
    identity: &Identity,
    connection: &mut MultiplexedConnection,
) -> Result<(), SetupError> {
    let ours = identity.catalogue();
    let theirs: String = agreement(redis, ours).invoke_async(connection).await?;
    if theirs == ours { Ok(()) } else { Err(SetupError::Unfit(another_catalogue(&theirs, ours))) }
}

/// What is to be done where others have named another catalogue first.
pub(super) fn another_catalogue(theirs: &str, ours: &str) -> String {
    format!(
        "the others on this queue serve another catalogue ({theirs:.8}, this one is {ours:.8}): give every node the same \
         catalogue.db, or another --queue-prefix; a minute after the last of them has stopped the queue is free"
    )
}

/// Says that this process still serves its catalogue, and takes over the secret that all ids are made with, also where Redis
/// was emptied: whoever comes first names both.
pub(super) async fn keep_agreed(link: &Link, identity: &Identity) -> Result<(), LinkError> {
    let theirs: String = link.script(&agreement(link.redis(), identity.catalogue())).await?;
    if theirs != identity.catalogue() {
        link.refused(&another_catalogue(&theirs, identity.catalogue()).into());
    }
    let Some(mint) = identity.mint() else { return Ok(()) };
    let secret = mint.secret();
    let (stored,): (Vec<u8>,) = link.pipeline(&propose(link.redis(), &secret)).await?;
    if let Some(stored) = <[u8; 32]>::try_from(stored).ok().filter(|stored| *stored != secret) {
        identity.set(IdMint::new(stored));
    }
    Ok(())
}

/// Answers with the fingerprint of the catalogue that all on this queue serve; ours, if nobody has named one.
pub(super) fn agreement(redis: &Redis, ours: &str) -> ScriptInvocation<'static> {
    let mut agree = scripts::AGREE.on(redis);
    agree.arg(ours).arg(CATALOGUE_LIFE);
    agree
}

/// The secret behind the ids' checksums: one for all, made by whoever comes first.
async fn shared_mint(
    redis: &Redis,
    connection: &mut MultiplexedConnection,
    known: Option<IdMint>,
) -> Result<IdMint, SetupError> {
    let proposed = match known {
        // Redis may have come back empty; ids that are out must still be told from guesses.
        Some(known) => known.secret(),
        None => {
            let mut fresh = [0; 32];
            rand::rngs::OsRng.try_fill_bytes(&mut fresh).map_err(|error| SetupError::Broke(error.to_string()))?;
            fresh
        }
    };
    let (stored,): (Vec<u8>,) = propose(redis, &proposed).query_async(connection).await?;
    let not_ours =
        |_| SetupError::Unfit(format!("{} in Redis is not ours; choose another --queue-prefix", redis.key("secret")));
    Ok(IdMint::new(<[u8; 32]>::try_from(stored).map_err(not_ours)?))
}

/// Offers a secret, and asks for the one that holds.
fn propose(redis: &Redis, secret: &[u8; 32]) -> Pipeline {
    let key = redis.key("secret");
    let mut propose = redis::pipe();
    propose.cmd("SET").arg(&key).arg(&secret[..]).arg("NX").ignore().cmd("GET").arg(&key);
    propose
}
