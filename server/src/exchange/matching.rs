//! Which film of the catalogue an entry means: by its number at IMDb or TMDB, else by title and year, with tolerance. Rather no
//! film than a wrong one.

use std::collections::HashMap;

use app::domain::{Mark, MovieId, Stars};

use super::{Contents, Entry, What};
use crate::catalogue::{FilmNames, search::spelling};

/// Of two films of one name, the one that everybody means is rated so many times as often.
const FAR_BETTER_KNOWN: u32 = 10;
/// Duplicates that are told one by one.
const MOST_TOLD: usize = 100;
/// Entries after which progress is told.
const STEP: usize = 1_000;

/// Words in front of a title, or behind its comma.
const ARTICLES: [&str; 14] = ["the", "a", "an", "le", "la", "les", "l", "il", "el", "los", "der", "die", "das", "un"];

/// How a film can be meant by a name.
#[derive(Clone, Copy, Debug)]
struct Meaning {
    film: u32,
    is_alias: bool,
}

/// The films of a catalogue by everything that others call them.
#[derive(Debug)]
pub struct FilmIndex {
    films: Vec<FilmNames>,
    imdb: HashMap<u32, u32>,
    tmdb: HashMap<u32, u32>,
    movie_lens: HashMap<u32, u32>,
    names: HashMap<String, Vec<Meaning>>,
    /// Titles up to their colon.
    heads: HashMap<String, Vec<u32>>,
}

impl FilmIndex {
    /// The index over these films. `movie_lens`: whether the catalogue's numbers are those that all MovieLens data sets
    /// but the oldest share.
    pub fn new(films: Vec<FilmNames>, movie_lens: bool) -> Self {
        let mut index = Self {
            imdb: HashMap::with_capacity(films.len()),
            tmdb: HashMap::with_capacity(films.len()),
            movie_lens: HashMap::new(),
            names: HashMap::with_capacity(films.len() * 2),
            heads: HashMap::new(),
            films: Vec::new(),
        };
        for (film, at) in films.iter().zip(0_u32..) {
            if let Some(number) = film.imdb_id {
                index.imdb.entry(number).or_insert(at);
            }
            if let Some(number) = film.tmdb_id {
                index.tmdb.entry(number).or_insert(at);
            }
            if movie_lens {
                index.movie_lens.insert(film.id.0, at);
            }
            let names = std::iter::once((&film.title, false)).chain(film.aliases.iter().map(|alias| (alias, true)));
            for (name, is_alias) in names {
                let meanings = index.names.entry(key(name)).or_default();
                if meanings.iter().all(|known| known.film != at) {
                    meanings.push(Meaning { film: at, is_alias });
                }
            }
            if let Some(head) = head(&film.title) {
                index.heads.entry(key(head)).or_default().push(at);
            }
        }
        // What has no letters means nothing.
        index.names.remove("");
        index.heads.remove("");
        index.films = films;
        index
    }

    /// The film that is meant, if there is no doubt.
    pub fn find(&self, entry: &Entry) -> Option<MovieId> {
        let by =
            |numbers: &HashMap<u32, u32>, number: Option<u32>| number.and_then(|number| numbers.get(&number).copied());
        let found = by(&self.imdb, entry.imdb)
            .or_else(|| by(&self.tmdb, entry.tmdb))
            .or_else(|| by(&self.movie_lens, entry.movie_lens));
        let found = found.or_else(|| self.by_title(entry).filter(|&film| self.agrees(film, entry)));
        found.map(|film| self.film(film).id)
    }

    fn film(&self, at: u32) -> &FilmNames {
        &self.films[at as usize]
    }

    /// Whether nothing speaks against it: two films of one name have different numbers.
    fn agrees(&self, film: u32, entry: &Entry) -> bool {
        let film = self.film(film);
        let same =
            |ours: Option<u32>, theirs: Option<u32>| ours.zip(theirs).is_none_or(|(ours, theirs)| ours == theirs);
        same(film.imdb_id, entry.imdb) && same(film.tmdb_id, entry.tmdb)
    }

    fn by_title(&self, entry: &Entry) -> Option<u32> {
        let name = key(&entry.title);
        let meanings = self.names.get(&name).map(Vec::as_slice).unwrap_or_default();
        let Some(year) = entry.year else {
            let titles = |alias: bool| -> Vec<u32> {
                meanings.iter().filter(|of| of.is_alias == alias).map(|of| of.film).collect()
            };
            return self.best_known(&titles(false)).or_else(|| self.best_known(&titles(true)));
        };
        // Released a year later elsewhere.
        for distance in [0, 1] {
            for alias in [false, true] {
                let fits = |of: &&Meaning| {
                    of.is_alias == alias
                        && self.film(of.film).year.is_some_and(|known| known.abs_diff(year) == distance)
                };
                let fitting: Vec<u32> = meanings.iter().filter(fits).map(|of| of.film).collect();
                if !fitting.is_empty() {
                    return self.best_known(&fitting);
                }
            }
        }
        let undated: Vec<u32> =
            meanings.iter().map(|of| of.film).filter(|&film| self.film(film).year.is_none()).collect();
        if !undated.is_empty() {
            return self.best_known(&undated);
        }
        // "Borat: Cultural Learnings of…" and "Borat": only of the very year, and only if it is the only one.
        let of_year = |film: &u32| self.film(*film).year == Some(year);
        let longer = self.heads.get(&name).into_iter().flatten().copied().filter(of_year);
        let shorter = head(&entry.title).and_then(|head| self.names.get(&key(head))).into_iter().flatten();
        let mut both: Vec<u32> = longer.chain(shorter.map(|of| of.film).filter(of_year)).collect();
        both.dedup();
        match both[..] {
            [only] => Some(only),
            _ => None,
        }
    }

