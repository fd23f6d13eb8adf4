//! How long a search takes over 90,000 films: absolute times, and ratios to a plain look through all names in the same
//! run. `cargo bench -p server --bench search`

use std::{
    error::Error,
    hint::black_box,
    io::{Write, stdout},
    time::{Duration, Instant},
};

use app::domain::{MovieId, SearchOrder};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use server::catalogue::{
    FilmFacts, FilmNames,
    search::{NameIndex, Query},
};

const FILMS: u32 = 90_000;
/// Different words in their names, about as many as MovieLens' 87,585 films have.
const WORDS: usize = 45_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let words: Vec<String> = (0..WORDS).map(|_| word(&mut random)).collect();
    let (names, facts): (Vec<FilmNames>, Vec<FilmFacts>) = (1..=FILMS).map(|id| film(id, &words, &mut random)).unzip();
    let started = Instant::now();
    let index = NameIndex::new(&names, &facts);
    let made = started.elapsed();

    let lowered: Vec<String> = names.iter().map(|film| film.title.to_lowercase()).collect();
    let some = lowered[500].clone();
    let through = median(|| lowered.iter().filter(|name| name.contains(&some)).count());

    let mut out = stdout().lock();
    writeln!(out, "{FILMS} films, {WORDS} words; the index is made in {made:.2?}")?;
    writeln!(out, "a plain look through all names        {through:>10.2?}")?;
    let slipped: String = {
        let mut letters: Vec<char> = words[2_000].chars().collect();
        letters.swap(1, 2);
        letters.into_iter().collect()
    };
    let long = words[..8].join(" ");
    let asked = [
        ("one letter", "s".to_owned(), SearchOrder::Best),
        ("two letters", "th".to_owned(), SearchOrder::Best),
        ("the commonest word", words[0].clone(), SearchOrder::Best),
        ("a rare word", words[WORDS - 1].clone(), SearchOrder::Best),
        ("a name", some.clone(), SearchOrder::Best),
        ("with a typo", slipped.clone(), SearchOrder::Best),
        ("a name and a year", format!("{some} 1994"), SearchOrder::Best),
        ("a name and a number", format!("{some} 3"), SearchOrder::Best),
        ("with a typo, and a number", format!("{slipped} 1"), SearchOrder::Best),
        ("the commonest word, and a 1", format!("{} 1", words[0]), SearchOrder::Best),
        ("nothing like it", "xqzzjkvwyq".to_owned(), SearchOrder::Best),
        ("eight words", long, SearchOrder::Best),
        ("all films, most rated first", String::new(), SearchOrder::Popular),
        ("all films, newest first", String::new(), SearchOrder::Newest),
        ("all films, best average first", String::new(), SearchOrder::Rating),
    ];
    let mut slowest = Duration::ZERO;
    for (what, text, order) in asked {
        let query = Query { text, order, ..Query::default() };
        let took = median(|| index.find(&query));
        slowest = slowest.max(took);
        writeln!(out, "{what:<30} {:>7} films {took:>10.2?}", index.find(&query).len())?;
    }
    writeln!(out, "ratio slowest-to-plain {:.2}", slowest.as_secs_f64() / through.as_secs_f64())?;
    Ok(())
}

/// Two to four syllables.
fn word(random: &mut ChaCha8Rng) -> String {
    const BEGIN: [&str; 16] = ["b", "br", "d", "f", "g", "gr", "h", "k", "l", "m", "n", "p", "r", "s", "st", "t"];
    const MIDDLE: [&str; 8] = ["a", "e", "i", "o", "u", "ea", "ou", "ie"];
    const END: [&str; 8] = ["", "n", "r", "s", "t", "nd", "ll", "ck"];
    let pick = |from: &[&'static str], random: &mut ChaCha8Rng| from[random.random_range(0..from.len())];
    let syllables = random.random_range(2..=4);
    (0..syllables).map(|_| [pick(&BEGIN, random), pick(&MIDDLE, random), pick(&END, random)].concat()).collect()
}

/// One to six words, the first of the list the commonest (Zipf's law).
fn film(id: u32, words: &[String], random: &mut ChaCha8Rng) -> (FilmNames, FilmFacts) {
    let mut name = |most: usize| {
        let count = random.random_range(1..=most);
        let word = |_| words[(words.len() as f64).powf(random.random::<f64>()) as usize - 1].clone();
        (0..count).map(word).collect::<Vec<_>>().join(" ")
    };
    let title = name(6);
    let aliases = if id.is_multiple_of(5) { vec![name(4)] } else { Vec::new() };
    let year = Some(1920 + (id % 105) as u16);
    let ratings = 400_000 / id;
    let average = (ratings > 0).then(|| random.random_range(0.5..5.0));
    let genres = vec![["Drama", "Comedy", "Crime", "Horror"][id as usize % 4].to_owned()];
    let id = MovieId(id);
    (
        FilmNames { id, title, aliases, year, imdb_id: None, tmdb_id: None, ratings },
        FilmFacts { id, year, genres, ratings, average },
    )
}

/// The median of 15 runs after one to warm up.
fn median<T>(mut run: impl FnMut() -> T) -> Duration {
    black_box(run());
    let mut times: Vec<Duration> = (0..15)
        .map(|_| {
            let started = Instant::now();
            black_box(run());
            started.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}
