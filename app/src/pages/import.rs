//! Bringing ratings from elsewhere. The form works without script; its answer leads to a page that is sent as the work goes
//! on: each step's bar takes the place of the one before, then comes the summary. That page has an address of its own.

use std::{pin::Pin, sync::Arc};

use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};

use super::{head::Head, search_address, set_status};
use crate::{
    components::{
        bar::TopBar,
        drop_target::{DropTarget, Stay},
        footer::PlainFooter,
        icons::Icon,
        words::{counted, grouped},
    },
    domain::Search,
    views::{ImportFailure, ImportSummary, Unmatched},
};

/// The address that the form is sent to.
pub const IMPORT_PAGE: &str = "/import";

/// Something that ends later.
pub type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// An import that runs, or has ended.
pub trait Importing: Send + Sync {
    /// Ends when it has come so far, in percent, or has ended.
    fn reached(&self, percent: u8) -> Later<()>;
    /// How it ended.
    fn ended(&self) -> Later<Result<ImportSummary, ImportFailure>>;
    /// How it ended, if it does within a moment.
    fn ended_soon(&self) -> Later<Option<Result<ImportSummary, ImportFailure>>>;
}

/// The import that the page's address names; the server provides it in context. `None`: it is gone, or another visitor's.
#[derive(Clone)]
pub struct ImportRun(pub Option<Arc<dyn Importing>>);

/// An import that there is.
type Run = Arc<dyn Importing>;

/// What the page's address names.
enum Named {
    Ended(Result<ImportSummary, ImportFailure>),
    Running(Run),
    Gone,
}

/// Steps of the progress bar, in percent.
const STEPS: [u8; 12] = [5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99];

/// `/import`.
#[component]
pub(super) fn ImportPage() -> impl IntoView {
    let named = use_context::<ImportRun>();
    let asked = named.clone();
    // The page's head waits for a moment: a file that cannot be read has a status that says so.
    let soon = Resource::new_blocking(
        || (),
        move |()| {
            let asked = asked.clone();
            async move {
                let Some(run) = asked?.0 else {
                    set_status(410);
                    return None;
                };
                let ended = run.ended_soon().await?;
                if let Err(failure) = &ended {
                    set_status(failure.status);
                }
                Some(ended)
            }
        },
    );
    view! {
        <Head
            title="Bring your ratings"
            description="Bring your ratings, watchlist and library from Letterboxd, IMDb, Trakt, MovieLens, Jellyfin, Kodi or Plex."
        />
        <TopBar />
        <Stay />
        <main id="main" class="page">
            <div class="page-head">
                <h1>"Bring your ratings"</h1>
                <p>
                    "An export of Letterboxd, IMDb, Trakt or MovieLens: Marquee finds the same films here and keeps your stars, your watchlist and what you have seen."
                </p>
                <p class="promise">
                    <Icon name="#lock" />
                    "Nothing leaves this machine."
                </p>
            </div>
            <Suspense>
                {move || {
                    let named = named.clone();
                    Suspend::new(async move {
                        let named = match (soon.await, named?.0) {
                            (Some(ended), _) => Named::Ended(ended),
                            (None, Some(run)) => Named::Running(run),
                            (None, None) => Named::Gone,
                        };
                        Some(view! { <WhatBecame named /> })
                    })
                }}
            </Suspense>
            <div class="grid grid-half">
                <FileForm
                    purpose="ratings"
                    title="Ratings, watched films, watchlist"
                    hint="Letterboxd’s zip as it is, or a CSV or JSON file; up to 64 MB"
                    action="Bring them in"
                />
                <FileForm
                    purpose="library"
                    title="The films that you have"
                    hint="A list from Jellyfin, Kodi, Plex or Radarr: CSV or JSON with titles and years, IMDb or TMDB numbers"
                    action="Keep this library"
                />
            </div>
            <Sources />
        </main>
        <PlainFooter />
    }
}

/// What became of the import that the address names.
#[component]
fn WhatBecame(named: Named) -> impl IntoView {
    match named {
        Named::Ended(ended) => EitherOf3::A(view! { <Ended ended /> }),
        Named::Running(run) => EitherOf3::B(view! { <Running run /> }),
        Named::Gone => EitherOf3::C(view! {
            <section class="panel import-ended" role="status" aria-labelledby="import-gone">
                <h2 id="import-gone">"This summary is not here any more"</h2>
                <p>
                    "It is kept for ten minutes, for the profile that brought the file. What was brought stays: it is in "
                    <a href="/you" rel="external">
                        "your lists"
                    </a> "."
                </p>
            </section>
        }),
    }
}

