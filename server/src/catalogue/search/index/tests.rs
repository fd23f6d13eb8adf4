use super::*;

/// Title, year, ratings, average, genre, other names.
type Row = (&'static str, u16, u32, f32, &'static str, &'static [&'static str]);

const FILMS: [Row; 19] = [
    ("The Matrix", 1999, 278, 4.2, "Sci-Fi", &[]),
    ("The Godfather", 1972, 192, 4.3, "Crime", &[]),
    ("The Dark Knight", 2008, 149, 4.2, "Action", &[]),
    ("Alien", 1979, 146, 4.0, "Horror", &[]),
    ("The Godfather: Part II", 1974, 129, 4.3, "Crime", &[]),
    ("Aliens", 1986, 126, 4.0, "Action", &[]),
    ("Spider-Man", 2002, 122, 3.5, "Action", &[]),
    ("Heat", 1995, 102, 3.9, "Crime", &[]),
    ("Amelie", 2001, 90, 4.2, "Comedy", &["Le fabuleux destin d'Amélie Poulain"]),
    ("Boogie Nights", 1997, 39, 4.1, "Drama", &[]),
    ("In the Heat of the Night", 1967, 20, 4.0, "Crime", &[]),
    ("M*A*S*H", 1970, 19, 3.9, "Comedy", &[]),
    ("The Heat", 2013, 8, 3.5, "Comedy", &[]),
    ("K-19: The Widowmaker", 2002, 5, 3.2, "Thriller", &[]),
    ("Ocean's Twelve", 2004, 4, 3.1, "Thriller", &[]),
    ("God", 2010, 0, 0.0, "Drama", &[]),
    ("Richard III", 1995, 7, 3.6, "Drama", &[]),
    ("Henry V", 1989, 6, 3.9, "Drama", &[]),
    ("Hard Times", 1975, 3, 3.5, "Action", &[]),
];

fn index() -> NameIndex {
    let names: Vec<FilmNames> = (1..)
        .zip(FILMS)
        .map(|(id, (title, year, ratings, _, _, aliases))| FilmNames {
            id: MovieId(id),
            title: title.to_owned(),
            aliases: aliases.iter().map(|&alias| alias.to_owned()).collect(),
            year: Some(year),
            imdb_id: None,
            tmdb_id: None,
            ratings,
        })
        .collect();
    let facts: Vec<FilmFacts> = (1..)
        .zip(FILMS)
        .map(|(id, (_, year, ratings, average, genre, _))| FilmFacts {
            id: MovieId(id),
            year: Some(year),
            genres: vec![genre.to_owned()],
            ratings,
            average: (ratings > 0).then_some(average),
        })
        .collect();
    NameIndex::new(&names, &facts)
}

fn titles(query: &Query) -> Vec<&'static str> {
    index().find(query).into_iter().map(|film| FILMS[film.0 as usize - 1].0).collect()
}

fn found(text: &str) -> Vec<&'static str> {
    titles(&Query { text: text.to_owned(), ..Query::default() })
}

#[test]
fn a_typo_finds_the_film_all_the_same() {
    assert_eq!(found("godfahter"), ["The Godfather", "The Godfather: Part II"]);
    assert_eq!(found("the godfahter"), ["The Godfather", "The Godfather: Part II"]);
    assert_eq!(found("godfaht"), ["The Godfather", "The Godfather: Part II"], "the word is not finished");
    assert_eq!(found("matrx"), ["The Matrix"]);
    assert_eq!(found("alein"), ["Alien", "Aliens"]);
    assert_eq!(found("drak nkight"), ["The Dark Knight"]);
    assert!(found("xyzzyplugh").is_empty());
}

#[test]
fn a_film_of_exactly_the_name_comes_first_and_then_what_most_people_know() {
    assert_eq!(found("heat"), ["Heat", "The Heat", "In the Heat of the Night"]);
    assert_eq!(found("the heat")[..2], ["The Heat", "Heat"]);
    assert_eq!(found("god"), ["God", "The Godfather", "The Godfather: Part II"]);
    assert_eq!(found("alien"), ["Alien", "Aliens"]);
}

#[test]
fn words_are_found_unfinished_inside_of_others_and_run_together() {
    assert_eq!(found("the godf")[..2], ["The Godfather", "The Godfather: Part II"]);
    assert_eq!(found("night"), ["In the Heat of the Night", "Boogie Nights", "The Dark Knight"]);
    assert_eq!(found("spiderman"), ["Spider-Man"]);
    assert_eq!(found("mash"), ["M*A*S*H"]);
    assert_eq!(found("godfather 2"), ["The Godfather: Part II"]);
    assert_eq!(found("fabuleux destin"), ["Amelie"]);
}

