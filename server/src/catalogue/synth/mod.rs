//! MovieLens-shaped data of any size, for tests and scale: three CSV files of people and films that do not exist.
//!
//! Popularity and activity follow power laws, as they do in life. Films have a place in a space of tastes that their
//! genres put them near, people have one too ([`taste`]), and what somebody watches and how they rate it depends on
//! how close the two are: a model has something to learn that popularity does not know. Equal options give equal bytes.
//! Memory grows with people and films, not with ratings.

mod random;
mod taste;
mod titles;

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use random::Random;
use taste::{Films, Person};
use titles::Namer;

/// What to make.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// People who rate.
    pub users: u32,
    /// Films.
    pub films: u32,
    /// Ratings in all.
    pub ratings: u64,
    /// Another number gives other data.
    pub seed: u64,
}

/// Why nothing was made.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    /// There is something in the folder.
    #[error("{path} is not an empty folder: give the name of a new one", path = path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// The numbers do not go together.
    #[error("{ratings} ratings of {films} films by {users} users cannot be made: {why}")]
    Impossible {
        /// As asked.
        users: u32,
        /// As asked.
        films: u32,
        /// As asked.
        ratings: u64,
        /// What to change.
        why: String,
    },
    /// A file cannot be written.
    #[error("cannot write {path}: {source}", path = path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
}

/// MovieLens leaves out people with fewer ratings.
const LEAST_RATINGS: u64 = 20;

/// Streams of random numbers, so that more of one thing does not change the others.
const FILMS_STREAM: u64 = 1;
const ACTIVITY_STREAM: u64 = 2;
const FIRST_PERSON_STREAM: u64 = 1000;

/// Nobody rated before 2015, and no film is younger, so that nobody rated what was not yet out.
const FIRST_RATING: i64 = 1_420_070_400;
const YEARS_OF_RATING: i64 = 9;
const SECONDS_A_YEAR: i64 = 31_557_600;

/// Writes `movies.csv`, `links.csv` and `ratings.csv` into a new or empty folder; `progress` is told how many ratings
/// are written, now and then.
pub fn write(folder: &Path, size: Size, progress: &mut dyn FnMut(u64)) -> Result<(), SynthError> {
    check(size)?;
    let is_empty = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    };
    if !is_empty {
        return Err(SynthError::NotEmpty { path: folder.to_owned() });
    }
    let in_folder = |source| SynthError::Write { path: folder.to_owned(), source };
    fs::create_dir_all(folder).map_err(in_folder)?;

    let films = Films::invent(size.films, &mut Random::new(size.seed, FILMS_STREAM));
    let file = |name: &str, fill: &mut dyn FnMut(&mut BufWriter<File>) -> io::Result<()>| {
        let path = folder.join(name);
        let written = File::create_new(&path).and_then(|file| {
            let mut out = BufWriter::with_capacity(1 << 18, file);
            fill(&mut out)?;
            out.flush()
        });
        written.map_err(|source| SynthError::Write { path, source })
    };
    file("movies.csv", &mut |out| write_movies(out, &films, size.seed))?;
    file("links.csv", &mut |out| write_links(out, &films))?;
    file("ratings.csv", &mut |out| write_ratings(out, &films, size, progress))
}

fn check(size: Size) -> Result<(), SynthError> {
    let Size { users, films, ratings, .. } = size;
    let impossible = |why: String| Err(SynthError::Impossible { users, films, ratings, why });
    let most = u64::from(users) * u64::from(most_of_one(films)) / 2;
    if users == 0 || films < 4 || ratings < u64::from(users) {
        return impossible("it takes a user, four films, and a rating for each user".to_owned());
    }
    if ratings > most {
        return impossible(format!("so many can give {most} at most"));
    }
    let titles = titles::most();
    if u64::from(films) > titles {
        return impossible(format!("there are titles for {titles} films"));
    }
    Ok(())
}

/// Ratings that the busiest person gives: half of all films.
fn most_of_one(films: u32) -> u32 {
    films / 2
}

fn write_movies(out: &mut impl Write, films: &Films, seed: u64) -> io::Result<()> {
    let mut namer = Namer::new(seed);
    let mut csv = csv::WriterBuilder::new().from_writer(out);
    csv.write_record(["movieId", "title", "genres"])?;
    for film in films.all() {
        let genres = if film.genres.is_empty() { "(no genres listed)".to_owned() } else { film.genres.join("|") };
        csv.write_record([&film.id.to_string(), &namer.name(film.year, &film.genres), &genres])?;
    }
    csv.flush()
}