    /// The only one, or the one that is known far better than any other.
    fn best_known(&self, films: &[u32]) -> Option<u32> {
        // By popularity: the lower the place the better known.
        let best = films.iter().copied().min()?;
        let second = films.iter().copied().filter(|&film| film != best).min();
        let far = second.is_none_or(|second| {
            self.film(best).ratings >= FAR_BETTER_KNOWN.saturating_mul(self.film(second).ratings.max(1))
        });
        far.then_some(best)
    }
}

/// A name as it is compared: its words without the article.
fn key(name: &str) -> String {
    let mut words = spelling::words(name);
    let behind = words.len() > 1
        && name.rsplit_once(',').is_some_and(|(_, last)| ARTICLES.contains(&spelling::words(last).concat().as_str()));
    if behind {
        words.pop();
    }
    if words.len() > 1 && ARTICLES.contains(&words[0].as_str()) {
        words.remove(0);
    }
    words.join(" ")
}

/// A title up to its colon, or its dash.
fn head(title: &str) -> Option<&str> {
    let at = [": ", " - ", " – "].iter().filter_map(|sign| title.find(sign)).min()?;
    Some(&title[..at]).filter(|head| !head.trim().is_empty())
}

/// What a file says of films that are here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matched {
    /// Stars, and when they were given. One for a film.
    pub ratings: Vec<(MovieId, Stars, Option<i64>)>,
    /// Marks, and when they were made.
    pub marks: Vec<(Mark, MovieId, Option<i64>)>,
    /// Films of the library.
    pub have: Vec<MovieId>,
    /// What is said of films that are not here, those of the library too.
    pub unmatched: Vec<Entry>,
    /// Films of which the file says the same thing twice, with different stars: the title, and how many times. The newest
    /// counts. The first of them.
    pub contradictions: Vec<String>,
    /// Rows that said again what another row had said.
    pub duplicates: usize,
    /// All rows.
    pub rows: usize,
}

/// What a newer word on a film is kept by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Kind {
    Rating,
    Mark(Mark),
    Have,
}

