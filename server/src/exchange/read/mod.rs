//! Bytes become entries. What a file is, is seen by what is in it; its name only says which of two lists that look the same
//! it is.

mod archive;
#[cfg(test)]
mod flaws;
mod json;
mod kind;
mod quotes;
mod table;
#[cfg(test)]
mod tests;
mod text;

use std::time::{SystemTime, UNIX_EPOCH};

use app::domain::Stars;

use super::{BadRow, Contents, Entry, Format, Place};

/// The most that a file may be, in bytes, unpacked.
pub const MOST_BYTES: usize = 64 << 20;
/// The most rows that are read.
const MOST_ROWS: usize = 2_000_000;
/// Unreadable rows that are told one by one.
const MOST_TOLD: usize = 20;

/// Why a file cannot be used, in a sentence for whoever chose it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is nothing in it.
    #[error("The file is empty. Export it again, and choose the new one.")]
    Empty,
    /// It is larger than what is read.
    #[error(
        "The file is larger than 64 MB, unpacked. An export, or a list of films, is far smaller: is it the right one?"
    )]
    TooLarge,
    /// It has more rows than what is read.
    #[error(
        "The file has more than two million rows. An export, or a list of films, is far smaller: is it the right one?"
    )]
    TooManyRows,
    /// A picture, a program, a document.
    #[error("This is {0}. {takes}", takes = .1.takes())]
    NotText(&'static str, Purpose),
    /// A spreadsheet as its program keeps it.
    #[error("This is a spreadsheet. Open it in its program, and save it as CSV. {takes}", takes = .0.takes())]
    Spreadsheet(Purpose),
    /// A zip for a library.
    #[error("This is a zip. Unpack it, and choose what is in it. {takes}", takes = Purpose::Library.takes())]
    LibraryInArchive,
    /// Letterboxd's zip for a library.
    #[error(
        "This is Letterboxd’s export: it belongs to ratings, watched films and watchlist. {takes}",
        takes = Purpose::Library.takes()
    )]
    RatingsForLibrary,
    /// A page was saved instead of the file on it.
    #[error("This is a web page. Save the export that the page links to, and choose that.")]
    WebPage,
    /// A zip that ends too early, or is damaged.
    #[error("The zip is damaged, or only half of it is there. Download it again.")]
    BrokenArchive,
    /// A zip without what is looked for.
    #[error("The zip has no ratings.csv, watched.csv or watchlist.csv, as Letterboxd’s export has.")]
    OtherArchive,
    /// Another kind of packing.
    #[error("The file is packed in a way that is not read here. Unpack it, and choose what is in it. {takes}", takes = .0.takes())]
    OtherPacking(Purpose),
    /// A table that ends too early.
    #[error(
        "The file ends in the middle of its last row: only a part of it is there. Export or download it again. If that row is whole, end it with a line break."
    )]
    HalfTable,
    /// JSON that ends too early.
    #[error("The JSON ends in the middle: only half of the file is there. Download it again.")]
    HalfJson,
    /// JSON that is none.
    #[error("The file looks like JSON and is not: there is a mistake in line {0}.")]
    BadJson(usize),
    /// Two of Letterboxd's lists look the same.
    #[error(
        "Is this what you have watched, or what you want to? Letterboxd’s two lists look the same: name the file watched.csv or watchlist.csv, as it was."
    )]
    WhichList,
    /// A data set, not one person's ratings.
    #[error("These are the ratings of many people. A data set becomes the catalogue with `marquee import`.")]
    ManyPeople,
    /// No column or field that is known.
    #[error("Nothing here names films and ratings. {takes}", takes = Purpose::Ratings.takes())]
    Unknown,
    /// The same, for a library.
    #[error("Nothing here names films. {takes}", takes = Purpose::Library.takes())]
    UnknownLibrary,
}

/// What a file is brought for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Ratings, watched films, watchlist.
    Ratings,
    /// The films that somebody has.
    Library,
}

impl Purpose {
    /// What is read for it, in a sentence.
    fn takes(self) -> &'static str {
        match self {
            Self::Ratings => {
                "What can be read: Letterboxd’s zip or its CSV files, IMDb’s ratings CSV, MovieLens’ ratings.csv, Trakt’s ratings JSON."
            }
            Self::Library => {
                "What can be read as a library: a list of films in CSV or JSON, with titles and years, IMDb or TMDB numbers."
            }
        }
    }

    fn unknown(self) -> ReadError {
        match self {
            Self::Ratings => ReadError::Unknown,
            Self::Library => ReadError::UnknownLibrary,
        }
    }
}

