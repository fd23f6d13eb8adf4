//! What the operator sees of the workers: the last five minutes in figures that a page can draw.

use std::{collections::BTreeMap, time::Duration};

use app::views::{RecentRow, WorkerRow, WorkersPage};

use crate::predictions::{
    Activity,
    activity::{REMEMBERED, quantile},
};

/// Seconds of one point of the chart.
const POINT: u64 = 5;
/// Doublings of a batch's size: 1, 2, 4, … 128 and more.
const SIZES: usize = 8;

/// The page.
pub fn workers_page(activity: &Activity, shared: bool) -> WorkersPage {
    let seconds = &activity.seconds;
    let sum = |of: fn(&crate::predictions::activity::Tally) -> u32| seconds.iter().map(|(_, tally)| of(tally)).sum();
    let recent_seconds = seconds.iter().filter(|(ago, _)| (1..=10).contains(ago));
    let mut all = BTreeMap::new();
    let mut points = vec![BTreeMap::new(); (REMEMBERED / POINT) as usize];
    let mut batches = vec![0; SIZES];
    for (ago, tally) in seconds {
        let newest_last = points.len() - 1 - (*ago / POINT) as usize % points.len();
        for (&bucket, &count) in &tally.times {
            *points[newest_last].entry(bucket).or_default() += count;
            *all.entry(bucket).or_default() += count;
        }
        for (&size, &count) in &tally.batches {
            let doublings = size.max(1).next_power_of_two().trailing_zeros() as usize;
            batches[doublings.min(SIZES - 1)] += count;
        }
    }
    WorkersPage {
        waiting: small(activity.load.waiting as u64),
        running: small(activity.load.running as u64),
        last_ten: recent_seconds.map(|(_, tally)| tally.succeeded + tally.failed).sum(),
        refused: sum(|tally| tally.refused),
        failed: sum(|tally| tally.failed),
        times: points.iter().map(median_and_99th).collect(),
        overall: median_and_99th(&all),
        batches,
        workers: activity
            .workers
            .iter()
            .map(|worker| WorkerRow {
                name: worker.name.clone(),
                running: worker.running,
                heard: small(worker.heard.as_secs()),
                done: small(worker.done),
            })
            .collect(),
        recent: activity
            .recent
            .iter()
            .map(|recent| RecentRow {
                what: recent.what.clone(),
                succeeded: recent.succeeded,
                asked: small(recent.asked.as_secs()),
                took: ms(recent.took),
            })
            .collect(),
        shared,
        late: false,
    }
}

fn median_and_99th(times: &BTreeMap<u8, u32>) -> Option<(u32, u32)> {
    Some((ms(quantile(times, 0.5)?), ms(quantile(times, 0.99)?)))
}

fn ms(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}

fn small(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::predictions::activity::{Tally, bucket};

    #[test]
    fn five_minutes_become_points_bars_and_sums() {
        let tally = |ms, batch| Tally {
            succeeded: 3,
            failed: 1,
            refused: 2,
            times: [(bucket(Duration::from_millis(ms)), 4)].into(),
            batches: [(batch, 1)].into(),
        };
        let seconds = vec![(299, tally(100, 1)), (7, tally(10, 5)), (1, tally(10, 64)), (0, tally(10, 999))];
        let page = workers_page(&Activity { seconds, ..Activity::default() }, false);
        assert_eq!(page.times.len(), 60);
        assert!(page.times[0].is_some_and(|(p50, _)| (80..130).contains(&p50)), "the oldest first");
        assert!(page.times[58].is_some() && page.times[59].is_some() && page.times[30].is_none());
        assert_eq!((page.last_ten, page.failed, page.refused), (8, 4, 8));
        assert_eq!(page.batches, [1, 0, 0, 1, 0, 0, 1, 1]);
        assert!(page.overall.is_some_and(|(p50, p99)| p50 < p99));
    }
}
