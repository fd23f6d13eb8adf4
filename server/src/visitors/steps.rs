use rusqlite_migration::M;

/// The schema of `visitors.db`, step by step; a step that was released is never changed.
///
/// - `meta`: named values of this installation; `secret` is the key of the prediction ids' checksums.
/// - `visitors`: one row for each visitor who rated something. `id` is a fingerprint of their cookie: whoever reads
///   this file cannot make the cookie from it.
/// - `ratings`: half stars, 1 to 10. `viewer_id` is 0 for the visitor's own profile, else the MovieLens viewer in whose
///   shoes they stood.
/// - `marks`: 1 watchlist, 2 seen, 3 hidden, 4 library.
/// - `others`: films of the library that the catalogue does not have, as JSON, by what tells them apart.
/// - `ended`: fingerprints of cookies whose profile has ended; `how` is 1 where it went to another one, 2 where it was deleted.
pub(super) const STEPS: &[M<'static>] = &[
    M::up(
        "create table meta (
             name text primary key,
             value blob not null
         ) without rowid;
         create table visitors (
             id blob primary key check (length(id) = 16),
             created_at integer not null
         ) without rowid;
         create table ratings (
             visitor_id blob not null references visitors (id) on delete cascade,
             viewer_id integer not null,
             movie_id integer not null,
             halves integer not null check (halves between 1 and 10),
             rated_at integer not null,
             primary key (visitor_id, viewer_id, movie_id)
         ) without rowid;",
    ),
    M::up(
        "create table marks (
             visitor_id blob not null references visitors (id) on delete cascade,
             viewer_id integer not null,
             movie_id integer not null,
             mark integer not null check (mark between 1 and 3),
             marked_at integer not null,
             primary key (visitor_id, viewer_id, mark, movie_id)
         ) without rowid;",
    ),
    M::up(
        "create table more_marks (
             visitor_id blob not null references visitors (id) on delete cascade,
             viewer_id integer not null,
             movie_id integer not null,
             mark integer not null check (mark between 1 and 4),
             marked_at integer not null,
             primary key (visitor_id, viewer_id, mark, movie_id)
         ) without rowid;
         insert into more_marks (visitor_id, viewer_id, movie_id, mark, marked_at)
             select visitor_id, viewer_id, movie_id, mark, marked_at from marks;
         drop table marks;
         alter table more_marks rename to marks;",
    ),
    M::up(
        "create table others (
             visitor_id blob not null references visitors (id) on delete cascade,
             name text not null,
             film text not null,
             primary key (visitor_id, name)
         ) without rowid;",
    ),
    M::up(
        "create table handed_over (
             visitor_id blob primary key check (length(visitor_id) = 16),
             handed_over_at integer not null
         ) without rowid;",
    ),
    M::up(
        "create table ended (
             visitor_id blob primary key check (length(visitor_id) = 16),
             how integer not null check (how between 1 and 2),
             ended_at integer not null
         ) without rowid;
         insert into ended (visitor_id, how, ended_at) select visitor_id, 1, handed_over_at from handed_over;
         drop table handed_over;",
    ),
];
