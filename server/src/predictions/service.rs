//! Queue, workers and the table of films, started together and stopped together.

use std::{path::Path, sync::Arc, time::Duration};

use app::{
    domain::{MovieId, PredictionId},
    port::VisitorId,
};
use rand::TryRngCore;

use super::{
    Activity, Claims, Engine, FilmTable, IdMint, Identity, JobSource, Limits, MemoryQueue, Queue, Refusal, Request,
    SharedJobs, SharedQueue, Workers,
};
use crate::{
    catalogue::{CatalogueError, Reader},
    link::{Link, Redis},
    model::{
        History, ModelError, Recommender,
        artefact::Artefact,
        best_positions,
        stars::{PredictedStars, StarsModel},
    },
    telemetry::names,
    visitors::Profile,
};

/// How often late jobs are failed and old results forgotten.
const SWEEP: Duration = Duration::from_millis(250);

/// What a prediction service is started with.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The queue's bounds.
    pub limits: Limits,
    /// Worker threads; none when other processes compute.
    pub workers: usize,
    /// The most requests of one batch.
    pub max_batch: usize,
    /// Slowness on purpose, once a batch.
    pub model_delay: Duration,
}

/// Where predictions wait.
pub enum Place {
    /// In this process, which also computes them.
    Memory(IdMint),
    /// In Redis, for any number of processes.
    Shared(Box<Link>, Identity, Claims),
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

/// Where this process' predictions wait.
enum Backend {
    Memory(Arc<MemoryQueue>),
    Shared(Box<SharedQueue>),
}

/// The predictions of this process.
pub struct Service {
    backend: Backend,
    films: Arc<FilmTable>,
    model: Arc<dyn Recommender>,
    stars: Arc<StarsModel>,
    model_version: String,
    crew: Crew,
}

impl Service {
    /// Starts the workers, each with a connection of its own to the catalogue. Blocks until the model is warm.
    pub fn start(
        settings: Settings,
        Artefact { model, stars, .. }: &Artefact,
        catalogue: &Path,
        place: Place,
    ) -> Result<Self, ServiceError> {
        let (films, engines) = engines(settings.workers, model, catalogue)?;
        let (backend, crew) = match place {
            Place::Memory(mint) => {
                let queue = Arc::new(MemoryQueue::new(settings.limits, mint));
                let seats = engines.into_iter().map(|engine| (Arc::clone(&queue) as Arc<dyn JobSource>, engine));
                let workers = Workers::start(seats.collect(), settings.max_batch, settings.model_delay)?;
                (Backend::Memory(queue), Crew { workers, sources: Vec::new() })
            }
            Place::Shared(link, identity, claims) => {
                let crew =
                    Crew::over(link.redis(), settings, (model.version(), identity.catalogue()), engines, claims)?;
                (Backend::Shared(Box::new(SharedQueue::start(*link, settings.limits, identity))), crew)
            }
        };
        let (stars, model_version) = (Arc::clone(stars), model.version().to_owned());
        Ok(Self { backend, films, model: Arc::clone(model), stars, model_version, crew })
    }

    /// The side of the queue for those who ask.
    pub fn queue(&self) -> &dyn Queue {
        match &self.backend {
            Backend::Memory(queue) => &**queue,
            Backend::Shared(queue) => &**queue,
        }
    }

    /// The films that can be recommended.
    pub fn films(&self) -> &FilmTable {
        &self.films
    }

    /// Schedules a request.
    pub async fn schedule(&self, request: Request, owner: Option<VisitorId>) -> Result<PredictionId, Refusal> {
        let request = request.canonical();
        let scheduled = self.queue().schedule(request.key(&self.model_version), request, owner).await;
        if scheduled.is_err() {
            metrics::counter!(names::SCHEDULED, "outcome" => "refused").increment(1);
        }
        scheduled
    }

