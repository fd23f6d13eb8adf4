use super::error::ImportError;

/// As many are shown; the others are counted.
const SHOWN: usize = 5;

/// A row that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// Its file.
    pub file: String,
    /// Its line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
}

/// The rows that could not be used.
#[derive(Clone, Debug, Default)]
pub struct BadRows {
    /// How many.
    pub count: u64,
    /// The first few.
    pub first: Vec<BadRow>,
    file: String,
    in_file: u64,
    first_in_file: Option<BadRow>,
}

impl std::fmt::Display for BadRow {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}:{}: {}", self.file, self.line, self.reason)
    }
}

impl BadRows {
    /// From now on the rows are those of `file`.
    pub(super) fn begin(&mut self, file: &str) {
        file.clone_into(&mut self.file);
        self.in_file = 0;
        self.first_in_file = None;
    }

    /// Counts a row.
    pub(super) fn add(&mut self, line: u64, reason: impl FnOnce() -> String) {
        self.count += 1;
        self.in_file += 1;
        if self.first.len() < SHOWN || self.first_in_file.is_none() {
            let row = BadRow { file: self.file.clone(), line, reason: reason() };
            if self.first.len() < SHOWN {
                self.first.push(row.clone());
            }
            self.first_in_file.get_or_insert(row);
        }
    }

    /// Refuses a file of which more than half is bad.
    pub(super) fn check_mostly_good(&self, rows: u64) -> Result<(), ImportError> {
        match &self.first_in_file {
            Some(first) if self.in_file * 2 > rows => Err(ImportError::MostlyBad {
                file: self.file.clone(),
                bad: self.in_file,
                rows,
                first: format!("line {}: {}", first.line, first.reason),
            }),
            _ => Ok(()),
        }
    }
}
