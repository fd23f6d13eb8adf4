use std::io::{Cursor, Write};

use app::domain::Stars;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;
use crate::exchange::What;

const RATINGS: &str = "Date,Name,Year,Letterboxd URI,Rating\n\
    2024-01-02,Heat,1995,https://boxd.it/2a,4.5\n\
    2024-01-03,\"Good, the Bad, and the Ugly\",1966,https://boxd.it/2b,5\n";
const WATCHED: &str = "Date,Name,Year,Letterboxd URI\n2024-01-02,Heat,1995,u\n2024-01-04,Cats,2019,u\n";
const WATCHLIST: &str = "Date,Name,Year,Letterboxd URI\n2024-01-05,Ran,1985,u\n";

pub(super) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        archive.start_file(*name, SimpleFileOptions::default()).expect("a member");
        archive.write_all(bytes).expect("room");
    }
    archive.finish().expect("an archive").into_inner()
}

fn read(name: &str, bytes: &[u8]) -> Result<Contents, ReadError> {
    super::read(Purpose::Ratings, name, bytes)
}

fn read_library(name: &str, bytes: &[u8]) -> Result<Contents, ReadError> {
    super::read(Purpose::Library, name, bytes)
}

fn rated(halves: u8) -> What {
    What::Rating(Stars::from_halves(halves).expect("stars"))
}

fn said(contents: &Contents) -> Vec<(&str, Option<u16>, What)> {
    contents.entries.iter().map(|entry| (entry.title.as_str(), entry.year, entry.what)).collect()
}

#[test]
fn a_letterboxd_zip_is_read_with_ratings_watched_and_watchlist() {
    let deleted = "Date,Name,Year,Letterboxd URI,Rating\n2020-01-01,Gigli,2003,u,0.5\n";
    for folder in ["", "letterboxd-me-2024/"] {
        let archive = zip(&[
            (&format!("{folder}watched.csv"), WATCHED.as_bytes()),
            (&format!("{folder}ratings.csv"), RATINGS.as_bytes()),
            (&format!("{folder}watchlist.csv"), WATCHLIST.as_bytes()),
            ("deleted/ratings.csv", deleted.as_bytes()),
            ("profile.csv", b"Date Joined,Username\n"),
        ]);
        let contents = read("letterboxd.zip", &archive).expect("an export");
        assert_eq!(contents.format, Format::Letterboxd);
        assert_eq!(
            said(&contents),
            [
                ("Heat", Some(1995), rated(9)),
                ("Good, the Bad, and the Ugly", Some(1966), rated(10)),
                ("Cats", Some(2019), What::Seen),
                ("Ran", Some(1985), What::Watchlist),
            ]
        );
        assert_eq!(contents.entries[0].at, Some(1_704_153_600));
    }
}

#[test]
fn one_of_letterboxds_tables_is_what_its_name_says() {
    assert_eq!(read("ratings (1).csv", RATINGS.as_bytes()).expect("ratings").entries.len(), 2);
    assert_eq!(
        said(&read("watchlist.csv", WATCHLIST.as_bytes()).expect("a list")),
        [("Ran", Some(1985), What::Watchlist)]
    );
    assert_eq!(read("Watched.CSV", WATCHED.as_bytes()).expect("a list").entries[1].what, What::Seen);
    assert_eq!(read("list.csv", WATCHED.as_bytes()), Err(ReadError::WhichList));
}

#[test]
fn imdb_rates_of_ten_and_has_series_too() {
    let table = "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres\n\
        tt0113277,9,2024-01-02,Heat,Heat,u,Movie,8.3,170,1995,Crime\n\
        tt0903747,10,2024-01-02,Breaking Bad,Breaking Bad,u,TV Series,9.5,45,2008,Crime\n\
        tt0089881,7,2024-01-03,Ran,Ran,u,tvMovie,8.2,160,1985,Drama\n\
        tt1,11,2024-01-03,Odd,Odd,u,Movie,,,2000,\n";
    let contents = read("ratings.csv", table.as_bytes()).expect("ratings");
    assert_eq!((contents.format, contents.not_films, contents.unreadable_rows), (Format::Imdb, 1, 1));
    assert_eq!(said(&contents), [("Heat", Some(1995), rated(9)), ("Ran", Some(1985), rated(7))]);
    assert_eq!(contents.entries[0].imdb, Some(113_277));
    assert_eq!((contents.unreadable[0].line, contents.unreadable[0].why), (5, "the rating is not one of 1 to 10"));
    let old = "\"position\",\"const\",\"created\",\"Title\",\"Title type\",\"You rated\",\"Year\"\n\"1\",\"tt0113277\",\"x\",\"Heat\",\"Feature Film\",\"\",\"1995\"\n";
    assert_eq!(said(&read("WATCHLIST.csv", old.as_bytes()).expect("a list")), [("Heat", Some(1995), What::Watchlist)]);
}

