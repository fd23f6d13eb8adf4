//! Files of ratings as data sets publish their splits: user, item, rating, timestamp; tab-separated.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use anyhow::{Context, bail};
use app::domain::{MovieId, Stars, ViewerId};

use crate::catalogue::Interactions;

/// A line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rating {
    pub(super) user: ViewerId,
    pub(super) item: MovieId,
    pub(super) stars: Stars,
    pub(super) time: i64,
}

/// All lines of a file; what is wrong with the first one that can't be read.
pub(super) fn ratings(path: &Path) -> anyhow::Result<Vec<Rating>> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut ratings = Vec::new();
    for (number, line) in (1..).zip(BufReader::new(file).lines()) {
        let line = line.with_context(|| format!("cannot read line {number} of {}", path.display()))?;
        let wrong = |what: String| format!("line {number} of {}: {what}", path.display());
        if line.trim().is_empty() {
            continue;
        }
        let fields: Vec<&str> = line.trim_end().split('\t').collect();
        let [user, item, stars, rest @ ..] = fields.as_slice() else {
            bail!(wrong("not user, item, rating, timestamp with tabs between them".to_owned()));
        };
        let stars: f32 = stars.parse().with_context(|| wrong(format!("the rating \"{}\"", stars.escape_debug())))?;
        ratings.push(Rating {
            user: ViewerId(user.parse().with_context(|| wrong(format!("the user \"{}\"", user.escape_debug())))?),
            item: MovieId(item.parse().with_context(|| wrong(format!("the item \"{}\"", item.escape_debug())))?),
            stars: Stars::try_from(stars).map_err(|error| anyhow::anyhow!(wrong(error.to_string())))?,
            time: rest.first().and_then(|time| time.parse().ok()).unwrap_or_default(),
        });
    }
    if ratings.is_empty() {
        bail!("{} has no ratings", path.display());
    }
    Ok(ratings)
}

/// The same as a catalogue's, whose films are these, ascending; of a film that somebody rated twice the later line
/// counts. The first film that is none of these, if there is one.
pub(super) fn interactions(films: &[MovieId], ratings: &[Rating]) -> Result<Interactions, MovieId> {
    let mut of_viewers: BTreeMap<ViewerId, BTreeMap<u32, (Stars, i64)>> = BTreeMap::new();
    for rating in ratings {
        let film = films.binary_search(&rating.item).map_err(|_| rating.item)?;
        of_viewers.entry(rating.user).or_default().insert(film as u32, (rating.stars, rating.time));
    }
    let mut interactions = Interactions { films: films.to_vec(), offsets: vec![0], ..Interactions::default() };
    for (viewer, ratings) in of_viewers {
        interactions.viewers.push(viewer);
        for (film, (stars, time)) in ratings {
            interactions.items.push(film);
            interactions.stars.push(stars);
            interactions.times.push(time);
        }
        interactions.offsets.push(interactions.items.len());
    }
    Ok(interactions)
}

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    use super::*;

    fn file(text: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("u1.base");
        fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[test]
    fn ratings_are_read_and_the_later_of_two_counts() {
        let (_folder, path) = file(b"2\t7\t3\t10\r\n1\t9\t4.5\t11\n\n2\t5\t1\t12\n2\t7\t5\t13\n");
        let ratings = ratings(&path).unwrap();
        assert_eq!(ratings.len(), 4);
        let films = [5, 7, 9].map(MovieId);
        let interactions = interactions(&films, &ratings).unwrap();
        assert_eq!(interactions.viewers, [ViewerId(1), ViewerId(2)]);
        let of_second: Vec<(usize, f32)> = interactions.of_viewer(1).map(|(film, stars)| (film, stars.get())).collect();
        assert_eq!(of_second, [(0, 1.0), (1, 5.0)]);
        assert_eq!(interactions.times, [11, 12, 13]);
        assert_eq!(super::interactions(&films[..2], &ratings), Err(MovieId(9)));
    }

    #[test]
    fn what_is_no_rating_is_named_with_its_line() {
        for (text, named) in [
            (&b"1\t2\t3\t4\n1 2 3 4\n"[..], "line 2"),
            (b"1\t2\n", "line 1"),
            (b"x\t2\t3\n", "user \"x\""),
            (b"1\t-2\t3\n", "item \"-2\""),
            (b"1\t2\t0.33\n", "0.33"),
            (b"1\t2\tNaN\n", "NaN"),
            (b"\xff\xfe\n", "line 1"),
            (b"\n\n", "no ratings"),
            (b"", "no ratings"),
        ] {
            let (_folder, path) = file(text);
            let error = format!("{:#}", ratings(&path).unwrap_err());
            assert!(error.contains(named) && error.contains("u1.base"), "{error}");
        }
        assert!(ratings(Path::new("/nowhere/u1.base")).is_err());
    }
}
