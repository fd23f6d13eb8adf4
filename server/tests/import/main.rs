//! `marquee import` and `marquee synth` as a person starts them.

#![allow(clippy::expect_used, reason = "a test that cannot prepare its data should end there")]

mod data;
mod faults;
mod queries;
mod synth;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use server::catalogue::Reader;
use tempfile::TempDir;

/// A folder for the data and a data directory, both gone at the end.
struct Place {
    folder: TempDir,
}

/// What a command said.
struct Said {
    /// Whether its exit code was 0.
    ok: bool,
    /// Both streams.
    text: String,
}

impl Place {
    /// An empty one.
    fn new() -> Self {
        Self { folder: TempDir::new().expect("a folder") }
    }

    /// A path for data in it.
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The data directory.
    fn data_dir(&self) -> PathBuf {
        self.path("data")
    }

    /// Where the catalogue will be.
    fn catalogue(&self) -> PathBuf {
        self.data_dir().join("catalogue.db")
    }

    /// Runs `marquee import`.
    fn import(&self, path: &Path) -> Said {
        marquee(&["--data-dir".as_ref(), self.data_dir().as_ref(), "import".as_ref(), path.as_ref()])
    }

    /// Imports what must be importable.
    fn imported(&self, path: &Path) -> Reader {
        let said = self.import(path);
        assert!(said.ok, "{}", said.text);
        Reader::open(&self.catalogue()).expect("a catalogue")
    }

    /// The names in the data directory.
    fn left(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.data_dir()) else { return Vec::new() };
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }
}

/// Runs the binary.
fn marquee(args: &[&std::ffi::OsStr]) -> Said {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_marquee"))
        .args(args)
        .env_remove("MARQUEE_DATASET")
        .output()
        .expect("a process");
    Said {
        ok: status.code() == Some(0),
        text: format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)),
    }
}

#[test]
fn every_layout_gives_the_same_catalogue() {
    let place = Place::new();
    type Write = fn(&Path);
    let layouts: [(&str, Write); 5] = [
        ("ml-csv", data::csv),
        ("ml-1m", |folder| data::dat(folder, true)),
        ("ml-10m", |folder| data::dat(folder, false)),
        ("ml-100k", data::hundred),
        ("atomic", data::atomic),
    ];
    let mut fingerprints = Vec::new();
    for (name, write) in layouts {
        let folder = place.path(name);
        write(&folder);
        for path in [folder.clone(), data::zipped(&folder)] {
            let reader = place.imported(&path);
            let info = reader.info();
            assert_eq!((info.films, info.viewers), (8, 9), "{name}");
            assert_eq!(info.ratings, data::ratings().len() as u64, "{name}");
            assert_eq!(info.dataset, if name == "atomic" { "tiny" } else { name });
            fingerprints.push((path, info.fingerprint.clone()));
            assert_eq!(place.left(), ["catalogue.db"], "{name}");
        }
    }
    for (path, fingerprint) in &fingerprints {
        assert_eq!(fingerprint, &fingerprints[0].1, "{}", path.display());
    }
}

#[test]
fn another_rating_gives_another_fingerprint() {
    let place = Place::new();
    let folder = place.path("ml");
    data::csv(&folder);
    let before = place.imported(&folder).info().fingerprint.clone();
    let ratings = fs::read_to_string(folder.join("ratings.csv")).expect("ratings");
    fs::write(folder.join("ratings.csv"), ratings + "77,1,0.5,900000000\n").expect("room");
    assert_ne!(place.imported(&folder).info().fingerprint, before);
}

#[test]
fn a_folder_that_holds_the_data_set_s_folder_will_do() {
    let place = Place::new();
    data::hundred(&place.path("raw/ml-100k"));
    assert_eq!(place.imported(&place.path("raw")).info().dataset, "ml-100k");
}

#[test]
fn the_numbers_in_the_summary_are_those_of_the_catalogue() {
    let place = Place::new();
    data::csv(&place.path("ml"));
    let said = place.import(&place.path("ml"));
    let expected = format!("ml: 8 films, {} ratings, 9 viewers", data::ratings().len());
    assert!(said.ok && said.text.contains(&expected) && said.text.contains("ratings/s"), "{}", said.text);
}

#[test]
fn the_newest_of_several_ratings_counts() {
    let place = Place::new();
    let folder = place.path("ml");
    data::csv(&folder);
    fs::write(
        folder.join("ratings.csv"),
        "userId,movieId,rating,timestamp\n1,1,5.0,900000020\n2,1,3.0,900000000\n1,1,1.0,900000010\n2,1,4.5,900000000\n",
    )
    .expect("room");
    let said = place.import(&folder);
    assert!(said.ok && said.text.contains("2 ratings were left out"), "{}", said.text);
    let all = Reader::open(&place.catalogue()).and_then(|reader| reader.interactions()).expect("ratings");
    assert_eq!(all.stars.iter().map(|stars| stars.get()).collect::<Vec<_>>(), [5.0, 4.5]);
    assert_eq!(all.times, [900_000_020, 900_000_000]);
}

#[test]
fn what_a_killed_import_left_is_cleared_away_by_the_next() {
    let place = Place::new();
    data::csv(&place.path("ml"));
    let abandoned = place.data_dir().join("catalogue.db.new-1");
    fs::create_dir_all(&abandoned).expect("a folder");
    fs::write(abandoned.join("lock"), "").expect("a file");
    fs::write(abandoned.join("catalogue.db"), "half").expect("a file");
    place.imported(&place.path("ml"));
    assert_eq!(place.left(), ["catalogue.db"]);
}
