//! What an import makes can be asked for.

use app::domain::{MovieId, ViewerId};
use rusqlite::Connection;
use server::catalogue::{Catalogue, CatalogueError, MovieSummary, Reader, search::Query};

use crate::{Place, data};

fn catalogue() -> (Place, Catalogue) {
    let place = Place::new();
    data::csv(&place.path("ml"));
    place.imported(&place.path("ml"));
    let catalogue = Catalogue::open(&place.catalogue(), 2).expect("a catalogue");
    (place, catalogue)
}

fn titles(films: &[MovieSummary]) -> Vec<&str> {
    films.iter().map(|film| film.title.as_str()).collect()
}

async fn found(catalogue: &Catalogue, text: &str) -> Vec<String> {
    let query = Query { text: text.to_owned(), ..Query::default() };
    let films = catalogue.find(query).await.expect("an answer");
    let films = catalogue.summaries(films).await.expect("an answer");
    films.into_iter().map(|film| film.title).collect()
}

#[tokio::test]
async fn a_film_has_all_that_the_files_say() {
    let (_place, catalogue) = catalogue();
    let film = catalogue.movie(MovieId(3)).await.expect("an answer").expect("a film");
    assert_eq!((film.summary.title.as_str(), film.summary.year), ("The Godfather", Some(1972)));
    assert_eq!(film.summary.genres, ["Crime", "Drama"]);
    assert_eq!((film.imdb_id, film.tmdb_id), (Some(68_646), None));

    let given: Vec<u8> = data::ratings().iter().filter(|row| row.1 == 3).map(|row| row.2).collect();
    assert_eq!(film.summary.ratings as usize, given.len());
    let mean = given.iter().map(|&stars| f32::from(stars)).sum::<f32>() / given.len() as f32;
    assert!((film.summary.average.expect("an average") - mean).abs() < 1e-5);
    for stars in 1..=5_u8 {
        let count = given.iter().filter(|&&one| one == stars).count() as u32;
        assert_eq!(film.histogram[usize::from(2 * stars) - 1], count);
    }

    let unrated = catalogue.movie(MovieId(20)).await.expect("an answer").expect("a film");
    assert_eq!((unrated.summary.title.as_str(), unrated.summary.average), ("A Unrated \"Thing\"", None));
    assert!(unrated.summary.genres.is_empty());
    assert_eq!(catalogue.movie(MovieId(2)).await.expect("an answer"), None);
}

#[tokio::test]
async fn lists_come_in_the_order_asked_or_of_popularity() {
    let (_place, catalogue) = catalogue();
    let asked = catalogue.summaries(vec![MovieId(9), MovieId(2), MovieId(1), MovieId(9)]).await.expect("an answer");
    assert_eq!(titles(&asked), ["Heat", "Toy Story", "Heat"]);

    let popular = catalogue.popular(100).await.expect("an answer");
    assert_eq!(popular.len(), 7, "the film that nobody rated is not popular");
    assert!(popular.is_sorted_by_key(|film| std::cmp::Reverse(film.ratings)));
    assert_eq!(catalogue.popular(2).await.expect("an answer"), popular[..2]);
    assert!(catalogue.popular(0).await.expect("an answer").is_empty());
    let well_known = catalogue.well_known(3).await.expect("an answer");
    assert!(!well_known.is_empty() && well_known.len() <= 3);
}

#[tokio::test]
async fn a_viewer_has_their_ratings() {
    let (_place, catalogue) = catalogue();
    let viewer = catalogue.viewer(ViewerId(4)).await.expect("an answer").expect("a viewer");
    let mut given: Vec<_> = data::ratings().into_iter().filter(|row| row.0 == 4).collect();
    given.sort_by_key(|row| row.1);
    assert_eq!(viewer.rated as usize, given.len());
    assert_eq!(viewer.liked as usize, given.iter().filter(|row| row.2 >= 4).count());
    assert!(viewer.taste.len() <= 2);

    let ratings = catalogue.viewer_ratings(ViewerId(4)).await.expect("an answer").expect("a viewer");
    let expected: Vec<_> = given.iter().map(|row| (MovieId(row.1), f32::from(row.2))).collect();
    assert_eq!(ratings.iter().map(|(film, stars)| (*film, stars.get())).collect::<Vec<_>>(), expected);

    assert_eq!(catalogue.viewer(ViewerId(99)).await.expect("an answer"), None);
    assert_eq!(catalogue.viewer_ratings(ViewerId(99)).await.expect("an answer"), None);
    let notable = catalogue.notable_viewers(5).await.expect("an answer");
    let most = data::ratings().iter().fold([0_u32; 10], |mut sums, row| {
        sums[row.0 as usize] += 1;
        sums
    });
    assert_eq!(Some(notable[0].rated), most.into_iter().max());
}

