//! The film file: all of it fits into memory.

use std::collections::HashMap;

use super::{
    super::titles::{self, Title},
    bad_rows::BadRows,
    error::ImportError,
    layout::{Layout, read_number},
    lines::decode,
    source::Source,
};

/// The genres of 100K's flags, in their order; "unknown" says nothing.
const FLAGS: [&str; 19] = [
    "",
    "Action",
    "Adventure",
    "Animation",
    "Children's",
    "Comedy",
    "Crime",
    "Documentary",
    "Drama",
    "Fantasy",
    "Film-Noir",
    "Horror",
    "Musical",
    "Mystery",
    "Romance",
    "Sci-Fi",
    "Thriller",
    "War",
    "Western",
];

/// More kinds than any list of genres has; beyond, the column holds something else.
const MOST_GENRES: usize = 500;

/// A row of the film file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Film {
    pub id: u32,
    pub title: Title,
    /// Places in [`Films::genres`], in the row's order.
    pub genres: Vec<u16>,
    pub imdb_id: Option<u32>,
    pub tmdb_id: Option<u32>,
}

/// The film file.
#[derive(Debug, Default)]
pub(super) struct Films {
    /// Ascending by number.
    pub all: Vec<Film>,
    /// Where in `all` a film is.
    pub places: Places,
    /// Names, in order of appearance.
    pub genres: Vec<String>,
    /// Whether the file's last line has no line break: it may be cut off.
    pub may_be_cut_off: bool,
    /// The number of that line.
    pub last_line: u64,
}

/// Where a film is, by its number: asked three times for each rating, so most of it is a plain table.
#[derive(Debug, Default)]
pub(super) struct Places {
    table: Vec<u32>,
    /// Films with numbers beyond the table.
    others: HashMap<u32, u32>,
}

impl Places {
    /// Numbers in the table; MovieLens' go up to 300,000.
    const TABLE_END: u32 = 1 << 22;
    const NONE: u32 = u32::MAX;

    fn new(ids: impl Iterator<Item = u32>) -> Self {
        let mut places = Self::default();
        for (id, place) in ids.zip(0..) {
            if id >= Self::TABLE_END {
                places.others.insert(id, place);
                continue;
            }
            let at = id as usize;
            if places.table.len() <= at {
                places.table.resize(at + 1, Self::NONE);
            }
            places.table[at] = place;
        }
        places
    }

    /// The place in [`Films::all`] of the film of this number.
    pub(super) fn get(&self, id: u32) -> Option<u32> {
        match self.table.get(id as usize) {
            Some(&place) => (place != Self::NONE).then_some(place),
            None => self.others.get(&id).copied(),
        }
    }
}

/// A row before its genres are numbered.
struct Row<'a> {
    id: u32,
    title: Title,
    genres: Vec<&'a str>,
}

impl Films {
    /// Reads the film file and the links to other sites.
    pub(super) fn read(source: &mut Source, bad: &mut BadRows) -> Result<Self, ImportError> {
        let mut films = Self::default();
        films.read_films(source, bad)?;
        films.all.sort_by_key(|film| film.id);
        films.places = Places::new(films.all.iter().map(|film| film.id));
        if let Some(links) = source.links.clone() {
            films.read_links(source, &links, bad)?;
        }
        Ok(films)
    }

    fn read_films(&mut self, source: &mut Source, bad: &mut BadRows) -> Result<(), ImportError> {
        let layout = source.layout;
        let file = source.films.clone();
        let mut lines = source.open(&file)?;
        let mut columns = None;
        let mut known: HashMap<u32, ()> = HashMap::new();
        let mut genre_places: HashMap<String, u16> = HashMap::new();
        let mut rows = 0;
        bad.begin(&file);

        while let Some(line) = lines.next_line()? {
            let text = decode(line);
            if layout.has_header() && columns.is_none() {
                columns = Some(FilmColumns::read(layout, &file, &text)?);
                continue;
            }
            rows += 1;
            let outcome = match (layout, columns) {
                (Layout::Dat, _) => read_dat(&text),
                (Layout::Hundred, _) => read_hundred(&text),
                (Layout::Csv, Some(columns)) => read_csv(&text, columns),
                (_, Some(columns)) => read_atomic(&text, columns),
                (_, None) => Err("no header"),
            };
            let outcome = outcome.and_then(|row| {
                if known.insert(row.id, ()).is_some() { Err("a film of this number came before") } else { Ok(row) }
            });
            match outcome {
                Ok(row) => {
                    let film = Film { id: row.id, title: row.title, ..Film::default() };
                    let genres = self.number_genres(&row.genres, &mut genre_places);
                    self.all.push(Film { genres, ..film });
                }
                Err(reason) => bad.add(lines.number, || reason.to_owned()),
            }
        }
        self.may_be_cut_off = !lines.is_terminated;
        self.last_line = lines.number;
        bad.check_mostly_good(rows)?;
        if self.all.is_empty() { Err(ImportError::Nothing { file, what: "film" }) } else { Ok(()) }
    }

