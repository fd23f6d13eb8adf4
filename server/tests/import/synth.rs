//! Data that does not exist, made to be imported.

use std::{collections::HashSet, ffi::OsStr, fs, path::Path};

use server::catalogue::Reader;

use crate::{Place, Said, marquee};

fn synth(folder: &Path, options: &[&str]) -> Said {
    let mut args: Vec<&OsStr> = vec!["synth".as_ref(), folder.as_ref()];
    args.extend(options.iter().map(OsStr::new));
    marquee(&args)
}

const SMALL: [&str; 6] = ["--users", "80", "--films", "200", "--ratings", "4000"];

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_gives_others() {
    let place = Place::new();
    for (name, seed) in [("a", "5"), ("b", "5"), ("c", "6")] {
        assert!(synth(&place.path(name), &[&SMALL[..], &["--seed", seed]].concat()).ok);
    }
    for file in ["movies.csv", "ratings.csv", "links.csv"] {
        let bytes = |name: &str| fs::read(place.path(name).join(file)).expect("a file");
        assert!(bytes("a") == bytes("b"), "{file}");
        assert!(bytes("a") != bytes("c"), "{file}");
    }
}

#[test]
fn it_imports_without_a_bad_row_and_has_the_numbers_asked_for() {
    let place = Place::new();
    assert!(synth(&place.path("made"), &SMALL).ok);
    let said = place.import(&place.path("made"));
    assert!(said.ok && !said.text.contains("bad rows") && !said.text.contains("left out"), "{}", said.text);
    let reader = Reader::open(&place.catalogue()).expect("a catalogue");
    let info = reader.info();
    assert_eq!((info.viewers, info.films, info.ratings), (80, 200, 4000));

    let all = reader.interactions().expect("ratings");
    let liked = all.stars.iter().filter(|stars| stars.is_liked()).count();
    assert!((1500..2500).contains(&liked), "about half is liked: {liked} of 4000");
    let films = reader.summaries(&all.films).expect("films");
    let names: HashSet<_> = films.iter().map(|film| (film.title.clone(), film.year)).collect();
    assert_eq!(names.len(), 200, "no two films of a year share a title");
}

#[test]
fn a_folder_that_holds_something_is_left_alone() {
    let place = Place::new();
    fs::create_dir(place.path("full")).expect("a folder");
    fs::write(place.path("full").join("precious.txt"), "mine").expect("room");
    let said = synth(&place.path("full"), &SMALL);
    assert!(!said.ok && said.text.contains("is not an empty folder"), "{}", said.text);
    assert_eq!(fs::read_dir(place.path("full")).expect("a folder").count(), 1);
}

#[test]
fn numbers_that_cannot_be_are_refused() {
    let place = Place::new();
    let said = synth(&place.path("made"), &["--users", "10", "--films", "10", "--ratings", "1000"]);
    assert!(!said.ok && said.text.contains("cannot be made"), "{}", said.text);
    assert!(!place.path("made").exists());
}
