//! All that a visitor said, at once: brought, taken away, forgotten.

use std::collections::HashMap;

use app::{
    domain::{Mark, MovieId, OtherFilm, Stars, ViewerId},
    port::VisitorId,
};
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Brought, End, Kept, MOST_OTHERS, REMEMBERED, VisitorsError,
    brought::UNDATED,
    store::{mark_key, viewer_key, write_visitor},
};

pub(super) fn rated(
    db: &Connection,
    visitor: VisitorId,
    shoes: Option<ViewerId>,
) -> Result<Vec<(MovieId, Stars, i64)>, VisitorsError> {
    let mut query = db.prepare_cached(
        "select movie_id, halves, rated_at from ratings where visitor_id = ?1 and viewer_id = ?2
         order by rated_at desc, movie_id",
    )?;
    let rows = query.query_map(params![visitor.0, viewer_key(shoes)], |row| {
        Ok((MovieId(row.get(0)?), row.get::<_, u8>(1)?, row.get(2)?))
    })?;
    rows.map(|row| {
        let (movie, halves, at) = row?;
        Ok((movie, Stars::from_halves(halves).ok_or(VisitorsError::Damaged("rating"))?, at))
    })
    .collect()
}

pub(super) fn keep(db: &mut Connection, visitor: VisitorId, brought: &Brought) -> Result<Kept, VisitorsError> {
    let mut kept = Kept::default();
    let step = db.transaction()?;
    write_visitor(&step, visitor)?;
    let here: HashMap<MovieId, (Stars, i64)> =
        rated(&step, visitor, None)?.into_iter().map(|(movie, stars, at)| (movie, (stars, at))).collect();
    {
        let mut rate = step.prepare_cached(
            "insert into ratings (visitor_id, viewer_id, movie_id, halves, rated_at)
             values (?1, 0, ?2, ?3, ?4)
             on conflict do update set halves = excluded.halves, rated_at = excluded.rated_at",
        )?;
        for &(movie, stars, at) in &brought.ratings {
            if kept.rating(here.get(&movie).copied(), (stars, at)) {
                rate.execute(params![visitor.0, movie.0, stars.halves(), at.unwrap_or(UNDATED)])?;
            }
        }
        let mut mark = step.prepare_cached(
            "insert into marks (visitor_id, viewer_id, movie_id, mark, marked_at)
             values (?1, 0, ?2, ?3, coalesce(?4, unixepoch())) on conflict do nothing",
        )?;
        for &(kind, movie, at) in &brought.marks {
            // Who rated a film here has seen it.
            let said = kind == Mark::Seen && here.contains_key(&movie);
            if !said && mark.execute(params![visitor.0, movie.0, mark_key(kind), at])? > 0 {
                kept.mark(kind);
            }
        }
    }
    kept.others = keep_others(&step, visitor, &brought.others)?;
    step.commit()?;
    Ok(kept)
}

fn keep_others(db: &Connection, visitor: VisitorId, others: &[OtherFilm]) -> Result<usize, VisitorsError> {
    let there: i64 =
        db.query_row("select count(*) from others where visitor_id = ?1", params![visitor.0], |row| row.get(0))?;
    let mut room = MOST_OTHERS.saturating_sub(usize::try_from(there).unwrap_or(usize::MAX));
    let mut kept = 0;
    let mut add =
        db.prepare_cached("insert into others (visitor_id, name, film) values (?1, ?2, ?3) on conflict do nothing")?;
    for film in others {
        if room == 0 {
            break;
        }
        let json = serde_json::to_string(film).map_err(|_| VisitorsError::Damaged("film"))?;
        let added = add.execute(params![visitor.0, film.key(), json])?;
        kept += added;
        room -= added;
    }
    Ok(kept)
}

