//! A list of the visitor's own: what they rated, want to see, have seen, have, or do not want to see.

use leptos::{either::Either, prelude::*};
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{head::Head, notice::Notice, search::FoundFilms, sentence, you::of_list};
use crate::{
    api,
    components::{bar::TopBar, footer::Footer, words::grouped},
    domain::{FilmList, Mark, OtherFilm},
    views::SearchPage as Content,
};

/// `/films/watchlist`, and its like.
#[component]
pub(super) fn ListPage() -> impl IntoView {
    let name = use_params_map().with_untracked(|params| params.get("list")).unwrap_or_default();
    let page = use_query_map().with_untracked(|query| query.get("page"));
    // As the address counts them, from 1.
    let at = page.and_then(|page| page.parse::<u32>().ok()).unwrap_or(1).saturating_sub(1);
    let list = name.parse::<FilmList>().ok();
    let page = Resource::new(|| (), move |()| api::list(name.clone(), at));
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match (page.await, list) {
                    (Ok(content), Some(list)) => Either::Left(view! { <List content list at /> }),
                    (content, _) => {
                        let why = content.err().map(|error| sentence(&error)).unwrap_or_default();
                        Either::Right(view! {
                            <Notice title="Not shown" heading="This list can’t be shown">
                                {why}
                            </Notice>
                        })
                    }
                }
            })}
        </Suspense>
    }
}

#[component]
fn List(content: Content, list: FilmList, at: u32) -> impl IntoView {
    let Content { total, found, pages, wanted, others, films, dataset, edition, .. } = content;
    let at = at.min(pages - 1);
    let class = if list == FilmList::Marked(Mark::Watchlist) { "page watchlist" } else { "page" };
    let nothing = found.is_empty();
    let step = |page: Option<u32>, name: &'static str, rel: &'static str| {
        page.map(|page| {
            view! {
                <a class="button" href=format!("/films/{}?page={}", list.name(), page + 1) rel=rel>
                    {name}
                </a>
            }
        })
    };
    view! {
        <Head title=list.label() description=of_list(total, list) />
        <TopBar films />
        <main id="main">
            <div class=class>
                <div class="page-head">
                    <h1>{list.label()}</h1>
                    <p class="number">{of_list(total, list)}</p>
                </div>
                {if nothing {
                    Either::Left(view! {
                        <p class="quiet">{how_to_fill(list)}</p>
                        <p class="page-links">
                            <a class="button button-main" href="/search" rel="external">
                                "Look through all films"
                            </a>
                        </p>
                    })
                } else {
                    Either::Right(view! { <FoundFilms found wanted edition viewer=None /> })
                }}
                {(pages > 1)
                    .then(|| {
                        view! {
                            <nav class="pages" aria-label="Pages">
                                {step(at.checked_sub(1), "Back", "prev external")}
                                <span class="number">{format!("Page {} of {}", grouped(at + 1), grouped(pages))}</span>
                                {step((at + 1 < pages).then_some(at + 1), "Forward", "next external")}
                            </nav>
                        }
                    })}
                {(!others.is_empty()).then(|| view! { <Others films=others /> })}
            </div>
        </main>
        <Footer dataset films />
    }
}

/// What the visitor has and the catalogue does not.
#[component]
fn Others(films: Vec<OtherFilm>) -> impl IntoView {
    let count = u32::try_from(films.len()).unwrap_or(u32::MAX);
    let number = if count == 1 { "One film is".to_owned() } else { format!("{} films are", grouped(count)) };
    let yours = format!(
        "{number} yours and not in this catalogue. Nothing can be predicted for what nobody has rated, so such films \
         stand here and in no row."
    );
    let film = |film: OtherFilm| {
        let name = film.name();
        let link = |to: String, site: &'static str| {
            let label = format!("{name} at {site}");
            view! {
                <a href=to rel="external noreferrer" aria-label=label>
                    {site}
                </a>
            }
        };
        let imdb = film.imdb.map(|number| link(format!("https://www.imdb.com/title/tt{number:07}/"), "IMDb"));
        let tmdb = film.tmdb.map(|number| link(format!("https://www.themoviedb.org/movie/{number}"), "TMDB"));
        let year = film.year.map(|year| format!(" ({year})"));
        view! { <li><bdi>{name.clone()}</bdi> {year} " " {imdb} " " {tmdb}</li> }
    };
    view! {
        <section class="others" aria-labelledby="others">
            <h2 id="others">"Not rated by anyone here"</h2>
            <p class="quiet">{yours}</p>
            <ul>{films.into_iter().map(film).collect_view()}</ul>
            <form method="post" action="/you">
                <input type="hidden" name="do" value="drop-others" />
                <button class="button" type="submit">
                    "Take these out of my library"
                </button>
            </form>
        </section>
    }
}

fn how_to_fill(list: FilmList) -> &'static str {
    match list {
        FilmList::Rated => "You have rated nothing yet. Every card has stars to set.",
        FilmList::Marked(Mark::Watchlist) => "Films that you want to see stand here: every card has a bookmark.",
        FilmList::Marked(Mark::Seen) => "Films that you have seen and do not want to rate stand here.",
        FilmList::Marked(Mark::Hidden) => "Films that you are not interested in stand here, and come back if you like.",
        FilmList::Marked(Mark::Library) => "Films that you have stand here: import a list, or say so on a film’s page.",
    }
}
