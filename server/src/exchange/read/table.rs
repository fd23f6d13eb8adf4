//! Tables: CSV, and what spreadsheets make of it.

use app::domain::Stars;
use csv::{ReaderBuilder, StringRecord, Trim};

use super::{
    Contents, Found, Purpose, ReadError, imdb, is_no_film, moment, number,
    quotes::{self, Stretch, Stretches},
    stars_of, year,
};
use crate::exchange::{Entry, Format, Place, What};

/// Letters of a file's name that are told.
const MOST_NAME: usize = 60;

/// Which column says what.
#[derive(Debug, Default)]
struct Columns {
    title: Option<usize>,
    year: Option<usize>,
    imdb: Option<usize>,
    tmdb: Option<usize>,
    movie_lens: Option<usize>,
    /// Of 5.
    stars: Option<usize>,
    /// Of 10.
    points: Option<usize>,
    at: Option<usize>,
    kind: Option<usize>,
    person: Option<usize>,
    letterboxd: Option<usize>,
    /// IMDb's own name for its number.
    is_imdb: bool,
    width: usize,
}

impl Columns {
    fn read(header: &StringRecord) -> Self {
        let mut columns = Self { width: header.len(), ..Self::default() };
        for (at, name) in header.iter().enumerate() {
            let name: String = name.chars().filter(|letter| letter.is_alphanumeric()).collect();
            let name = name.to_lowercase();
            let column = match name.as_str() {
                "title" | "name" | "movie" | "film" | "movietitle" => &mut columns.title,
                "year" | "releaseyear" | "productionyear" | "premiered" | "released" => &mut columns.year,
                "const" | "imdb" | "imdbid" | "imdbnumber" | "imdbtt" => {
                    columns.is_imdb |= name == "const";
                    &mut columns.imdb
                }
                "tmdb" | "tmdbid" | "themoviedb" | "themoviedbid" => &mut columns.tmdb,
                "movieid" => &mut columns.movie_lens,
                "rating" | "stars" => &mut columns.stars,
                "yourrating" | "yourated" | "rating10" => &mut columns.points,
                "date" | "daterated" | "watcheddate" | "timestamp" | "created" | "ratedat" => &mut columns.at,
                "titletype" | "type" => &mut columns.kind,
                "userid" => &mut columns.person,
                "letterboxduri" | "letterboxduurl" => &mut columns.letterboxd,
                _ => continue,
            };
            // Of two of the same name the first counts.
            column.get_or_insert(at);
        }
        columns
    }

    /// Whether this column is one of those; what is not may hold anything, a review too.
    fn are_of_use(&self, at: usize) -> bool {
        let Self { title, year, imdb, tmdb, movie_lens, stars, points, at: moment, kind, person, letterboxd, .. } =
            self;
        [title, year, imdb, tmdb, movie_lens, stars, points, moment, kind, person, letterboxd].contains(&&Some(at))
    }

    fn name_films(&self) -> bool {
        [self.title, self.imdb, self.tmdb, self.movie_lens].iter().any(Option::is_some)
    }

    fn have_ratings(&self) -> bool {
        self.stars.is_some() || self.points.is_some()
    }
}

pub(super) fn read(file_name: &str, text: &str, purpose: Purpose) -> Result<Contents, ReadError> {
    let separator = separator(text);
    let table = text.trim_start_matches(['\n', '\r']);
    let (first, is_closed, rest) = quotes::first_row(table, separator);
    let mut header = StringRecord::new();
    let read = rows(separator).quoting(is_closed).from_reader(first.as_bytes()).read_record(&mut header);
    read.map_err(|_| purpose.unknown())?;
    let columns = Columns::read(&header);
    if !columns.name_films() {
        return Err(purpose.unknown());
    }
    let (format, list) = what_it_is(file_name, &columns, purpose)?;
    let place =
        Place::Table(base_name(file_name).chars().filter(|letter| !letter.is_control()).take(MOST_NAME).collect());
    let mut found = Found::new(format);
    let mut shape = Shape::default();
    let mut person: Option<String> = None;
    let mut row = StringRecord::new();
    let above = text[..text.len() - rest.len()].bytes().filter(|&byte| byte == b'\n').count() as u64;
    for stretch in Stretches::new(rest, above + 1, separator, |column| !columns.are_of_use(column)) {
        let (text, begin) = match stretch {
            Stretch::Rows { text, line } => (text, line),
            Stretch::Unclosed { line } => {
                shape.row(LastRow::Unclosed);
                found.row(&place, line, Err("a quote is opened in it and not closed"))?;
                continue;
            }
        };
        let mut rows = rows(separator).from_reader(text.as_bytes());
        loop {
            let line = begin + rows.position().line() - 1;
            match rows.read_record(&mut row) {
                Ok(false) => break,
                Ok(true) => {
                    let who = columns.person.and_then(|at| row.get(at)).unwrap_or_default();
                    if person.get_or_insert_with(|| who.to_owned()) != who {
                        return Err(ReadError::ManyPeople);
                    }
                    shape.row(if row.len() < columns.width { LastRow::Short } else { LastRow::Whole });
                    found.row(&place, line, entry(&columns, &row, list))?;
                }
                // The text is UTF-8 and rows may have any width: nothing is left that could be wrong.
                Err(_) => found.row(&place, line, Err("the row cannot be read"))?,
            }
        }
    }
    if shape.is_cut(text) {
        return Err(ReadError::HalfTable);
    }
    if found.rows == 0 && list.is_none() {
        return Err(ReadError::Empty);
    }
    Ok(found.contents)
}

