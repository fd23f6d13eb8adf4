//! How each MovieLens edition writes a rating and a film.

use super::error::ImportError;

/// The editions' ways of writing, in order of preference where one folder has several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Layout {
    /// `movies.csv`, `ratings.csv`, `links.csv`: latest-small, 20M, 25M, 32M.
    Csv,
    /// `movies.dat`, `ratings.dat` with `::` between columns: 1M, 10M.
    Dat,
    /// `u.item`, `u.data`: 100K.
    Hundred,
    /// `name.item`, `name.inter`: RecBole's atomic files.
    Atomic,
}

/// One row of a rating file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RatingRow {
    pub viewer: u32,
    pub movie: u32,
    /// Seconds since 1970; 0 where the data has no times.
    pub time: i64,
    /// Half stars, 1 to 10.
    pub halves: u8,
}

/// Columns that a row may have; more are not looked at.
const MOST_COLUMNS: usize = 16;

/// Where in a row of a rating file things are.
#[derive(Clone, Copy, Debug)]
pub(super) struct RatingColumns {
    separator: &'static [u8],
    viewer: usize,
    movie: usize,
    stars: usize,
    time: Option<usize>,
    /// A row with fewer is cut off or damaged.
    count: usize,
}

impl Layout {
    /// Whether the first line names the columns.
    pub(super) fn has_header(self) -> bool {
        matches!(self, Self::Csv | Self::Atomic)
    }

    /// The columns of the rating file; `header` is its first line where the layout has one.
    pub(super) fn rating_columns(self, file: &str, header: &str) -> Result<RatingColumns, ImportError> {
        let (separator, names): (&'static [u8], [&str; 4]) = match self {
            Self::Dat => return Ok(RatingColumns::fixed(b"::")),
            Self::Hundred => return Ok(RatingColumns::fixed(b"\t")),
            Self::Csv => (b",", ["userId", "movieId", "rating", "timestamp"]),
            Self::Atomic => (b"\t", ["user_id", "item_id", "rating", "timestamp"]),
        };
        let columns = self.header_columns(header);
        let place = |name: &str| columns.iter().position(|column| column.eq_ignore_ascii_case(name));
        let (Some(viewer), Some(movie), Some(stars)) = (place(names[0]), place(names[1]), place(names[2])) else {
            let columns = match self {
                Self::Atomic => "user_id:token, item_id:token, rating:float, timestamp:float",
                _ => "userId,movieId,rating,timestamp",
            };
            return Err(ImportError::Header { file: file.to_owned(), columns });
        };
        Ok(RatingColumns {
            separator,
            viewer,
            movie,
            stars,
            time: place(names[3]),
            count: columns.len().min(MOST_COLUMNS),
        })
    }

    /// The names in a first line; RecBole's carry types behind a colon.
    pub(super) fn header_columns(self, header: &str) -> Vec<&str> {
        let separator = if self == Self::Atomic { '\t' } else { ',' };
        let name = |column: &'_ str| -> usize { column.find(':').unwrap_or(column.len()) };
        header.split(separator).map(|column| column[..name(column)].trim().trim_matches('"')).collect()
    }
}

impl RatingColumns {
    fn fixed(separator: &'static [u8]) -> Self {
        Self { separator, viewer: 0, movie: 1, stars: 2, time: Some(3), count: 4 }
    }

    /// Reads a row, or says what is wrong with it.
    pub(super) fn read(&self, line: &[u8]) -> Result<RatingRow, &'static str> {
        let mut fields: [&[u8]; MOST_COLUMNS] = [b""; MOST_COLUMNS];
        let mut count = 0;
        let mut rest = Some(line);
        while let (Some(text), true) = (rest, count < MOST_COLUMNS) {
            let end = find(text, self.separator);
            fields[count] = text.get(..end).unwrap_or(text);
            rest = text.get(end + self.separator.len()..);
            count += 1;
        }
        if count < self.count {
            return Err("too few columns");
        }
        // A header may name a column beyond those that are looked at.
        let field = |at: usize| fields.get(at).map_or(&b""[..], |field| trim(field));
        Ok(RatingRow {
            viewer: read_number(field(self.viewer)).ok_or("the user is not a number")?,
            movie: read_number(field(self.movie)).ok_or("the film is not a number")?,
            halves: read_halves(field(self.stars)).ok_or("the rating is not 0.5 to 5 stars in halves")?,
            time: match self.time {
                Some(at) => read_time(field(at)).ok_or("the time is not a number")?,
                None => 0,
            },
        })
    }
}

