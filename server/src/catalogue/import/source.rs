//! Finds a data set in a folder or a zip file, whatever folder inside it lies in, and opens its files one by one.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use zip::{ZipArchive, result::ZipError};

use super::{error::ImportError, layout::Layout, lines::Lines};

/// Film data shrinks to a fourth or a tenth of its size; deflate's limit is a thousandth.
const MOST_RATIO: u64 = 100;

/// Below this size a high ratio harms nobody.
const HARMLESS_BYTES: u64 = 1 << 20;

/// More names than any data set has; a folder with more is something else.
const MOST_NAMES: usize = 20_000;

/// A data set whose files were found and not yet read.
pub(super) struct Source {
    place: Place,
    /// What people call it: "ml-latest-small".
    pub name: String,
    /// How its files are written.
    pub layout: Layout,
    /// The film file, by its path in the folder or zip file.
    pub films: String,
    /// The rating file, likewise.
    pub ratings: String,
    /// The file with the films' numbers at IMDb and TMDB, likewise.
    pub links: Option<String>,
}

enum Place {
    Folder(PathBuf),
    Zip(ZipArchive<File>),
}

/// What [`Bounded`] fails with.
#[derive(Debug, thiserror::Error)]
#[error("more than {limit} bytes from {packed}")]
pub(super) struct TooMuch {
    pub packed: u64,
    pub limit: u64,
}

impl Source {
    /// Looks at the folder or zip file.
    pub(super) fn find(path: &Path) -> Result<Self, ImportError> {
        let name = display_name(path);
        let read_error = |source| ImportError::Read { name: name.clone(), source };
        let about = match fs::metadata(path) {
            Ok(about) => about,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ImportError::NotFound { path: path.to_owned() });
            }
            Err(error) => return Err(read_error(error)),
        };

        let (place, names) = if about.is_dir() {
            (Place::Folder(path.to_owned()), names_in_folder(path).map_err(read_error)?)
        } else if about.len() == 0 {
            return Err(ImportError::Empty { name });
        } else {
            let archive = open_zip(path, &name)?;
            let names = archive.file_names().filter_map(Result::ok).map(std::borrow::Cow::into_owned).collect();
            (Place::Zip(archive), names)
        };
        let found = choose(&name, &names)?;

        let inner_name = match (found.layout, found.folder.rsplit('/').next()) {
            // RecBole names the files after the data set.
            (Layout::Atomic, _) => file_name(&found.ratings).trim_end_matches(".inter").to_owned(),
            (_, Some(folder)) if !folder.is_empty() => folder.to_owned(),
            _ => name.trim_end_matches(".zip").to_owned(),
        };
        let Found { layout, films, ratings, links, .. } = found;
        Ok(Self { place, name: inner_name, layout, films, ratings, links })
    }

    /// Opens one of its files to be read line by line.
    pub(super) fn open(&mut self, file: &str) -> Result<Lines<'_>, ImportError> {
        match &mut self.place {
            Place::Folder(folder) => {
                let read_error = |source| ImportError::Read { name: file.to_owned(), source };
                let opened = File::open(folder.join(file)).map_err(read_error)?;
                let size = opened.metadata().map_err(read_error)?.len();
                Lines::new(file.to_owned(), Box::new(opened), size)
            }
            Place::Zip(archive) => {
                let entry = archive.by_name(file).map_err(|error| zip_error(file, error))?;
                let (packed, size) = (entry.compressed_size(), entry.size());
                let limit = packed.saturating_mul(MOST_RATIO).max(HARMLESS_BYTES);
                if size > limit {
                    return Err(ImportError::Bomb { name: file.to_owned(), packed, limit });
                }
                // The size that an entry declares may be a lie.
                let bounded = Bounded { inner: entry, packed, limit, left: limit };
                Lines::new(file.to_owned(), Box::new(bounded), size)
            }
        }
    }
}

/// A reader that fails when more comes out of a zip entry than can be meant well.
struct Bounded<R> {
    inner: R,
    packed: u64,
    limit: u64,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        match self.left.checked_sub(count as u64) {
            Some(left) => self.left = left,
            None => return Err(io::Error::other(TooMuch { packed: self.packed, limit: self.limit })),
        }
        Ok(count)
    }
}

fn open_zip(path: &Path, name: &str) -> Result<ZipArchive<File>, ImportError> {
    let read_error = |source| ImportError::Read { name: name.to_owned(), source };
    let mut file = File::open(path).map_err(read_error)?;
    let mut start = Vec::with_capacity(4);
    (&mut file).take(4).read_to_end(&mut start).map_err(read_error)?;
    if !start.starts_with(b"PK") {
        return Err(ImportError::NotAZip { name: name.to_owned() });
    }
    ZipArchive::new(file).map_err(|error| zip_error(name, error))
}

fn zip_error(name: &str, error: ZipError) -> ImportError {
    let name = name.to_owned();
    match error {
        ZipError::Io(source) if source.kind() != io::ErrorKind::UnexpectedEof => ImportError::Read { name, source },
        error @ (ZipError::UnsupportedArchive(_)
        | ZipError::CompressionMethodNotSupported(_)
        | ZipError::InvalidPassword) => ImportError::Unsupported { name, reason: error.to_string() },
        error => ImportError::Damaged { name, reason: error.to_string() },
    }
}

