mod keys;

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
    sync::LazyLock,
    time::{SystemTime, UNIX_EPOCH},
};

use app::{
    domain::{Mark, Marks, MovieId, OtherFilm, Stars, ViewerId},
    port::VisitorId,
};
use async_trait::async_trait;
use keys::Keys;
use redis::{Pipeline, Script, cmd};

use super::{Brought, End, Kept, MOST_OTHERS, Profile, REMEMBERED, VisitorStore, VisitorsError, brought::UNDATED};
use crate::link::Link;

/// Ratings in Redis, seen alike by every web server: one hash for each visitor and pair of shoes,
/// `{prefix}:r:<visitor>:<viewer>`, from film to half stars and when they were given (`9:1764000000`); 0 is a rating that was
/// taken back, so that a copy of an older file does not bring it to life again. Marks are in `{prefix}:m:…`, from
/// `<mark>:<film>` to when; in whose shoes a visitor has said anything in `{prefix}:s:<visitor>`, to find it all when it is to be
/// forgotten; the films of their library that the catalogue does not have in `{prefix}:o:<visitor>`. They have no expiry: a
/// rating is precious. A mark of time 0 is one that was taken back, and `{prefix}:f:<visitor>` says for a while that a visitor
/// was forgotten: both so that a copy of an older file brings nothing to life again. How a visitor's profile ended is in
/// `{prefix}:h:<visitor>`, for as long as a browser keeps a cookie.
#[derive(Clone)]
pub struct SharedVisitors {
    link: Link,
}

impl SharedVisitors {
    /// Over this link.
    pub fn new(link: Link) -> Self {
        Self { link }
    }

    /// Stores what is not there yet of what a visitor said; how much was new, and how much was there.
    pub async fn add(
        &self,
        visitor: VisitorId,
        shoes: Option<ViewerId>,
        rated: &[(MovieId, Stars, i64)],
        marks: &Marks,
        others: &[OtherFilm],
    ) -> Result<(u64, u64), VisitorsError> {
        let keys = self.keys(visitor);
        let mut gone = cmd("EXISTS");
        gone.arg(keys.forgotten()).arg(keys.end());
        if self.link.command::<u32>(&gone).await? > 0 {
            return Ok((0, 0));
        }
        if let Some(viewer) = shoes {
            // Before anything is said in these shoes: that it can be found again.
            let mut write = cmd("HSET");
            write.arg(keys.shoes()).arg(viewer.0).arg(1);
            self.link.command::<()>(&write).await?;
        }
        let ratings = rated.iter().map(|&(movie, stars, at)| (movie.to_string(), dated(stars, at)));
        let marked = Mark::ALL.into_iter().flat_map(|mark| {
            let field = move |movie: MovieId| (format!("{}:{movie}", mark.name()), marks.at(movie, mark));
            marks.films(mark).into_iter().map(field).map(|(field, at)| (field, at.unwrap_or_default().to_string()))
        });
        let others = others.iter().filter_map(|film| Some((film.key(), serde_json::to_string(film).ok()?)));
        let all = [
            (keys.ratings(shoes), ratings.collect::<Vec<_>>()),
            (keys.marks(shoes), marked.collect()),
            (keys.others(), others.collect()),
        ];
        let (mut new, mut there) = (0, 0);
        for (key, fields) in all {
            for part in fields.chunks(FIELDS) {
                let mut write = redis::pipe();
                for (field, value) in part {
                    write.cmd("HSETNX").arg(&key).arg(field).arg(value);
                }
                let added: Vec<u64> = self.link.pipeline(&write).await?;
                let added: u64 = added.into_iter().sum();
                new += added;
                there += part.len() as u64 - added;
            }
        }
        Ok((new, there))
    }

    /// Writes down how a visitor's profile ended.
    pub async fn write_end(&self, visitor: VisitorId, end: End) -> Result<(), VisitorsError> {
        let mut write = redis::pipe();
        tell_end(&mut write, &self.keys(visitor), end);
        Ok(self.link.pipeline::<()>(&write).await?)
    }

