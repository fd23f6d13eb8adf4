use std::sync::Arc;

use app::domain::{MovieId, Recommendation, Stars};

use super::*;
use crate::predictions::Answer;

const LONG: Duration = Duration::from_secs(600);

fn limits() -> Limits {
    Limits { queue_capacity: 4, deadline: LONG, result_ttl: LONG, result_capacity: 8 }
}

fn queue(limits: Limits) -> MemoryQueue {
    MemoryQueue::new(limits, IdMint::new([7; 32]))
}

fn request(film: u32) -> Request {
    Request::best_for([(MovieId(film), Stars::MOST)].into_iter().collect(), 20)
}

async fn schedule(queue: &MemoryQueue, film: u32) -> Result<PredictionId, Refusal> {
    let request = request(film);
    queue.schedule(request.key("v1"), request, None).await
}

fn nothing() -> Outcome {
    films(0)
}

fn recommendation() -> Recommendation {
    Recommendation {
        id: MovieId(1),
        title: String::new(),
        year: None,
        genres: Vec::new(),
        score: 0.0,
        reasons: Vec::new(),
        row: None,
    }
}

fn films(count: usize) -> Outcome {
    let json = serde_json::to_vec(&vec![recommendation(); count]).expect("JSON");
    Ok(Answer::new(&json, "v1"))
}

async fn state(queue: &MemoryQueue, id: PredictionId) -> Result<&'static str, Absent> {
    queue.state(id, None).await.map(|state| match state {
        State::Pending => "pending",
        State::Started => "started",
        State::Success(_) => "success",
        State::Failure(_) => "failure",
    })
}

#[tokio::test]
async fn an_id_is_known_from_the_moment_it_is_handed_out_until_it_expires() {
    let queue = queue(Limits { result_ttl: Duration::ZERO, ..limits() });
    let id = schedule(&queue, 1).await.expect("admitted");
    assert_eq!(state(&queue, id).await, Ok("pending"));
    let jobs = queue.take(8).expect("open");
    assert_eq!(state(&queue, id).await, Ok("started"));
    queue.finish(vec![(&jobs[0], nothing())]);
    assert_eq!(state(&queue, id).await, Err(Absent::Expired));
}

#[tokio::test]
async fn an_id_that_never_was_is_unknown() {
    let stranger = IdMint::new([9; 32]).mint().expect("random bytes");
    assert_eq!(state(&queue(limits()), stranger).await, Err(Absent::Unknown));
}

#[tokio::test]
async fn equal_requests_share_one_computation_under_ids_of_their_own() {
    let queue = queue(limits());
    let first = schedule(&queue, 1).await.expect("admitted");
    let second = schedule(&queue, 1).await.expect("admitted");
    assert_ne!(first, second);
    let jobs = queue.take(8).expect("open");
    assert_eq!(jobs.len(), 1);
    queue.finish(vec![(&jobs[0], nothing())]);
    let third = schedule(&queue, 1).await.expect("admitted");
    for id in [first, second, third] {
        assert_eq!(state(&queue, id).await, Ok("success"));
    }
    assert_eq!(queue.depth(), 0);
}

#[tokio::test]
async fn a_failure_is_not_shared_with_who_asks_later() {
    let queue = queue(limits());
    let first = schedule(&queue, 1).await.expect("admitted");
    let jobs = queue.take(8).expect("open");
    queue.finish(vec![(&jobs[0], Err("no".into()))]);
    let second = schedule(&queue, 1).await.expect("admitted");
    assert_eq!(state(&queue, first).await, Ok("failure"));
    assert_eq!(state(&queue, second).await, Ok("pending"));
}

#[tokio::test]
async fn a_full_queue_refuses_at_once_and_admits_again_when_there_is_room() {
    let queue = queue(limits());
    for film in 0..4 {
        schedule(&queue, film).await.expect("admitted");
    }
    assert!(matches!(schedule(&queue, 9).await, Err(Refusal::Full { .. })));
    assert!(schedule(&queue, 3).await.is_ok(), "an equal request needs no place");
    queue.take(2).expect("open");
    assert!(schedule(&queue, 9).await.is_ok());
}

#[tokio::test]
async fn ids_on_one_unfinished_computation_are_bounded_too() {
    let queue = queue(limits());
    let mut admitted = 0;
    while schedule(&queue, 1).await.is_ok() {
        admitted += 1;
        assert!(admitted < 100, "no bound");
    }
    assert_eq!(admitted, 12);
}

#[tokio::test]
async fn the_oldest_results_go_first_when_there_are_too_many() {
    let queue = queue(limits());
    let mut ids = Vec::new();
    for film in 0..12 {
        ids.push(schedule(&queue, film).await.expect("admitted"));
        let jobs = queue.take(1).expect("open");
        queue.finish(vec![(&jobs[0], nothing())]);
    }
    assert_eq!(state(&queue, ids[3]).await, Err(Absent::Expired));
    assert_eq!(state(&queue, ids[4]).await, Ok("success"));
}

#[tokio::test]
async fn a_request_that_joins_the_oldest_result_does_not_lose_it_to_the_bound() {
    let queue = queue(limits());
    for film in 0..8 {
        schedule(&queue, film).await.expect("admitted");
        let jobs = queue.take(1).expect("open");
        queue.finish(vec![(&jobs[0], films(1))]);
    }
    for film in 8..12 {
        schedule(&queue, film).await.expect("admitted");
    }
    let joined = schedule(&queue, 0).await.expect("admitted");
    assert!(state(&queue, joined).await.is_ok());
}