    /// What somebody with this profile would give the film, and why; `None` if the model does not know the film. It needs
    /// no queue: the sum takes well under a millisecond, on a thread that may block.
    pub async fn stars(&self, profile: &Profile, movie: MovieId) -> Option<PredictedStars> {
        let film = self.films.order().position(movie)?;
        let history = History::new(self.films.order(), profile.ratings());
        let stars = Arc::clone(&self.stars);
        tokio::task::spawn_blocking(move || stars.predict(&history, film)).await.ok()?
    }

    /// What somebody with this profile would give each of these films, in their order; `None` for those that the model does
    /// not know. A few milliseconds for a whole catalogue.
    pub async fn stars_of_all(&self, profile: &Profile, movies: Vec<MovieId>) -> Vec<Option<f32>> {
        let history = History::new(self.films.order(), profile.ratings());
        let (stars, films) = (Arc::clone(&self.stars), Arc::clone(&self.films));
        let predict = move || {
            let visitor = stars.visitor(&history)?;
            let of = |movie| Some(visitor.stars(films.order().position(movie)?)? as f32);
            Some(movies.into_iter().map(of).collect())
        };
        tokio::task::spawn_blocking(predict).await.ok().flatten().unwrap_or_default()
    }

    /// The films that are most like this one, with how much, at most so many; `None` if the model does not know the film.
    pub async fn similar(&self, movie: MovieId, most: usize) -> Option<Result<Vec<(MovieId, f32)>, ModelError>> {
        let film = self.films.order().position(movie)?;
        let (model, films) = (Arc::clone(&self.model), Arc::clone(&self.films));
        tokio::task::spawn_blocking(move || similar(&*model, &films, film, most)).await.ok()
    }

    /// Whether every worker thread lives.
    pub fn workers_alive(&self) -> bool {
        self.crew.workers.all_alive()
    }

    /// Whether the queue is another process', which can be out of reach.
    pub fn is_shared(&self) -> bool {
        matches!(self.backend, Backend::Shared(_))
    }

    /// How many worker threads live.
    pub fn workers_alive_count(&self) -> usize {
        self.crew.alive()
    }

    /// The version of this process' model.
    pub fn model_version(&self) -> &str {
        &self.model_version
    }

    /// What the last minutes were like; `None` while the queue is out of reach.
    pub async fn activity(&self) -> Option<Activity> {
        let mut activity = self.queue().activity().await?;
        if !self.is_shared() {
            activity.workers = self.crew.workers.seen();
        }
        Some(activity)
    }

    /// Why predictions are late, when the queue is out of reach.
    pub fn trouble(&self) -> Option<Arc<str>> {
        match &self.backend {
            Backend::Memory(_) => None,
            Backend::Shared(queue) => queue.trouble(),
        }
    }

    /// Keeps the queue swept; runs until it is dropped.
    pub async fn keep_swept(&self) {
        match &self.backend {
            Backend::Memory(queue) => {
                let mut tick = tokio::time::interval(SWEEP);
                loop {
                    tick.tick().await;
                    queue.sweep();
                }
            }
            Backend::Shared(queue) => queue.keep_swept().await,
        }
    }

    /// Nothing new is admitted; what waits is still worked off.
    pub fn close(&self) {
        match &self.backend {
            Backend::Memory(queue) => queue.close(),
            Backend::Shared(queue) => queue.close(),
        }
    }

    /// Everyone who waits is answered now, with a failure if what they wait for is lost with this process.
    pub fn abort(&self) {
        match &self.backend {
            Backend::Memory(queue) => queue.abort(),
            Backend::Shared(queue) => queue.abort(),
        }
    }