    fn keys(&self, visitor: VisitorId) -> Keys<'_> {
        Keys::of(self.link.redis(), visitor)
    }

    /// Before much is changed; [`Self::say`] sees to it by itself.
    async fn must_be_theirs(&self, visitor: VisitorId) -> Result<(), VisitorsError> {
        self.end(visitor).await?.map_or(Ok(()), |end| Err(VisitorsError::Ended(end)))
    }

    /// Stores one thing that is said in a hash of what is said of films.
    async fn say(
        &self,
        visitor: VisitorId,
        shoes: Option<ViewerId>,
        (key, field, value): (String, String, String),
        keeps_the_first: bool,
    ) -> Result<(), VisitorsError> {
        let keys = self.keys(visitor);
        let mut say = SAY.key(keys.end());
        say.key(keys.shoes()).key(key).arg(shoes.map_or(0, |viewer| viewer.0));
        say.arg(field).arg(value).arg(u8::from(keeps_the_first));
        match End::of_number(self.link.script(&say).await?) {
            Some(end) => Err(VisitorsError::Ended(end)),
            None => Ok(()),
        }
    }

    /// Deletes everything of the visitor's, and their profile too if it is to end and there was anything.
    async fn erase(&self, visitor: VisitorId, end: Option<End>) -> Result<(), VisitorsError> {
        self.must_be_theirs(visitor).await?;
        let keys = self.keys(visitor);
        let mut names = vec![keys.shoes(), keys.others()];
        for shoes in self.shoes(visitor).await? {
            names.extend([keys.ratings(shoes), keys.marks(shoes)]);
        }
        let mut any = cmd("EXISTS");
        any.arg(&names);
        let any = self.link.command::<u32>(&any).await? > 0;
        let mut all = redis::pipe();
        all.atomic().cmd("DEL").arg(names).ignore();
        match end {
            None => {
                all.cmd("SET").arg(keys.forgotten()).arg(1).arg("EX").arg(GONE_FOR).ignore();
            }
            Some(end) if any => tell_end(&mut all, &keys, end),
            Some(_) => {}
        }
        Ok(self.link.pipeline::<()>(&all).await?)
    }

    /// Films of the library that the catalogue does not have, as JSON, by what tells them apart.
    async fn others_by_key(&self, visitor: VisitorId) -> Result<Vec<(String, String)>, VisitorsError> {
        let mut read = cmd("HGETALL");
        read.arg(self.keys(visitor).others());
        Ok(self.link.command(&read).await?)
    }

    /// In whose shoes the visitor has said anything, their own first.
    async fn shoes(&self, visitor: VisitorId) -> Result<Vec<Option<ViewerId>>, VisitorsError> {
        let mut read = cmd("HGETALL");
        read.arg(self.keys(visitor).shoes());
        let viewers: Vec<(u32, String)> = self.link.command(&read).await?;
        Ok(std::iter::once(None).chain(viewers.into_iter().map(|(viewer, _)| Some(ViewerId(viewer)))).collect())
    }

    /// Films, their stars, and when they were given.
    async fn ratings(
        &self,
        visitor: VisitorId,
        shoes: Option<ViewerId>,
    ) -> Result<impl Iterator<Item = (MovieId, Stars, i64)>, VisitorsError> {
        let mut read = cmd("HGETALL");
        read.arg(self.keys(visitor).ratings(shoes));
        let fields: Vec<(String, String)> = self.link.command(&read).await?;
        // A 0 is none, and one that cannot be read is not ours: it must not take the others with it.
        let rating = |(film, value): (String, String)| {
            // Those of the first version have no time.
            let (halves, at) = value.split_once(':').unwrap_or((&value, "0"));
            Some((MovieId(film.parse().ok()?), Stars::from_halves(halves.parse().ok()?)?, at.parse().ok()?))
        };
        Ok(fields.into_iter().filter_map(rating))
    }
}

/// Those that are not there yet, as Redis has them, as many as there is room for.
fn new_others(there: &HashSet<String>, others: &[OtherFilm]) -> Vec<(String, String)> {
    let room = MOST_OTHERS.saturating_sub(there.len());
    let new = others.iter().map(|film| (film.key(), film)).filter(|(key, _)| !there.contains(key));
    let new: HashMap<String, &OtherFilm> = new.take(room).collect();
    new.into_iter().filter_map(|(key, film)| Some((key, serde_json::to_string(film).ok()?))).collect()
}

