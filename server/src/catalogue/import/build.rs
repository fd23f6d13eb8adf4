//! Writes the new catalogue: one transaction, ratings first, and what they add up to after.

use std::{
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use app::domain::Stars;
use rusqlite::{Connection, Transaction, params};

use super::{
    super::{CatalogueError, Info, schema},
    Progress, ROWS_PER_STEP,
    error::ImportError,
    films::Films,
    highlights::{self, Known},
    layout::RatingRow,
    sorter::{self, Sorter},
    workspace::Workspace,
};

/// The most active viewers, among whom notable ones are looked for.
const NOTABLE_CANDIDATES: i64 = 2000;

/// MovieLens lists it among the genres; it is nobody's taste.
const SCREEN_FORMAT: &str = "IMAX";

/// What the ratings of one film add up to.
#[derive(Clone, Copy, Default)]
struct Tally {
    histogram: [u32; 10],
}

impl Tally {
    fn ratings(&self) -> u32 {
        self.histogram.iter().sum()
    }

    fn liked(&self) -> u32 {
        self.histogram[usize::from(Stars::LIKED.halves()) - 1..].iter().sum()
    }

    fn average(&self) -> Option<f32> {
        let halves: u64 = self.histogram.iter().zip(1..).map(|(&count, halves)| u64::from(count) * halves).sum();
        let count = self.ratings();
        (count > 0).then(|| (halves as f64 / 2.0 / f64::from(count)) as f32)
    }
}

/// Makes the file; returns what it is and how many ratings had a newer one.
pub(super) fn build(
    workspace: &Workspace,
    dataset: &str,
    films: &Films,
    (sorter, rows): (Sorter, u64),
    progress: &mut dyn Progress,
) -> Result<(Info, u64), ImportError> {
    let mut connection = open(&workspace.database())?;
    schema::create(&mut connection)?;

    let transaction = connection.transaction()?;
    let (stored, older) = store_ratings(&transaction, workspace, films, sorter, rows, progress)?;
    progress.finishing();
    store_films(&transaction, films, &stored.tallies)?;
    store_tastes(&transaction, films, &stored.tallies, progress)?;
    choose_notable(&transaction)?;
    let info = Info {
        dataset: dataset.to_owned(),
        films: films.all.len() as u32,
        ratings: stored.ratings,
        viewers: stored.viewers,
        fingerprint: stored.fingerprint,
        imported_at: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs() as i64),
    };
    store_info(&transaction, &info)?;
    transaction.commit()?;

    check(&connection)?;
    connection.close().map_err(|(_, error)| error)?;
    Ok((info, older))
}

/// A file that is thrown away if anything goes wrong needs no journal and no waiting for the disk on the way; it is
/// synced as a whole before it gets its name. Foreign keys are checked at the end, all at once.
fn open(path: &Path) -> Result<Connection, CatalogueError> {
    let connection = crate::sqlite::open_writable(path)?;
    connection.pragma_update(None, "journal_mode", "OFF")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update(None, "cache_size", -64 * 1024)?;
    Ok(connection)
}

struct Stored {
    /// By a film's place in `Films::all`.
    tallies: Vec<Tally>,
    ratings: u64,
    viewers: u32,
    fingerprint: String,
}

fn store_ratings(
    transaction: &Transaction<'_>,
    workspace: &Workspace,
    films: &Films,
    sorter: Sorter,
    rows: u64,
    progress: &mut dyn Progress,
) -> Result<(Stored, u64), ImportError> {
    let mut insert = transaction.prepare("insert into ratings values (?1, ?2, ?3, ?4)")?;
    let mut insert_viewer = transaction.prepare("insert into viewers (id, rated, liked) values (?1, ?2, ?3)")?;
    let mut fingerprint = Fingerprint::of_films(films);
    let mut tallies = vec![Tally::default(); films.all.len()];
    let (mut ratings, mut viewers) = (0_u64, 0_u32);
    let mut viewer: Option<(u32, u32, u32)> = None;
    let least_liked = Stars::LIKED.halves();

    let older = sorter.drain(|row: RatingRow| -> Result<(), Failure> {
        let current = match viewer {
            Some(current) if current.0 == row.viewer => current,
            finished => {
                if let Some(finished) = finished {
                    insert_viewer.execute(finished)?;
                }
                viewers += 1;
                (row.viewer, 0, 0)
            }
        };
        viewer = Some((current.0, current.1 + 1, current.2 + u32::from(row.halves >= least_liked)));
        insert.execute((row.viewer, row.movie, row.halves, row.time))?;
        fingerprint.add(row);
        if let Some(place) = films.places.get(row.movie) {
            tallies[place as usize].histogram[usize::from(row.halves) - 1] += 1;
        }
        ratings += 1;
        if ratings.is_multiple_of(ROWS_PER_STEP) {
            if progress.is_cancelled() {
                return Err(Failure::Cancelled);
            }
            progress.storing(ratings, rows);
        }
        Ok(())
    });
    let older = older.map_err(|failure| match failure {
        Failure::Sql(error) => error.into(),
        Failure::Runs(error) => workspace.write_error(error),
        Failure::Cancelled => ImportError::Cancelled,
    })?;
    if let Some(finished) = viewer {
        insert_viewer.execute(finished)?;
    }
    Ok((Stored { tallies, ratings, viewers, fingerprint: fingerprint.finish() }, older))
}

