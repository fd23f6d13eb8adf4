//! The home page.

use std::{collections::HashSet, mem};

use app::{
    domain::{Filter, HomeRow, Mark, Marks, MovieId, RowKind, SearchOrder, ViewerId},
    port::{Following, PortError, Visitor},
    telling,
    views::{CardFilm, FOR_YOU_FILMS, Frame, Home, HomePage, LIKES_TO_START, ProfileView, Ticket},
};

use super::{SitePort, card, count, dataset_name, filter_choice, for_a_person, internal, search::asked};
use crate::{
    catalogue::{Catalogue, CatalogueError, MovieSummary, Viewer, search::Query},
    visitors::Profile,
};

/// Films in each of the rows that need no prediction.
const FILMS: usize = 20;
/// So many more are looked up, in case some are hidden.
const SPARE: usize = 40;
/// Films rated last, when only some of them are to be shown.
const RECENT: usize = 500;
/// Films offered to a new visitor.
const WELCOME_FILMS: usize = 16;
/// Viewers in the menu.
const VIEWERS: usize = 6;

/// The page; its prediction is scheduled, not waited for.
pub(super) async fn home(
    port: &SitePort,
    visitor: Visitor,
    view: Option<ViewerId>,
    filter: Filter,
) -> Result<Home, PortError> {
    let (catalogue, _) = match port.0.ready() {
        Ok(ready) => ready,
        Err(what) => return Ok(Home::Empty(what.clone())),
    };
    let following = Following { filter, replaces: None };
    let recent = if following.filter.is_off() { FILMS } else { RECENT };
    // Scheduled before the rest is looked up: a worker can begin while SQLite reads.
    let scheduled = async {
        let (said, recent) = futures::try_join!(port.said(visitor, view), recently_rated(port, visitor, view, recent))?;
        let ticket = port.ticket(visitor, (said.0.clone(), &said.1), following.clone()).await?;
        Ok((said, recent, ticket))
    };
    let (((profile, marks), recent, ticket), unread) = match port.in_time(scheduled).await {
        Err(PortError::Late(_)) => {
            let nothing_said = (port.profile_of_nobody(view).await?, Marks::default());
            ((nothing_said, Vec::new(), Ticket::Late), true)
        }
        scheduled => (scheduled?, false),
    };
    let is_new = ticket != Ticket::Late && view.is_none() && profile.liked() < LIKES_TO_START as usize;
    let skipped = visitor.preferences.skipped;
    let welcome = async {
        if !is_new {
            return Ok(Vec::new());
        }
        let mut films = catalogue.well_known(WELCOME_FILMS + skipped.films().len()).await?;
        films.retain(|film| !skipped.films().contains(&film.id));
        films.truncate(WELCOME_FILMS);
        Ok(films)
    };
    let taste = async {
        match view {
            Some(viewer) => catalogue.viewer(viewer).await,
            None => Ok(None),
        }
    };
    let wanted = marks.films(Mark::Watchlist);
    let filter = &following.filter;
    let excluded: HashSet<MovieId> = marks.excluded().into_iter().collect();
    let known = known(port, filter, (&profile, &marks, &excluded), recent);
    let (Known { rows: [popular, top, watchlist, recent], left, passing }, viewers, welcome, viewer) =
        futures::try_join!(known, catalogue.notable_viewers(VIEWERS), welcome, taste,)
            .map_err(|error| internal(&error))?;
    let info = catalogue.info();
    let cards = |films: Vec<MovieSummary>| -> Vec<CardFilm> {
        films.into_iter().map(|film| telling::known(card(film, &profile))).collect()
    };
    let shown = |films: Vec<MovieSummary>| {
        cards(films.into_iter().filter(|film| !excluded.contains(&film.id)).take(FILMS).collect())
    };
    // Where "For you" takes every film that is left, no row below it has one.
    let will_come = if left <= FOR_YOU_FILMS { &[][..] } else { RowKind::of_page(profile.liked()) };
    let comes = |(kind, before): (RowKind, usize)| will_come.iter().filter(|&&other| other == kind).count() > before;
    let first = |mut films: Vec<MovieSummary>| {
        films.truncate(FILMS);
        cards(films)
    };
    let (mut popular, mut top, mut watchlist, mut recent) =
        (shown(popular), shown(top), first(watchlist), first(recent));
    let rows = visitor.preferences.rows.shown().filter_map(|row| {
        let films = match row {
            HomeRow::Popular => mem::take(&mut popular),
            HomeRow::TopRated => mem::take(&mut top),
            HomeRow::Watchlist => mem::take(&mut watchlist),
            HomeRow::Recent => mem::take(&mut recent),
            _ => Vec::new(),
        };
        let is_there = row.predicted().map_or(!films.is_empty(), comes);
        is_there.then(|| telling::below(row, films))
    });
    let rows = rows.collect();
    let frame = Frame {
        dataset: dataset_name(&info.dataset),
        viewers: viewers.into_iter().map(viewer_in_menu).collect(),
        choice: filter_choice(catalogue, &marks),
        passing,
        operator: visitor.operator,
    };
    let page = HomePage {
        films: info.films,
        edition: info.fingerprint.chars().take(8).collect(),
        profile: ProfileView {
            viewer: view,
            rated: count(profile.rated()),
            liked: count(profile.liked()),
            taste: viewer.map(|viewer| viewer.taste).unwrap_or_default(),
        },
        unread,
        ticket,
        places: left.min(FOR_YOU_FILMS),
        rows,
        welcome: cards(welcome),
        wanted,
        tuning: visitor.preferences.tuning,
        filter: app::query(filter.parts()),
    };
    Ok(Home::Ready(Box::new(page), Box::new(frame)))
}