/// A rating as Redis has it.
fn value(stars: Option<Stars>) -> String {
    stars.map_or_else(|| "0".to_owned(), |stars| dated(stars, now()))
}

fn dated(stars: Stars, at: i64) -> String {
    format!("{}:{at}", stars.halves())
}

/// When a mark was made that was taken back.
const TAKEN_BACK: i64 = 0;
/// How long it is known that a visitor was forgotten, in seconds: 90 days. Nobody copies an older file than that.
const GONE_FOR: u32 = 90 * 24 * 3600;

/// Fields that go into one command: a whole catalogue's would hold Redis up.
const FIELDS: usize = 2_000;

fn write_fields(pipeline: &mut Pipeline, key: &str, fields: &[(String, String)]) {
    pipeline.cmd("HSET").arg(key).arg(fields).ignore();
}

fn tell_end(pipeline: &mut Pipeline, keys: &Keys<'_>, end: End) {
    pipeline.cmd("SET").arg(keys.end()).arg(end.number()).arg("NX").arg("EX").arg(REMEMBERED).ignore();
}

static SAY: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("shared/say.lua")));

/// Seconds since 1970.
fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()).unwrap_or(i64::MAX)
}

#[async_trait]
impl VisitorStore for SharedVisitors {
    async fn profile(&self, visitor: VisitorId, shoes: Option<ViewerId>) -> Result<Profile, VisitorsError> {
        Ok(self.ratings(visitor, shoes).await?.map(|(movie, stars, _)| (movie, stars)).collect())
    }

    async fn rate(
        &self,
        visitor: VisitorId,
        shoes: Option<ViewerId>,
        movie: MovieId,
        stars: Option<Stars>,
    ) -> Result<(), VisitorsError> {
        let key = self.keys(visitor).ratings(shoes);
        self.say(visitor, shoes, (key, movie.to_string(), value(stars)), false).await
    }

    async fn recently_rated(
        &self,
        visitor: VisitorId,
        shoes: Option<ViewerId>,
        most: usize,
    ) -> Result<Vec<MovieId>, VisitorsError> {
        let mut films: Vec<_> =
            self.ratings(visitor, shoes).await?.map(|(movie, _, at)| (Reverse(at), movie)).collect();
        films.sort_unstable();
        Ok(films.into_iter().take(most).map(|(_, movie)| movie).collect())
    }

    async fn rated(
        &self,
        visitor: VisitorId,
        shoes: Option<ViewerId>,
    ) -> Result<Vec<(MovieId, Stars, i64)>, VisitorsError> {
        let mut films: Vec<_> = self.ratings(visitor, shoes).await?.collect();
        films.sort_unstable_by_key(|&(movie, _, at)| (Reverse(at), movie));
        Ok(films)
    }

    async fn keep(&self, visitor: VisitorId, brought: Brought) -> Result<Kept, VisitorsError> {
        self.must_be_theirs(visitor).await?;
        let keys = self.keys(visitor);
        let mut kept = Kept::default();
        let here: HashMap<MovieId, (Stars, i64)> =
            self.ratings(visitor, None).await?.map(|(movie, stars, at)| (movie, (stars, at))).collect();
        let marked = self.marks(visitor, None).await?;
        let ratings = brought.ratings.iter().filter_map(|&(movie, stars, at)| {
            let stored = kept.rating(here.get(&movie).copied(), (stars, at));
            stored.then(|| (movie.to_string(), dated(stars, at.unwrap_or(UNDATED))))
        });
        let ratings: Vec<(String, String)> = ratings.collect();
        let marks = brought.marks.iter().filter_map(|&(mark, movie, at)| {
            let said = marked.has(movie, mark) || (mark == Mark::Seen && here.contains_key(&movie));
            if said {
                return None;
            }
            kept.mark(mark);
            Some((format!("{}:{movie}", mark.name()), at.unwrap_or_else(now).to_string()))
        });
        let marks: Vec<(String, String)> = marks.collect();
        let mut all = redis::pipe();
        // All or nothing.
        all.atomic();
        let there: HashSet<String> = self.others_by_key(visitor).await?.into_iter().map(|(key, _)| key).collect();
        let others = new_others(&there, &brought.others);
        kept.others = others.len();
        let all_fields = [(keys.ratings(None), ratings), (keys.marks(None), marks), (keys.others(), others)];
        for (key, fields) in all_fields {
            for part in fields.chunks(FIELDS) {
                write_fields(&mut all, &key, part);
            }
        }
        if kept.new + kept.changed + kept.marks.iter().sum::<usize>() + kept.others > 0 {
            self.link.pipeline::<()>(&all).await?;
        }
        Ok(kept)
    }