/// The names in a folder and in the folders of it, with slashes.
fn names_in_folder(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if names.len() > MOST_NAMES {
            break;
        }
        if !entry.path().is_dir() {
            names.push(name);
        } else if let Ok(inner) = fs::read_dir(entry.path()) {
            // A folder that may not be read is not where the data is.
            names.extend(
                inner
                    .flatten()
                    .filter_map(|file| file.file_name().into_string().ok())
                    .map(|file| format!("{name}/{file}")),
            );
        }
    }
    Ok(names)
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    folder: String,
    layout: Layout,
    films: String,
    ratings: String,
    links: Option<String>,
}

/// The data set among these files that lies least deep.
fn choose(place: &str, names: &[String]) -> Result<Found, ImportError> {
    let mut sets: Vec<Found> = names.iter().filter_map(|name| data_set_of(name, names)).collect();
    sets.sort_by(|a, b| (depth(a), a.layout, &a.ratings).cmp(&(depth(b), b.layout, &b.ratings)));
    // In one folder the layouts have an order of preference; RecBole's folders may hold several sets side by side.
    if let Some(first) = sets.first().cloned() {
        let same =
            |set: &Found| depth(set) == depth(&first) && (set.folder != first.folder || set.layout == first.layout);
        let equals: Vec<&str> = sets
            .iter()
            .filter(|set| same(set))
            .map(|set| if set.layout == Layout::Atomic { set.ratings.as_str() } else { set.folder.as_str() })
            .collect();
        if equals.len() > 1 {
            return Err(ImportError::Several { name: place.to_owned(), sets: equals.join(", ") });
        }
        return Ok(first);
    }
    Err(ImportError::NoData { name: place.to_owned(), hint: hint(names) })
}

fn depth(set: &Found) -> usize {
    if set.folder.is_empty() { 0 } else { 1 + set.folder.matches('/').count() }
}

/// The data set whose rating file this is, if its film file is there too.
fn data_set_of(ratings: &str, names: &[String]) -> Option<Found> {
    if ratings.starts_with("__MACOSX/") {
        return None;
    }
    let folder = ratings.strip_suffix(file_name(ratings))?.trim_end_matches('/');
    let beside = |file: &str| {
        let wanted = if folder.is_empty() { file.to_owned() } else { format!("{folder}/{file}") };
        names.contains(&wanted).then_some(wanted)
    };
    let (layout, films) = match file_name(ratings) {
        "ratings.csv" => (Layout::Csv, beside("movies.csv")?),
        "ratings.dat" => (Layout::Dat, beside("movies.dat")?),
        "u.data" => (Layout::Hundred, beside("u.item")?),
        name => (Layout::Atomic, beside(&format!("{}.item", name.strip_suffix(".inter")?))?),
    };
    let links = if layout == Layout::Csv { beside("links.csv") } else { None };
    Some(Found { folder: folder.to_owned(), layout, films, ratings: ratings.to_owned(), links })
}

/// What a person may have meant.
fn hint(names: &[String]) -> String {
    const PAIRS: [(&str, &str); 6] = [
        ("ratings.csv", "movies.csv"),
        ("movies.csv", "ratings.csv"),
        ("ratings.dat", "movies.dat"),
        ("movies.dat", "ratings.dat"),
        ("u.data", "u.item"),
        ("u.item", "u.data"),
    ];
    for (there, missing) in PAIRS {
        if names.iter().any(|name| file_name(name) == there) {
            return format!(", only {there} without {missing} beside it");
        }
    }
    match names.iter().find(|name| name.ends_with(".zip")) {
        Some(zip) => format!(", but {zip}: give the path of that"),
        None => String::new(),
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn display_name(path: &Path) -> String {
    let absolute = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    absolute.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(names: &[&str]) -> Result<(Layout, String), String> {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        choose("it", &names).map(|found| (found.layout, found.ratings)).map_err(|error| error.to_string())
    }

    #[test]
    fn the_files_are_found_in_whatever_folder_they_lie() {
        let csv = |path: &str| Ok((Layout::Csv, path.to_owned()));
        assert_eq!(chosen(&["movies.csv", "ratings.csv", "tags.csv"]), csv("ratings.csv"));
        assert_eq!(chosen(&["ml-32m/", "ml-32m/movies.csv", "ml-32m/ratings.csv"]), csv("ml-32m/ratings.csv"));
        assert_eq!(
            chosen(&["__MACOSX/a/ratings.csv", "__MACOSX/a/movies.csv", "a/movies.csv", "a/ratings.csv"]),
            csv("a/ratings.csv")
        );
        assert_eq!(chosen(&["x/y/ml.inter", "x/y/ml.item"]), Ok((Layout::Atomic, "x/y/ml.inter".to_owned())));
    }

    #[test]
    fn what_lies_least_deep_is_meant() {
        let found = chosen(&["old/ratings.dat", "old/movies.dat", "u.data", "u.item"]);
        assert_eq!(found, Ok((Layout::Hundred, "u.data".to_owned())));
    }

    #[test]
    fn two_data_sets_side_by_side_are_not_guessed_between() {
        let error = chosen(&["a/ratings.dat", "a/movies.dat", "b/u.data", "b/u.item"]).unwrap_err();
        assert!(error.contains("a, b"), "{error}");
        let error = chosen(&["a.inter", "a.item", "b.inter", "b.item"]).unwrap_err();
        assert!(error.contains("a.inter, b.inter"), "{error}");
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = chosen(&["ml/ratings.csv", "ml/links.csv"]).unwrap_err();
        assert!(error.contains("without movies.csv"), "{error}");
        let error = chosen(&["ml-latest-small.zip"]).unwrap_err();
        assert!(error.contains("but ml-latest-small.zip"), "{error}");
    }
}
