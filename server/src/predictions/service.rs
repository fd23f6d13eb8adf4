//! Queue, workers and the table of films, started together and stopped together.

use std::{path::Path, sync::Arc, time::Duration};

use app::{domain::PredictionId, port::VisitorId};

use super::{Engine, FilmTable, IdMint, Limits, MemoryQueue, Queue, Refusal, Request, Workers};
use crate::{
    catalogue::{CatalogueError, Reader},
    model::Recommender,
    visitors::Profile,
};

/// How often late jobs are failed and old results forgotten.
const SWEEP: Duration = Duration::from_millis(250);

/// What a prediction service is started with.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The queue's bounds.
    pub limits: Limits,
    /// Worker threads, at least one.
    pub workers: usize,
    /// The most requests of one batch.
    pub max_batch: usize,
    /// Slowness on purpose, once a batch.
    pub model_delay: Duration,
}

/// Why the predictions could not be started.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The catalogue could not be read.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The model fails on the simplest request.
    #[error("the model does not work: {0}")]
    WarmUp(#[from] super::engine::EngineError),
    /// The operating system refused a thread.
    #[error("cannot start a worker thread: {0}")]
    Thread(#[from] std::io::Error),
}

/// The predictions of this process.
pub struct Service {
    queue: Arc<MemoryQueue>,
    films: Arc<FilmTable>,
    model_version: String,
    workers: Workers,
}

impl Service {
    /// Starts the workers, each with a connection of its own to the catalogue. Blocks until the model is warm.
    pub fn start(
        settings: Settings,
        model: &Arc<dyn Recommender>,
        catalogue: &Path,
        mint: IdMint,
    ) -> Result<Self, ServiceError> {
        let facts = Reader::open(catalogue)?.facts()?;
        let films = Arc::new(FilmTable::new(model.order().clone(), &facts));
        let engine = || -> Result<Engine, ServiceError> {
            let engine = Engine::new(Arc::clone(model), Arc::clone(&films), Reader::open(catalogue)?);
            // Warm: pages of the files are in memory and the arithmetic has run once before the first visitor asks.
            for answer in engine.answer(&[Arc::new(Request::best_for(Profile::default(), 1))])? {
                answer?;
            }
            Ok(engine)
        };
        let engines = (0..settings.workers).map(|_| engine()).collect::<Result<Vec<_>, _>>()?;
        let queue = Arc::new(MemoryQueue::new(settings.limits, mint));
        let workers = Workers::start(&queue, engines, settings.max_batch, settings.model_delay)?;
        Ok(Self { queue, films, model_version: model.version().to_owned(), workers })
    }

    /// The side of the queue for those who ask.
    pub fn queue(&self) -> &dyn Queue {
        &*self.queue
    }

    /// The films that can be recommended.
    pub fn films(&self) -> &FilmTable {
        &self.films
    }

    /// Schedules a request.
    pub async fn schedule(&self, request: Request, owner: Option<VisitorId>) -> Result<PredictionId, Refusal> {
        let request = request.canonical();
        self.queue.schedule(request.key(&self.model_version), request, owner).await
    }

    /// Whether every worker thread lives.
    pub fn workers_alive(&self) -> bool {
        self.workers.all_alive()
    }

    /// Keeps the queue swept; runs until it is dropped.
    pub async fn keep_swept(&self) {
        let mut tick = tokio::time::interval(SWEEP);
        loop {
            tick.tick().await;
            self.queue.sweep();
        }
    }

    /// Nothing new is admitted; what waits is still worked off.
    pub fn close(&self) {
        self.queue.close();
    }

    /// Whatever is not done by now fails, so that everyone who waits is answered.
    pub fn abort(&self) {
        self.queue.abort();
    }
}
