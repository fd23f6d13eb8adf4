use std::{io, path::PathBuf};

use super::super::CatalogueError;

/// Why an import made no catalogue. Each says what to do; the old catalogue is untouched.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// There is nothing at the path.
    #[error("{path} does not exist: give the path of a MovieLens zip file or of the folder it unpacks to", path = path.display())]
    NotFound {
        /// What was given.
        path: PathBuf,
    },
    /// The file or folder cannot be read.
    #[error("cannot read {name}: {source}")]
    Read {
        /// The file.
        name: String,
        /// The operating system's reason.
        source: io::Error,
    },
    /// A file of no bytes.
    #[error("{name} is empty: download it again")]
    Empty {
        /// The file.
        name: String,
    },
    /// Neither a zip file nor a folder.
    #[error("{name} is not a zip file: give a MovieLens zip file or the folder it unpacks to")]
    NotAZip {
        /// The file.
        name: String,
    },
    /// It begins like a zip file and does not end like one, or its checksums are wrong.
    #[error("{name} is damaged or cut off ({reason}): download it again")]
    Damaged {
        /// The file.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// A zip that this program does not unpack.
    #[error("{name} cannot be unpacked here ({reason}): unpack it yourself and give the folder")]
    Unsupported {
        /// The file.
        name: String,
        /// What is not supported.
        reason: String,
    },
    /// An entry that grows out of all proportion.
    #[error(
        "{name} unpacks to far more than film data would ({packed} bytes to over {limit}): this looks like a zip bomb"
    )]
    Bomb {
        /// The entry.
        name: String,
        /// Its size in the zip file, in bytes.
        packed: u64,
        /// Where reading stopped, in bytes.
        limit: u64,
    },
    /// No known layout.
    #[error(
        "{name} holds no MovieLens data{hint}: it needs ratings.csv and movies.csv, or u.data and u.item, or ratings.dat \
         and movies.dat, or a .inter and a .item file"
    )]
    NoData {
        /// The file or folder.
        name: String,
        /// What was found instead; begins with a comma or is empty.
        hint: String,
    },
    /// Several data sets in one folder.
    #[error("{name} holds several data sets ({sets}): give the path of one of them")]
    Several {
        /// The file or folder.
        name: String,
        /// Their folders.
        sets: String,
    },
    /// The first line names other columns.
    #[error("{file} does not begin with the columns {columns}: it is no MovieLens file or it was changed")]
    Header {
        /// The file.
        file: String,
        /// What the first line should name.
        columns: &'static str,
    },
    /// The file ends in the middle of a line.
    #[error("{file} is cut off in line {line}: download or copy it again")]
    CutOff {
        /// The file.
        file: String,
        /// Its last line.
        line: u64,
    },
    /// No lines, or lines without end.
    #[error("{file} is not a text file with one row a line (line {line}): it is no MovieLens file")]
    NotText {
        /// The file.
        file: String,
        /// Where it was noticed.
        line: u64,
    },
    /// A file in which nothing could be used.
    #[error("{file} has no {what}: download it again")]
    Nothing {
        /// The file.
        file: String,
        /// "film" or "rating".
        what: &'static str,
    },
    /// A file in which most cannot be used.
    #[error("{bad} of the {rows} rows of {file} are bad ({first}): it is no MovieLens file or it was changed")]
    MostlyBad {
        /// The file.
        file: String,
        /// Unusable rows.
        bad: u64,
        /// All rows.
        rows: u64,
        /// The first bad row, with its line and reason.
        first: String,
    },
    /// The new catalogue cannot be written.
    #[error("cannot write {path}: {source}", path = path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// Somebody asked to stop.
    #[error("stopped; the catalogue is as it was")]
    Cancelled,
    /// SQLite refused.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
}

impl From<rusqlite::Error> for ImportError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Catalogue(error.into())
    }
}
