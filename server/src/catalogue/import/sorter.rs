//! Puts any number of ratings in order in bounded memory: sorted runs on disk, merged.
//!
//! Knuth, The Art of Computer Programming 3, 5.4. Files that are in order already (most are) make the sort of a run one
//! pass over it.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    fs::{File, OpenOptions},
    io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    path::Path,
};

use super::layout::RatingRow;

/// Rows in memory at once: 24 bytes each, and half as much again while they are sorted.
const RUN_ROWS: usize = 3_000_000;

/// Read ahead of each run, in bytes.
const RUN_BUFFER: usize = 1 << 16;

const ROW_BYTES: usize = 17;

/// Takes ratings in any order.
pub(super) struct Sorter {
    rows: Vec<RatingRow>,
    run_rows: usize,
    /// The runs one behind the other, and where each ends.
    file: File,
    ends: Vec<u64>,
}

impl Sorter {
    /// Keeps runs in a file of this name, which must not exist.
    pub(super) fn new(path: &Path) -> io::Result<Self> {
        Self::with_run_rows(path, RUN_ROWS)
    }

    fn with_run_rows(path: &Path, run_rows: usize) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
        Ok(Self { rows: Vec::new(), run_rows, file, ends: Vec::new() })
    }

    /// Takes a rating.
    pub(super) fn push(&mut self, row: RatingRow) -> io::Result<()> {
        if self.rows.len() == self.run_rows {
            self.write_run()?;
        }
        self.rows.push(row);
        Ok(())
    }

    fn sort_run(&mut self) {
        // Stable: of two ratings at the same second the one further down in the file is the newer.
        self.rows.sort_by_key(|row| (row.viewer, row.movie, row.time));
    }

    fn write_run(&mut self) -> io::Result<()> {
        self.sort_run();
        let mut out = BufWriter::with_capacity(1 << 20, &self.file);
        for row in &self.rows {
            out.write_all(&to_bytes(*row))?;
        }
        out.flush()?;
        drop(out);
        let start = self.ends.last().copied().unwrap_or(0);
        self.ends.push(start + (self.rows.len() * ROW_BYTES) as u64);
        self.rows.clear();
        Ok(())
    }

    /// Gives the ratings back by viewer and film, of several for one film the newest only; returns how many were older
    /// ones.
    pub(super) fn drain<E: From<io::Error>>(
        mut self,
        mut take: impl FnMut(RatingRow) -> Result<(), E>,
    ) -> Result<u64, E> {
        let mut newest = Newest::default();
        if self.ends.is_empty() {
            self.sort_run();
            for row in std::mem::take(&mut self.rows) {
                if let Some(done) = newest.push(row) {
                    take(done)?;
                }
            }
        } else {
            self.write_run()?;
            // Its memory goes to the readers.
            self.rows = Vec::new();
            let mut merge = Merge::new(&self.file, &self.ends)?;
            while let Some(row) = merge.next_row()? {
                if let Some(done) = newest.push(row) {
                    take(done)?;
                }
            }
        }
        if let Some(last) = newest.last {
            take(last)?;
        }
        Ok(newest.older)
    }
}

/// Drops all but the last of the ratings that one viewer gave one film.
#[derive(Default)]
struct Newest {
    last: Option<RatingRow>,
    older: u64,
}

impl Newest {
    fn push(&mut self, row: RatingRow) -> Option<RatingRow> {
        let before = self.last.replace(row)?;
        if (before.viewer, before.movie) == (row.viewer, row.movie) {
            self.older += 1;
            return None;
        }
        Some(before)
    }
}

struct Merge {
    runs: Vec<BufReader<Run>>,
    /// The next row of each run; of equals the one of the earlier run first.
    heap: BinaryHeap<Reverse<Head>>,
}

/// Viewer, film and time of a run's next row; the run; the row's half stars. In the order of rows.
type Head = ((u32, u32, i64), usize, u8);

/// A part of the file, with a place of its own in it.
struct Run {
    file: File,
    at: u64,
    end: u64,
}

