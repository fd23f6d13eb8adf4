//! What a page is made of, as the server sends it.

mod workers;

use serde::{Deserialize, Serialize};

use crate::domain::{HomeRow, Mark, MovieId, OtherFilm, PredictionId, RowKind, Stars, Tuning, ViewerId};

pub use workers::{RecentRow, WorkerRow, WorkersPage};

/// How many films the "For you" row asks for, and so how many places it keeps.
pub const FOR_YOU_FILMS: usize = 20;

/// Likes that lift a new visitor over the welcome strip.
pub const LIKES_TO_START: u32 = 5;

/// The home page but for its predictions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Home {
    /// There is no catalogue or no model yet: the page says which commands make them.
    Empty(Missing),
    /// The page, and what stands around its rows.
    Ready(Box<HomePage>, Box<Frame>),
}

/// What stands around the home page's rows, and the browser is not told of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// The data set's name, to credit it: "MovieLens latest-small".
    pub dataset: String,
    /// MovieLens viewers to step into the shoes of.
    pub viewers: Vec<ProfileView>,
    /// What the rows can be filtered by.
    pub choice: FilterChoice,
    /// Whether any film passes the filter, whatever the visitor has said of it.
    pub passing: bool,
    /// Whether the visitor may look at the workers.
    pub operator: bool,
}

/// What films can be filtered by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterChoice {
    /// Genres.
    pub genres: Vec<String>,
    /// Decades, the last one first.
    pub decades: Vec<u16>,
    /// Whether the visitor has said which films they have.
    pub library: bool,
}

/// What a server without data lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Missing {
    /// No `catalogue.db`: `marquee import` makes it.
    Catalogue,
    /// No `model.safetensors`, or none that fits the catalogue (the reason): `marquee train` makes it.
    Model(String),
}

/// The home page's parts that come straight from SQL, and the ticket for what comes later.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(feature = "ssr", derive(Serialize))]
pub struct HomePage {
    /// Films in the catalogue.
    pub films: u32,
    /// Changes with the catalogue: part of every poster's address, because posters are cached for good.
    pub edition: String,
    /// Whose taste the page follows.
    pub profile: ProfileView,
    /// Whether the visitor's own ratings could not be read: the page shows none of them, for now.
    pub unread: bool,
    /// The prediction that fills the predicted rows, already scheduled.
    pub ticket: Ticket,
    /// Places that are kept for "For you": as many as it has films, or fewer where the filter leaves fewer.
    pub places: usize,
    /// The rows below "For you", in the visitor's order.
    pub rows: Vec<RowBelow>,
    /// Well-known, mutually different films to like or skip; empty when the profile knows enough.
    pub welcome: Vec<CardFilm>,
    /// Every film of the watchlist.
    pub wanted: Vec<MovieId>,
    /// How recommendations are re-ranked for this visitor.
    pub tuning: Tuning,
    /// The filter that the rows went through, as in the page's address; empty if it lets every film through.
    pub filter: String,
}

/// Whose taste a page follows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProfileView {
    /// `None`: the visitor's own profile.
    pub viewer: Option<ViewerId>,
    /// Films rated, the visitor's own ratings included.
    pub rated: u32,
    /// Films liked.
    pub liked: u32,
    /// A few genres that stand out in it, for the menu ("Film-Noir, Drama"); may be empty.
    pub taste: Vec<String>,
}

/// A row below "For you".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RowBelow {
    /// Which.
    pub row: HomeRow,
    /// What it is called, as long as no prediction says otherwise.
    pub heading: String,
    /// The line under the heading.
    pub note: String,
    /// Of a row that is predicted: its sort, and how many of that sort the prediction has before it.
    pub predicted: Option<(RowKind, usize)>,
    /// The films of any other.
    pub films: Vec<CardFilm>,
}

/// What a card says of its film.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CardFilm {
    /// The data set's own number.
    pub id: MovieId,
    /// Without its year.
    pub title: String,
    /// The year of release, where known.
    pub year: Option<u16>,
    /// On the right of the year, as long as the film is not rated.
    pub aside: String,
    /// The line below.
    pub reason: String,
    /// What this profile gave it.
    pub stars: Option<Stars>,
}

/// A row of films that were chosen together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChosenRow {
    /// Its sort.
    pub kind: RowKind,
    /// What it is called.
    pub heading: String,
    /// Best first.
    pub films: Vec<CardFilm>,
}

/// A film that needs no prediction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FilmCard {
    /// The data set's own number.
    pub id: MovieId,
    /// Without its year.
    pub title: String,
    /// The year of release, where known.
    pub year: Option<u16>,
    /// Mean of everyone's stars, where anyone rated it.
    pub average: Option<f32>,
    /// How many ratings it has.
    pub ratings: u32,
    /// What this profile gave it.
    pub stars: Option<Stars>,
}

/// The page of one film.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FilmPage {
    /// What its card says.
    pub film: FilmCard,
    /// In the data set's order.
    pub genres: Vec<String>,
    /// Other titles.
    pub aliases: Vec<String>,
    /// How many ratings of half a star, one star, … five stars.
    pub histogram: [u32; 10],
    /// Its page at IMDb.
    pub imdb: Option<String>,
    /// Its page at TMDB.
    pub tmdb: Option<String>,
    /// What the visitor marked it as.
    pub marks: Vec<Mark>,
    /// What this profile would give it; `None` without a model, or while ratings are out of reach.
    pub predicted: Option<PredictedStars>,
    /// Films like it, most alike first.
    pub similar: Vec<FilmCard>,
    /// Films in the catalogue.
    pub films: u32,
    /// The data set's name.
    pub dataset: String,
    /// Part of every poster's address.
    pub edition: String,
}

