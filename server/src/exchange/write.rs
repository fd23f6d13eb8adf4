//! What a visitor takes away.

use app::domain::{OtherFilm, Stars};
use serde_json::{Value, json};

use crate::catalogue::FilmNames;

/// Everything that a visitor said of films. Times in seconds since 1970.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Everything {
    /// Films with their stars, and when they were given.
    pub ratings: Vec<(FilmNames, Stars, i64)>,
    /// Films they want to see, and since when.
    pub watchlist: Vec<(FilmNames, i64)>,
    /// Films they have seen.
    pub seen: Vec<(FilmNames, i64)>,
    /// Films they are not interested in.
    pub hidden: Vec<(FilmNames, i64)>,
    /// Films they have.
    pub library: Vec<FilmNames>,
    /// Films they have that are not in the catalogue.
    pub others: Vec<OtherFilm>,
}

impl Everything {
    /// All of it.
    pub fn to_json(&self) -> Value {
        let film = |film: &FilmNames| {
            json!({
                "id": film.id,
                "imdb": film.imdb_id.map(|number| format!("tt{number:07}")),
                "tmdb": film.tmdb_id,
                "title": film.title,
                "year": film.year,
            })
        };
        let other = |film: &OtherFilm| {
            json!({
                "imdb": film.imdb.map(|number| format!("tt{number:07}")),
                "tmdb": film.tmdb,
                "title": film.title,
                "year": film.year,
            })
        };
        let with = |mut film: Value, name: &str, value: Value| {
            film[name] = value;
            film
        };
        let marked = |films: &[(FilmNames, i64)]| -> Vec<Value> {
            films.iter().map(|(of, at)| with(film(of), "marked_at", json!(moment(*at)))).collect()
        };
        let rated = |(of, stars, at): &(FilmNames, Stars, i64)| {
            // Of a rating that came without a date nobody knows it.
            let at = (*at > 0).then(|| moment(*at));
            with(with(film(of), "stars", json!(stars)), "rated_at", json!(at))
        };
        json!({
            "format": "marquee",
            "version": 1,
            "ratings": self.ratings.iter().map(rated).collect::<Vec<_>>(),
            "watchlist": marked(&self.watchlist),
            "seen": marked(&self.seen),
            "hidden": marked(&self.hidden),
            "library": self.library.iter().map(film).chain(self.others.iter().map(other)).collect::<Vec<_>>(),
        })
    }

    /// The ratings as a table that Letterboxd takes (letterboxd.com/about/importing-data), and others that go by IMDb's
    /// numbers.
    pub fn ratings_csv(&self) -> Result<String, csv::Error> {
        let mut table = csv::Writer::from_writer(Vec::new());
        table.write_record(["imdbID", "tmdbID", "Title", "Year", "Rating", "WatchedDate"])?;
        for (film, stars, at) in &self.ratings {
            let date = if *at > 0 { moment(*at)[..10].to_owned() } else { String::new() };
            table.write_record([
                film.imdb_id.map(|number| format!("tt{number:07}")).unwrap_or_default(),
                film.tmdb_id.map(|number| number.to_string()).unwrap_or_default(),
                harmless(&film.title),
                film.year.map(|year| year.to_string()).unwrap_or_default(),
                stars.to_string(),
                date,
            ])?;
        }
        let bytes = table.into_inner().map_err(csv::IntoInnerError::into_error)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// A spreadsheet takes a cell that begins with one of these for a formula; a blank in front makes it text, and is no part of
/// any title when it is read back.
fn harmless(title: &str) -> String {
    let begins = title.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if begins { format!(" {title}") } else { title.to_owned() }
}

/// `2014-09-01T09:10:11Z` (RFC 3339; Hinnant, chrono-compatible low-level date algorithms, `civil_from_days`).
fn moment(at: i64) -> String {
    let (days, second) = (at.div_euclid(86_400), at.rem_euclid(86_400));
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use app::domain::MovieId;

    use super::*;
    use crate::exchange::{Purpose, What, read};

    fn film(id: u32, title: &str) -> FilmNames {
        FilmNames {
            id: MovieId(id),
            title: title.to_owned(),
            aliases: Vec::new(),
            year: Some(1999),
            imdb_id: Some(id),
            tmdb_id: None,
            ratings: 0,
        }
    }

    fn everything() -> Everything {
        let stars = |halves| Stars::from_halves(halves).expect("stars");
        Everything {
            ratings: vec![(film(1, "Heat, \"the\" film"), stars(9), 1_409_562_611), (film(2, "=SUM(A1)"), stars(1), 0)],
            watchlist: vec![(film(3, "Fargo"), 86_400)],
            seen: vec![(film(4, "Alien"), 5)],
            hidden: vec![(film(5, "Cats"), 5)],
            library: vec![film(6, "Ran")],
            others: vec![OtherFilm { title: "Home".to_owned(), year: None, imdb: Some(7), tmdb: None }],
        }
    }

    #[test]
    fn what_is_taken_away_can_be_brought_back() {
        let all =
            read(Purpose::Ratings, "marquee.json", everything().to_json().to_string().as_bytes()).expect("our own");
        let said: Vec<(u32, What, Option<i64>)> =
            all.entries.iter().map(|entry| (entry.imdb.unwrap_or(0), entry.what, entry.at)).collect();
        let stars = |halves| What::Rating(Stars::from_halves(halves).expect("stars"));
        assert_eq!(
            said,
            [
                (1, stars(9), Some(1_409_562_611)),
                (2, stars(1), None),
                (3, What::Watchlist, Some(86_400)),
                (4, What::Seen, Some(5)),
                (5, What::Hidden, Some(5)),
                (6, What::Have, None),
                (7, What::Have, None),
            ]
        );
        let table = everything().ratings_csv().expect("a table");
        let read_back = read(Purpose::Ratings, "ratings.csv", table.as_bytes()).expect("our own");
        let rated: Vec<_> =
            read_back.entries.iter().map(|entry| (entry.title.as_str(), entry.what, entry.imdb)).collect();
        assert_eq!(rated, [("Heat, \"the\" film", stars(9), Some(1)), ("=SUM(A1)", stars(1), Some(2))]);
    }

    #[test]
    fn no_cell_of_the_table_is_a_formula() {
        let table = everything().ratings_csv().expect("a table");
        assert!(!table.contains(",=SUM") && table.contains(" =SUM(A1)"), "{table}");
        assert!(table.starts_with("imdbID,tmdbID,Title,Year,Rating,WatchedDate\n"), "{table}");
        assert!(table.contains("2014-09-01"), "{table}");
    }

    #[test]
    fn a_moment_is_written_as_it_is_read() {
        assert_eq!(moment(1_409_562_611), "2014-09-01T09:10:11Z");
        assert_eq!(moment(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(moment(0), "1970-01-01T00:00:00Z");
    }
}