    fn number_genres(&mut self, names: &[&str], places: &mut HashMap<String, u16>) -> Vec<u16> {
        let mut genres = Vec::new();
        for name in names.iter().map(|name| name.trim()) {
            let says_nothing =
                name.is_empty() || name.eq_ignore_ascii_case("unknown") || name.starts_with("(no genres");
            if says_nothing || name.contains(char::is_control) {
                continue;
            }
            let place = match places.get(name) {
                Some(&place) => place,
                None if self.genres.len() >= MOST_GENRES => continue,
                None => {
                    let place = self.genres.len() as u16;
                    self.genres.push(name.to_owned());
                    places.insert(name.to_owned(), place);
                    place
                }
            };
            if !genres.contains(&place) {
                genres.push(place);
            }
        }
        genres
    }

    fn read_links(&mut self, source: &mut Source, file: &str, bad: &mut BadRows) -> Result<(), ImportError> {
        let mut lines = source.open(file)?;
        let mut rows = 0;
        bad.begin(file);
        while let Some(line) = lines.next_line()? {
            let text = decode(line);
            let mut fields = text.split(',').map(|field| field.trim().trim_matches('"'));
            let mut number = || fields.next().and_then(|field| read_number(field.as_bytes()));
            let (movie, imdb_id, tmdb_id) = (number(), number(), number());
            let is_header = lines.number == 1 && movie.is_none();
            if is_header {
                continue;
            }
            rows += 1;
            let Some(movie) = movie else {
                bad.add(lines.number, || "the film is not a number".to_owned());
                continue;
            };
            // Links of films that the film file does not have are of no use and do no harm.
            if let Some(place) = self.places.get(movie) {
                let film = &mut self.all[place as usize];
                (film.imdb_id, film.tmdb_id) = (imdb_id, tmdb_id);
            }
        }
        bad.check_mostly_good(rows)
    }
}

/// Where in a row of a film file with a header things are.
#[derive(Clone, Copy)]
struct FilmColumns {
    id: usize,
    title: usize,
    year: Option<usize>,
    genres: Option<usize>,
}

impl FilmColumns {
    fn read(layout: Layout, file: &str, header: &str) -> Result<Self, ImportError> {
        let columns = layout.header_columns(header);
        let place = |names: &[&str]| {
            columns.iter().position(|column| names.iter().any(|name| column.eq_ignore_ascii_case(name)))
        };
        let (Some(id), Some(title)) = (place(&["movieId", "item_id"]), place(&["title", "movie_title", "name"])) else {
            let columns = match layout {
                Layout::Atomic => "item_id:token, movie_title:token_seq, release_year:token, class:token_seq",
                _ => "movieId,title,genres",
            };
            return Err(ImportError::Header { file: file.to_owned(), columns });
        };
        Ok(Self { id, title, year: place(&["release_year", "year"]), genres: place(&["genres", "genre", "class"]) })
    }
}

fn read_csv(line: &str, columns: FilmColumns) -> Result<Row<'_>, &'static str> {
    let fields = split_quoted(line).ok_or("a quotation mark is missing")?;
    let title = fields.get(columns.title).ok_or("too few columns")?.replace("\"\"", "\"");
    let genres = match columns.genres {
        Some(at) => fields.get(at).ok_or("too few columns")?.split('|').collect(),
        None => Vec::new(),
    };
    row(fields.get(columns.id).copied(), Title::parse(&title), genres)
}

fn read_atomic(line: &str, columns: FilmColumns) -> Result<Row<'_>, &'static str> {
    let fields: Vec<&str> = line.split('\t').collect();
    let mut title = Title::parse(fields.get(columns.title).ok_or("too few columns")?);
    let year = columns.year.and_then(|at| fields.get(at)).and_then(|year| titles::read_year(year));
    title.year = year.or(title.year);
    let listed = columns.genres.and_then(|at| fields.get(at)).copied().unwrap_or_default();
    // RecBole's lists have spaces between their words, and this genre is three words.
    let genres = if listed.starts_with("(no genres") { Vec::new() } else { listed.split(' ').collect() };
    row(fields.get(columns.id).copied(), title, genres)
}