/// Predicted stars as the sum that they are. All in stars.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PredictedStars {
    /// Within the scale.
    pub stars: f32,
    /// It is between these with a probability of 80 %.
    pub between: (f32, f32),
    /// What everybody thinks of the film.
    pub everyone: f32,
    /// How much more generous this profile is than others.
    pub generosity: f32,
    /// What the profile's films add or take away, those that move it most first.
    pub because: Vec<Pull>,
    /// How many other films there are, and what they add.
    pub others: (u32, f32),
}

/// What one rated film adds to predicted stars.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pull {
    /// The film, with the stars it was given.
    pub film: FilmCard,
    /// In stars; below 0 if it takes away.
    pub stars: f32,
}

/// What is the visitor's own, in numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct YouPage {
    /// Films of each list, in the order of [`FilmList::ALL`](crate::domain::FilmList::ALL).
    pub counts: [u32; 5],
    /// Films in the catalogue.
    pub films: u32,
    /// The data set's name.
    pub dataset: String,
}

/// Films that were searched for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SearchPage {
    /// How many were found.
    pub total: u32,
    /// Those of this page.
    pub found: Vec<CardFilm>,
    /// How many pages there are, at least one.
    pub pages: u32,
    /// Every film of the watchlist.
    pub wanted: Vec<MovieId>,
    /// Films of the library that the catalogue does not have; on the library's first page only.
    pub others: Vec<OtherFilm>,
    /// What they can be filtered by.
    pub choice: FilterChoice,
    /// Films in the catalogue.
    pub films: u32,
    /// The data set's name.
    pub dataset: String,
    /// Part of every poster's address.
    pub edition: String,
}

/// What became of a file that was brought.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportSummary {
    /// Where the file comes from: "Letterboxd".
    pub source: String,
    /// Rows that say something of a film.
    pub rows: u32,
    /// Films that were not rated here.
    pub ratings: u32,
    /// Films that were, with other stars, before.
    pub changed: u32,
    /// Films that were rated the same.
    pub same: u32,
    /// Films that were rated here since.
    pub older: u32,
    /// New on the watchlist, seen, hidden, in the library.
    pub marks: [u32; 4],
    /// Films of the library that are not here, and that were not in it.
    pub others: u32,
    /// Films that are not here: the first of them.
    pub unmatched: Vec<Unmatched>,
    /// How many there are.
    pub unmatched_rows: u32,
    /// Rows that cannot be read: the first of them, and why.
    pub unreadable: Vec<String>,
    /// How many there are.
    pub unreadable_rows: u32,
    /// Series, episodes and games.
    pub not_films: u32,
    /// Rows that said again what another had said.
    pub duplicates: u32,
    /// The films of which two rows said different stars.
    pub contradictions: Vec<String>,
}

/// A film that a file names and the catalogue does not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmatched {
    /// Its title there.
    pub title: String,
    /// Its year of release, where the file says it.
    pub year: Option<u16>,
    /// What is said of it: "4.5 stars", "watchlist".
    pub said: String,
}

/// Why a file was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportFailure {
    /// The HTTP status.
    pub status: u16,
    /// A sentence for a person.
    pub why: String,
}

/// The answer to "schedule a prediction".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ticket {
    /// It is scheduled: ask for it by this id.
    Scheduled(PredictionId),
    /// The queue is full: try again after so many seconds.
    Busy {
        /// Seconds.
        retry_after: u32,
    },
    /// What predicts is out of reach: try again soon.
    Late,
}

/// The answer to a poll.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Poll {
    /// It is not finished.
    Waiting,
    /// The films are chosen: "For you", and the rows below.
    Films(Vec<ChosenRow>),
    /// It will not come: a sentence for a person.
    Failed(String),
    /// The result was there and is gone (or the server started anew): schedule again.
    Gone,
    /// What predicts is out of reach: ask again soon.
    Late,
}

/// What a rating changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rated {
    /// The new prediction for the changed profile.
    pub ticket: Ticket,
    /// Films rated, now.
    pub rated: u32,
    /// Films liked, now.
    pub liked: u32,
}

/// What the plain page, which waits, has to show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Waited {
    /// The films: "For you", and the rows below.
    Films(Vec<ChosenRow>),
    /// It will not come: a sentence for a person.
    Failed(String),
    /// The queue is full: try again after so many seconds.
    Busy {
        /// Seconds.
        retry_after: u32,
    },
    /// It is not finished, and the page can not wait longer.
    Unfinished,
    /// What predicts is out of reach.
    Late,
}

/// An island's attributes are written by the server and read by the browser; yet the macro makes the browser's side able to
/// write them too. It never does, so what it could write is nothing, and nothing is what is downloaded for it.
#[cfg(not(feature = "ssr"))]
mod never_written {
    use serde::{Serialize, Serializer};

    use super::{HomePage, WorkersPage};

    impl Serialize for HomePage {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_unit()
        }
    }

    impl Serialize for WorkersPage {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_unit()
        }
    }
}
