//! A file that a visitor brings becomes ratings and marks: in steps that can be followed, all of it or nothing.

mod kept;

use std::{sync::Arc, time::Duration};

use app::{
    Importing, Later,
    domain::{Mark, OtherFilm},
    port::{PortError, VisitorId},
    views::{ImportFailure, ImportSummary, Unmatched},
};
use tokio::{sync::watch, task::spawn_blocking, time::timeout};

pub use kept::{Imports, find, import};

use super::{
    arrival::{Arrived, Unreceived},
    error::missing,
    port::for_a_person,
    site::SharedSite,
    upload::Turn,
};
use crate::{
    exchange::{self, Contents, Entry, FilmIndex, Matched, Purpose, What},
    visitors::{Brought, Kept, MOST_OTHERS},
};

/// How long a page waits for the end before it begins to show steps.
const SOON: Duration = Duration::from_millis(400);
/// Films that are told one by one when they are not here; and the bytes of their titles.
const MOST_TOLD: usize = 500;
const MOST_TOLD_BYTES: usize = 32 << 10;
/// Letters of a title that are told.
const MOST_LETTERS: usize = 200;

/// A file that a visitor brings.
pub struct File {
    /// What it is called.
    pub name: String,
    /// What is in it.
    pub bytes: Arrived,
    /// What it is for.
    pub purpose: Purpose,
}

type End = Result<ImportSummary, ImportFailure>;

/// How far an import has come, in percent, or how it ended.
#[derive(Clone, Debug)]
enum Progress {
    At(u8),
    Ended(Arc<End>),
}

impl From<Unreceived> for ImportFailure {
    fn from(why: Unreceived) -> Self {
        Self { status: why.status().as_u16(), why: why.to_string() }
    }
}

/// An import on its way. It goes on when nobody watches it any more.
#[derive(Clone)]
pub struct Import {
    progress: watch::Receiver<Progress>,
}

impl Import {
    /// Begins; the turn ends with it.
    pub fn begin(site: SharedSite, visitor: VisitorId, file: File, turn: Turn) -> Self {
        let (tell, progress) = watch::channel(Progress::At(0));
        tokio::spawn(async move {
            let end = run(site, visitor, file, &tell).await;
            drop(turn);
            tell.send_replace(Progress::Ended(Arc::new(end)));
        });
        Self { progress }
    }

    /// One that has ended.
    fn over(end: End) -> Self {
        let (_, progress) = watch::channel(Progress::Ended(Arc::new(end)));
        Self { progress }
    }

    /// How it ended.
    pub async fn end(mut self) -> End {
        let ended = self.progress.wait_for(|progress| matches!(progress, Progress::Ended(_))).await;
        match ended.as_deref() {
            Ok(Progress::Ended(end)) => End::clone(end),
            // It panicked, or the server is going down.
            _ => Err(broken()),
        }
    }
}

impl Importing for Import {
    fn reached(&self, percent: u8) -> Later<()> {
        let mut progress = self.progress.clone();
        Box::pin(async move {
            let far = |progress: &Progress| match progress {
                Progress::At(at) => *at >= percent,
                Progress::Ended(_) => true,
            };
            // If nobody tells any more, it is at its end.
            let _ = progress.wait_for(far).await;
        })
    }

    fn ended(&self) -> Later<End> {
        Box::pin(self.clone().end())
    }

    fn ended_soon(&self) -> Later<Option<End>> {
        let end = self.clone().end();
        Box::pin(async move { timeout(SOON, end).await.ok() })
    }
}

/// What nobody who brings a file could act on.
fn broken() -> ImportFailure {
    ImportFailure { status: 500, why: PortError::Internal.to_string() }
}

fn failure(error: &PortError) -> ImportFailure {
    ImportFailure { status: error.status(), why: error.to_string() }
}

