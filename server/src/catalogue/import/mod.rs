//! From MovieLens files to a catalogue.
//!
//! The files are found ([`source`]), the films read into memory, the ratings streamed through a sorter with bounded
//! memory, and all of it written in one transaction into a folder of its own beside the old catalogue; the new file is
//! renamed in when it is whole and on disk. Whatever goes wrong before, the old one is untouched and nothing is left.

mod bad_rows;
mod build;
mod error;
mod films;
mod highlights;
mod layout;
mod lines;
mod ratings;
mod sorter;
mod source;
mod workspace;

use std::path::Path;

pub use bad_rows::{BadRow, BadRows};
pub use error::ImportError;
pub use highlights::{MOST_NOTABLE, MOST_WELL_KNOWN};

use super::Info;

/// What an import did.
#[derive(Clone, Debug)]
pub struct Report {
    /// The new catalogue.
    pub info: Info,
    /// Rows that could not be used.
    pub bad: BadRows,
    /// Ratings of a film that the same viewer rated again later.
    pub older: u64,
}

/// Who watches an import. Called every few thousand rows.
pub trait Progress {
    /// Bytes of the rating file read so far, of so many; rows found in them.
    fn reading(&mut self, bytes: u64, of: u64, rows: u64);
    /// Ratings stored so far, of so many.
    fn storing(&mut self, ratings: u64, of: u64);
    /// All rows are stored; what is left takes a moment.
    fn finishing(&mut self);
    /// Whether to stop.
    fn is_cancelled(&self) -> bool;
}

/// Rows between two calls of [`Progress`].
const ROWS_PER_STEP: u64 = 1 << 14;

/// Makes the catalogue in `data_dir` of the MovieLens zip file or folder at `path`.
pub fn import(path: &Path, data_dir: &Path, progress: &mut dyn Progress) -> Result<Report, ImportError> {
    let mut bad = BadRows::default();
    let mut source = source::Source::find(path)?;
    let films = films::Films::read(&mut source, &mut bad)?;

    let workspace = workspace::Workspace::new(data_dir)?;
    let sorter = ratings::read(&mut source, &films, &workspace, &mut bad, progress)?;
    let (info, older) = build::build(&workspace, &source.name, &films, sorter, progress)?;
    workspace.publish()?;
    Ok(Report { info, bad, older })
}
