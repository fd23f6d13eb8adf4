use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use redis::{Client, Connection, ConnectionAddr, IntoConnectionInfo, RedisError};

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(3);
/// How long Redis may take over an answer on a blocking connection, beside the time it was told to wait.
const ANSWER: Duration = Duration::from_secs(5);

/// Where Redis is, how to get in, and the prefix of all our keys.
#[derive(Clone)]
pub struct Redis {
    client: Client,
    prefix: Arc<str>,
}

/// Why an address of Redis is none.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// It is no address of Redis.
    #[error("{0:?} is no queue: memory, redis://HOST:PORT/DB or rediss://… (TLS)")]
    Address(String),
    /// The password's file cannot be read.
    #[error("cannot read the password of Redis from {path}: {source}", path = path.display())]
    Password {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The prefix would break the keys apart.
    #[error("{0:?} is no prefix of keys: letters, digits, - and _ only, at most 40")]
    Prefix(String),
}

impl Redis {
    /// Reads an address such as `redis://user@host:6379/0`. A password in a file goes before one in the address.
    pub fn new(address: &str, password: Option<&Path>, prefix: &str) -> Result<Self, AddressError> {
        // What is said of a wrong address must not carry the password that may be anywhere in it.
        let wrong = || AddressError::Address(scheme(address));
        let mut info = address.into_connection_info().map_err(|_| wrong())?;
        // What we are called is of no use to Redis, and CLIENT SETINFO would be one more right to give (or a refusal in its log).
        let settings = info.redis_settings().clone().set_skip_set_lib_name();
        info = info.set_redis_settings(settings);
        if let Some(path) = password {
            let text = std::fs::read_to_string(path)
                .map_err(|source| AddressError::Password { path: path.to_owned(), source })?;
            let settings = info.redis_settings().clone().set_password(text.trim_end_matches(['\r', '\n']));
            info = info.set_redis_settings(settings);
        }
        let letters = prefix.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'));
        if prefix.is_empty() || prefix.len() > 40 || !letters {
            return Err(AddressError::Prefix(prefix.to_owned()));
        }
        if matches!(info.addr(), ConnectionAddr::TcpTls { .. }) {
            // rustls has several providers of cryptography and wants one named; an error says that one is.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let client = Client::open(info).map_err(|_| wrong())?;
        // The hash tag: all keys of one prefix are in one slot of a cluster, so that a script may use them together.
        Ok(Self { client, prefix: format!("{{{prefix}}}").into() })
    }

    /// The prefix with its hash tag: `{marquee}`.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// A key: `{marquee}:jobs`.
    pub fn key(&self, name: impl fmt::Display) -> String {
        format!("{}:{name}", self.prefix)
    }

    /// The client that makes connections.
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// A connection whose calls block, for a thread of its own; each call may take `wait` and a few seconds more.
    pub fn blocking(&self, wait: Duration) -> Result<Connection, RedisError> {
        let connection = self.client.get_connection_with_timeout(CONNECT)?;
        connection.set_read_timeout(Some(wait + ANSWER))?;
        connection.set_write_timeout(Some(ANSWER))?;
        Ok(connection)
    }

    /// A connection that listens to channels.
    pub async fn listening(&self) -> Result<redis::aio::PubSub, RedisError> {
        match tokio::time::timeout(CONNECT, self.client.get_async_pubsub()).await {
            Ok(made) => made,
            Err(_) => Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
        }
    }
}

impl fmt::Display for Redis {
    /// Host and port; never the password.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.client.get_connection_info().addr() {
            ConnectionAddr::Unix(path) => write!(out, "redis at {}", path.display()),
            ConnectionAddr::TcpTls { host, port, .. } => write!(out, "rediss://{}:{port}", bracketed(host)),
            ConnectionAddr::Tcp(host, port) => write!(out, "redis://{}:{port}", bracketed(host)),
            _ => write!(out, "redis"),
        }
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Redis({self}, {})", self.prefix)
    }
}

/// An IPv6 address as it stands before a port (RFC 3986).
fn bracketed(host: &str) -> String {
    if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host.to_owned() }
}

fn scheme(address: &str) -> String {
    address.split_once("://").map_or_else(|| address.to_owned(), |(scheme, _)| format!("{scheme}://…"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        let redis = Redis::new("redis://user:secret@host:6380/2", None, "marquee").expect("an address");
        assert_eq!(redis.to_string(), "redis://host:6380");
        let redis = Redis::new("redis://[::1]:6380", None, "marquee").expect("an address");
        assert_eq!(redis.to_string(), "redis://[::1]:6380");
        assert!(!format!("{redis:?}").contains("secret"));
        let error = Redis::new("reddis://user:secret@host", None, "marquee").expect_err("no scheme of ours");
        assert!(!error.to_string().contains("secret"), "{error}");
        let error = Redis::new("redis+unix:///nope?db=x&pass=secret", None, "marquee").expect_err("no number");
        assert!(!error.to_string().contains("secret"), "{error}");
    }

    #[test]
    fn a_password_comes_from_a_file_without_its_last_line_break() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("password");
        std::fs::write(&path, "from a file\n").expect("written");
        let redis = Redis::new("redis://host", Some(&path), "marquee").expect("an address");
        assert_eq!(redis.client.get_connection_info().redis_settings().password(), Some("from a file"));
        assert!(Redis::new("redis://host", Some(&folder.path().join("none")), "marquee").is_err());
    }

    #[test]
    fn all_keys_are_in_one_slot_and_no_prefix_breaks_out_of_it() {
        let redis = Redis::new("redis://host", None, "films-2").expect("an address");
        assert_eq!(redis.key("jobs"), "{films-2}:jobs");
        for bad in ["", "a:b", "a}", "a b", &"x".repeat(41)] {
            assert!(Redis::new("redis://host", None, bad).is_err(), "{bad}");
        }
    }
}
