//! How the values of options are read.

use std::{
    net::{SocketAddr, ToSocketAddrs},
    time::Duration,
};

/// A number that is at least 1.
pub fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("at least 1".into()),
        Ok(number) => Ok(number),
        Err(error) => Err(format!("{error}")),
    }
}

/// Worker threads: each has a connection to the catalogue, and there is nothing to win beyond the cores.
pub fn threads(text: &str) -> Result<usize, String> {
    at_most(1_024, text.parse().map_err(|error| format!("{error}"))?)
}

/// Predictions in one batch: more would take longer than anybody waits.
pub fn batch(text: &str) -> Result<usize, String> {
    at_most(4_096, positive(text)?)
}

fn at_most(most: usize, number: usize) -> Result<usize, String> {
    if number > most { Err(format!("at most {most}")) } else { Ok(number) }
}

/// How long somebody may wait: the queue forgets what has not ended after six hours.
pub fn deadline(text: &str) -> Result<Duration, String> {
    let time = time_up_to(text, 3_600)?;
    if time.is_zero() { Err("longer than 0s".into()) } else { Ok(time) }
}

/// How long something may take that somebody waits for.
pub fn patience(text: &str) -> Result<Duration, String> {
    time_up_to(text, 3_600)
}

/// How long a result is kept.
pub fn kept(text: &str) -> Result<Duration, String> {
    time_up_to(text, 30 * 24 * 3_600)
}

/// A length of time of at most so many seconds: what is longer is a slip, and some sums could not hold it.
fn time_up_to(text: &str, most: u64) -> Result<Duration, String> {
    let (time, most) = (humantime::parse_duration(text).map_err(|error| error.to_string())?, Duration::from_secs(most));
    if time > most { Err(format!("at most {}", humantime::format_duration(most))) } else { Ok(time) }
}

/// Where to listen, by number or name: `127.0.0.1:3000`, `[::1]:3000`, `localhost:3000`.
pub fn address(text: &str) -> Result<SocketAddr, String> {
    let found: Vec<SocketAddr> =
        text.to_socket_addrs().map_err(|error| format!("{error}; such as 127.0.0.1:3000"))?.collect();
    // Of a name's addresses the one that most can reach.
    let best = found.iter().find(|address| address.is_ipv4()).or(found.first());
    best.copied().ok_or_else(|| "no address has this name".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_be_a_name() {
        assert_eq!(address("localhost:3000").expect("found").port(), 3000);
        assert_eq!(address("[::1]:80").expect("found").to_string(), "[::1]:80");
        assert!(address("localhost").is_err());
    }
}