pub(super) fn others(db: &Connection, visitor: VisitorId) -> Result<Vec<OtherFilm>, VisitorsError> {
    let mut query = db.prepare_cached("select film from others where visitor_id = ?1")?;
    let rows = query.query_map(params![visitor.0], |row| row.get::<_, String>(0))?;
    let film = |json: rusqlite::Result<String>| {
        serde_json::from_str(&json?).map_err(|_| VisitorsError::Damaged("film of a library"))
    };
    let mut films = rows.map(film).collect::<Result<Vec<OtherFilm>, _>>()?;
    films.sort_by_cached_key(|film| (film.title.to_lowercase(), film.year));
    Ok(films)
}

pub(super) fn drop_others(db: &mut Connection, visitor: VisitorId) -> Result<(), VisitorsError> {
    db.execute("delete from others where visitor_id = ?1", params![visitor.0])?;
    Ok(())
}

pub(super) fn forget(db: &mut Connection, visitor: VisitorId) -> Result<(), VisitorsError> {
    remove(db, visitor)?;
    Ok(())
}

pub(super) fn delete(db: &mut Connection, visitor: VisitorId) -> Result<(), VisitorsError> {
    let step = db.transaction()?;
    if remove(&step, visitor)? {
        write_end(&step, visitor, End::Deleted)?;
    }
    step.commit()?;
    Ok(())
}

/// Whether they had ever said anything. Everything goes with the visitor.
fn remove(db: &Connection, visitor: VisitorId) -> Result<bool, VisitorsError> {
    Ok(db.execute("delete from visitors where id = ?1", params![visitor.0])? > 0)
}

fn write_end(db: &Connection, visitor: VisitorId, end: End) -> Result<(), VisitorsError> {
    db.execute("delete from ended where ended_at < unixepoch() - ?1", params![REMEMBERED])?;
    db.execute(
        "insert into ended (visitor_id, how, ended_at) values (?1, ?2, unixepoch()) on conflict do nothing",
        params![visitor.0, end.number()],
    )?;
    Ok(())
}

pub(super) fn hand_over(db: &mut Connection, from: VisitorId, to: VisitorId) -> Result<(), VisitorsError> {
    let step = db.transaction()?;
    write_visitor(&step, to)?;
    let mut moved = 0;
    for table in ["ratings", "marks", "others"] {
        moved +=
            step.execute(&format!("update {table} set visitor_id = ?2 where visitor_id = ?1"), params![from.0, to.0])?;
    }
    remove(&step, from)?;
    if moved > 0 {
        write_end(&step, from, End::HandedOver)?;
    }
    step.commit()?;
    Ok(())
}

pub(super) fn end(db: &Connection, visitor: VisitorId) -> Result<Option<End>, VisitorsError> {
    let mut query = db.prepare_cached("select how from ended where visitor_id = ?1")?;
    query.query_row(params![visitor.0], |row| row.get(0)).optional()?.map(read_end).transpose()
}

pub(super) fn ended(db: &Connection) -> Result<Vec<(VisitorId, End)>, VisitorsError> {
    let mut query = db.prepare_cached("select visitor_id, how from ended")?;
    let rows = query.query_map([], |row| Ok((VisitorId(row.get(0)?), row.get(1)?)))?;
    rows.map(|row| row.map_err(VisitorsError::from).and_then(|(visitor, how)| Ok((visitor, read_end(how)?)))).collect()
}

