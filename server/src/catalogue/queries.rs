use app::domain::{MovieId, Stars, ViewerId};
use rusqlite::{Connection, OptionalExtension, Params, Row};

use super::{CatalogueError, FilmFacts, FilmNames, Info, Interactions, Movie, MovieSummary, Viewer};

/// Between the names of a list that SQL puts into one column; no genre and no title holds it.
const SEPARATOR: char = '\u{1f}';

/// The columns of a [`MovieSummary`], of `movies m`.
const SUMMARY: &str = "m.id, m.title, m.year, m.average, m.ratings, \
    (select group_concat(g.name, char(31) order by mg.place) \
     from movie_genres mg join genres g on g.id = mg.genre_id where mg.movie_id = m.id)";

/// The columns of a [`Viewer`], of `viewers v`.
const VIEWER: &str = "v.id, v.rated, v.liked, \
    (select group_concat(g.name, char(31) order by t.place) \
     from viewer_tastes t join genres g on g.id = t.genre_id where t.viewer_id = v.id)";

pub(super) fn movie(connection: &Connection, id: MovieId) -> Result<Option<Movie>, CatalogueError> {
    let sql = format!("select {SUMMARY}, m.imdb_id, m.tmdb_id, m.histogram from movies m where m.id = ?1");
    let found = connection
        .prepare_cached(&sql)?
        .query_row([id.0], |row| {
            let histogram: String = row.get(8)?;
            Ok((summary(row)?, row.get(6)?, row.get(7)?, read_histogram(&histogram)))
        })
        .optional()?;
    let Some((summary, imdb_id, tmdb_id, histogram)) = found else { return Ok(None) };
    let aliases =
        rows(connection, "select name from aliases where movie_id = ?1 order by place", [id.0], |row| row.get(0))?;
    Ok(Some(Movie { summary, aliases, imdb_id, tmdb_id, histogram }))
}

pub(super) fn summaries(connection: &Connection, ids: &[MovieId]) -> Result<Vec<MovieSummary>, CatalogueError> {
    let mut statement = connection.prepare_cached(&format!("select {SUMMARY} from movies m where m.id = ?1"))?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.extend(statement.query_row([id.0], summary).optional()?);
    }
    Ok(found)
}

pub(super) fn popular(connection: &Connection, n: usize) -> Result<Vec<MovieSummary>, CatalogueError> {
    let sql = format!("select {SUMMARY} from movies m where m.ratings > 0 order by m.popularity limit ?1");
    rows(connection, &sql, [limit(n)], summary)
}

pub(super) fn well_known(connection: &Connection, n: usize) -> Result<Vec<MovieSummary>, CatalogueError> {
    let sql = format!("select {SUMMARY} from movies m where m.well_known is not null order by m.well_known limit ?1");
    rows(connection, &sql, [limit(n)], summary)
}

pub(super) fn viewer(connection: &Connection, id: ViewerId) -> Result<Option<Viewer>, CatalogueError> {
    let sql = format!("select {VIEWER} from viewers v where v.id = ?1");
    Ok(connection.prepare_cached(&sql)?.query_row([id.0], read_viewer).optional()?)
}

pub(super) fn notable_viewers(connection: &Connection, n: usize) -> Result<Vec<Viewer>, CatalogueError> {
    let sql = format!("select {VIEWER} from viewers v where v.notable is not null order by v.notable limit ?1");
    rows(connection, &sql, [limit(n)], read_viewer)
}

pub(super) fn viewer_ratings(
    connection: &Connection,
    id: ViewerId,
) -> Result<Option<Vec<(MovieId, Stars)>>, CatalogueError> {
    let ratings = rows(
        connection,
        "select movie_id, halves from ratings where viewer_id = ?1 order by movie_id",
        [id.0],
        |row| Ok((MovieId(row.get(0)?), read_stars(row, 1)?)),
    )?;
    // A viewer is somebody who rated: no ratings, no such viewer.
    Ok(if ratings.is_empty() { None } else { Some(ratings) })
}

pub(super) fn recent_of_viewer(
    connection: &Connection,
    id: ViewerId,
    n: usize,
) -> Result<Vec<MovieId>, CatalogueError> {
    let sql = "select movie_id from ratings where viewer_id = ?1 order by rated_at desc, movie_id limit ?2";
    rows(connection, sql, (id.0, limit(n)), |row| row.get(0).map(MovieId))
}