fn read_dat(line: &str) -> Result<Row<'_>, &'static str> {
    let (id, rest) = line.split_once("::").ok_or("too few columns")?;
    // From the end: a title may hold colons.
    let (title, genres) = rest.rsplit_once("::").ok_or("too few columns")?;
    row(Some(id), Title::parse(title), genres.split('|').collect())
}

fn read_hundred(line: &str) -> Result<Row<'_>, &'static str> {
    const BEFORE_FLAGS: usize = 5;
    let fields: Vec<&str> = line.split('|').collect();
    if fields.len() < BEFORE_FLAGS + FLAGS.len() {
        return Err("too few columns");
    }
    let mut title = Title::parse(fields[1]);
    // "01-Jan-1995"
    let released = || fields[2].rsplit('-').next().and_then(titles::read_year);
    title.year = title.year.or_else(released);
    let flags = fields[BEFORE_FLAGS..].iter().zip(FLAGS);
    row(Some(fields[0]), title, flags.filter(|(flag, _)| flag.trim() == "1").map(|(_, genre)| genre).collect())
}

fn row<'a>(id: Option<&str>, title: Title, genres: Vec<&'a str>) -> Result<Row<'a>, &'static str> {
    let id = id.and_then(|id| read_number(id.trim().as_bytes())).ok_or("the film is not a number")?;
    if title.name.is_empty() {
        return Err("the title is missing");
    }
    Ok(Row { id, title, genres })
}

/// The columns of a CSV row, which lies on one line in every edition; doubled quotation marks are left as they are.
fn split_quoted(line: &str) -> Option<Vec<&str>> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let end = match rest.strip_prefix('"') {
            Some(inner) => {
                let mut end = 0;
                loop {
                    end += inner[end..].find('"')?;
                    if !inner[end + 1..].starts_with('"') {
                        break;
                    }
                    end += 2;
                }
                fields.push(&inner[..end]);
                let after = &inner[end + 1..];
                // Nothing but a comma or the end may follow.
                if !after.is_empty() && !after.starts_with(',') {
                    return None;
                }
                rest.len() - after.len()
            }
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                fields.push(&rest[..end]);
                end
            }
        };
        match rest.get(end + 1..) {
            Some(more) => rest = more,
            None => return Some(fields),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_columns_hold_commas_and_quotation_marks() {
        assert_eq!(split_quoted(r#"1,"A, ""B"" C",x"#), Some(vec!["1", r#"A, ""B"" C"#, "x"]));
        assert_eq!(split_quoted(r#""","""",é"#), Some(vec!["", "\"\"", "é"]));
        assert_eq!(split_quoted("a,,"), Some(vec!["a", "", ""]));
        assert_eq!(split_quoted(r#"1,"A"#), None);
        assert_eq!(split_quoted(r#"1,"A"b,c"#), None);
    }

    #[test]
    fn a_film_is_found_by_its_number_however_large() {
        let ids = [0, 5, Places::TABLE_END - 1, Places::TABLE_END, u32::MAX];
        let places = Places::new(ids.into_iter());
        for (id, place) in ids.into_iter().zip(0..) {
            assert_eq!(places.get(id), Some(place));
        }
        assert_eq!((places.get(4), places.get(u32::MAX - 1)), (None, None));
    }

    #[test]
    fn each_layout_reads_its_film_rows() {
        let csv = FilmColumns { id: 0, title: 1, year: None, genres: Some(2) };
        let atomic = FilmColumns { id: 0, title: 1, year: Some(2), genres: Some(3) };
        let hundred = "858|Godfather, The (1972)|01-Jan-1972||http://x|0|1|0|0|0|0|1|0|0|0|0|0|0|0|0|0|0|0|0";
        for row in [
            read_csv("858,\"Godfather, The (1972)\",Action|Crime", csv),
            read_dat("858::Godfather, The (1972)::Action|Crime"),
            read_hundred(hundred),
            read_atomic("858\tGodfather, The\t1972\tAction Crime", atomic),
        ] {
            let row = row.expect("a film");
            assert_eq!((row.id, row.title.name.as_str(), row.title.year), (858, "The Godfather", Some(1972)));
            assert_eq!(row.genres, ["Action", "Crime"]);
        }
    }
}