#[tokio::test]
async fn search_finds_titles_and_other_names_without_their_accents() {
    let (_place, catalogue) = catalogue();
    assert_eq!(found(&catalogue, "godf").await, ["The Godfather"]);
    assert_eq!(found(&catalogue, "GODFATHER the").await, ["The Godfather"]);
    assert_eq!(found(&catalogue, "les miserables").await, ["Les Misérables"]);
    assert_eq!(found(&catalogue, "Mise\u{301}rables").await, ["Les Misérables"]);
    assert_eq!(found(&catalogue, "cite des enfants").await, ["The City of Lost Children"]);
    assert_eq!(found(&catalogue, "se7en").await, ["Seven"]);
    assert!(found(&catalogue, "nothing of the kind").await.is_empty());
}

#[tokio::test]
async fn a_film_of_exactly_the_name_comes_first() {
    let (_place, catalogue) = catalogue();
    assert_eq!(found(&catalogue, "heat").await, ["Heat", "In the Heat of the Night"]);
}

#[tokio::test]
async fn no_text_breaks_the_search() {
    let (_place, catalogue) = catalogue();
    let long = "heat ".repeat(10_000);
    for text in [
        "",
        " ",
        "\"",
        "''",
        "*",
        "heat*",
        "(",
        "heat) OR (",
        "AND",
        "NOT",
        "NEAR(heat, 2)",
        "title:heat",
        "{title}",
        "^heat",
        "-heat",
        "heat\0night",
        "; drop table movies",
        "%",
        "💥",
        "ﬁ",
        "\u{301}",
        &long,
    ] {
        found(&catalogue, text).await;
    }
    assert_eq!(found(&catalogue, "title:\"heat\" OR").await, Vec::<String>::new());
    assert_eq!(found(&catalogue, "heat\0night").await, ["In the Heat of the Night"]);
}

#[test]
fn a_blocking_reader_gives_all_there_is_to_train_on() {
    let place = Place::new();
    data::csv(&place.path("ml"));
    let reader = place.imported(&place.path("ml"));
    let facts = reader.facts().expect("films");
    assert_eq!(facts.iter().map(|film| film.id.0).collect::<Vec<_>>(), data::FILMS.map(|film| film.0));
    assert_eq!(facts[0].genres, data::FILMS[0].2);

    let all = reader.interactions().expect("ratings");
    assert_eq!(all.films, facts.iter().map(|film| film.id).collect::<Vec<_>>());
    assert_eq!(all.viewers, (1..=9).map(ViewerId).collect::<Vec<_>>());
    let mut rows = Vec::new();
    for (place, viewer) in all.viewers.iter().enumerate() {
        rows.extend(all.of_viewer(place).map(|(film, stars)| (viewer.0, all.films[film].0, stars.get() as u8)));
    }
    let mut expected: Vec<_> = data::ratings().into_iter().map(|row| (row.0, row.1, row.2)).collect();
    expected.sort_unstable();
    assert_eq!(rows, expected);
}

#[test]
fn a_file_that_is_no_catalogue_is_told_from_one_that_is_missing() {
    let place = Place::new();
    let path = place.path("catalogue.db");
    assert!(matches!(Reader::open(&path), Err(CatalogueError::Missing { .. })));
    std::fs::write(&path, "no database at all, but long enough to be looked at").expect("room");
    assert!(matches!(Reader::open(&path), Err(CatalogueError::NotACatalogue { .. })));
    std::fs::remove_file(&path).expect("a file");
    Connection::open(&path).and_then(|db| db.execute_batch("create table t (x)")).expect("a database");
    assert!(matches!(Catalogue::open(&path, 1).err(), Some(CatalogueError::NotACatalogue { .. })));
}