/// Where the separator is, or the text's length.
fn find(text: &[u8], separator: &[u8]) -> usize {
    if let [byte] = separator {
        return text.iter().position(|letter| letter == byte).unwrap_or(text.len());
    }
    text.windows(separator.len()).position(|window| window == separator).unwrap_or(text.len())
}

fn trim(field: &[u8]) -> &[u8] {
    let field = field.trim_ascii();
    field.strip_prefix(b"\"").and_then(|inner| inner.strip_suffix(b"\"")).unwrap_or(field)
}

/// A number of up to 32 bits in plain digits.
pub(super) fn read_number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 10 {
        return None;
    }
    let mut number: u64 = 0;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        number = number * 10 + u64::from(digit - b'0');
    }
    u32::try_from(number).ok()
}

/// `4`, `4.0`, `3.5`, `.5` as half stars.
fn read_halves(text: &[u8]) -> Option<u8> {
    let (whole, fraction) = text.split_at(find(text, b"."));
    let whole = match whole {
        [] if !fraction.is_empty() => 0,
        [digit @ b'0'..=b'5'] => digit - b'0',
        _ => return None,
    };
    let half = match fraction.strip_prefix(b".").unwrap_or_default() {
        [b'5', zeros @ ..] if zeros.iter().all(|&digit| digit == b'0') => 1,
        zeros if zeros.iter().all(|&digit| digit == b'0') => 0,
        _ => return None,
    };
    let halves = 2 * whole + half;
    (1..=10).contains(&halves).then_some(halves)
}

/// Whole seconds; RecBole calls them floats and other tools write them so.
fn read_time(text: &[u8]) -> Option<i64> {
    if let Some(seconds) = read_number(text) {
        return Some(i64::from(seconds));
    }
    let seconds: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    (seconds.abs() < 1e15).then_some(seconds as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_stars_are_read_exactly() {
        let halves = |text: &str| read_halves(text.as_bytes());
        for (text, expected) in
            [("0.5", 1), (".5", 1), ("1", 2), ("3.0", 6), ("3.5", 7), ("4.50", 9), ("5.", 10), ("5.0", 10)]
        {
            assert_eq!(halves(text), Some(expected), "{text}");
        }
        for bad in ["", ".", "0", "0.0", "5.5", "6", "10", "3.7", "3.25", "-1", "+4", "4,5", "NaN", "1e0", "4.5x"] {
            assert_eq!(halves(bad), None, "{bad}");
        }
    }

    #[test]
    fn each_layout_reads_its_rating_rows() {
        let expected = Ok(RatingRow { viewer: 7, movie: 31, halves: 5, time: 1_260_759_144 });
        for (layout, header, line) in [
            (Layout::Csv, "userId,movieId,rating,timestamp", "7,31,2.5,1260759144"),
            (Layout::Csv, "\"userId\",\"movieId\",\"rating\",\"timestamp\"", "\"7\",\"31\",\"2.5\",\"1260759144\""),
            (Layout::Csv, "movieId,userId,timestamp,rating", "31,7,1260759144,2.5"),
            (Layout::Dat, "", "7::31::2.5::1260759144"),
            (Layout::Hundred, "", "7\t31\t2.5\t1260759144"),
            (Layout::Atomic, "user_id:token\titem_id:token\trating:float\ttimestamp:float", "7\t31\t2.5\t1260759144.0"),
        ] {
            let columns = layout.rating_columns("it", header).expect("columns");
            assert_eq!(columns.read(line.as_bytes()), expected, "{line}");
        }
    }

    #[test]
    fn a_file_without_times_has_none() {
        let columns = Layout::Csv.rating_columns("it", "userId,movieId,rating").expect("columns");
        assert_eq!(columns.read(b"1,2,5"), Ok(RatingRow { viewer: 1, movie: 2, halves: 10, time: 0 }));
    }

    #[test]
    fn a_bad_row_is_told_from_a_good_one_and_why() {
        let columns = Layout::Csv.rating_columns("it", "userId,movieId,rating,timestamp").expect("columns");
        for (line, reason) in [
            ("1,2,5", "columns"),
            ("", "columns"),
            ("x,2,5,1", "user"),
            ("1,-2,5,1", "film"),
            ("1,99999999999,5,1", "film"),
            ("1,2,7,1", "stars"),
            ("1,2,5,soon", "time"),
        ] {
            assert!(columns.read(line.as_bytes()).is_err_and(|error| error.contains(reason)), "{line}");
        }
    }

    #[test]
    fn another_file_with_commas_is_refused() {
        assert!(Layout::Csv.rating_columns("ratings.csv", "name,age").is_err());
        assert!(Layout::Atomic.rating_columns("x.inter", "user_id:token\titem_id:token").is_err());
    }
}