/// One of the two files. Without script a file can be dropped on the field: browsers see to that.
#[component]
fn FileForm(purpose: &'static str, title: &'static str, hint: &'static str, action: &'static str) -> impl IntoView {
    let (field, about) = (format!("file-{purpose}"), format!("about-{purpose}"));
    view! {
        <DropTarget field=field.clone()>
            <form class="panel drop" method="post" action=IMPORT_PAGE enctype="multipart/form-data">
                <input type="hidden" name="purpose" value=purpose />
                <label for=field.clone()>
                    <h2>{title}</h2>
                </label>
                <p class="quiet" id=about.clone()>
                    {hint}
                </p>
                <input
                    id=field
                    name="file"
                    type="file"
                    required=true
                    accept=".csv,.json,.zip,.txt,.tsv"
                    aria-describedby=about
                />
                <p class="refused" role="alert"></p>
                <button class="button button-main" type="submit">
                    {action}
                </button>
            </form>
        </DropTarget>
    }
}

#[component]
fn Sources() -> impl IntoView {
    let sources = [
        ("Letterboxd", "Settings, Data, Export your data. Choose the zip that comes, as it is."),
        ("IMDb", "Your ratings, then Export. Ratings out of 10 are halved; series stay away."),
        ("Trakt", "Settings, Data, Export: the ratings’ JSON, and the watchlist’s and history’s if you like."),
        ("MovieLens", "Profile, Export ratings. Films match by their numbers."),
    ];
    let source = |(name, how)| {
        view! {
            <li class="panel">
                <h3>{name}</h3>
                <p class="quiet">{how}</p>
            </li>
        }
    };
    view! {
        <h2 class="visually-hidden">"Where to find your export"</h2>
        <ul class="grid grid-four sources" role="list">
            {sources.into_iter().map(source).collect_view()}
        </ul>
    }
}

/// The bar, again and again: only the last one that has come is in sight.
#[component]
fn Running(run: Run) -> impl IntoView {
    let step = |percent: u8| {
        let run = run.clone();
        view! {
            <Suspense>
                {move || {
                    let run = run.clone();
                    Suspend::new(async move {
                        run.reached(percent).await;
                        view! {
                            <p class="import-step">
                                <progress max="100" value=percent.to_string() aria-label="Import">
                                    {format!("{percent} %")}
                                </progress>
                                <span class="quiet number">{in_words(percent)}</span>
                            </p>
                        }
                    })
                }}
            </Suspense>
        }
    };
    let steps = STEPS.map(step).collect_view();
    view! {
        <section class="import-steps" aria-label="Import">
            {steps} <Suspense>
                {move || {
                    let run = run.clone();
                    Suspend::new(async move {
                        let ended = run.ended().await;
                        view! { <Ended ended /> }
                    })
                }}
            </Suspense>
        </section>
    }
}

fn in_words(percent: u8) -> String {
    let what = match percent {
        0..=39 => "Reading the file",
        40..=89 => "Finding the same films here",
        _ => "Keeping what you said",
    };
    format!("{what}, {percent} %")
}

#[component]
fn Ended(ended: Result<ImportSummary, ImportFailure>) -> impl IntoView {
    match ended {
        Ok(summary) => Either::Left(view! { <Summary summary /> }),
        Err(failure) => {
            // Of what broke off nobody knows how far it came.
            let heading = if failure.status == 500 { "The import broke off" } else { "Nothing was changed" };
            Either::Right(view! {
                <section class="panel import-ended import-failed" role="alert" aria-label="The import failed">
                    <h2>{heading}</h2>
                    <p>{failure.why}</p>
                </section>
            })
        }
    }
}

