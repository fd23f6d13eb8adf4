//! A tiny data set, written in each layout that MovieLens has had.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use zip::{ZipWriter, write::SimpleFileOptions};

/// Number, title as MovieLens writes it, genres.
pub const FILMS: [(u32, &str, &[&str]); 8] = [
    (1, "Toy Story (1995)", &["Animation", "Children's", "Comedy"]),
    (3, "Godfather, The (1972)", &["Crime", "Drama"]),
    (4, "Misérables, Les (1995)", &["Drama", "Musical"]),
    (7, "City of Lost Children, The (Cité des enfants perdus, La) (1995)", &["Adventure", "Sci-Fi"]),
    (9, "Heat (1995)", &["Action", "Crime", "Thriller"]),
    (12, "In the Heat of the Night (1967)", &["Drama", "Mystery"]),
    (13, "Seven (a.k.a. Se7en) (1995)", &["Crime", "Thriller"]),
    (20, "Unrated \"Thing\", A (1982)", &[]),
];

const FLAGS: [&str; 19] = [
    "unknown",
    "Action",
    "Adventure",
    "Animation",
    "Children's",
    "Comedy",
    "Crime",
    "Documentary",
    "Drama",
    "Fantasy",
    "Film-Noir",
    "Horror",
    "Musical",
    "Mystery",
    "Romance",
    "Sci-Fi",
    "Thriller",
    "War",
    "Western",
];

/// User, film, whole stars (the older layouts have no halves), time. In no order.
pub fn ratings() -> Vec<(u32, u32, u8, i64)> {
    let mut ratings = Vec::new();
    for user in 1..=9_u32 {
        for (place, film) in FILMS[..7].iter().enumerate() {
            let place = place as u32;
            if !(user * 5 + place * 3).is_multiple_of(4) {
                let stars = 1 + ((user + place * 2) % 5) as u8;
                ratings.push((user, film.0, stars, 900_000_000 + i64::from(user * 100 + place)));
            }
        }
    }
    ratings.sort_by_key(|&(user, film, _, _)| (user * 7 + film * 11) % 13);
    ratings
}

fn rows(between: &str, stars: impl Fn(u8) -> String) -> String {
    let row = |(user, film, given, time): &(u32, u32, u8, i64)| {
        [user.to_string(), film.to_string(), stars(*given), time.to_string()].join(between) + "\n"
    };
    ratings().iter().map(row).collect()
}

fn write(folder: &Path, file: &str, bytes: impl AsRef<[u8]>) {
    fs::create_dir_all(folder).expect("a folder");
    fs::write(folder.join(file), bytes).expect("a file");
}

fn latin_1(text: &str) -> Vec<u8> {
    text.chars().map(|letter| u8::try_from(u32::from(letter)).expect("a letter of Latin-1")).collect()
}

/// `movies.csv`, `ratings.csv`, `links.csv`.
pub fn csv(folder: &Path) {
    let quoted = |title: &str| {
        if title.contains([',', '"']) { format!("\"{}\"", title.replace('"', "\"\"")) } else { title.to_owned() }
    };
    let genres = |genres: &[&str]| if genres.is_empty() { "(no genres listed)".to_owned() } else { genres.join("|") };
    let films: String =
        FILMS.iter().map(|film| format!("{},{},{}\r\n", film.0, quoted(film.1), genres(film.2))).collect();
    write(folder, "movies.csv", format!("movieId,title,genres\r\n{films}"));
    write(
        folder,
        "ratings.csv",
        format!("userId,movieId,rating,timestamp\n{}", rows(",", |stars| format!("{stars}.0"))),
    );
    write(folder, "links.csv", "movieId,imdbId,tmdbId\n1,0114709,862\n3,0068646,\n");
}

/// 1M (Latin-1) and 10M (UTF-8).
pub fn dat(folder: &Path, is_latin_1: bool) {
    let films: String = FILMS.iter().map(|film| format!("{}::{}::{}\n", film.0, film.1, film.2.join("|"))).collect();
    write(folder, "movies.dat", if is_latin_1 { latin_1(&films) } else { films.into_bytes() });
    write(folder, "ratings.dat", rows("::", |stars| stars.to_string()));
}

/// 100K.
pub fn hundred(folder: &Path) {
    let flags = |genres: &[&str]| FLAGS.map(|flag| if genres.contains(&flag) { "1" } else { "0" }).join("|");
    let films: String =
        FILMS.iter().map(|film| format!("{}|{}|01-Jan-1999||http://x/|{}\n", film.0, film.1, flags(film.2))).collect();
    write(folder, "u.item", latin_1(&films));
    write(folder, "u.data", rows("\t", |stars| stars.to_string()));
}

/// RecBole.
pub fn atomic(folder: &Path) {
    let row = |film: &(u32, &str, &[&str])| {
        let (title, year) = film.1.rsplit_once(" (").expect("a year");
        format!("{}\t{title}\t{}\t{}\n", film.0, year.trim_end_matches(')'), film.2.join(" "))
    };
    let films: String = FILMS.iter().map(row).collect();
    let header = "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n";
    write(folder, "tiny.item", header.to_owned() + &films);
    let header = "user_id:token\titem_id:token\trating:float\ttimestamp:float\n";
    write(folder, "tiny.inter", header.to_owned() + &rows("\t", |stars| stars.to_string()));
}

/// A zip file of the folder, with the folder's name before each file's, as MovieLens packs them.
pub fn zipped(folder: &Path) -> PathBuf {
    let path = folder.with_extension("zip");
    let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
    let mut zip = ZipWriter::new(File::create(&path).expect("a file"));
    zip.add_directory(format!("{name}/"), SimpleFileOptions::default()).expect("room");
    for file in fs::read_dir(folder).expect("a folder").flatten() {
        let inner = format!("{name}/{}", file.file_name().to_string_lossy());
        zip.start_file(inner, SimpleFileOptions::default()).expect("room");
        zip.write_all(&fs::read(file.path()).expect("a file")).expect("room");
    }
    zip.finish().expect("room");
    path
}
