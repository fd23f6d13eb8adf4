//! JSON: Trakt's lists, Marquee's own export, and what media libraries say of themselves.

use serde::{Deserialize, de::IgnoredAny};

use super::{
    Contents, Found, Purpose, ReadError, imdb, is_no_film, moment, number, stars_of, table::title_and_year, year,
};
use crate::exchange::{Entry, Format, Place, What};

/// A value of any kind, of which text and numbers count.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Loose {
    Number(f64),
    Text(String),
    Other(IgnoredAny),
}

impl Loose {
    fn text(&self) -> Option<String> {
        match self {
            Self::Number(number) => Some(number.to_string()),
            Self::Text(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
            Self::Other(_) => None,
        }
    }
}

/// A film's numbers elsewhere.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Ids {
    #[serde(alias = "Imdb", alias = "IMDB")]
    imdb: Option<Loose>,
    #[serde(alias = "Tmdb", alias = "TMDB")]
    tmdb: Option<Loose>,
}

/// Whatever one of these programs says of a film.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Item {
    #[serde(alias = "Title", alias = "name", alias = "Name")]
    title: Option<Loose>,
    #[serde(alias = "Year", alias = "ProductionYear", alias = "productionYear", alias = "premiered")]
    year: Option<Loose>,
    #[serde(alias = "ProviderIds", alias = "uniqueid")]
    ids: Option<Ids>,
    #[serde(alias = "imdbId", alias = "imdb_id", alias = "imdbnumber", alias = "imdbID")]
    imdb: Option<Loose>,
    #[serde(alias = "tmdbId", alias = "tmdb_id", alias = "tmdbID")]
    tmdb: Option<Loose>,
    #[serde(alias = "Type")]
    r#type: Option<Loose>,
    movie: Option<Box<Item>>,
    show: Option<IgnoredAny>,
    episode: Option<IgnoredAny>,
    /// Of 10.
    rating: Option<Loose>,
    /// Of 5: Marquee's own.
    stars: Option<Loose>,
    rated_at: Option<Loose>,
    listed_at: Option<Loose>,
    #[serde(alias = "last_watched_at")]
    watched_at: Option<Loose>,
    #[serde(alias = "last_collected_at")]
    collected_at: Option<Loose>,
    /// When a film of Marquee's own export was marked.
    marked_at: Option<Loose>,
}

/// A list, or something with a list in it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Whole {
    format: Option<Loose>,
    #[serde(alias = "Items", alias = "items", alias = "records")]
    movies: Option<Vec<Item>>,
    result: Option<Inner>,
    ratings: Option<Vec<Item>>,
    watchlist: Option<Vec<Item>>,
    seen: Option<Vec<Item>>,
    hidden: Option<Vec<Item>>,
    library: Option<Vec<Item>>,
}

/// Kodi's answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Inner {
    movies: Option<Vec<Item>>,
}

pub(super) fn read(text: &str, purpose: Purpose) -> Result<Contents, ReadError> {
    if text.trim_start().starts_with('[') {
        let list: Vec<Item> = parse(text)?;
        return of_list(list, purpose);
    }
    let whole: Whole = parse(text)?;
    let is_ours = whole.format.as_ref().and_then(Loose::text).is_some_and(|format| format == "marquee");
    if is_ours && purpose == Purpose::Ratings {
        return of_ours(whole);
    }
    let list = if is_ours { whole.library } else { whole.movies.or(whole.result.and_then(|inner| inner.movies)) };
    of_list(list.ok_or_else(|| purpose.unknown())?, purpose)
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, ReadError> {
    serde_json::from_str(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Eof => ReadError::HalfJson,
        _ => ReadError::BadJson(error.line()),
    })
}