#[component]
fn Summary(summary: ImportSummary) -> impl IntoView {
    let ImportSummary { ratings, changed, same, older, marks, .. } = summary;
    let [watchlist, seen, hidden, library] = marks;
    let news = ratings + changed + watchlist + seen + hidden + library;
    let heading = match news {
        0 => format!("Nothing new in this {} file", summary.source),
        _ => format!("Your {} file is in", summary.source),
    };
    let tally = [
        (ratings, if ratings == 1 { "new rating" } else { "new ratings" }),
        (changed, if changed == 1 { "rating changed" } else { "ratings changed" }),
        (same, if same == 1 { "rating as it was" } else { "ratings as they were" }),
        (older, "older than what you said here, or without a date"),
        (watchlist, "new on your watchlist"),
        (seen, "marked as seen"),
        (hidden, "hidden"),
        (library, "new in your library"),
        (summary.others, "in your library, not rated by anyone here"),
        (summary.unmatched_rows, "not found here"),
    ];
    let tally = tally.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| {
        view! {
            <div>
                <dt>{what}</dt>
                <dd>{grouped(count)}</dd>
            </div>
        }
    });
    let tally = tally.collect_view();
    view! {
        <section class="panel import-ended" aria-labelledby="import-ended">
            <h2 id="import-ended">{heading}</h2>
            <p class="quiet number" role="status">
                {format!("{} read.", counted(summary.rows, "row"))}
            </p>
            <dl class="tally">{tally}</dl>
            <Notes
                duplicates=summary.duplicates
                contradictions=summary.contradictions
                not_films=summary.not_films
                unreadable=summary.unreadable
                unreadable_rows=summary.unreadable_rows
            />
            <p class="page-links">
                <a class="button button-main" href="/" rel="external">
                    "See what it makes of you"
                </a>
            </p>
        </section>
        {(summary.unmatched_rows > 0)
            .then(|| view! { <NotFound unmatched=summary.unmatched count=summary.unmatched_rows /> })}
    }
}

/// What else there is to say of the file.
#[component]
fn Notes(
    duplicates: u32,
    contradictions: Vec<String>,
    not_films: u32,
    unreadable: Vec<String>,
    unreadable_rows: u32,
) -> impl IntoView {
    let mut notes = Vec::new();
    if duplicates > 0 {
        let differ = match contradictions.is_empty() {
            true => String::new(),
            false => format!(" With different stars, of which the newest count: {}.", contradictions.join(", ")),
        };
        notes.push(format!("{} said again what another had said.{differ}", counted(duplicates, "row")));
    }
    if not_films > 0 {
        let (are, were) = if not_films == 1 { ("is", "was") } else { ("are", "were") };
        let rows = counted(not_films, "row");
        notes.push(format!("{rows} {are} about series, episodes or games, and {were} left out."));
    }
    if unreadable_rows > 0 {
        let more = u32::try_from(unreadable.len()).is_ok_and(|told| told < unreadable_rows);
        let dots = if more { "; …" } else { "." };
        let told = unreadable.join("; ");
        notes.push(format!("{} could not be read: {told}{dots}", counted(unreadable_rows, "row")));
    }
    let notes = notes.into_iter().map(|note| view! { <li>{note}</li> }).collect::<Vec<_>>();
    (!notes.is_empty()).then(|| view! { <ul class="notes quiet">{notes}</ul> })
}

/// What the catalogue does not have, each with a search to look for it by hand.
#[component]
fn NotFound(unmatched: Vec<Unmatched>, count: u32) -> impl IntoView {
    let shown = u32::try_from(unmatched.len()).unwrap_or(u32::MAX);
    let row = |film: Unmatched| {
        let to = search_address(&Search { text: film.title.clone(), ..Search::default() }, None);
        let label = format!("Search for {}", film.title);
        view! {
            <tr>
                <th scope="row">{film.title}</th>
                <td class="number">{film.year.map(|year| year.to_string())}</td>
                <td class="number">{film.said}</td>
                <td class="end">
                    <a class="button" href=to rel="external" aria-label=label>
                        "Search"
                    </a>
                </td>
            </tr>
        }
    };
    view! {
        <section class="panel" aria-labelledby="not-found">
            <h2 id="not-found">"Not found here"</h2>
            <p class="quiet">
                "This catalogue does not have them, or calls them something else: search, and rate them there."
                {(shown < count).then(|| format!(" The first {} of {}.", grouped(shown), grouped(count)))}
            </p>
            <div class="table-wrap" tabindex="0" role="region" aria-label="Films that are not here">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"In your file"</th>
                            <th scope="col">"Year"</th>
                            <th scope="col">"What it says"</th>
                            <th scope="col" class="end">
                                "By hand"
                            </th>
                        </tr>
                    </thead>
                    <tbody>{unmatched.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}