#[test]
fn movielens_numbers_films_and_a_data_set_of_many_is_refused() {
    let mine =
        read("ratings.csv", b"userId,movieId,rating,timestamp\n7,6,4.5,964982703\n7,1,0.5,1\n").expect("ratings");
    assert_eq!(mine.format, Format::MovieLens);
    assert_eq!((mine.entries[0].movie_lens, mine.entries[0].at), (Some(6), Some(964_982_703)));
    let of_two = b"userId,movieId,rating,timestamp\n7,6,4.5,1\n8,6,4.5,1\n";
    assert_eq!(read("ratings.csv", of_two), Err(ReadError::ManyPeople));
    let site = "movie_id,imdb_id,tmdb_id,rating,average_rating,title\n1,0114709,862,4.0,3.9,Toy Story (1995)\n";
    let site = read("movielens-ratings.csv", site.as_bytes()).expect("ratings");
    assert_eq!(said(&site), [("Toy Story", Some(1995), rated(8))]);
    assert_eq!((site.entries[0].imdb, site.entries[0].tmdb), (Some(114_709), Some(862)));
}

#[test]
fn trakt_says_films_in_json_and_shows_are_counted() {
    let list = r#"[
        {"rated_at":"2014-09-01T09:10:11.000Z","rating":9,"type":"movie","movie":{"title":"Heat","year":1995,"ids":{"trakt":1,"slug":"heat","imdb":"tt0113277","tmdb":949}}},
        {"rated_at":"2014-09-01T09:10:11.000Z","rating":9,"type":"show","show":{"title":"Lost","year":2004,"ids":{}}},
        {"listed_at":"2014-09-01T09:10:11.000Z","type":"movie","movie":{"title":"Ran","year":1985,"ids":{"imdb":null}}},
        {"plays":2,"last_watched_at":"2014-09-01T09:10:11.000Z","movie":{"title":"Cats","year":null,"ids":{}}},
        {"rating":99,"type":"movie","movie":{"title":"Odd"}}
    ]"#;
    let contents = read("ratings.json", list.as_bytes()).expect("ratings");
    assert_eq!((contents.format, contents.not_films, contents.unreadable_rows), (Format::Trakt, 1, 1));
    assert_eq!(
        said(&contents),
        [("Heat", Some(1995), rated(9)), ("Ran", Some(1985), What::Watchlist), ("Cats", None, What::Seen)]
    );
    let heat = &contents.entries[0];
    assert_eq!((heat.imdb, heat.tmdb, heat.at), (Some(113_277), Some(949), Some(1_409_562_611)));
}