/// How a table's last row ends, and whether others end like it: by this it is seen that the rest of a file is missing.
#[derive(Default)]
struct Shape {
    last: LastRow,
    /// Rows before the last that have fewer columns than the header. Behind a quote that is open no row is what it seems.
    short: usize,
    has_open_quote: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum LastRow {
    #[default]
    Whole,
    Short,
    Unclosed,
}

impl Shape {
    fn row(&mut self, row: LastRow) {
        self.short += usize::from(self.last == LastRow::Short && !self.has_open_quote);
        self.has_open_quote |= self.last == LastRow::Unclosed;
        self.last = row;
    }

    /// Who writes a list by hand may leave the end of rows away; a program does not, and ends the last one too.
    fn is_cut(&self, text: &str) -> bool {
        if text.trim_end_matches(' ').ends_with(['\n', '\r']) {
            return false;
        }
        match self.last {
            LastRow::Whole => false,
            LastRow::Short => self.short == 0,
            LastRow::Unclosed => true,
        }
    }
}

fn rows(separator: u8) -> ReaderBuilder {
    let mut rows = ReaderBuilder::new();
    rows.delimiter(separator).flexible(true).has_headers(false).trim(Trim::All);
    rows
}

/// Where a table comes from, and of one without ratings what being on it means.
fn what_it_is(file_name: &str, columns: &Columns, purpose: Purpose) -> Result<(Format, Option<What>), ReadError> {
    if purpose == Purpose::Library {
        return Ok((Format::Library, Some(What::Have)));
    }
    let name = base_name(file_name).to_lowercase();
    let format = match () {
        () if columns.letterboxd.is_some() => Format::Letterboxd,
        () if columns.is_imdb => Format::Imdb,
        () if columns.movie_lens.is_some() => Format::MovieLens,
        // What Letterboxd takes, and so what Marquee writes.
        () => Format::Letterboxd,
    };
    if columns.have_ratings() {
        // IMDb's watchlist has the column too, and next to nothing in it.
        let is_watchlist = format == Format::Imdb && name.contains("watchlist");
        return Ok((format, is_watchlist.then_some(What::Watchlist)));
    }
    match () {
        () if name.contains("watchlist") => Ok((format, Some(What::Watchlist))),
        () if name.contains("watched") => Ok((format, Some(What::Seen))),
        () if format == Format::Imdb => Ok((format, Some(What::Watchlist))),
        () if columns.letterboxd.is_some() => Err(ReadError::WhichList),
        () => Err(ReadError::Unknown),
    }
}

/// A file's name without its folders.
fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or_default()
}

fn entry(columns: &Columns, row: &StringRecord, list: Option<What>) -> Result<Option<Entry>, &'static str> {
    let cell = |at: Option<usize>| at.and_then(|at| row.get(at)).filter(|text| !text.is_empty());
    if row.len() < columns.width && row.len() <= 1 {
        return Err("the row ends too early");
    }
    if cell(columns.kind).is_some_and(is_no_film) {
        return Ok(None);
    }
    let what = match list {
        Some(what) => what,
        None => What::Rating(rating(cell(columns.stars), cell(columns.points))?),
    };
    let (title, year_of_title) = cell(columns.title).map(title_and_year).unwrap_or_default();
    let entry = Entry {
        what,
        year: cell(columns.year).and_then(year).or(year_of_title),
        imdb: cell(columns.imdb).and_then(imdb),
        tmdb: cell(columns.tmdb).and_then(number),
        movie_lens: cell(columns.movie_lens).and_then(number),
        at: cell(columns.at).and_then(moment),
        title,
    };
    let is_named =
        !entry.title.is_empty() || entry.imdb.is_some() || entry.tmdb.is_some() || entry.movie_lens.is_some();
    if is_named { Ok(Some(entry)) } else { Err("the row names no film") }
}

fn rating(stars: Option<&str>, points: Option<&str>) -> Result<Stars, &'static str> {
    let (text, of_ten) =
        stars.map(|text| (text, false)).or(points.map(|text| (text, true))).ok_or("the row has no rating")?;
    // A spreadsheet of another country writes a comma.
    stars_of(&text.replace(',', "."), of_ten)
}

/// `Toy Story (1995)`, as movielens.org writes it.
pub(super) fn title_and_year(text: &str) -> (String, Option<u16>) {
    let taken_apart = text.strip_suffix(')').and_then(|text| text.rsplit_once(" ("));
    match taken_apart {
        Some((title, inside)) if inside.len() == 4 => match year(inside) {
            Some(year) => (title.to_owned(), Some(year)),
            None => (text.to_owned(), None),
        },
        _ => (text.to_owned(), None),
    }
}

/// What stands between the columns: what the first line has most of.
fn separator(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |&separator: &u8| first.bytes().filter(|&byte| byte == separator).count();
    // Of equals the last counts: the comma.
    [b';', b'\t', b','].into_iter().max_by_key(count).unwrap_or(b',')
}