async fn run(site: SharedSite, visitor: VisitorId, file: File, tell: &watch::Sender<Progress>) -> End {
    let at = |percent| {
        tell.send_replace(Progress::At(percent));
    };
    let films = site.films.as_ref().map_err(|what| failure(&PortError::NotReady(missing(what))))?;
    at(5);
    let contents = spawn_blocking(move || exchange::read(file.purpose, &file.name, &file.bytes));
    let contents = contents.await.map_err(|_| broken())?;
    let contents = contents.map_err(|error| ImportFailure { status: 422, why: error.to_string() })?;
    at(30);
    let names = films.catalogue.names().await.map_err(|error| {
        tracing::error!(%error, "an import failed");
        broken()
    })?;
    // The oldest data set numbers its films in its own way.
    let shared_numbers =
        films.catalogue.info().dataset.starts_with("ml-") && films.catalogue.info().dataset != "ml-100k";
    let told = tell.clone();
    let matched = spawn_blocking(move || {
        let index = FilmIndex::new(names, shared_numbers);
        let rows = contents.entries.len().max(1);
        let (rest, entries) = without_entries(contents);
        let matched = exchange::match_all(&index, entries, &mut |done| {
            told.send_replace(Progress::At(40 + (50 * done / rows) as u8));
        });
        (rest, matched)
    });
    let (rest, mut matched) = matched.await.map_err(|_| broken())?;
    at(90);
    let brought = brought(&mut matched);
    let kept = site.visitors.keep(visitor, brought).await.map_err(|error| failure(&for_a_person(&error.into())))?;
    Ok(summary(&rest, &matched, &kept))
}

/// What is said of the file beside its entries, and the entries.
fn without_entries(mut contents: Contents) -> (Contents, Contents) {
    let entries = std::mem::take(&mut contents.entries);
    let rest = contents.clone();
    (rest, Contents { entries, ..contents })
}

fn brought(matched: &mut Matched) -> Brought {
    let mut marks = std::mem::take(&mut matched.marks);
    marks.extend(matched.have.drain(..).map(|film| (Mark::Library, film, None)));
    let library = matched.unmatched.iter().filter(|entry| entry.what == What::Have);
    let others = library.take(MOST_OTHERS).map(|entry| OtherFilm {
        title: shortened(&entry.title),
        year: entry.year,
        imdb: entry.imdb,
        tmdb: entry.tmdb,
    });
    Brought { ratings: std::mem::take(&mut matched.ratings), marks, others: others.collect() }
}

fn summary(rest: &Contents, matched: &Matched, kept: &Kept) -> ImportSummary {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    // What one has is kept, known here or not.
    let missing = || matched.unmatched.iter().filter(|entry| entry.what != What::Have);
    let of_library = matched.unmatched.len() - missing().count();
    let mut bytes = 0;
    let fits = |film: &Unmatched| {
        bytes += film.title.len();
        bytes <= MOST_TOLD_BYTES
    };
    let told = missing().take(MOST_TOLD).map(unmatched).take_while(fits);
    ImportSummary {
        source: rest.format.name().to_owned(),
        rows: count(matched.rows),
        ratings: count(kept.new),
        changed: count(kept.changed),
        same: count(kept.same),
        older: count(kept.older),
        marks: kept.marks.map(count),
        others: count(kept.others),
        unmatched: told.collect(),
        unmatched_rows: count(matched.unmatched.len() - of_library),
        unreadable: rest.unreadable.iter().map(ToString::to_string).collect(),
        unreadable_rows: count(rest.unreadable_rows),
        not_films: count(rest.not_films),
        duplicates: count(matched.duplicates),
        contradictions: matched.contradictions.iter().take(20).map(|title| shortened(title)).collect(),
    }
}

fn unmatched(entry: &Entry) -> Unmatched {
    let number = || {
        let imdb = entry.imdb.map(|number| format!("IMDb tt{number:07}"));
        let tmdb = entry.tmdb.map(|number| format!("TMDB {number}"));
        let movie_lens = entry.movie_lens.map(|number| format!("MovieLens {number}"));
        imdb.or(tmdb).or(movie_lens).unwrap_or_default()
    };
    let title = if entry.title.is_empty() { number() } else { shortened(&entry.title) };
    let said = match entry.what {
        What::Rating(stars) => stars.in_words(),
        What::Watchlist => "watchlist".to_owned(),
        What::Seen => "seen".to_owned(),
        What::Hidden => "hidden".to_owned(),
        What::Have => "in your library".to_owned(),
    };
    Unmatched { title, year: entry.year, said }
}

fn shortened(title: &str) -> String {
    title.chars().take(MOST_LETTERS).collect()
}