    async fn forget(&self, visitor: VisitorId) -> Result<(), VisitorsError> {
        self.erase(visitor, None).await
    }

    async fn delete(&self, visitor: VisitorId) -> Result<(), VisitorsError> {
        self.erase(visitor, Some(End::Deleted)).await
    }

    async fn hand_over(&self, from: VisitorId, to: VisitorId) -> Result<(), VisitorsError> {
        self.must_be_theirs(from).await?;
        let (theirs, new) = (self.keys(from), self.keys(to));
        let mut all = redis::pipe();
        all.atomic();
        let mut any = false;
        for shoes in self.shoes(from).await? {
            if let Some(viewer) = shoes {
                all.hset(new.shoes(), viewer.0, 1).ignore();
            }
            for (old, new) in [(theirs.ratings(shoes), new.ratings(shoes)), (theirs.marks(shoes), new.marks(shoes))] {
                let mut read = cmd("HGETALL");
                read.arg(&old);
                let fields: Vec<(String, String)> = self.link.command(&read).await?;
                any |= !fields.is_empty();
                for part in fields.chunks(FIELDS) {
                    write_fields(&mut all, &new, part);
                }
                all.del(old).ignore();
            }
        }
        let others = self.others_by_key(from).await?;
        any |= !others.is_empty();
        for part in others.chunks(FIELDS) {
            write_fields(&mut all, &new.others(), part);
        }
        all.del(theirs.others()).ignore();
        all.del(theirs.shoes()).ignore();
        if any {
            tell_end(&mut all, &theirs, End::HandedOver);
        }
        Ok(self.link.pipeline::<()>(&all).await?)
    }

    async fn end(&self, visitor: VisitorId) -> Result<Option<End>, VisitorsError> {
        let mut read = cmd("GET");
        read.arg(self.keys(visitor).end());
        Ok(self.link.command::<Option<u8>>(&read).await?.and_then(End::of_number))
    }

    async fn others(&self, visitor: VisitorId) -> Result<Vec<OtherFilm>, VisitorsError> {
        let films = self.others_by_key(visitor).await?;
        let films = films.into_iter().filter_map(|(_, json)| serde_json::from_str(&json).ok());
        let mut films: Vec<OtherFilm> = films.collect();
        films.sort_by_cached_key(|film| (film.title.to_lowercase(), film.year));
        Ok(films)
    }

    async fn drop_others(&self, visitor: VisitorId) -> Result<(), VisitorsError> {
        self.must_be_theirs(visitor).await?;
        let mut write = cmd("DEL");
        write.arg(self.keys(visitor).others());
        Ok(self.link.command::<()>(&write).await?)
    }

    async fn marks(&self, visitor: VisitorId, shoes: Option<ViewerId>) -> Result<Marks, VisitorsError> {
        let mut read = cmd("HGETALL");
        read.arg(self.keys(visitor).marks(shoes));
        let fields: Vec<(String, String)> = self.link.command(&read).await?;
        // Of time 0 is none, and one that cannot be read is not ours: it must not take the others with it.
        let mark = |(field, at): (String, String)| {
            let ((mark, film), at) = (field.split_once(':')?, at.parse().ok().filter(|&at| at != TAKEN_BACK)?);
            Some((mark.parse().ok()?, MovieId(film.parse().ok()?), at))
        };
        Ok(fields.into_iter().filter_map(mark).collect())
    }

    async fn mark(
        &self,
        visitor: VisitorId,
        shoes: Option<ViewerId>,
        movie: MovieId,
        mark: Mark,
        on: bool,
    ) -> Result<(), VisitorsError> {
        // What is marked twice keeps the time of the first.
        let at = if on { now() } else { TAKEN_BACK };
        let field = format!("{}:{movie}", mark.name());
        self.say(visitor, shoes, (self.keys(visitor).marks(shoes), field, at.to_string()), true).await
    }
}
