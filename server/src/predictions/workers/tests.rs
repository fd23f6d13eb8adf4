use std::{
    fs,
    sync::{Mutex, mpsc},
    time::Instant,
};

use app::domain::{MovieId, PredictionId, Stars};

use super::*;
use crate::{
    catalogue::{self, Reader},
    model::{FilmOrder, History, ModelError, Recommender, Share},
    predictions::{FilmTable, IdMint, Limits, MemoryQueue, Queue, Refusal, Request, State, Until},
};

const PANICS: MovieId = MovieId(1);
const NOT_A_NUMBER: MovieId = MovieId(2);
const FAILS: MovieId = MovieId(3);
const FINE: MovieId = MovieId(4);
const FILMS: u32 = 30;

/// A model that breaks on certain films of a history, and records the sizes of its batches. The first batch waits
/// until it is let go, so that a second one forms behind it.
struct Fragile {
    order: FilmOrder,
    batches: Mutex<Vec<usize>>,
    gate: Mutex<Option<mpsc::Receiver<()>>>,
}

impl Recommender for Fragile {
    fn order(&self) -> &FilmOrder {
        &self.order
    }

    fn version(&self) -> &str {
        "fragile"
    }

    fn scores(&self, histories: &[&History]) -> Result<Vec<Vec<f32>>, ModelError> {
        let gate = self.gate.lock().expect("the gate").take();
        if let Some(gate) = gate {
            gate.recv().expect("the signal");
        }
        self.batches.lock().expect("the list").push(histories.len());
        let scores = |history: &&History| {
            let has = |movie| history.ratings.iter().any(|&(at, _)| self.order.films()[at] == movie);
            assert!(!has(PANICS), "on purpose");
            if has(FAILS) {
                return Err(candle_core::Error::Msg("on purpose".into()).into());
            }
            let score = if has(NOT_A_NUMBER) { f32::NAN } else { 1.0 };
            Ok(vec![score; self.order.films().len()])
        };
        histories.iter().map(scores).collect()
    }

    fn reasons(&self, _: &History, films: &[usize], _: usize) -> Result<Vec<Vec<Share>>, ModelError> {
        Ok(vec![Vec::new(); films.len()])
    }
}

struct Bench {
    queue: Arc<MemoryQueue>,
    workers: Workers,
    model: Arc<Fragile>,
    open: mpsc::Sender<()>,
    _data: tempfile::TempDir,
}

struct Silent;

impl catalogue::import::Progress for Silent {
    fn reading(&mut self, _: u64, _: u64, _: u64) {}
    fn storing(&mut self, _: u64, _: u64) {}
    fn finishing(&mut self) {}
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// One worker over a small real catalogue.
fn bench(max_batch: usize) -> Bench {
    let data = tempfile::tempdir().expect("a folder");
    let films: String = (1..=FILMS).map(|id| format!("{id},Film {id} (1999),Drama\n")).collect();
    let ratings: String = (1..=FILMS).map(|id| format!("1,{id},4.0,9\n")).collect();
    fs::write(data.path().join("movies.csv"), format!("movieId,title,genres\n{films}")).expect("written");
    fs::write(data.path().join("ratings.csv"), format!("userId,movieId,rating,timestamp\n{ratings}")).expect("written");
    catalogue::import::import(data.path(), data.path(), &mut Silent).expect("a catalogue");

    let (open, gate) = mpsc::channel();
    let order = FilmOrder::new((1..=FILMS).map(MovieId).collect());
    let model = Arc::new(Fragile { order: order.clone(), batches: Mutex::default(), gate: Mutex::new(Some(gate)) });
    let reader = Reader::open(&data.path().join(catalogue::FILE_NAME)).expect("the catalogue");
    let table = Arc::new(FilmTable::new(order, &reader.facts().expect("facts")));
    let minute = Duration::from_secs(60);
    let limits = Limits { queue_capacity: 100, deadline: minute, result_ttl: minute, result_capacity: 100 };
    let queue = Arc::new(MemoryQueue::new(limits, IdMint::new([0; 32])));
    let engine = Engine::new(Arc::clone(&model) as Arc<dyn Recommender>, table, reader);
    let source = Arc::clone(&queue) as Arc<dyn JobSource>;
    let workers = Workers::start(vec![(source, engine)], max_batch, Duration::ZERO).expect("a thread");
    Bench { queue, workers, model, open, _data: data }
}

impl Bench {
    async fn schedule(&self, movie: MovieId, films: usize) -> Result<PredictionId, Refusal> {
        let request = Request::best_for([(movie, Stars::MOST)].into_iter().collect(), films);
        self.queue.schedule(request.key("fragile"), request, None).await
    }