/// What is known without a prediction.
#[derive(Default)]
struct Known {
    /// Popular, top rated, on the watchlist, rated last. Some more than are shown.
    rows: [Vec<MovieSummary>; 4],
    /// How many films are left to predict, as far as it matters: more than [`FOR_YOU_FILMS`], or how many.
    left: usize,
    /// Whether any film passes the filter, whatever the visitor has said of it.
    passing: bool,
}

async fn known(
    port: &SitePort,
    filter: &Filter,
    (profile, marks, excluded): (&Profile, &Marks, &HashSet<MovieId>),
    mut recent: Vec<MovieId>,
) -> Result<Known, CatalogueError> {
    let Ok((catalogue, service)) = port.ready() else { return Ok(Known::default()) };
    let mut watchlist = marks.films(Mark::Watchlist);
    const ENOUGH: usize = FOR_YOU_FILMS + 1;
    let (mut left, mut passing) = (ENOUGH, true);
    let some = |mut films: Vec<MovieId>| {
        films.truncate(FILMS + SPARE);
        films
    };
    let (popular, top, watchlist, recent) = if filter.is_off() {
        futures::try_join!(
            catalogue.popular(FILMS + SPARE),
            in_order(catalogue, some(service.films().top_rated().to_vec())),
            in_order(catalogue, some(watchlist)),
            in_order(catalogue, some(recent)),
        )
    } else {
        let query = asked(filter, profile, marks);
        let (popular, top) = futures::try_join!(
            catalogue.find(Query { order: SearchOrder::Popular, ..query.clone() }),
            catalogue.find(Query { order: SearchOrder::Rating, ..query }),
        )?;
        let is_left = |film: &&MovieId| {
            service.films().knows(**film) && profile.stars(**film).is_none() && !excluded.contains(film)
        };
        left = popular.iter().filter(is_left).take(ENOUGH).count();
        let passes: HashSet<MovieId> = popular.iter().copied().collect();
        passing = !passes.is_empty();
        watchlist.retain(|film| passes.contains(film));
        recent.retain(|film| passes.contains(film));
        futures::try_join!(
            in_order(catalogue, some(popular)),
            in_order(catalogue, some(top)),
            in_order(catalogue, some(watchlist)),
            in_order(catalogue, some(recent)),
        )
    }?;
    Ok(Known { rows: [popular, top, watchlist, recent], left, passing })
}

/// What was rated last: the visitor's own first, then those of the viewer in whose shoes they stand.
async fn recently_rated(
    port: &SitePort,
    visitor: Visitor,
    view: Option<ViewerId>,
    most: usize,
) -> Result<Vec<MovieId>, PortError> {
    let (catalogue, _) = port.ready()?;
    let mut films = match visitor.owner() {
        Some(id) => {
            port.0.visitors.recently_rated(id, view, most).await.map_err(|error| for_a_person(&error.into()))?
        }
        None => Vec::new(),
    };
    if let Some(viewer) = view {
        let theirs = catalogue.recent_of_viewer(viewer, most).await.map_err(|error| internal(&error))?;
        let own: HashSet<MovieId> = films.iter().copied().collect();
        films.extend(theirs.into_iter().filter(|film| !own.contains(film)));
        films.truncate(most);
    }
    Ok(films)
}

/// The films in this very order.
async fn in_order(catalogue: &Catalogue, films: Vec<MovieId>) -> Result<Vec<MovieSummary>, CatalogueError> {
    if films.is_empty() { Ok(Vec::new()) } else { catalogue.summaries(films).await }
}

fn viewer_in_menu(viewer: Viewer) -> ProfileView {
    ProfileView { viewer: Some(viewer.id), rated: viewer.rated, liked: viewer.liked, taste: viewer.taste }
}