#[test]
fn a_library_is_read_however_its_program_lists_it() {
    for (name, list) in [
        ("films.csv", "Title;Year;IMDb ID\nHeat;1995;tt0113277\n"),
        ("plex.csv", "title,year,tmdb_id\nHeat,1995,949\n"),
        ("tabs.txt", "name\tproductionYear\nHeat\t1995\n"),
        (
            "jellyfin.json",
            r#"{"Items":[{"Name":"Heat","ProductionYear":1995,"ProviderIds":{"Imdb":"tt0113277","Tmdb":"949"},"Type":"Movie"}],"TotalRecordCount":1}"#,
        ),
        (
            "kodi.json",
            r#"{"id":1,"jsonrpc":"2.0","result":{"limits":{},"movies":[{"label":"Heat","title":"Heat","year":1995,"imdbnumber":"tt0113277","uniqueid":{"tmdb":"949"}}]}}"#,
        ),
        ("radarr.json", r#"[{"title":"Heat","year":1995,"imdbId":"tt0113277","tmdbId":949,"hasFile":true}]"#),
    ] {
        let contents = read_library(name, list.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(said(&contents), [("Heat", Some(1995), What::Have)], "{name}");
    }
    assert_eq!(read_library("x.csv", b"colour,size\nred,1\n"), Err(ReadError::UnknownLibrary));
    assert_eq!(read_library("x.json", b"{\"a\":1}"), Err(ReadError::UnknownLibrary));
}

#[test]
fn text_is_read_in_the_encodings_that_programs_write() {
    let table = "Name,Year,Letterboxd URI,Rating\r\nAmélie,2001,u,4\r\n";
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(table.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let latin: Vec<u8> = table.chars().map(|letter| u8::try_from(u32::from(letter)).expect("Latin-1")).collect();
    let marked = [b"\xef\xbb\xbf", table.as_bytes()].concat();
    for bytes in [table.as_bytes(), &utf16, &latin, &marked] {
        assert_eq!(said(&read("ratings.csv", bytes).expect("ratings")), [("Amélie", Some(2001), rated(8))]);
    }
}

#[test]
fn half_a_file_is_told_from_a_whole_one() {
    let archive = zip(&[("ratings.csv", RATINGS.as_bytes())]);
    assert_eq!(read("x.zip", &archive[..archive.len() / 2]), Err(ReadError::BrokenArchive));
    assert_eq!(read("x.json", b"[{\"rating\":9,\"movie\":{\"title\":\"He"), Err(ReadError::HalfJson));
    assert_eq!(read("x.json", b"[{\"rating\":9,\n}]x"), Err(ReadError::BadJson(2)));
    // A table is seen to be cut off where its last row has no end, and too few columns or an open quote.
    assert_eq!(read("ratings.csv", &RATINGS.as_bytes()[..RATINGS.len() - 3]), Err(ReadError::HalfTable));
    let beginnings = [
        "Ra",
        "\"Ra",
        "\"Ran, or: the wa",
        "Ran,1985,u,\"4",
        "Ran,1985,u,4\nIkiru,19",
        "Ran,1985,u,4\r\n\r\nIkiru,1952,",
    ];
    for rest in beginnings {
        let file = format!("Name,Year,Letterboxd URI,Rating\nHeat,1995,u,4\n{rest}");
        assert_eq!(read("ratings.csv", file.as_bytes()), Err(ReadError::HalfTable), "{rest:?}");
    }
    let review = "Date,Name,Year,Letterboxd URI,Rating,Review\n2024-01-02,Heat,1995,u,4,\"Good.\n\nVery,\nvery go";
    assert_eq!(read("ratings.csv", review.as_bytes()), Err(ReadError::HalfTable));
    assert_eq!(read_library("mine.csv", b"title,year\nHeat,1995\nRa"), Err(ReadError::HalfTable));
}

#[test]
fn a_table_that_ends_without_a_line_break_is_whole_if_its_last_row_is_like_the_others() {
    for (rows, count) in
        [("Heat,1995,u,4", 1), ("Heat,1995,u,4\nRan,1985,u,5", 2), ("Heat,1995,u,4\nRan,1985,u,\"5\"", 2)]
    {
        let file = format!("Name,Year,Letterboxd URI,Rating\n{rows}");
        let contents = read("ratings.csv", file.as_bytes()).unwrap_or_else(|error| panic!("{rows:?}: {error}"));
        assert_eq!((contents.entries.len(), contents.unreadable_rows), (count, 0), "{rows:?}");
    }
    // Who writes a list by hand may leave the end of a row away, and does so more than once.
    let by_hand = read_library("mine.csv", b"title,year,imdb\nHeat,1995\nRan,1985").expect("a list");
    assert_eq!(by_hand.entries.len(), 2);
    let broken = read("ratings.csv", b"Name,Year,Letterboxd URI,Rating\nHeat,1995,u,4\nRa\n").expect("the rows before");
    assert_eq!((broken.entries.len(), broken.unreadable_rows), (1, 1), "a row that has its end");
}

#[test]
fn what_cannot_be_read_is_told_in_the_files_own_terms() {
    let told = |purpose, name: &str, file: &str| {
        let contents = super::read(purpose, name, file.as_bytes()).expect("a file");
        contents.unreadable.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let imdb = "Const,Your Rating,Title\ntt0113277,9,Heat\ntt0089881,11,Ran\n";
    assert_eq!(
        told(Purpose::Ratings, "export (2).csv", imdb),
        ["export (2).csv line 3: the rating is not one of 1 to 10"]
    );
    assert_eq!(told(Purpose::Ratings, "", imdb), ["line 3: the rating is not one of 1 to 10"]);
    assert_eq!(
        told(Purpose::Ratings, "C:\\my\\films.csv", "Name,Rating,Letterboxd URI\nHeat,6,u\nRan,5,u\n"),
        ["films.csv line 2: the rating is not one of half a star to five"]
    );
    assert_eq!(
        told(Purpose::Library, "mine.csv", "title,year\n,1995\nRan,1985\n"),
        ["mine.csv line 2: the row names no film"]
    );
    let trakt = "[{\"rating\":11,\"movie\":{\"title\":\"Heat\"}},{\"rating\":9,\"movie\":{\"title\":\"Ran\"}}]";
    assert_eq!(told(Purpose::Ratings, "ratings.json", trakt), ["entry 1: the rating is not one of 1 to 10"]);
    let ours = "{\"format\":\"marquee\",\"ratings\":[{\"stars\":7,\"title\":\"Heat\"}]}";
    assert_eq!(
        told(Purpose::Ratings, "x.json", ours),
        ["entry 1 of ratings: the rating is not one of half a star to five"]
    );
    let long = "x".repeat(500);
    assert!(told(Purpose::Ratings, &long, imdb)[0].len() < 200, "a name has its bound");
    let archive = zip(&[("ratings.csv", b"Date,Name,Year,Letterboxd URI,Rating\n1,Heat,1995,u,6\n")]);
    let archive = read("letterboxd.zip", &archive).expect("an export");
    assert_eq!(archive.unreadable[0].to_string(), "ratings.csv line 2: the rating is not one of half a star to five");
}

#[test]
fn a_file_that_is_too_large_is_told_so_in_words_that_fit_a_library_too() {
    for error in [ReadError::TooLarge, ReadError::TooManyRows] {
        let said = error.to_string();
        assert!(!said.contains("ratings") && said.contains("list of films"), "{said}");
    }
}

#[test]
fn a_zip_bomb_is_refused_by_what_comes_out_of_it() {
    let bomb = zip(&[("ratings.csv", &vec![b' '; MOST_BYTES + 1])]);
    assert!(bomb.len() < 1 << 20, "{} bytes", bomb.len());
    assert_eq!(read("x.zip", &bomb), Err(ReadError::TooLarge));
    assert_eq!(read("x.csv", &vec![b' '; MOST_BYTES + 1]), Err(ReadError::TooLarge));
}

#[test]
fn what_is_no_export_is_refused_with_a_sentence() {
    for (bytes, error) in [
        (&b""[..], ReadError::Empty),
        (b" \n\t", ReadError::Empty),
        (b"\xef\xbb\xbf", ReadError::Empty),
        (b"<!DOCTYPE html><html></html>", ReadError::WebPage),
        (b"\x89PNG\r\n\x1a\n\0\0\0", ReadError::NotText("a PNG picture", Purpose::Ratings)),
        (b"\xff\xd8\xff\xe0\x01\x02\x03", ReadError::NotText("a JPEG picture", Purpose::Ratings)),
        (b"\xff\x01\x02\x03", ReadError::NotText("no text", Purpose::Ratings)),
        (b"\x1f\x8b\x08\0", ReadError::OtherPacking(Purpose::Ratings)),
        (b"PK\x03\x04 no zip", ReadError::BrokenArchive),
        (b"colour,size\nred,1\n", ReadError::Unknown),
        (b"Title,Year\nHeat,1995\n", ReadError::Unknown),
        (b"just a sentence", ReadError::Unknown),
        (b"Const,Your Rating\n", ReadError::Empty),
        (b"[1,2,3]", ReadError::BadJson(1)),
        (b"[{\"a\":1}]", ReadError::Unknown),
        (b"{\"a\":1}", ReadError::Unknown),
    ] {
        assert_eq!(read("file", bytes), Err(error), "{}", String::from_utf8_lossy(bytes));
    }
    let other = zip(&[("photos/1.jpg", b"x"), ("ratings.csv/x", b"x")]);
    assert_eq!(read("x.zip", &other), Err(ReadError::OtherArchive));
}

#[test]
fn a_million_rows_are_read_and_three_are_too_many() {
    let rows = |count: usize| format!("Name,Year,Letterboxd URI,Rating\n{}", "Heat,1995,u,4\n".repeat(count));
    assert_eq!(read("ratings.csv", rows(1_000_000).as_bytes()).expect("ratings").entries.len(), 1_000_000);
    assert_eq!(read("ratings.csv", rows(2_000_001).as_bytes()), Err(ReadError::TooManyRows));
}
