//! The one place where `catalogue.db` is described.
//!
//! The file is built beside the old one and renamed in, and never changed after: there is nothing to migrate in place.
//! The migrations' number (`user_version`) says which schema a file has; another number means "import again".

use std::{path::Path, sync::LazyLock};

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use super::{CatalogueError, Info};

/// "MARQ": tells a catalogue from any other SQLite file.
const APPLICATION_ID: i32 = 0x4D41_5251;

/// As many as there are migrations.
const SCHEMA_VERSION: i32 = 1;

/// The tables, each with its reason.
const TABLES: &str = "
-- What the catalogue is: dataset, films, ratings, viewers, fingerprint, imported_at (seconds since 1970).
create table meta (
    key   text primary key,
    value text not null
) strict, without rowid;

create table genres (
    id   integer primary key,
    name text not null unique
) strict;

create table movies (
    id         integer primary key,     -- the data set's own number
    title      text    not null,        -- without year, article in front: The Godfather
    year       integer,                 -- of release; null where the data has none
    imdb_id    integer,
    tmdb_id    integer,
    ratings    integer not null,        -- how many people rated it
    average    real,                    -- of their stars; null where nobody did
    histogram  text    not null,        -- ratings of half a star, one star, … five stars: ten numbers with spaces
    popularity integer not null unique, -- 1 is the most rated film
    well_known integer unique           -- place among the films that a new visitor is asked about
) strict;

create table movie_genres (
    movie_id integer not null references movies (id),
    place    integer not null,          -- the order in which the data set names them
    genre_id integer not null references genres (id),
    primary key (movie_id, place)
) strict, without rowid;

create table aliases (
    movie_id integer not null references movies (id),
    place    integer not null,
    name     text    not null,
    primary key (movie_id, place)
) strict, without rowid;

create table viewers (
    id      integer primary key,        -- the data set's own number
    rated   integer not null,           -- films rated
    liked   integer not null,           -- of those, with four stars or more
    notable integer unique              -- place in the menu of viewers to look through the eyes of
) strict;

-- The genres that stand out in a viewer's likes against everyone's; at most two.
create table viewer_tastes (
    viewer_id integer not null references viewers (id),
    place     integer not null,
    genre_id  integer not null references genres (id),
    primary key (viewer_id, place)
) strict, without rowid;

-- In the order in which the model reads them.
create table ratings (
    viewer_id integer not null references viewers (id),
    movie_id  integer not null references movies (id),
    halves    integer not null check (halves between 1 and 10),  -- half stars
    rated_at  integer not null,         -- seconds since 1970; 0 where the data has no times
    primary key (viewer_id, movie_id)
) strict, without rowid;
";

static MIGRATIONS: LazyLock<Migrations<'static>> = LazyLock::new(|| Migrations::new(vec![M::up(TABLES)]));

/// Makes the tables in a new file.
pub(super) fn create(connection: &mut Connection) -> Result<(), CatalogueError> {
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    MIGRATIONS.to_latest(connection).map_err(|error| CatalogueError::Schema(error.to_string()))
}

/// Reads what the catalogue is; refuses a file that is no catalogue or one of another version of Marquee.
pub(super) fn read_info(connection: &Connection, path: &Path) -> Result<Info, CatalogueError> {
    let not_a_catalogue = |reason: String| CatalogueError::NotACatalogue { path: path.to_owned(), reason };
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));

    let application = number("application_id").map_err(|error| not_a_catalogue(error.to_string()))?;
    if application != APPLICATION_ID {
        return Err(not_a_catalogue("it is a database of something else".to_owned()));
    }
    let version = number("user_version")?;
    if version != SCHEMA_VERSION {
        return Err(not_a_catalogue(format!("it has schema {version}, this Marquee reads schema {SCHEMA_VERSION}")));
    }

    let text = |key: &str| connection.query_row("select value from meta where key = ?1", [key], |row| row.get(0));
    let count = |key: &str| -> Result<u64, CatalogueError> {
        let value: String = text(key)?;
        value.parse().map_err(|_| not_a_catalogue(format!("its {key} is not a number")))
    };
    let narrow = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    Ok(Info {
        dataset: text("dataset")?,
        films: narrow(count("films")?),
        ratings: count("ratings")?,
        viewers: narrow(count("viewers")?),
        fingerprint: text("fingerprint")?,
        imported_at: i64::try_from(count("imported_at")?).unwrap_or(i64::MAX),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_valid_and_its_number_is_the_number_of_migrations() {
        let mut connection = Connection::open_in_memory().expect("an in-memory database");
        create(&mut connection).expect("the schema");
        let version: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).expect("a number");
        assert_eq!(version, SCHEMA_VERSION);
    }
}
