//! The folder in which a new catalogue is made, beside the old one.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use super::{super::FILE_NAME, error::ImportError};

/// What such a folder's name begins with; the process's number follows.
const PREFIX: &str = "catalogue.db.new-";

/// Removed with all that is in it when dropped. A killed process leaves it; the next import removes it then.
pub(super) struct Workspace {
    data_dir: PathBuf,
    folder: PathBuf,
    /// Locked as long as the process lives: says that the folder is in use.
    _lock: File,
    made_data_dir: bool,
}

impl Workspace {
    /// Makes the folder, and the data directory if there is none.
    pub(super) fn new(data_dir: &Path) -> Result<Self, ImportError> {
        let write_error = |source| ImportError::Write { path: data_dir.to_owned(), source };
        let made_data_dir = !data_dir.exists();
        fs::create_dir_all(data_dir).map_err(write_error)?;
        remove_abandoned(data_dir).map_err(write_error)?;
        let folder = data_dir.join(format!("{PREFIX}{}", std::process::id()));
        fs::create_dir(&folder).map_err(write_error)?;
        let lock = File::create(folder.join("lock")).and_then(|lock| {
            lock.lock()?;
            Ok(lock)
        });
        Ok(Self { data_dir: data_dir.to_owned(), folder, _lock: lock.map_err(write_error)?, made_data_dir })
    }

    /// Where the sorter keeps its runs.
    pub(super) fn runs(&self) -> PathBuf {
        self.folder.join("runs")
    }

    /// Where the new catalogue is made.
    pub(super) fn database(&self) -> PathBuf {
        self.folder.join(FILE_NAME)
    }

    pub(super) fn write_error(&self, source: io::Error) -> ImportError {
        ImportError::Write { path: self.folder.clone(), source }
    }

    /// Puts the new catalogue, which nobody has open any more, in the place of the old one: at once, or not at all.
    pub(super) fn publish(self) -> Result<(), ImportError> {
        let publish = || {
            // What the name will stand for must be on disk before the name does.
            File::open(self.database())?.sync_all()?;
            fs::rename(self.database(), self.data_dir.join(FILE_NAME))?;
            sync_folder(&self.data_dir)
        };
        publish().map_err(|error| self.write_error(error))
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            tracing::warn!(%error, folder = %self.folder.display(), "could not clean up after the import");
        }
        if self.made_data_dir {
            // Fails, as it should, where there is a catalogue in it now.
            let _ = fs::remove_dir(&self.data_dir);
        }
    }
}

/// Removes what killed imports left: folders that no living process has locked.
fn remove_abandoned(data_dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(data_dir)?.flatten() {
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let is_in_use = match File::open(entry.path().join("lock")) {
            Ok(lock) => matches!(lock.try_lock(), Err(TryLockError::WouldBlock)),
            Err(_) => false,
        };
        if !is_in_use {
            // Another import may be at it as well.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    Ok(())
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
