//! What predictions were like in the last five minutes, for whoever watches over the workers.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use super::Load;

/// How long activity is remembered, in seconds.
pub const REMEMBERED: u64 = 300;
/// Predictions that are listed one by one.
pub const RECENT: usize = 24;
/// Buckets of time in each doubling of a millisecond.
const BUCKETS_A_DOUBLING: f64 = 4.0;

/// What happened in one second.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Predictions that succeeded.
    pub succeeded: u32,
    /// Predictions that failed.
    pub failed: u32,
    /// Requests that found the queue full.
    pub refused: u32,
    /// Times from schedule to end, by [bucket].
    pub times: BTreeMap<u8, u32>,
    /// Batches, by how many predictions were in them.
    pub batches: BTreeMap<u32, u32>,
}

/// A prediction that has ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Recent {
    /// What was asked: "20 films for 12 ratings".
    pub what: String,
    /// Whether it succeeded.
    pub succeeded: bool,
    /// How long ago it was scheduled.
    pub asked: Duration,
    /// From schedule to end.
    pub took: Duration,
}

/// A worker thread, here or elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerSeen {
    /// Its machine, process and number.
    pub name: String,
    /// Predictions that it is at.
    pub running: u32,
    /// When it was last heard of.
    pub heard: Duration,
    /// Predictions that it has ended.
    pub done: u64,
}

/// Everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Activity {
    /// How much there is to do.
    pub load: Load,
    /// Seconds ago, and what happened then; where nothing did, nothing stands.
    pub seconds: Vec<(u64, Tally)>,
    /// The last that ended, newest first.
    pub recent: Vec<Recent>,
    /// The workers, by name.
    pub workers: Vec<WorkerSeen>,
}

/// The bucket of a time: four to each doubling, so a bucket is within 19 % of what it holds.
pub fn bucket(time: Duration) -> u8 {
    let ms = time.as_secs_f64() * 1_000.0;
    (ms.max(1.0).log2() * BUCKETS_A_DOUBLING).min(255.0) as u8
}

/// The time that a bucket stands for: its middle.
pub fn time_of(bucket: u8) -> Duration {
    Duration::from_secs_f64(((f64::from(bucket) + 0.5) / BUCKETS_A_DOUBLING).exp2() / 1_000.0)
}

/// The time that this part of all times does not exceed; `None` where there are none.
pub fn quantile(times: &BTreeMap<u8, u32>, part: f64) -> Option<Duration> {
    let all: u32 = times.values().sum();
    let wanted = (f64::from(all) * part).ceil().max(1.0) as u32;
    let mut passed = 0;
    times.iter().find_map(|(&bucket, &count)| {
        passed += count;
        (passed >= wanted).then(|| time_of(bucket))
    })
}

/// The activity of a queue in memory. Time comes in as seconds since some beginning.
#[derive(Debug, Default)]
pub struct Diary {
    seconds: VecDeque<(u64, Tally)>,
    recent: VecDeque<(u64, Recent)>,
}

impl Diary {
    /// The tally of this second.
    pub fn at(&mut self, second: u64) -> &mut Tally {
        while self.seconds.front().is_some_and(|(at, _)| at + REMEMBERED <= second) {
            self.seconds.pop_front();
        }
        if self.seconds.back().is_none_or(|(at, _)| *at != second) {
            self.seconds.push_back((second, Tally::default()));
        }
        let last = self.seconds.len() - 1;
        &mut self.seconds[last].1
    }

    /// A prediction has ended.
    pub fn ended(&mut self, second: u64, what: String, succeeded: bool, took: Duration) {
        let tally = self.at(second);
        if succeeded {
            tally.succeeded += 1;
        } else {
            tally.failed += 1;
        }
        *tally.times.entry(bucket(took)).or_default() += 1;
        self.recent.truncate(RECENT - 1);
        self.recent.push_front((second, Recent { what, succeeded, asked: Duration::ZERO, took }));
    }

    /// What is remembered, as seen from this second.
    pub fn activity(&self, now: u64, load: Load) -> Activity {
        let ago = |at: u64| now.saturating_sub(at);
        let seconds = self.seconds.iter().filter(|(at, _)| ago(*at) < REMEMBERED);
        let recent = self
            .recent
            .iter()
            .map(|(ended, recent)| Recent { asked: Duration::from_secs(ago(*ended)) + recent.took, ..recent.clone() });
        Activity {
            load,
            seconds: seconds.map(|(at, tally)| (ago(*at), tally.clone())).collect(),
            recent: recent.collect(),
            workers: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_near_to_every_time_in_it() {
        for ms in [1, 2, 3, 10, 38, 141, 1_000, 65_000] {
            let time = Duration::from_millis(ms);
            let near = time_of(bucket(time)).as_secs_f64() / time.as_secs_f64();
            assert!((0.8..1.25).contains(&near), "{ms} ms: {near}");
        }
    }

    #[test]
    fn a_quantile_is_the_time_that_so_many_do_not_exceed() {
        let mut times = BTreeMap::new();
        *times.entry(bucket(Duration::from_millis(10))).or_default() += 98;
        *times.entry(bucket(Duration::from_millis(500))).or_default() += 2;
        let ms = |part| quantile(&times, part).map(|time| time.as_millis());
        assert!(ms(0.5).is_some_and(|ms| (8..13).contains(&ms)));
        assert!(ms(0.99).is_some_and(|ms| (400..630).contains(&ms)));
        assert_eq!(quantile(&BTreeMap::new(), 0.5), None);
    }

    #[test]
    fn a_diary_forgets_after_five_minutes_and_lists_the_last_few() {
        let mut diary = Diary::default();
        diary.at(10).refused += 1;
        for number in 0..100 {
            diary.ended(20 + number, number.to_string(), number % 2 == 0, Duration::from_millis(5));
        }
        let activity = diary.activity(320, Load::default());
        assert_eq!(activity.seconds.len(), 99, "10 and 20 are over");
        assert_eq!(activity.recent.len(), RECENT);
        assert_eq!(activity.recent[0].what, "99");
        assert_eq!(activity.recent[0].asked.as_secs(), 201);
        diary.at(10_000);
        assert_eq!(diary.seconds.len(), 1);
    }
}