impl Read for Run {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.end - self.at).unwrap_or(usize::MAX).min(buffer.len());
        // The runs share the operating system's place in the file.
        self.file.seek(SeekFrom::Start(self.at))?;
        let count = self.file.read(&mut buffer[..most])?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Merge {
    fn new(file: &File, ends: &[u64]) -> io::Result<Self> {
        let mut merge = Self { runs: Vec::new(), heap: BinaryHeap::new() };
        let mut start = 0;
        for &end in ends {
            let run = Run { file: file.try_clone()?, at: start, end };
            merge.runs.push(BufReader::with_capacity(RUN_BUFFER, run));
            merge.refill(merge.runs.len() - 1)?;
            start = end;
        }
        Ok(merge)
    }

    fn refill(&mut self, run: usize) -> io::Result<()> {
        let mut bytes = [0; ROW_BYTES];
        match self.runs[run].read_exact(&mut bytes) {
            Ok(()) => {
                let row = from_bytes(&bytes);
                self.heap.push(Reverse(((row.viewer, row.movie, row.time), run, row.halves)));
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn next_row(&mut self) -> io::Result<Option<RatingRow>> {
        let Some(Reverse(((viewer, movie, time), run, halves))) = self.heap.pop() else { return Ok(None) };
        self.refill(run)?;
        Ok(Some(RatingRow { viewer, movie, time, halves }))
    }
}

/// A rating in 17 bytes: also what the fingerprint is made of.
pub(super) fn to_bytes(row: RatingRow) -> [u8; ROW_BYTES] {
    let mut bytes = [0; ROW_BYTES];
    bytes[..4].copy_from_slice(&row.viewer.to_le_bytes());
    bytes[4..8].copy_from_slice(&row.movie.to_le_bytes());
    bytes[8..16].copy_from_slice(&row.time.to_le_bytes());
    bytes[16] = row.halves;
    bytes
}

fn from_bytes(bytes: &[u8; ROW_BYTES]) -> RatingRow {
    let number = |at: usize| u32::from_le_bytes(std::array::from_fn(|i| bytes[at + i]));
    RatingRow {
        viewer: number(0),
        movie: number(4),
        time: i64::from_le_bytes(std::array::from_fn(|i| bytes[8 + i])),
        halves: bytes[16],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(viewer: u32, movie: u32, time: i64, halves: u8) -> RatingRow {
        RatingRow { viewer, movie, time, halves }
    }

    fn sorted(rows: &[RatingRow], run_rows: usize) -> (Vec<RatingRow>, u64) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut sorter = Sorter::with_run_rows(&folder.path().join("runs"), run_rows).expect("a file");
        for &row in rows {
            sorter.push(row).expect("room");
        }
        let mut all = Vec::new();
        let older = sorter
            .drain(|row| {
                all.push(row);
                Ok::<_, io::Error>(())
            })
            .expect("rows");
        (all, older)
    }

    #[test]
    fn runs_on_disk_and_one_run_in_memory_give_the_same() {
        let rows: Vec<_> =
            (0..1000_u32).map(|i| row(i * 7919 % 101, i * 31 % 211, i64::from(i % 5), 1 + (i % 10) as u8)).collect();
        let expected = sorted(&rows, usize::MAX);
        assert!(expected.0.is_sorted_by_key(|row| (row.viewer, row.movie)));
        for run_rows in [1, 7, 100, 999, 1000] {
            assert_eq!(sorted(&rows, run_rows), expected, "{run_rows}");
        }
    }

    #[test]
    fn the_newest_of_several_ratings_wins_and_of_equally_new_ones_the_last() {
        let rows = [row(1, 1, 20, 2), row(1, 1, 10, 3), row(1, 2, 5, 4), row(1, 2, 5, 6)];
        for run_rows in [1, 2, 10] {
            assert_eq!(sorted(&rows, run_rows), (vec![row(1, 1, 20, 2), row(1, 2, 5, 6)], 2), "{run_rows}");
        }
    }
}
