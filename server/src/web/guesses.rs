//! Slows down whoever guesses at the operator's token: after a few wrong ones from one address no token from there is
//! looked at for a while, not even the right one.

use std::{
    collections::{HashMap, HashSet},
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Different wrong tokens from one address before it has to wait.
const MOST_WRONG: usize = 10;
/// How long they are remembered, from the first of them on.
pub const REMEMBERED: Duration = Duration::from_secs(60);
/// Addresses that are remembered; when that many guess at once, no other is heard.
const MOST_ADDRESSES: usize = 4_096;

/// The wrong tokens of the last minute, by the address they came from.
#[derive(Debug, Default)]
pub struct Guesses {
    wrong: Mutex<HashMap<IpAddr, Wrong>>,
}

#[derive(Debug)]
struct Wrong {
    since: Instant,
    /// Their fingerprints: a browser that goes on sending an old cookie guesses only once.
    tokens: HashSet<[u8; 32]>,
}

impl Guesses {
    /// Whether a token from there may be looked at.
    pub fn may_try(&self, from: Option<SocketAddr>, now: Instant) -> bool {
        let Some(from) = from.map(network) else { return true };
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if wrong.len() >= MOST_ADDRESSES {
            wrong.retain(|_, wrong| now.saturating_duration_since(wrong.since) < REMEMBERED);
        }
        match wrong.get(&from) {
            Some(wrong) if now.saturating_duration_since(wrong.since) < REMEMBERED => wrong.tokens.len() < MOST_WRONG,
            _ => wrong.len() < MOST_ADDRESSES,
        }
    }

    /// A token from there was wrong; whether it is a new guess.
    pub fn was_wrong(&self, from: Option<SocketAddr>, token: blake3::Hash, now: Instant) -> bool {
        let Some(from) = from.map(network) else { return true };
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || Wrong { since: now, tokens: HashSet::new() };
        let wrong = wrong.entry(from).or_insert_with(fresh);
        if now.saturating_duration_since(wrong.since) >= REMEMBERED {
            *wrong = fresh();
        }
        wrong.tokens.insert(*token.as_bytes())
    }
}

/// The address, or for IPv6 the network of 64 bits that one customer usually has.
fn network(from: SocketAddr) -> IpAddr {
    match from.ip().to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        four @ IpAddr::V4(_) => four,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(address: &str) -> Option<SocketAddr> {
        Some(address.parse().expect("an address"))
    }

    fn guess(guesses: &Guesses, address: &str, token: usize, now: Instant) {
        guesses.was_wrong(from(address), blake3::hash(token.to_string().as_bytes()), now);
    }

    #[test]
    fn who_guesses_often_has_to_wait_and_nobody_else_does() {
        let (guesses, now) = (Guesses::default(), Instant::now());
        for token in 0..MOST_WRONG {
            assert!(guesses.may_try(from("10.1.2.3:4"), now), "guess {token}");
            guess(&guesses, "10.1.2.3:4", token, now);
        }
        assert!(!guesses.may_try(from("10.1.2.3:5"), now), "another port is the same machine");
        assert!(!guesses.may_try(from("[::ffff:10.1.2.3]:5"), now), "and the same address in another coat");
        assert!(guesses.may_try(from("10.1.2.4:4"), now));
        assert!(guesses.may_try(from("10.1.2.3:4"), now + REMEMBERED), "after a minute it may try again");
    }

    #[test]
    fn an_old_token_that_is_sent_again_and_again_is_one_guess() {
        let (guesses, now) = (Guesses::default(), Instant::now());
        (0..99).for_each(|_| guess(&guesses, "10.1.2.3:4", 7, now));
        assert!(guesses.may_try(from("10.1.2.3:4"), now));
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_address() {
        let (guesses, now) = (Guesses::default(), Instant::now());
        (0..MOST_WRONG).for_each(|token| guess(&guesses, &format!("[2001:db8::{token:x}]:4"), token, now));
        assert!(!guesses.may_try(from("[2001:db8::99]:4"), now));
        assert!(guesses.may_try(from("[2001:db8:0:1::99]:4"), now));
    }

    #[test]
    fn no_more_addresses_are_remembered_than_there_is_room_for() {
        let (guesses, now) = (Guesses::default(), Instant::now());
        for number in 0..2 * MOST_ADDRESSES {
            let address = format!("10.{}.{}.1:9", number / 256, number % 256);
            if guesses.may_try(from(&address), now) {
                guess(&guesses, &address, 1, now);
            }
        }
        assert_eq!(guesses.wrong.lock().expect("held by nobody").len(), MOST_ADDRESSES);
        assert!(guesses.may_try(from("10.200.0.1:9"), now + REMEMBERED), "room is made in time");
    }
}
