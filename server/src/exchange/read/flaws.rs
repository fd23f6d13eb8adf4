//! Files with something wrong in them: nothing of theirs is lost without a word.

use super::{tests::zip, *};
use crate::exchange::What;

const HEADER: &str = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Review,Tags\n";

fn titles(contents: &Contents) -> Vec<&str> {
    contents.entries.iter().map(|entry| entry.title.as_str()).collect()
}

fn told(contents: &Contents) -> Vec<(u64, &str)> {
    contents.unreadable.iter().map(|row| (row.line, row.why)).collect()
}

fn ratings(rows: &str) -> Contents {
    super::read(Purpose::Ratings, "ratings.csv", format!("{HEADER}{rows}").as_bytes()).expect("ratings")
}

#[test]
fn a_quote_that_is_never_closed_costs_its_own_row_and_no_other() {
    let open = "a quote is opened in it and not closed";
    for (what, broken) in [
        ("title", "2024-01-02,\"Heat,1995,u,4,,,\n"),
        ("review", "2024-01-02,Heat,1995,u,4,,\"What a film,\n"),
        ("stars", "2024-01-02,Heat,1995,u,\"4,,,\n"),
        ("at the end of a line", "2024-01-02,Heat,1995,u,4,,,\"\n"),
    ] {
        for (more, next) in [
            ("no quote", "2024-01-03,Ran,1985,u,5,,,\n"),
            ("a quoted title", "2024-01-03,\"Ran\",1985,u,5,,,\n"),
            ("a quoted review", "2024-01-03,Ran,1985,u,5,,\"Long, \"\"very\"\" long\n\nand good\",\n"),
            ("nothing but quotes", "\"2024-01-03\",\"Ran\",\"1985\",\"u\",\"5\",\"\",\"\",\"\"\n"),
        ] {
            let rows = format!("2024-01-01,Cats,2019,u,1,,,\n{broken}{next}2024-01-04,Ikiru,1952,u,4.5,,,\n");
            let contents = ratings(&rows);
            assert_eq!(titles(&contents), ["Cats", "Ran", "Ikiru"], "{what}, then {more}");
            assert_eq!(told(&contents), [(3, open)], "{what}, then {more}");
        }
    }
    let last = ratings("2024-01-01,Cats,2019,u,1,,,\n2024-01-02,\"Heat,1995,u,4,,,\n");
    assert_eq!((titles(&last), told(&last)), (vec!["Cats"], vec![(3, open)]));
    let first = ratings("2024-01-02,\"Heat,1995,u,4,,,\r\n2024-01-01,Cats,2019,u,1,,,\r\n");
    assert_eq!((titles(&first), told(&first)), (vec!["Cats"], vec![(2, open)]));
    let all = ratings(&"2024-01-02,\"Heat,1995,u,4,,,\n".repeat(50));
    assert_eq!((all.entries.len(), all.unreadable_rows), (0, 50));
}

#[test]
fn a_quote_that_another_row_closes_by_chance_is_not_taken_for_a_title() {
    let contents =
        ratings("2024-01-02,\"Heat,1995,u,4,,,\n2024-01-03,Ran\",1985,u,5,,,\n2024-01-04,Ikiru,1952,u,4,,,\n");
    assert_eq!(contents.entries.last().map(|entry| entry.title.as_str()), Some("Ikiru"));
    assert!(contents.entries.iter().all(|entry| !entry.title.contains('\n')), "{contents:?}");
    assert_eq!(contents.entries.len() + contents.unreadable_rows, 3, "{contents:?}");
}

#[test]
fn a_heading_whose_quote_is_not_closed_still_says_what_is_in_the_columns() {
    let table = b"\"Name,Year,Letterboxd URI,Rating\nHeat,1995,u,4\n\"Good, the Bad\",1966,u,5\n";
    let contents = super::read(Purpose::Ratings, "ratings.csv", table).expect("ratings");
    assert_eq!(titles(&contents), ["Heat", "Good, the Bad"]);
}

#[test]
fn a_review_may_have_lines_commas_and_quotes() {
    let contents = ratings(
        "2024-01-02,Heat,1995,u,4.5,,\"Great.\r\n\r\nReally, \"\"great\"\".\n2024-01-09,Cats,2019,u,5,,,\n\",\"crime, city\"\r\n\
         2024-01-03,\"Ran\" ,1985,u,5,, \"as it is\",\n2024-01-04,Ikiru,1952,u,eleven,,\"two\nlines\",\n",
    );
    assert_eq!(titles(&contents), ["Heat", "Ran"]);
    assert_eq!(told(&contents), [(8, "the rating is not a number")]);
    // What a hand wrote without doubling its quotes is read as far as it goes, as before.
    let contents = ratings("2024-01-02,Heat,1995,u,4.5,,\"It is \"good\", they say\",\n2024-01-03,Ran,1985,u,5,,,\n");
    assert_eq!(titles(&contents), ["Heat", "Ran"]);
}

