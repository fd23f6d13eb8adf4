use super::*;

const ME: VisitorId = VisitorId([1; 16]);
const HEAT: MovieId = MovieId(6);

fn stars(stars: f32) -> Option<Stars> {
    Stars::try_from(stars).ok()
}

#[tokio::test]
async fn a_rating_is_kept_changed_and_taken_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let visitors = Visitors::open(&folder.path().join("visitors.db")).expect("a store");
    for given in [stars(4.5), stars(2.0), None] {
        visitors.rate(ME, None, HEAT, given).await.expect("stored");
        assert_eq!(visitors.profile(ME, None).await.expect("read").stars(HEAT), given);
    }
}

#[tokio::test]
async fn ratings_of_one_visitor_and_pair_of_shoes_are_seen_by_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let visitors = Visitors::open(&folder.path().join("visitors.db")).expect("a store");
    visitors.rate(ME, Some(ViewerId(414)), HEAT, stars(5.0)).await.expect("stored");
    assert_eq!(visitors.profile(ME, None).await.expect("read"), Profile::default());
    assert_eq!(visitors.profile(VisitorId([2; 16]), Some(ViewerId(414))).await.expect("read"), Profile::default());
    assert_eq!(visitors.profile(ME, Some(ViewerId(414))).await.expect("read").rated(), 1);
}

#[tokio::test]
async fn ratings_and_the_secret_outlive_the_process() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("visitors.db");
    let before = Visitors::open(&path).expect("a store");
    before.rate(ME, None, HEAT, stars(5.0)).await.expect("stored");
    let after = Visitors::open(&path).expect("a store");
    assert_eq!(after.profile(ME, None).await.expect("read").rated(), 1);
    assert_eq!(after.secret(), before.secret());
}

#[tokio::test]
async fn a_mark_is_made_and_taken_off_and_belongs_to_one_visitor_and_pair_of_shoes() {
    let folder = tempfile::tempdir().expect("a folder");
    let visitors = Visitors::open(&folder.path().join("visitors.db")).expect("a store");
    for _ in 0..2 {
        visitors.mark(ME, None, HEAT, Mark::Watchlist, true).await.expect("stored");
    }
    visitors.mark(ME, None, HEAT, Mark::Hidden, true).await.expect("stored");
    let marks = visitors.marks(ME, None).await.expect("read");
    assert_eq!(marks.of(HEAT).collect::<Vec<_>>(), [Mark::Watchlist, Mark::Hidden]);
    for (who, shoes) in [(ME, Some(ViewerId(414))), (VisitorId([2; 16]), None)] {
        assert!(visitors.marks(who, shoes).await.expect("read").is_empty());
    }
    visitors.mark(ME, None, HEAT, Mark::Hidden, false).await.expect("stored");
    let marks = visitors.marks(ME, None).await.expect("read");
    assert_eq!(marks.of(HEAT).collect::<Vec<_>>(), [Mark::Watchlist]);
}

#[tokio::test]
async fn a_file_from_before_there_were_marks_keeps_its_ratings() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("visitors.db");
    let mut old = open_writable(&path).expect("a file");
    Migrations::from_slice(&STEPS[..1]).to_latest(&mut old).expect("the first schema");
    write_rating(&mut old, ME, None, HEAT, Stars::MOST).expect("stored");
    drop(old);
    let visitors = Visitors::open(&path).expect("a store");
    visitors.mark(ME, None, HEAT, Mark::Seen, true).await.expect("stored");
    assert_eq!(visitors.recently_rated(ME, None, 5).await.expect("read"), [HEAT]);
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("visitors.db");
    std::fs::write(&path, "this is no database, however long it is made to look".repeat(40)).expect("written");
    assert!(Visitors::open(&path).is_err());
}