/// Numbers that neither site has given to a film.
fn write_links(out: &mut impl Write, films: &Films) -> io::Result<()> {
    writeln!(out, "movieId,imdbId,tmdbId")?;
    for film in films.all() {
        let id = film.id;
        // A few have none, as in life.
        if id % 50 == 7 {
            writeln!(out, "{id},{},", 990_000_000 + id)?;
        } else {
            writeln!(out, "{id},{},{}", 990_000_000 + id, 900_000_000 + id)?;
        }
    }
    Ok(())
}

fn write_ratings(out: &mut impl Write, films: &Films, size: Size, progress: &mut dyn FnMut(u64)) -> io::Result<()> {
    writeln!(out, "userId,movieId,rating,timestamp")?;
    let mut written = 0;
    let mut seen = vec![0; size.films as usize];
    for (user, count) in (1..).zip(activity(size)) {
        let mut random = Random::new(size.seed, FIRST_PERSON_STREAM + u64::from(user));
        let person = Person::invent(films, &mut random);
        let mut time = FIRST_RATING + random.below((YEARS_OF_RATING * SECONDS_A_YEAR) as u64) as i64;
        let mut rows = Vec::with_capacity(count as usize);
        for film in person.watch(films, count as usize, user, &mut seen, &mut random) {
            // An evening of ratings, and sometimes days before the next.
            time += if random.chance(0.02) { random.below(30 * 86_400) } else { 3 + random.below(40) } as i64;
            rows.push((films.all()[film].id, person.rate(films, film, &mut random), time));
        }
        rows.sort_unstable();
        for (movie, halves, time) in rows {
            let fraction = if halves % 2 == 0 { 0 } else { 5 };
            writeln!(out, "{user},{movie},{}.{fraction},{time}", halves / 2)?;
        }
        written += u64::from(count);
        progress(written);
    }
    Ok(())
}

/// How many films each person rates: a log-normal spread over a floor, exactly so many in all.
fn activity(size: Size) -> Vec<u32> {
    let mut random = Random::new(size.seed, ACTIVITY_STREAM);
    let users = u64::from(size.users);
    let most = most_of_one(size.films);
    let least = LEAST_RATINGS.min(size.ratings / users).min(u64::from(most)) as u32;
    let weights: Vec<f64> = (0..users).map(|_| (1.3 * random.normal()).exp()).collect();
    let weight_of_all: f64 = weights.iter().sum();
    let to_share = (size.ratings - users * u64::from(least)) as f64;

    let mut counts = Vec::with_capacity(weights.len());
    let (mut weight_so_far, mut shared) = (0.0, 0_u64);
    for weight in &weights {
        weight_so_far += weight;
        // What is rounded off here goes to the next person.
        let until = (to_share * weight_so_far / weight_of_all) as u64;
        let share = until.saturating_sub(shared).min(u64::from(most - least));
        shared += share;
        counts.push(least + share as u32);
    }
    // What the busiest could not take goes to everybody else.
    let mut left = size.ratings - counts.iter().map(|&count| u64::from(count)).sum::<u64>();
    while left > 0 {
        let each = (left / users).max(1) as u32;
        for count in &mut counts {
            let more = each.min(most - *count).min(u32::try_from(left).unwrap_or(u32::MAX));
            *count += more;
            left -= u64::from(more);
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_rates_something_and_the_sum_is_exact() {
        for (users, films, ratings) in [(1, 4, 1), (10, 40, 100), (10, 40, 15), (600, 1000, 60_000), (50, 40, 500)] {
            let counts = activity(Size { users, films, ratings, seed: 3 });
            assert_eq!(counts.len(), users as usize);
            assert_eq!(counts.iter().map(|&count| u64::from(count)).sum::<u64>(), ratings, "{users} {films}");
            assert!(counts.iter().all(|&count| (1..=films / 2).contains(&count)));
        }
    }

    #[test]
    fn numbers_that_cannot_be_are_refused() {
        for (users, films, ratings) in [(0, 10, 0), (10, 10, 5), (10, 10, 26), (1, 1, 1)] {
            assert!(check(Size { users, films, ratings, seed: 1 }).is_err(), "{users} {films} {ratings}");
        }
        assert!(check(Size { users: 200_948, films: 87_585, ratings: 32_000_204, seed: 1 }).is_ok());
    }
}