/// Reads a file for what it was brought for.
pub fn read(purpose: Purpose, file_name: &str, bytes: &[u8]) -> Result<Contents, ReadError> {
    if bytes.len() > MOST_BYTES {
        return Err(ReadError::TooLarge);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return archive::read(purpose, bytes);
    }
    if bytes.starts_with(&[0x1f, 0x8b]) || bytes.starts_with(b"7z\xbc\xaf") || bytes.starts_with(b"Rar!") {
        return Err(ReadError::OtherPacking(purpose));
    }
    if let Some(kind) = kind::of(bytes) {
        return Err(ReadError::NotText(kind, purpose));
    }
    let text = text::decode(bytes).ok_or(ReadError::NotText("no text", purpose))?;
    match text.trim_start().bytes().next() {
        None => Err(ReadError::Empty),
        Some(b'<') => Err(ReadError::WebPage),
        Some(b'[' | b'{') => json::read(&text, purpose),
        Some(_) => table::read(file_name, &text, purpose),
    }
}

/// What is found, row by row.
struct Found {
    contents: Contents,
    rows: usize,
    /// In seconds since 1970.
    now: i64,
}

impl Found {
    fn new(format: Format) -> Self {
        let contents =
            Contents { format, entries: Vec::new(), unreadable: Vec::new(), unreadable_rows: 0, not_films: 0 };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        Self { contents, rows: 0, now: i64::try_from(now).unwrap_or(i64::MAX) }
    }

    /// Another row: an entry, nothing, or why it cannot be read. What is said to have been said in the future was said now:
    /// the newest word counts, and nothing could ever be newer.
    fn row(&mut self, place: &Place, line: u64, row: Result<Option<Entry>, &'static str>) -> Result<(), ReadError> {
        self.rows += 1;
        if self.rows > MOST_ROWS {
            return Err(ReadError::TooManyRows);
        }
        match row {
            Ok(Some(entry)) => {
                self.contents.entries.push(Entry { at: entry.at.map(|at| at.min(self.now)), ..entry });
            }
            Ok(None) => self.contents.not_films += 1,
            Err(why) => {
                self.contents.unreadable_rows += 1;
                if self.contents.unreadable.len() < MOST_TOLD {
                    self.contents.unreadable.push(BadRow { place: place.clone(), line, why });
                }
            }
        }
        Ok(())
    }
}

/// A rating, of five or of ten; an error says what is wrong in the terms of whoever wrote it.
fn stars_of(text: &str, of_ten: bool) -> Result<Stars, &'static str> {
    let number: f32 = text.parse().map_err(|_| "the rating is not a number")?;
    let off_the_scale =
        if of_ten { "the rating is not one of 1 to 10" } else { "the rating is not one of half a star to five" };
    Stars::try_from(if of_ten { number / 2.0 } else { number }).map_err(|_| off_the_scale)
}

/// A year in which a film can have been released.
fn year(text: &str) -> Option<u16> {
    text.trim().get(..4)?.parse().ok().filter(|year| (1870..=2100).contains(year))
}

/// `tt0068646`, `68646`.
fn imdb(text: &str) -> Option<u32> {
    let text = text.trim();
    number(text.strip_prefix("tt").unwrap_or(text))
}

fn number(text: &str) -> Option<u32> {
    text.trim().parse().ok().filter(|&number| number > 0)
}

/// Whether something that is watched is no film: "TV Series", "tvEpisode", "Video Game".
fn is_no_film(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    ["series", "episode", "season", "show", "game", "podcast", "person"].iter().any(|no| kind.contains(no))
}

/// Seconds since 1970 of `2014-09-01`, `2014-09-01T09:10:11.000Z`, or a number that is just that, or milliseconds. In UTC.
///
/// `None` for a time that there is not, such as 30 February: the stars beside it matter more than when they were given, so
/// they are read, and count as given at an unknown time.
fn moment(text: &str) -> Option<i64> {
    // Of this size seconds are of the year 5138 and milliseconds of 1973; what is past them counts in something else.
    const MILLISECONDS: i64 = 100_000_000_000;
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit()) {
        return match text.parse().ok()? {
            seconds if seconds < MILLISECONDS => Some(seconds),
            number if number < 1_000 * MILLISECONDS => Some(number / 1_000),
            _ => None,
        };
    }
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, ""));
    let mut parts = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1970..=2100).contains(&year) || !(1..=12).contains(&month) || !(1..=days_of(year, month)).contains(&day) {
        return None;
    }
    let mut clock =
        time.splitn(3, ':').map(|part| part.get(..2).and_then(|part| part.parse::<i64>().ok()).unwrap_or(0));
    let mut next = || clock.next().unwrap_or(0);
    let (hours, minutes, seconds) = (next(), next(), next());
    // Once in a while a minute has 61 seconds.
    let is_time = (0..24).contains(&hours) && (0..60).contains(&minutes) && (0..=60).contains(&seconds);
    is_time.then(|| days(year, month, day) * 86_400 + hours * 3_600 + minutes * 60 + seconds)
}

/// The days of a month.
fn days_of(year: i64, month: i64) -> i64 {
    let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    days(next_year, next, 1) - days(year, month, 1)
}

/// Days from 1970-01-01 (Hinnant, chrono-compatible low-level date algorithms, `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}