#[tokio::test]
async fn a_long_result_counts_for_several() {
    let queue = queue(limits());
    let mut ids = Vec::new();
    for number in 0..4 {
        ids.push(schedule(&queue, number).await.expect("admitted"));
        let jobs = queue.take(1).expect("open");
        queue.finish(vec![(&jobs[0], films(800))]);
    }
    // Room for eight results of 16 KiB: two of these fit in.
    assert_eq!(state(&queue, ids[1]).await, Err(Absent::Expired));
    assert_eq!(state(&queue, ids[2]).await, Ok("success"));
    assert_eq!(state(&queue, ids[3]).await, Ok("success"));
}

#[tokio::test]
async fn a_result_that_is_longer_than_all_may_be_is_kept_until_the_next() {
    let queue = queue(Limits { result_capacity: 1, ..limits() });
    let film = schedule(&queue, 1).await.expect("admitted");
    let jobs = queue.take(1).expect("open");
    queue.finish(vec![(&jobs[0], films(800))]);
    assert_eq!(state(&queue, film).await, Ok("success"));
}

#[tokio::test]
async fn what_waited_past_its_deadline_fails_and_is_not_computed() {
    let queue = queue(Limits { deadline: Duration::ZERO, ..limits() });
    let id = schedule(&queue, 1).await.expect("admitted");
    assert_eq!(state(&queue, id).await, Ok("failure"));
    assert_eq!(queue.depth(), 0);
}

#[tokio::test]
async fn what_nobody_waits_for_any_more_is_not_computed() {
    let queue = queue(limits());
    let left = schedule(&queue, 1).await.expect("admitted");
    let joined = schedule(&queue, 1).await.expect("admitted");
    let other = schedule(&queue, 2).await.expect("admitted");
    queue.release(left, None).await;
    assert_eq!(queue.depth(), 2, "somebody else still waits for it");
    queue.release(joined, None).await;
    let jobs = queue.take(8).expect("open");
    assert_eq!(jobs.len(), 1);
    assert_eq!(state(&queue, left).await, Err(Absent::Expired));
    assert_eq!(state(&queue, other).await, Ok("started"));
}

#[tokio::test]
async fn a_visitors_prediction_is_nobody_elses() {
    let queue = queue(limits());
    let (owner, stranger) = (VisitorId([1; 16]), VisitorId([2; 16]));
    let id = queue.schedule(request(1).key("v1"), request(1), Some(owner)).await.expect("admitted");
    for asker in [Some(stranger), None] {
        assert!(matches!(queue.state(id, asker).await, Err(Absent::Unknown)));
        queue.release(id, asker).await;
    }
    assert!(queue.state(id, Some(owner)).await.is_ok());
}

#[tokio::test]
async fn a_waiting_caller_is_answered_when_the_state_changes() {
    let queue = Arc::new(queue(limits()));
    let id = schedule(&queue, 1).await.expect("admitted");
    let waiting = |until| {
        let queue = Arc::clone(&queue);
        tokio::spawn(async move { queue.wait(id, None, until, LONG).await })
    };
    let (changed, finished) = (waiting(Until::Changed), waiting(Until::Finished));
    tokio::task::yield_now().await;
    let jobs = queue.take(8).expect("open");
    assert!(matches!(changed.await, Ok(Ok(State::Started))));
    queue.finish(vec![(&jobs[0], nothing())]);
    assert!(matches!(finished.await, Ok(Ok(State::Success(_)))));
}

#[tokio::test]
async fn what_is_computed_in_a_moment_is_answered_whole_to_whoever_waits_for_a_change() {
    let queue = Arc::new(queue(limits()));
    let id = schedule(&queue, 1).await.expect("admitted");
    let waiting = {
        let queue = Arc::clone(&queue);
        tokio::spawn(async move { queue.wait(id, None, Until::Changed, LONG).await })
    };
    tokio::task::yield_now().await;
    let jobs = queue.take(8).expect("open");
    // The waiting one has seen that it was begun.
    tokio::task::yield_now().await;
    queue.finish(vec![(&jobs[0], nothing())]);
    assert!(matches!(waiting.await, Ok(Ok(State::Success(_)))));
}

#[tokio::test]
async fn a_closed_queue_gives_out_what_waits_and_then_lets_workers_go() {
    let queue = queue(limits());
    schedule(&queue, 1).await.expect("admitted");
    queue.close();
    assert_eq!(schedule(&queue, 2).await, Err(Refusal::Closed));
    assert_eq!(queue.take(8).map(|jobs| jobs.len()), Some(1));
    assert!(queue.take(8).is_none());
}

#[tokio::test]
async fn an_aborted_queue_answers_everyone_who_waits() {
    let queue = queue(limits());
    let running = schedule(&queue, 1).await.expect("admitted");
    let jobs = queue.take(1).expect("open");
    let waiting = schedule(&queue, 2).await.expect("admitted");
    queue.abort();
    assert_eq!(state(&queue, running).await, Ok("failure"));
    assert_eq!(state(&queue, waiting).await, Ok("failure"));
    queue.finish(vec![(&jobs[0], nothing())]);
    assert_eq!(state(&queue, running).await, Ok("failure"), "a second end of a job is ignored");
}
