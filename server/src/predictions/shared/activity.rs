//! The last minutes as Redis tells them.

use std::{collections::HashMap, time::Duration};

use redis::{FromRedisValue, ParsingError, Value};

use crate::predictions::{
    Activity, Load,
    activity::{Recent, Tally, WorkerSeen},
};

/// The answer of `activity.lua`.
pub struct Told(pub Activity);

/// Values as they are: one that is no number must not hide the others.
type Second = (u64, HashMap<String, String>);
type Worker = (String, u32, u64, u64);

impl FromRedisValue for Told {
    fn from_redis_value(value: Value) -> Result<Self, ParsingError> {
        let (waiting, running, seconds, recent, workers, now): (
            usize,
            usize,
            Vec<Second>,
            Vec<String>,
            Vec<Worker>,
            u64,
        ) = FromRedisValue::from_redis_value(value)?;
        let mut workers: Vec<WorkerSeen> = workers
            .into_iter()
            .map(|(name, running, heard, done)| WorkerSeen { name, running, heard: Duration::from_millis(heard), done })
            .collect();
        workers.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(Self(Activity {
            load: Load { waiting, running },
            seconds: seconds.into_iter().map(|(ago, fields)| (ago, tally(&fields))).collect(),
            recent: recent.iter().filter_map(|line| ended(line, now)).collect(),
            workers,
        }))
    }
}

fn tally(fields: &HashMap<String, String>) -> Tally {
    let mut tally = Tally::default();
    for (name, count) in fields {
        let Ok(count) = count.parse() else { continue };
        // A name that is none of these is another version's.
        match name.as_str() {
            "s" => tally.succeeded = count,
            "f" => tally.failed = count,
            "r" => tally.refused = count,
            _ => {
                if let Some(size) = name.strip_prefix('b').and_then(|size| size.parse().ok()) {
                    tally.batches.insert(size, count);
                } else if let Some(bucket) = name.strip_prefix('l').and_then(|bucket| bucket.parse().ok()) {
                    tally.times.insert(bucket, count);
                }
            }
        }
    }
    tally
}

/// "when asked|took|state|what", in milliseconds.
fn ended(line: &str, now: u64) -> Option<Recent> {
    let mut parts = line.splitn(4, '|');
    let (asked, took) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(Recent {
        asked: Duration::from_millis(now.saturating_sub(asked)),
        took: Duration::from_millis(took),
        succeeded: parts.next()? == "SUCCESS",
        what: parts.next()?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_tally_hides_no_other() {
        let fields =
            [("s", "3"), ("b4", "2"), ("l17", "5"), ("é", "1"), ("", "1"), ("b", "1"), ("l300", "1"), ("f", "x")];
        let fields = fields.map(|(name, count)| (name.to_owned(), count.to_owned())).into();
        let expected = Tally { succeeded: 3, batches: [(4, 2)].into(), times: [(17, 5)].into(), ..Tally::default() };
        assert_eq!(tally(&fields), expected);
    }
}