#[test]
fn genre_decade_and_a_list_leave_films_out() {
    let query = |text: &str| Query { text: text.to_owned(), ..Query::default() };
    assert_eq!(
        titles(&Query { genre: Some("Crime".to_owned()), ..query("heat") }),
        ["Heat", "In the Heat of the Night"]
    );
    assert_eq!(titles(&Query { decade: Some(1990), ..query("heat") }), ["Heat"]);
    assert_eq!(titles(&Query { only: Some(vec![MovieId(13)]), ..query("heat") }), ["The Heat"]);
    assert!(!titles(&Query { except: vec![MovieId(13)], ..query("heat") }).contains(&"The Heat"));
    assert_eq!(titles(&Query { genre: Some("Crime".to_owned()), decade: Some(1970), ..query("") }).len(), 2);
    assert!(titles(&Query { genre: Some("None such".to_owned()), ..query("heat") }).is_empty());
    assert_eq!(index().decades()[..2], [2010, 2000]);
}

#[test]
fn films_come_in_the_order_that_is_asked_for() {
    let by = |order| titles(&Query { order, ..Query::default() });
    assert_eq!(by(SearchOrder::Popular)[..2], ["The Matrix", "The Godfather"]);
    assert_eq!(by(SearchOrder::Newest)[..2], ["The Heat", "God"]);
    assert_eq!(by(SearchOrder::Rating)[..2], ["The Godfather", "The Godfather: Part II"]);
    let lengths = (by(SearchOrder::Rating).len(), by(SearchOrder::Best).len());
    assert_eq!(lengths, (FILMS.len() - 1, FILMS.len()), "one was never rated");
}

#[test]
fn no_text_is_too_odd() {
    let long = "heat ".repeat(10_000);
    for text in ["\"", "*", "\0", "💥", "\u{301}", "-", "%"] {
        assert!(found(text).is_empty(), "{text:?}");
    }
    assert_eq!(found(&long)[0], "Heat");
    assert!(NameIndex::new(&[], &[]).find(&Query { text: "heat".to_owned(), ..Query::default() }).is_empty());
}

#[test]
fn a_year_behind_the_name_is_the_films_year_of_release() {
    assert_eq!(found("the matrix 1999"), ["The Matrix"]);
    assert_eq!(found("alien (1979)"), ["Alien"]);
    assert_eq!(found("heat 1995"), ["Heat"]);
    assert_eq!(found("heat 2013"), ["The Heat"]);
    assert_eq!(found("heat 1994"), ["Heat"], "people are one off");
    assert_eq!(found("heat 1950"), Vec::<&str>::new());
    for begun in ["godfahter 1", "godfather (19", "godfather 197"] {
        assert_eq!(found(begun), ["The Godfather", "The Godfather: Part II"], "{begun}: still being typed");
    }
    assert_eq!(found("godfather 19 "), Vec::<&str>::new());
    assert_eq!(found("1999"), ["The Matrix"], "of that year, and of no other for a slip");
    assert_eq!(found("1979"), ["Alien"]);
    assert_eq!(found("k 19"), ["K-19: The Widowmaker"], "a name that has the number is the film");
}

#[test]
fn a_number_is_the_same_spelled_out() {
    for typed in ["ocean's 12", "oceans twelve", "ocean's twel"] {
        assert_eq!(found(typed), ["Ocean's Twelve"], "{typed}");
    }
    assert_eq!(found("godfather two"), ["The Godfather: Part II"]);
}

#[test]
fn a_film_is_found_by_a_number_that_its_name_does_not_have() {
    assert_eq!(found("matrix i"), ["The Matrix"]);
    assert_eq!(found("the godfather 1 "), ["The Godfather", "The Godfather: Part II"], "nobody numbers the first one");
    assert_eq!(found("spider man 3"), ["Spider-Man"]);
    assert_eq!(found("godfather 7"), ["The Godfather", "The Godfather: Part II"], "which one, people see");
    assert_eq!(found("hard times 3")[0], "Hard Times", "what only resembles it takes nothing away");
    assert_eq!(found("henry 5"), ["Henry V"]);
    assert_eq!(found("richard 3"), ["Richard III"], "a name that has the number is the film");
}