fn of_list(list: Vec<Item>, purpose: Purpose) -> Result<Contents, ReadError> {
    let format = if purpose == Purpose::Library { Format::Library } else { Format::Trakt };
    let mut found = Found::new(format);
    let mut named = list.is_empty();
    for (item, line) in list.into_iter().zip(1_u64..) {
        let says = item.movie.as_ref().map_or_else(|| item.names_a_film(), |film| film.names_a_film());
        let no_film = item.is_no_film();
        named |= says || no_film;
        let entry = match purpose {
            _ if no_film => Ok(None),
            Purpose::Library => item.entry(|_| Ok(What::Have)),
            Purpose::Ratings => item.entry(Item::said),
        };
        found.row(&Place::List(""), line, entry)?;
    }
    if !named {
        return Err(purpose.unknown());
    }
    // A list of films of which nothing is said is no list of ratings.
    if purpose == Purpose::Ratings && found.contents.entries.is_empty() && found.contents.unreadable_rows > 0 {
        return Err(ReadError::Unknown);
    }
    Ok(found.contents)
}

fn of_ours(whole: Whole) -> Result<Contents, ReadError> {
    let mut found = Found::new(Format::Marquee);
    let lists = [
        (whole.ratings, None, "ratings"),
        (whole.watchlist, Some(What::Watchlist), "watchlist"),
        (whole.seen, Some(What::Seen), "seen"),
        (whole.hidden, Some(What::Hidden), "hidden"),
        (whole.library, Some(What::Have), "library"),
    ];
    for (list, what, name) in lists {
        for (item, line) in list.unwrap_or_default().into_iter().zip(1_u64..) {
            let entry = item.entry(|item| what.map_or_else(|| item.said(), Ok));
            found.row(&Place::List(name), line, entry)?;
        }
    }
    Ok(found.contents)
}

impl Item {
    fn names_a_film(&self) -> bool {
        self.title.is_some() || self.ids.is_some() || self.imdb.is_some() || self.tmdb.is_some()
    }

    fn is_no_film(&self) -> bool {
        let kind = self.r#type.as_ref().and_then(Loose::text);
        let other = self.show.is_some() || self.episode.is_some();
        kind.is_some_and(|kind| is_no_film(&kind)) || (other && self.movie.is_none())
    }

    /// What a row says, by what it has.
    fn said(&self) -> Result<What, &'static str> {
        let stars = |value: &Loose, of_ten: bool| stars_of(&value.text().unwrap_or_default(), of_ten).map(What::Rating);
        match self {
            Self { stars: Some(value), .. } => stars(value, false),
            Self { rating: Some(value), .. } => stars(value, true),
            Self { listed_at: Some(_), .. } => Ok(What::Watchlist),
            Self { watched_at: Some(_), .. } => Ok(What::Seen),
            Self { collected_at: Some(_), .. } => Ok(What::Have),
            _ => Err("nothing is said of the film"),
        }
    }

    fn entry(self, what: impl Fn(&Self) -> Result<What, &'static str>) -> Result<Option<Entry>, &'static str> {
        let what = what(&self)?;
        let times = [&self.rated_at, &self.listed_at, &self.watched_at, &self.collected_at, &self.marked_at];
        let at = times.into_iter().flatten().find_map(Loose::text).and_then(|text| moment(&text));
        let film = self.movie.map_or_else(|| Self { movie: None, ..self }, |film| *film);
        let text = |value: &Option<Loose>| value.as_ref().and_then(Loose::text);
        let ids = film.ids.unwrap_or_default();
        let (title, year_of_title) = text(&film.title).map(|title| title_and_year(title.trim())).unwrap_or_default();
        let entry = Entry {
            what,
            year: text(&film.year).and_then(|text| year(&text)).or(year_of_title),
            imdb: text(&film.imdb).or(text(&ids.imdb)).and_then(|text| imdb(&text)),
            tmdb: text(&film.tmdb).or(text(&ids.tmdb)).and_then(|text| number(&text)),
            movie_lens: None,
            at,
            title,
        };
        let is_named = !entry.title.is_empty() || entry.imdb.is_some() || entry.tmdb.is_some();
        if is_named { Ok(Some(entry)) } else { Err("no film is named") }
    }
}