    /// Ends the workers of a shared queue, each after the batch that it computes; whether all ended within `limit`.
    /// Those of a queue in memory have ended with it, or hold nothing that could be lost.
    pub async fn stop_workers(&self, limit: Duration) -> bool {
        self.crew.stop();
        !self.is_shared() || self.crew.ended(limit).await
    }
}

/// So many ratings' worth of doubt that a film is like another: what hardly anybody rated does not win by accident.
const DOUBT: f32 = 10.0;

fn similar(
    model: &dyn Recommender,
    films: &FilmTable,
    film: usize,
    most: usize,
) -> Result<Vec<(MovieId, f32)>, ModelError> {
    let all: Vec<usize> = (0..films.order().films().len()).collect();
    let mut alike = model.alike(&[film], &all)?.pop().unwrap_or_default();
    for (alike, &ratings) in alike.iter_mut().zip(films.ratings()) {
        *alike *= ratings as f32 / (ratings as f32 + DOUBT);
    }
    let best = best_positions(&alike, most, |other| other != film && alike[other] > 0.0);
    Ok(best.into_iter().map(|other| (films.order().films()[other], alike[other])).collect())
}

/// Worker threads and where their jobs come from.
pub struct Crew {
    workers: Workers,
    /// Those that have to be told to stop; a queue in memory tells its workers itself.
    sources: Vec<Arc<SharedJobs>>,
}

impl Crew {
    /// Workers on a queue in Redis, without a web server; the catalogue as its file and its fingerprint. Blocks until the
    /// model is warm.
    pub fn start(
        redis: &Redis,
        settings: Settings,
        model: &Arc<dyn Recommender>,
        (catalogue, fingerprint): (&Path, &str),
        claims: Claims,
    ) -> Result<Self, ServiceError> {
        let (_, engines) = engines(settings.workers, model, catalogue)?;
        Self::over(redis, settings, (model.version(), fingerprint), engines, claims)
    }

    fn over(
        redis: &Redis,
        settings: Settings,
        names: (&str, &str),
        engines: Vec<Engine>,
        claims: Claims,
    ) -> Result<Self, ServiceError> {
        let name = process_name();
        let mut seats: Vec<(Arc<dyn JobSource>, Engine)> = Vec::new();
        let mut sources = Vec::new();
        for (number, engine) in engines.into_iter().enumerate() {
            let consumer = format!("{name}-{number}");
            let source = SharedJobs::start(redis.clone(), consumer, names, settings.limits, claims)?;
            seats.push((Arc::clone(&source) as Arc<dyn JobSource>, engine));
            sources.push(source);
        }
        let workers = Workers::start(seats, settings.max_batch, settings.model_delay)?;
        Ok(Self { workers, sources })
    }

    /// No further job is taken.
    pub fn stop(&self) {
        self.sources.iter().for_each(|source| source.close());
    }

    /// Whether every thread that was started still runs.
    pub fn all_alive(&self) -> bool {
        self.workers.all_alive()
    }

    /// Threads that run; none when all have ended after [`stop`](Self::stop).
    pub fn alive(&self) -> usize {
        self.workers.alive()
    }

    /// Waits until every thread has ended, at most so long; whether they have.
    pub async fn ended(&self, limit: Duration) -> bool {
        let ended = async {
            while self.alive() > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(limit, ended).await.is_ok()
    }
}

/// The films and so many warm engines, each with a connection of its own.
fn engines(
    count: usize,
    model: &Arc<dyn Recommender>,
    catalogue: &Path,
) -> Result<(Arc<FilmTable>, Vec<Engine>), ServiceError> {
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
    let engines = (0..count).map(|_| engine()).collect::<Result<Vec<_>, _>>()?;
    Ok((films, engines))
}

/// A name for this start of this process, on this machine: no two are ever the same.
fn process_name() -> String {
    let mut random = [0; 4];
    // Without random bytes the number of the process has to tell it apart.
    let _ = rand::rngs::OsRng.try_fill_bytes(&mut random);
    let host = hostname::get().map(|name| name.to_string_lossy().into_owned()).unwrap_or_else(|_| "host".to_owned());
    let host: String = host.chars().filter(|letter| letter.is_ascii_alphanumeric() || "-.".contains(*letter)).collect();
    format!("{:.40}-{}-{}", host, std::process::id(), app::domain::hex(&random))
}