fn read_end(how: u8) -> Result<End, VisitorsError> {
    End::of_number(how).ok_or(VisitorsError::Damaged("profile's end"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visitors::{VisitorStore, Visitors};

    const ME: VisitorId = VisitorId([1; 16]);
    const OTHER: VisitorId = VisitorId([2; 16]);

    fn stars(halves: u8) -> Stars {
        Stars::from_halves(halves).expect("stars")
    }

    fn ours() -> OtherFilm {
        OtherFilm { title: "Our wedding".to_owned(), year: Some(2020), ..OtherFilm::default() }
    }

    fn store() -> (tempfile::TempDir, Visitors) {
        let folder = tempfile::tempdir().expect("a folder");
        let visitors = Visitors::open(&folder.path().join("visitors.db")).expect("a store");
        (folder, visitors)
    }

    #[tokio::test]
    async fn what_is_brought_twice_changes_nothing_the_second_time() {
        let (_folder, visitors) = store();
        let brought = Brought {
            ratings: vec![(MovieId(1), stars(8), Some(100)), (MovieId(2), stars(3), None)],
            marks: vec![(Mark::Watchlist, MovieId(3), Some(50)), (Mark::Library, MovieId(1), None)],
            others: vec![ours(), ours()],
        };
        let first = visitors.keep(ME, brought.clone()).await.expect("kept");
        assert_eq!(first, Kept { new: 2, marks: [1, 0, 0, 1], others: 1, ..Kept::default() });
        let before = (visitors.rated(ME, None).await.expect("read"), visitors.marks(ME, None).await.expect("read"));
        assert_eq!(before.0, [(MovieId(1), stars(8), 100), (MovieId(2), stars(3), 0)]);
        assert_eq!(before.1.at(MovieId(3), Mark::Watchlist), Some(50));
        assert_eq!(visitors.keep(ME, brought).await.expect("kept"), Kept { same: 2, ..Kept::default() });
        let after = (visitors.rated(ME, None).await.expect("read"), visitors.marks(ME, None).await.expect("read"));
        assert_eq!(before, after);
    }

    #[tokio::test]
    async fn the_newest_word_wins_and_what_has_no_date_never_does() {
        let (_folder, visitors) = store();
        let bring =
            |halves, at| Brought { ratings: vec![(MovieId(1), stars(halves), at)], marks: vec![], others: vec![] };
        visitors.keep(ME, bring(8, Some(100))).await.expect("kept");
        assert_eq!(visitors.keep(ME, bring(4, Some(99))).await.expect("kept").older, 1);
        assert_eq!(visitors.keep(ME, bring(4, None)).await.expect("kept").older, 1);
        assert_eq!(visitors.keep(ME, bring(5, Some(100))).await.expect("kept").changed, 1, "a file of the same day");
        assert_eq!(visitors.keep(ME, bring(6, Some(101))).await.expect("kept").changed, 1);
        visitors.rate(ME, None, MovieId(1), Some(stars(1))).await.expect("stored");
        assert_eq!(visitors.keep(ME, bring(9, Some(102))).await.expect("kept").older, 1, "said here since");
        assert_eq!(visitors.profile(ME, None).await.expect("read").stars(MovieId(1)), Some(stars(1)));
        let undated = |halves| Brought { ratings: vec![(MovieId(2), stars(halves), None)], ..Brought::default() };
        visitors.keep(ME, undated(6)).await.expect("kept");
        assert_eq!(visitors.keep(ME, undated(9)).await.expect("kept").changed, 1, "a later file of the same kind");
        let seen = Brought { ratings: vec![], marks: vec![(Mark::Seen, MovieId(1), None)], others: vec![] };
        assert_eq!(visitors.keep(ME, seen).await.expect("kept").marks, [0; 4], "who rated it has seen it");
    }

    #[tokio::test]
    async fn a_file_that_tells_the_day_alone_corrects_what_was_said_in_its_course() {
        let (_folder, visitors) = store();
        let bring = |halves, at| Brought { ratings: vec![(MovieId(1), stars(halves), Some(at))], ..Brought::default() };
        let midnight = 20_000 * 86_400;
        visitors.keep(ME, bring(8, midnight + 80_000)).await.expect("kept");
        assert_eq!(visitors.keep(ME, bring(4, midnight + 79_999)).await.expect("kept").older, 1, "a time is a time");
        assert_eq!(visitors.keep(ME, bring(4, midnight - 86_400)).await.expect("kept").older, 1, "another day");
        assert_eq!(visitors.keep(ME, bring(4, midnight)).await.expect("kept").changed, 1);
    }

    #[tokio::test]
    async fn who_is_forgotten_has_said_nothing_and_nobody_else_is() {
        let (_folder, visitors) = store();
        for who in [ME, OTHER] {
            visitors.keep(who, Brought { others: vec![ours()], ..Brought::default() }).await.expect("kept");
            for shoes in [None, Some(ViewerId(414))] {
                visitors.rate(who, shoes, MovieId(1), Some(stars(9))).await.expect("stored");
                visitors.mark(who, shoes, MovieId(2), Mark::Hidden, true).await.expect("stored");
            }
        }
        visitors.forget(ME).await.expect("forgotten");
        assert!(visitors.others(ME).await.expect("read").is_empty());
        assert_eq!(visitors.others(OTHER).await.expect("read"), [ours()]);
        for shoes in [None, Some(ViewerId(414))] {
            assert_eq!(visitors.profile(ME, shoes).await.expect("read").rated(), 0);
            assert!(visitors.marks(ME, shoes).await.expect("read").is_empty());
            assert_eq!(visitors.profile(OTHER, shoes).await.expect("read").rated(), 1);
        }
    }

    #[tokio::test]
    async fn a_profile_that_was_deleted_is_not_begun_again_by_a_browser_that_still_has_it() {
        let (_folder, visitors) = store();
        visitors.delete(ME).await.expect("nothing to delete");
        assert_eq!(visitors.end(ME).await.expect("read"), None, "there was nothing");
        visitors.mark(ME, None, MovieId(1), Mark::Watchlist, true).await.expect("stored");
        visitors.forget(ME).await.expect("forgotten");
        visitors.rate(ME, None, MovieId(1), Some(stars(9))).await.expect("who is forgotten may go on");
        visitors.delete(ME).await.expect("deleted");
        assert_eq!(visitors.profile(ME, None).await.expect("read").rated(), 0);
        assert_eq!(visitors.end(ME).await.expect("read"), Some(End::Deleted));
        let again = visitors.rate(ME, None, MovieId(1), Some(stars(9))).await;
        assert!(matches!(again, Err(VisitorsError::Ended(End::Deleted))), "{again:?}");
        assert_eq!(visitors.ended().await.expect("read"), [(ME, End::Deleted)]);
    }

    #[tokio::test]
    async fn what_is_handed_over_is_the_others_alone() {
        let (_folder, visitors) = store();
        visitors.rate(ME, None, MovieId(1), Some(stars(9))).await.expect("stored");
        visitors.mark(ME, Some(ViewerId(4)), MovieId(2), Mark::Watchlist, true).await.expect("stored");
        visitors.keep(ME, Brought { others: vec![ours()], ..Brought::default() }).await.expect("kept");
        visitors.hand_over(ME, OTHER).await.expect("handed over");
        assert_eq!(visitors.end(ME).await.expect("read"), Some(End::HandedOver));
        assert_eq!(visitors.end(OTHER).await.expect("read"), None);
        for change in [
            visitors.rate(ME, None, MovieId(1), None).await,
            visitors.mark(ME, None, MovieId(1), Mark::Seen, true).await,
            visitors.hand_over(ME, VisitorId([3; 16])).await,
            visitors.forget(ME).await,
            visitors.delete(ME).await,
        ] {
            assert!(matches!(change, Err(VisitorsError::Ended(End::HandedOver))), "{change:?}");
        }
        let nobody = VisitorId([4; 16]);
        visitors.hand_over(nobody, VisitorId([5; 16])).await.expect("handed over");
        assert_eq!(visitors.end(nobody).await.expect("read"), None, "there was nothing");
        assert_eq!(visitors.profile(ME, None).await.expect("read").rated(), 0);
        assert_eq!(visitors.profile(OTHER, None).await.expect("read").stars(MovieId(1)), Some(stars(9)));
        assert!(visitors.marks(OTHER, Some(ViewerId(4))).await.expect("read").has(MovieId(2), Mark::Watchlist));
        assert_eq!(visitors.others(OTHER).await.expect("read"), [ours()]);
        assert!(visitors.others(ME).await.expect("read").is_empty());
        visitors.drop_others(OTHER).await.expect("dropped");
        assert!(visitors.others(OTHER).await.expect("read").is_empty());
    }
}
