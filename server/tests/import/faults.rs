//! What is wrong with a file is said in a sentence, and the old catalogue stays.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use server::catalogue::Reader;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{Place, data};

/// Imports a good data set, then what `spoil` makes of a copy; the second must fail with these words and change
/// nothing.
fn refused(spoil: impl Fn(&Place, &Path) -> PathBuf, words: &str) {
    let place = Place::new();
    data::csv(&place.path("good"));
    let before = place.imported(&place.path("good")).info().clone();

    let folder = place.path("spoilt");
    data::csv(&folder);
    let path = spoil(&place, &folder);
    let said = place.import(&path);
    assert!(!said.ok && said.text.contains(words), "{words:?} is not in: {}", said.text);
    assert_eq!(said.text.trim_end().lines().count(), 1, "one sentence: {}", said.text);
    assert_eq!(place.left(), ["catalogue.db"], "{words}");
    let after = Reader::open(&place.catalogue()).expect("the old catalogue").info().clone();
    assert_eq!(after, before, "{words}");

    // Nothing is left where there was nothing either.
    fs::remove_dir_all(place.data_dir()).expect("a folder");
    assert!(!place.import(&path).ok);
    assert!(!place.data_dir().exists(), "{words}");
}

fn replace(folder: &Path, file: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    fs::write(folder.join(file), bytes).expect("room");
    folder.to_owned()
}

fn shorten(path: &Path, by: usize) {
    let bytes = fs::read(path).expect("a file");
    fs::write(path, &bytes[..bytes.len() - by]).expect("room");
}

#[test]
fn a_path_to_nothing_is_refused() {
    refused(|place, _| place.path("nowhere"), "does not exist");
}

#[test]
fn an_empty_file_is_refused() {
    refused(|_, folder| replace(folder, "ratings.csv", ""), "ratings.csv is empty");
    refused(|_, folder| replace(folder, "movies.csv", ""), "movies.csv is empty");
    refused(|_, folder| replace(folder, "empty.zip", "").join("empty.zip"), "empty.zip is empty");
}

#[test]
fn a_file_with_nothing_but_its_header_is_refused() {
    refused(|_, folder| replace(folder, "ratings.csv", "userId,movieId,rating,timestamp\n"), "has no rating");
    refused(|_, folder| replace(folder, "movies.csv", "movieId,title,genres\n"), "has no film");
}

#[test]
fn a_folder_of_something_else_is_refused() {
    refused(
        |place, _| {
            fs::create_dir(place.path("photos")).expect("a folder");
            fs::write(place.path("photos").join("cat.jpg"), "meow").expect("room");
            place.path("photos")
        },
        "holds no MovieLens data",
    );
    refused(
        |_, folder| {
            fs::remove_file(folder.join("movies.csv")).expect("a file");
            folder.to_owned()
        },
        "only ratings.csv without movies.csv",
    );
}

#[test]
fn a_file_of_something_else_is_refused() {
    refused(|_, folder| replace(folder, "notes.txt", "hello").join("notes.txt"), "is not a zip file");
    refused(|_, folder| replace(folder, "ratings.csv", "name,age\nAda,36\n"), "does not begin with the columns");
    refused(|_, folder| replace(folder, "ratings.csv", b"\x7fELF\0\0\x01\x02\n\n"), "is not a text file");
    refused(|_, folder| replace(folder, "movies.csv", vec![b'x'; 1 << 20]), "is not a text file");
}

#[test]
fn a_file_that_is_cut_off_is_refused() {
    // In the middle of the time, of the stars, and after the second column.
    for by in [3, 12, 15] {
        refused(
            |_, folder| {
                shorten(&folder.join("ratings.csv"), by);
                folder.to_owned()
            },
            "ratings.csv is cut off",
        );
    }
    refused(
        |_, folder| {
            shorten(&folder.join("movies.csv"), 200);
            folder.to_owned()
        },
        "movies.csv is cut off",
    );
}

#[test]
fn a_cut_off_or_damaged_zip_is_refused() {
    for by in [1, 30, 500] {
        refused(
            |_, folder| {
                let zip = data::zipped(folder);
                shorten(&zip, by);
                zip
            },
            "is damaged or cut off",
        );
    }
    refused(
        |_, folder| {
            let zip = data::zipped(folder);
            let mut bytes = fs::read(&zip).expect("a file");
            // Somewhere in the packed ratings.
            let name = b"spoilt/ratings.csv";
            let at = bytes.windows(name.len()).position(|window| window == name).expect("the entry") + 100;
            bytes[at] ^= 0xff;
            fs::write(&zip, bytes).expect("room");
            zip
        },
        "is damaged or cut off",
    );
}

#[test]
fn a_zip_bomb_is_refused() {
    refused(
        |place, folder| {
            let path = place.path("bomb.zip");
            let mut zip = ZipWriter::new(File::create(&path).expect("a file"));
            zip.start_file("movies.csv", SimpleFileOptions::default()).expect("room");
            zip.write_all(&fs::read(folder.join("movies.csv")).expect("films")).expect("room");
            zip.start_file("ratings.csv", SimpleFileOptions::default()).expect("room");
            zip.write_all(b"userId,movieId,rating,timestamp\n").expect("room");
            let rows = b"1,1,5.0,900000000\n".repeat(1 << 16);
            for _ in 0..32 {
                zip.write_all(&rows).expect("room");
            }
            zip.finish().expect("room");
            path
        },
        "zip bomb",
    );
}

#[test]
fn mostly_bad_rows_are_refused() {
    let rows = "userId,movieId,rating,timestamp\n1,1,5.0,900000000\n1,3,9.0,900000000\n1,4,8.5,900000000\n";
    refused(|_, folder| replace(folder, "ratings.csv", rows), "2 of the 3 rows of ratings.csv are bad (line 3:");
}

#[test]
fn a_few_bad_rows_are_counted_and_shown_and_the_rest_is_imported() {
    let place = Place::new();
    let folder = place.path("ml");
    data::csv(&folder);
    let good = fs::read_to_string(folder.join("ratings.csv")).expect("ratings");
    let bad = "x,1,5.0,900000000\n1,999,5.0,900000000\n\n1,1,7.0,900000000\n2,1\n1,1,,900000000\n1,1,4,soon\n";
    let first = good.lines().count() + 1;
    fs::write(folder.join("ratings.csv"), format!("{good}{bad}")).expect("room");

    let said = place.import(&folder);
    assert!(said.ok, "{}", said.text);
    for words in [
        "6 bad rows were left out".to_owned(),
        format!("ratings.csv:{first}: the user is not a number"),
        format!("ratings.csv:{}: film 999 is not in movies.csv", first + 1),
        format!("ratings.csv:{}: the rating is not 0.5 to 5 stars in halves", first + 3),
        format!("ratings.csv:{}: too few columns", first + 4),
        "… and 1 more".to_owned(),
    ] {
        assert!(said.text.contains(&words), "{words:?} is not in: {}", said.text);
    }
    let info = Reader::open(&place.catalogue()).expect("a catalogue").info().clone();
    assert_eq!(info.ratings, data::ratings().len() as u64);
}

#[test]
fn a_last_line_without_a_line_break_is_no_fault_by_itself() {
    let place = Place::new();
    data::csv(&place.path("ml"));
    shorten(&place.path("ml").join("ratings.csv"), 1);
    assert_eq!(place.imported(&place.path("ml")).info().ratings, data::ratings().len() as u64);
}