/// What can stop the storing of ratings.
enum Failure {
    Sql(rusqlite::Error),
    Runs(std::io::Error),
    Cancelled,
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Runs(error)
    }
}

fn store_films(transaction: &Transaction<'_>, films: &Films, tallies: &[Tally]) -> Result<(), ImportError> {
    let mut by_popularity: Vec<usize> = (0..films.all.len()).collect();
    by_popularity.sort_by_key(|&place| (std::cmp::Reverse(tallies[place].ratings()), films.all[place].id));

    let known: Vec<Known<'_>> = by_popularity
        .iter()
        .map(|&place| {
            let (film, tally) = (&films.all[place], &tallies[place]);
            Known {
                title: &film.title.name,
                year: film.title.year,
                genres: &film.genres,
                ratings: tally.ratings(),
                average: tally.average().unwrap_or(0.0),
            }
        })
        .collect();
    let mut well_known: Vec<Option<u32>> = vec![None; known.len()];
    for (popularity, rank) in highlights::well_known(&known).into_iter().zip(1..) {
        well_known[popularity] = Some(rank);
    }

    let mut insert_genre = transaction.prepare("insert into genres values (?1, ?2)")?;
    for (genre, name) in (0_u32..).zip(&films.genres) {
        insert_genre.execute(params![genre, name])?;
    }
    let mut insert = transaction.prepare("insert into movies values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?;
    let mut insert_movie_genre = transaction.prepare("insert into movie_genres values (?1, ?2, ?3)")?;
    let mut insert_alias = transaction.prepare("insert into aliases values (?1, ?2, ?3)")?;
    for ((&place, well_known), popularity) in by_popularity.iter().zip(well_known).zip(1_u32..) {
        let (film, tally) = (&films.all[place], &tallies[place]);
        let histogram = tally.histogram.map(|count| count.to_string()).join(" ");
        insert.execute(params![
            film.id,
            film.title.name,
            film.title.year,
            film.imdb_id,
            film.tmdb_id,
            tally.ratings(),
            tally.average(),
            histogram,
            popularity,
            well_known,
        ])?;
        for (genre, order) in film.genres.iter().zip(0_u32..) {
            insert_movie_genre.execute(params![film.id, order, genre])?;
        }
        for (alias, order) in film.title.aliases.iter().zip(0_u32..) {
            insert_alias.execute(params![film.id, order, alias])?;
        }
    }
    Ok(())
}

/// The second walk over the ratings: what a viewer's likes have more of than everyone's.
fn store_tastes(
    transaction: &Transaction<'_>,
    films: &Films,
    tallies: &[Tally],
    progress: &dyn Progress,
) -> Result<(), ImportError> {
    let mut everyone = vec![0.0; films.genres.len()];
    let all_likes: f64 = tallies.iter().map(|tally| f64::from(tally.liked())).sum();
    for (film, tally) in films.all.iter().zip(tallies) {
        for &genre in film.genres.iter().filter(|&&genre| films.genres[usize::from(genre)] != SCREEN_FORMAT) {
            everyone[usize::from(genre)] += f64::from(tally.liked()) / all_likes.max(1.0);
        }
    }

    let mut insert = transaction.prepare("insert into viewer_tastes values (?1, ?2, ?3)")?;
    let mut store = |viewer: u32, counts: &[u32], likes: u32| -> Result<(), rusqlite::Error> {
        for (genre, order) in highlights::taste(counts, likes, &everyone).into_iter().zip(0_u32..) {
            insert.execute(params![viewer, order, genre])?;
        }
        Ok(())
    };
    let mut likes_of_all = transaction
        .prepare("select viewer_id, movie_id from ratings where halves >= ?1 order by viewer_id, movie_id")?;
    let mut rows = likes_of_all.query([Stars::LIKED.halves()])?;
    let mut counts = vec![0_u32; films.genres.len()];
    let (mut current, mut likes, mut walked) = (None, 0, 0_u64);
    while let Some(row) = rows.next()? {
        let (viewer, movie): (u32, u32) = (row.get(0)?, row.get(1)?);
        if current != Some(viewer) {
            if let Some(finished) = current {
                store(finished, &counts, likes)?;
            }
            counts.fill(0);
            (current, likes) = (Some(viewer), 0);
        }
        likes += 1;
        if let Some(place) = films.places.get(movie) {
            for &genre in &films.all[place as usize].genres {
                counts[usize::from(genre)] += 1;
            }
        }
        walked += 1;
        if walked.is_multiple_of(ROWS_PER_STEP) && progress.is_cancelled() {
            return Err(ImportError::Cancelled);
        }
    }
    if let Some(finished) = current {
        store(finished, &counts, likes)?;
    }
    Ok(())
}

fn choose_notable(transaction: &Transaction<'_>) -> Result<(), ImportError> {
    let mut most_active = transaction.prepare("select id from viewers order by rated desc, id limit ?1")?;
    let viewers = most_active.query_map([NOTABLE_CANDIDATES], |row| row.get(0))?.collect::<Result<Vec<u32>, _>>()?;
    let mut taste_of = transaction.prepare("select genre_id from viewer_tastes where viewer_id = ?1 order by place")?;
    let mut tastes = Vec::with_capacity(viewers.len());
    for viewer in &viewers {
        tastes.push(taste_of.query_map([viewer], |row| row.get(0))?.collect::<Result<Vec<u16>, _>>()?);
    }
    let mut update = transaction.prepare("update viewers set notable = ?1 where id = ?2")?;
    for (place, order) in highlights::notable(&tastes).into_iter().zip(1_u32..) {
        update.execute(params![order, viewers[place]])?;
    }
    Ok(())
}

fn store_info(transaction: &Transaction<'_>, info: &Info) -> Result<(), ImportError> {
    let mut insert = transaction.prepare("insert into meta values (?1, ?2)")?;
    for (key, value) in [
        ("dataset", info.dataset.clone()),
        ("films", info.films.to_string()),
        ("ratings", info.ratings.to_string()),
        ("viewers", info.viewers.to_string()),
        ("fingerprint", info.fingerprint.clone()),
        ("imported_at", info.imported_at.to_string()),
    ] {
        insert.execute((key, value))?;
    }
    Ok(())
}

fn check(connection: &Connection) -> Result<(), ImportError> {
    let mut statement = connection.prepare("pragma foreign_key_check")?;
    let broken = statement.query([])?.next()?.map(|row| row.get::<_, String>(0)).transpose()?;
    match broken {
        Some(table) => Err(CatalogueError::Schema(format!("{table} refers to what is not there")).into()),
        None => Ok(()),
    }
}

/// BLAKE3 over films and ratings in ascending order.
struct Fingerprint {
    hasher: blake3::Hasher,
    /// The hash is several times faster over many rows at once.
    rows: Vec<u8>,
}

impl Fingerprint {
    const BATCH_BYTES: usize = 1 << 16;

    fn of_films(films: &Films) -> Self {
        let mut hasher = blake3::Hasher::new();
        for film in &films.all {
            let mut genres: Vec<&str> =
                film.genres.iter().map(|&genre| films.genres[usize::from(genre)].as_str()).collect();
            genres.sort_unstable();
            hasher.update(&film.id.to_le_bytes());
            hasher.update(&film.title.year.unwrap_or(0).to_le_bytes());
            hasher.update(film.title.name.as_bytes());
            for genre in genres {
                hasher.update(b"|");
                hasher.update(genre.as_bytes());
            }
            hasher.update(b"\n");
        }
        Self { hasher, rows: Vec::with_capacity(Self::BATCH_BYTES + 64) }
    }

    fn add(&mut self, row: RatingRow) {
        self.rows.extend_from_slice(&sorter::to_bytes(row));
        if self.rows.len() >= Self::BATCH_BYTES {
            self.hasher.update(&self.rows);
            self.rows.clear();
        }
    }

    fn finish(mut self) -> String {
        self.hasher.update(&self.rows);
        self.hasher.finalize().to_hex().to_string()
    }
}