#[test]
fn quotes_that_are_opened_again_and_again_take_no_time() {
    let begun = std::time::Instant::now();
    let rows = ",,,,,,a\",\"\n".repeat(1_000_000);
    let contents = ratings(&rows);
    assert!(contents.unreadable_rows > 100_000, "{}", contents.unreadable_rows);
    assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn what_is_no_text_is_called_what_it_is_beside_what_this_form_takes() {
    let letterboxd =
        zip(&[("ratings.csv", b"Name,Year,Letterboxd URI,Rating\nHeat,1995,u,4\n"), ("profile.csv", b"x\n")]);
    let photos = zip(&[("photos/1.jpg", b"x")]);
    let sheet = zip(&[("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>")]);
    for (what, bytes, ratings, library) in [
        ("Letterboxd’s export", &letterboxd[..], None, Some("Letterboxd’s export")),
        ("another zip", &photos, Some("no ratings.csv"), Some("a zip")),
        ("a spreadsheet", &sheet, Some("save it as CSV"), Some("save it as CSV")),
        ("PNG", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Some("a PNG picture"), Some("a PNG picture")),
        ("JPEG", b"\xff\xd8\xff\xe0\x01\x02\x03", Some("a JPEG picture"), Some("a JPEG picture")),
        ("PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", Some("a PDF document"), Some("a PDF document")),
        ("SQLite", b"SQLite format 3\0\x10\0", Some("a database"), Some("a database")),
        ("something", b"\x01\x02\0\x03\0\0\x05", Some("no text"), Some("no text")),
        ("gzip", b"\x1f\x8b\x08\0", Some("Unpack it"), Some("Unpack it")),
    ] {
        let said = |purpose| super::read(purpose, "file", bytes).map_err(|error| error.to_string()).err();
        let (said_of_ratings, said_of_library) = (said(Purpose::Ratings), said(Purpose::Library));
        for (said, expected) in [(&said_of_ratings, ratings), (&said_of_library, library)] {
            let fits = match (said, expected) {
                (Some(said), Some(expected)) => said.contains(expected),
                (None, None) => true,
                _ => false,
            };
            assert!(fits, "{what}: {said:?}");
        }
        let said = said_of_library.expect("none of them is a library");
        assert!(!said.contains("Letterboxd gives") && !said.contains("ratings CSV"), "{what}: {said}");
        assert!(said.contains("titles"), "{what}: what a library is, is not said: {said}");
    }
}

#[test]
fn utf_16_is_read_without_a_mark_too() {
    let table = "Name,Year,Letterboxd URI,Rating\r\nAmélie,2001,u,4\r\n七人の侍,1954,u,5\r\n";
    let little: Vec<u8> = table.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = table.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [little, big] {
        let contents = super::read(Purpose::Ratings, "ratings.csv", &bytes).expect("ratings");
        assert_eq!(titles(&contents), ["Amélie", "七人の侍"]);
    }
}

#[test]
fn a_date_that_is_none_costs_no_rating_and_the_future_is_now() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let now = i64::try_from(now).expect("seconds");
    let at = |date: &str| {
        let contents = ratings(&format!("{date},Heat,1995,u,4,,,\n"));
        assert_eq!(contents.entries.len(), 1, "{date}: the rating counts, whenever it was given");
        assert_eq!(contents.entries[0].what, What::Rating(app::domain::Stars::LIKED));
        contents.entries[0].at
    };
    for (date, expected) in [
        ("2024-02-29", 1_709_164_800),
        ("2024-01-02T03:04:05Z", 1_704_164_645),
        ("1704164645", 1_704_164_645),
        ("1704164645000", 1_704_164_645),
        ("1704164645999", 1_704_164_645),
    ] {
        assert_eq!(at(date), Some(expected), "{date}");
    }
    let none = [
        "2024-02-30",
        "2023-02-29",
        "2024-04-31",
        "2024-00-10",
        "2024-13-01",
        "2024-01-00",
        "12024-01-01",
        "1969-12-31",
        "2024-01-02T24:00:00Z",
        "2024-01-02 10:60",
        "soon",
        "170416464500000",
        "1704164645000000000",
        "99999999999999999999",
    ];
    for date in none {
        assert_eq!(at(date), None, "{date}");
    }
    for date in ["2099-01-01", "4102444800", "4102444800000", "99999999999"] {
        let at = at(date).expect("a time");
        assert!((now - 5..=now + 60).contains(&at), "{date}: {at}");
    }
}