pub(super) fn facts(connection: &Connection) -> Result<Vec<FilmFacts>, CatalogueError> {
    rows(connection, &format!("select {SUMMARY} from movies m order by m.id"), [], |row| {
        let MovieSummary { id, year, genres, ratings, average, .. } = summary(row)?;
        Ok(FilmFacts { id, year, genres, ratings, average })
    })
}

pub(super) fn names(connection: &Connection) -> Result<Vec<FilmNames>, CatalogueError> {
    let sql = "select m.id, m.title, m.year, m.imdb_id, m.tmdb_id, m.ratings, \
        (select group_concat(a.name, char(31) order by a.place) from aliases a where a.movie_id = m.id) \
        from movies m order by m.popularity";
    rows(connection, sql, [], |row| {
        Ok(FilmNames {
            id: MovieId(row.get(0)?),
            title: row.get(1)?,
            year: row.get(2)?,
            imdb_id: row.get(3)?,
            tmdb_id: row.get(4)?,
            ratings: row.get(5)?,
            aliases: read_names(row, 6)?,
        })
    })
}

pub(super) fn interactions(connection: &Connection, info: &Info) -> Result<Interactions, CatalogueError> {
    let films = rows(connection, "select id from movies order by id", [], |row| row.get(0).map(MovieId))?;
    let positions: std::collections::HashMap<u32, u32> = films.iter().map(|film| film.0).zip(0..).collect();
    let most = usize::try_from(info.ratings).unwrap_or(0);
    let mut all = Interactions {
        films,
        viewers: Vec::with_capacity(info.viewers as usize),
        offsets: Vec::with_capacity(info.viewers as usize + 1),
        items: Vec::with_capacity(most),
        stars: Vec::with_capacity(most),
        times: Vec::with_capacity(most),
    };

    let mut statement =
        connection.prepare("select viewer_id, movie_id, halves, rated_at from ratings order by viewer_id, movie_id")?;
    let mut ratings = statement.query([])?;
    while let Some(row) = ratings.next()? {
        let viewer = ViewerId(row.get(0)?);
        if all.viewers.last() != Some(&viewer) {
            all.viewers.push(viewer);
            all.offsets.push(all.items.len());
        }
        let movie: u32 = row.get(1)?;
        let Some(&position) = positions.get(&movie) else {
            // Foreign keys were checked when the file was made.
            debug_assert!(false, "a rating of a film that is not there");
            continue;
        };
        all.items.push(position);
        all.stars.push(read_stars(row, 2)?);
        all.times.push(row.get(3)?);
    }
    all.offsets.push(all.items.len());
    Ok(all)
}

fn rows<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, CatalogueError> {
    Ok(connection.prepare_cached(sql)?.query_map(params, read)?.collect::<Result<_, _>>()?)
}

fn limit(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn summary(row: &Row<'_>) -> rusqlite::Result<MovieSummary> {
    Ok(MovieSummary {
        id: MovieId(row.get(0)?),
        title: row.get(1)?,
        year: row.get(2)?,
        average: row.get(3)?,
        ratings: row.get(4)?,
        genres: read_names(row, 5)?,
    })
}

fn read_viewer(row: &Row<'_>) -> rusqlite::Result<Viewer> {
    Ok(Viewer { id: ViewerId(row.get(0)?), rated: row.get(1)?, liked: row.get(2)?, taste: read_names(row, 3)? })
}

fn read_names(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<String>> {
    let names = row.get_ref(column)?.as_str_or_null()?;
    Ok(names.map(|names| names.split(SEPARATOR).map(str::to_owned).collect()).unwrap_or_default())
}

fn read_stars(row: &Row<'_>, column: usize) -> rusqlite::Result<Stars> {
    let halves: u8 = row.get(column)?;
    Stars::from_halves(halves).ok_or(rusqlite::Error::IntegralValueOutOfRange(column, i64::from(halves)))
}

fn read_histogram(text: &str) -> [u32; 10] {
    let mut histogram = [0; 10];
    for (count, number) in histogram.iter_mut().zip(text.split(' ')) {
        *count = number.parse().unwrap_or(0);
    }
    histogram
}