    async fn succeeds(&self, id: PredictionId) -> bool {
        let state = self.queue.wait(id, None, Until::Finished, Duration::from_secs(30)).await.expect("a state");
        assert!(state.is_finished(), "{state:?}");
        matches!(state, State::Success(_))
    }

    /// Waits until the worker has taken the first job and stands at the gate.
    async fn first_is_taken(&self) {
        let start = Instant::now();
        while self.queue.depth() > 0 {
            assert!(start.elapsed() < Duration::from_secs(30), "no worker came");
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn what_waits_while_the_worker_is_busy_becomes_one_batch() {
    let bench = bench(64);
    let first = bench.schedule(FINE, 1).await.expect("admitted");
    bench.first_is_taken().await;
    let mut others = Vec::new();
    for films in 2..=9 {
        others.push(bench.schedule(FINE, films).await.expect("admitted"));
    }
    bench.open.send(()).expect("the worker waits");
    assert!(bench.succeeds(first).await);
    for id in others {
        assert!(bench.succeeds(id).await);
    }
    assert_eq!(*bench.model.batches.lock().expect("the list"), [1, 8]);
}

#[tokio::test]
async fn a_batch_is_never_larger_than_allowed() {
    let bench = bench(3);
    let first = bench.schedule(FINE, 1).await.expect("admitted");
    bench.first_is_taken().await;
    let mut others = Vec::new();
    for films in 2..=8 {
        others.push(bench.schedule(FINE, films).await.expect("admitted"));
    }
    bench.open.send(()).expect("the worker waits");
    for id in [first].into_iter().chain(others) {
        assert!(bench.succeeds(id).await);
    }
    assert_eq!(*bench.model.batches.lock().expect("the list"), [1, 3, 3, 1]);
}

#[tokio::test]
async fn a_panic_an_error_or_a_nan_fails_its_own_prediction_and_spares_its_companions() {
    for guilty in [PANICS, FAILS, NOT_A_NUMBER] {
        let bench = bench(64);
        let first = bench.schedule(FINE, 1).await.expect("admitted");
        bench.first_is_taken().await;
        let before = bench.schedule(FINE, 2).await.expect("admitted");
        let bad = bench.schedule(guilty, 3).await.expect("admitted");
        let after = bench.schedule(FINE, 4).await.expect("admitted");
        bench.open.send(()).expect("the worker waits");
        assert!(bench.succeeds(first).await);
        assert!(bench.succeeds(before).await, "{guilty} took its companion along");
        assert!(!bench.succeeds(bad).await, "{guilty}");
        assert!(bench.succeeds(after).await, "{guilty} took its companion along");
        assert!(bench.workers.all_alive(), "{guilty} ended the thread");
        assert!(bench.succeeds(bench.schedule(FINE, 5).await.expect("admitted")).await);
    }
}

#[tokio::test]
async fn workers_end_when_the_queue_is_closed() {
    let bench = bench(64);
    bench.queue.close();
    let start = Instant::now();
    while bench.workers.alive() > 0 {
        assert!(start.elapsed() < Duration::from_secs(30), "the worker lives on");
        tokio::task::yield_now().await;
    }
}
