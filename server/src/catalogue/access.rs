use std::{path::Path, sync::Arc};

use app::domain::{MovieId, Stars, ViewerId};
use rusqlite::Connection;

use super::{
    CatalogueError, FilmFacts, FilmNames, Info, Interactions, Movie, MovieSummary, Viewer, queries, schema,
    search::{NameIndex, Query},
};
use crate::sqlite::{Abandoned, Pool, open_immutable};

/// The catalogue for async callers: each query runs on one of a few threads with a read-only connection. Clones share
/// them.
#[derive(Clone)]
pub struct Catalogue {
    pool: Pool,
    info: Arc<Info>,
    index: Arc<NameIndex>,
}

impl Catalogue {
    /// Opens the file with so many readers (at least one).
    pub fn open(path: &Path, readers: usize) -> Result<Self, CatalogueError> {
        let first = open(path)?;
        let info = Arc::new(schema::read_info(&first, path)?);
        let index = Arc::new(NameIndex::new(&queries::names(&first)?, &queries::facts(&first)?));
        let mut connections = vec![first];
        for _ in 1..readers {
            connections.push(open(path)?);
        }
        Ok(Self { pool: Pool::start("catalogue", connections, Abandoned::Skip)?, info, index })
    }

    /// What this catalogue is.
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// Everything about one film.
    pub async fn movie(&self, id: MovieId) -> Result<Option<Movie>, CatalogueError> {
        self.pool.call(move |connection| queries::movie(connection, id)).await
    }

    /// These films in the order asked; unknown ones are left out.
    pub async fn summaries(&self, ids: Vec<MovieId>) -> Result<Vec<MovieSummary>, CatalogueError> {
        self.pool.call(move |connection| queries::summaries(connection, &ids)).await
    }

    /// The most rated films.
    pub async fn popular(&self, n: usize) -> Result<Vec<MovieSummary>, CatalogueError> {
        self.pool.call(move |connection| queries::popular(connection, n)).await
    }

    /// Films that most people know and that differ from each other, for a new visitor to like; at most
    /// [`super::import::MOST_WELL_KNOWN`].
    pub async fn well_known(&self, n: usize) -> Result<Vec<MovieSummary>, CatalogueError> {
        self.pool.call(move |connection| queries::well_known(connection, n)).await
    }

    /// One person of the data set.
    pub async fn viewer(&self, id: ViewerId) -> Result<Option<Viewer>, CatalogueError> {
        self.pool.call(move |connection| queries::viewer(connection, id)).await
    }

    /// What a person of the data set rated, ascending by film; `None` for an unknown person.
    pub async fn viewer_ratings(&self, id: ViewerId) -> Result<Option<Vec<(MovieId, Stars)>>, CatalogueError> {
        self.pool.call(move |connection| queries::viewer_ratings(connection, id)).await
    }

    /// The films that a person of the data set rated last, the last first.
    pub async fn recent_of_viewer(&self, id: ViewerId, n: usize) -> Result<Vec<MovieId>, CatalogueError> {
        self.pool.call(move |connection| queries::recent_of_viewer(connection, id, n)).await
    }

    /// The most active person first, then others of different tastes; at most [`super::import::MOST_NOTABLE`].
    pub async fn notable_viewers(&self, n: usize) -> Result<Vec<Viewer>, CatalogueError> {
        self.pool.call(move |connection| queries::notable_viewers(connection, n)).await
    }

    /// The names of every film, the most rated first.
    pub async fn names(&self) -> Result<Vec<FilmNames>, CatalogueError> {
        self.pool.call(|connection| queries::names(connection)).await
    }

    /// What films can be searched by.
    pub fn index(&self) -> &NameIndex {
        &self.index
    }

    /// The films that the query finds, in its order. Milliseconds of arithmetic, so it runs where queries do.
    pub async fn find(&self, query: Query) -> Result<Vec<MovieId>, CatalogueError> {
        let index = Arc::clone(&self.index);
        self.pool.call(move |_| Ok(index.find(&query))).await
    }
}

/// The catalogue for threads that may block: one connection.
pub struct Reader {
    connection: Connection,
    info: Info,
}

impl Reader {
    /// Opens the file.
    pub fn open(path: &Path) -> Result<Self, CatalogueError> {
        let connection = open(path)?;
        let info = schema::read_info(&connection, path)?;
        Ok(Self { connection, info })
    }

    /// What this catalogue is.
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// These films in the order asked; unknown ones are left out.
    pub fn summaries(&self, ids: &[MovieId]) -> Result<Vec<MovieSummary>, CatalogueError> {
        queries::summaries(&self.connection, ids)
    }

    /// Every film, ascending by number.
    pub fn facts(&self) -> Result<Vec<FilmFacts>, CatalogueError> {
        queries::facts(&self.connection)
    }

    /// The names of every film, the most rated first.
    pub fn names(&self) -> Result<Vec<FilmNames>, CatalogueError> {
        queries::names(&self.connection)
    }

    /// Every rating: 13 bytes of memory each.
    pub fn interactions(&self) -> Result<Interactions, CatalogueError> {
        queries::interactions(&self.connection, &self.info)
    }
}

fn open(path: &Path) -> Result<Connection, CatalogueError> {
    if !path.exists() {
        return Err(CatalogueError::Missing { path: path.to_owned() });
    }
    Ok(open_immutable(path)?)
}