/// Finds the film of each entry; `progress` is told how many are done.
pub fn match_all(index: &FilmIndex, contents: Contents, progress: &mut dyn FnMut(usize)) -> Matched {
    let mut matched = Matched { rows: contents.entries.len(), ..Matched::default() };
    let mut last: HashMap<(MovieId, Kind), (Option<i64>, Option<Stars>)> = HashMap::new();
    let mut order = Vec::new();
    for (done, entry) in contents.entries.into_iter().enumerate() {
        if done % STEP == 0 {
            progress(done);
        }
        let Some(film) = index.find(&entry) else {
            matched.unmatched.push(entry);
            continue;
        };
        let (kind, stars) = match entry.what {
            What::Rating(stars) => (Kind::Rating, Some(stars)),
            What::Watchlist => (Kind::Mark(Mark::Watchlist), None),
            What::Seen => (Kind::Mark(Mark::Seen), None),
            What::Hidden => (Kind::Mark(Mark::Hidden), None),
            What::Have => (Kind::Have, None),
        };
        match last.get_mut(&(film, kind)) {
            None => {
                order.push((film, kind));
                last.insert((film, kind), (entry.at, stars));
            }
            Some(known) => {
                matched.duplicates += 1;
                if known.1 != stars && matched.contradictions.len() < MOST_TOLD {
                    matched.contradictions.push(entry.title);
                }
                // Of equally old ones the later row.
                if entry.at >= known.0 {
                    *known = (entry.at, stars);
                }
            }
        }
    }
    for key in order {
        let (film, kind) = key;
        let Some(&(at, stars)) = last.get(&key) else { continue };
        match (kind, stars) {
            (Kind::Rating, Some(stars)) => matched.ratings.push((film, stars, at)),
            // Who rated it has seen it.
            (Kind::Mark(Mark::Seen), _) if last.contains_key(&(film, Kind::Rating)) => {}
            (Kind::Mark(mark), _) => matched.marks.push((mark, film, at)),
            (Kind::Have, _) => matched.have.push(film),
            (Kind::Rating, None) => {}
        }
    }
    matched
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Format;

    fn film(id: u32, title: &str, year: u16, ratings: u32, aliases: &[&str]) -> FilmNames {
        FilmNames {
            id: MovieId(id),
            title: title.to_owned(),
            aliases: aliases.iter().map(|&alias| alias.to_owned()).collect(),
            year: Some(year),
            imdb_id: Some(1_000 + id),
            tmdb_id: Some(2_000 + id),
            ratings,
        }
    }

    fn index() -> FilmIndex {
        let films = vec![
            film(1, "The Godfather", 1972, 200, &[]),
            film(2, "Star Wars: Episode IV - A New Hope", 1977, 190, &[]),
            film(3, "Rocky II", 1979, 100, &[]),
            film(4, "Amelie", 2001, 90, &["Le fabuleux destin d'Amélie Poulain"]),
            film(5, "Heat", 1995, 80, &[]),
            film(6, "Heat", 1986, 9, &[]),
            film(7, "Butch Cassidy and the Sundance Kid", 1969, 60, &[]),
            film(8, "Borat", 2006, 50, &[]),
            film(9, "Hamlet", 1996, 40, &[]),
            film(10, "Hamlet", 1990, 30, &[]),
            film(11, "The Usual Suspects", 1995, 20, &[]),
        ];
        FilmIndex::new(films, true)
    }

    fn entry(title: &str, year: Option<u16>) -> Entry {
        Entry { what: What::Seen, title: title.to_owned(), year, imdb: None, tmdb: None, movie_lens: None, at: None }
    }

    fn found(title: &str, year: u16) -> Option<u32> {
        index().find(&entry(title, Some(year))).map(|film| film.0)
    }

    #[test]
    fn a_number_at_imdb_or_tmdb_says_which_film_whatever_the_title() {
        let film =
            |imdb, tmdb, movie_lens| index().find(&Entry { imdb, tmdb, movie_lens, ..entry("No such name", None) });
        assert_eq!(film(Some(1_005), None, None), Some(MovieId(5)));
        assert_eq!(film(None, Some(2_003), None), Some(MovieId(3)));
        assert_eq!(film(None, None, Some(7)), Some(MovieId(7)));
        assert_eq!(film(Some(9), Some(2_003), None), Some(MovieId(3)));
        assert_eq!(film(Some(9), None, None), None);
        let other = FilmIndex::new(vec![self::film(7, "Seven", 1995, 3, &[])], false);
        assert_eq!(other.find(&Entry { movie_lens: Some(7), ..entry("", None) }), None, "another numbering");
    }

    #[test]
    fn titles_agree_but_for_articles_accents_signs_numerals_and_a_year() {
        assert_eq!(found("Godfather", 1972), Some(1));
        assert_eq!(found("Godfather, The", 1972), Some(1));
        assert_eq!(found("THE GODFATHER", 1973), Some(1));
        assert_eq!(found("Rocky 2", 1979), Some(3));
        assert_eq!(found("Amélie", 2001), Some(4));
        assert_eq!(found("Fabuleux destin d’Amelie Poulain, Le", 2001), Some(4));
        assert_eq!(found("Butch Cassidy & the Sundance Kid", 1969), Some(7));
        assert_eq!(found("Star Wars", 1977), Some(2), "the title up to its colon");
        assert_eq!(found("Borat: Cultural Learnings of America", 2006), Some(8));
    }

    #[test]
    fn rather_no_film_than_a_wrong_one() {
        assert_eq!(found("The Godfather", 1990), None);
        assert_eq!(found("Star Wars", 1978), None, "only of the very year");
        assert_eq!(found("Heat", 1986), Some(6));
        assert_eq!(found("Heat", 1990), None);
        assert_eq!(found("", 1995), None);
        assert_eq!(found("The", 1995), None);
        let index = index();
        assert_eq!(index.find(&entry("Hamlet", None)), None, "two, equally well known");
        assert_eq!(index.find(&entry("The Usual Suspects", None)), Some(MovieId(11)));
        let other_number = Entry { imdb: Some(77), ..entry("Heat", Some(1995)) };
        assert_eq!(index.find(&other_number), None, "IMDb has another film of this name and year");
    }

    #[test]
    fn the_newest_word_on_a_film_counts_and_a_rating_says_that_it_was_seen() {
        let stars = |halves| Stars::from_halves(halves).expect("stars");
        let rated =
            |title: &str, year, halves, at| Entry { what: What::Rating(stars(halves)), at, ..entry(title, Some(year)) };
        let entries = vec![
            rated("Heat", 1995, 8, Some(20)),
            rated("Heat", 1995, 4, Some(10)),
            rated("Godfather", 1972, 10, None),
            rated("The Godfather", 1972, 10, None),
            entry("Heat", Some(1995)),
            entry("Borat", Some(2006)),
            rated("Nothing", 1999, 2, None),
        ];
        let contents =
            Contents { format: Format::Letterboxd, entries, unreadable: vec![], unreadable_rows: 0, not_films: 0 };
        let mut told = 0;
        let matched = match_all(&index(), contents, &mut |_| told += 1);
        assert_eq!(matched.ratings, [(MovieId(5), stars(8), Some(20)), (MovieId(1), stars(10), None)]);
        assert_eq!(matched.marks, [(Mark::Seen, MovieId(8), None)]);
        assert_eq!((matched.duplicates, matched.contradictions), (2, vec!["Heat".to_owned()]));
        assert_eq!((matched.unmatched.len(), matched.rows, told), (1, 7, 1));
    }
}
