//! Films by name, genre and decade: everything that was chosen stands in the address.

use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_query_map;

use super::{
    filters::{decade_field, hidden, in_address, none_can_pass, switches},
    head::Head,
    notice::Notice,
    sentence, set_status, viewer_in_address,
};
use crate::{
    api,
    components::{
        bar::TopBar,
        card::{Card, Edition, SEEN_FIRST},
        footer::Footer,
        marks::Marking,
        profile::Profile,
        toast::Toast,
        words::{genre_name, grouped},
    },
    domain::{Filter, MovieId, Search, SearchOrder, ViewerId},
    views::{CardFilm, FilterChoice, SearchPage as Content},
};

/// `/search?q=night&genre=Crime&decade=1990&sort=rating&page=2`.
#[component]
pub(super) fn SearchPage() -> impl IntoView {
    let search = use_query_map().with_untracked(|query| Search::read(|name| query.get(name)));
    let view = viewer_in_address();
    let viewer = view.clone().ok().flatten();
    let asked = search.clone();
    let page = Resource::new(
        || (),
        move |()| {
            let (view, search) = (view.clone(), asked.clone());
            async move {
                match view {
                    Ok(view) => api::search(search, view).await,
                    Err(why) => {
                        set_status(404);
                        Err(ServerFnError::ServerError(why))
                    }
                }
            }
        },
    );
    view! {
        <Suspense>
            {move || {
                let search = search.clone();
                Suspend::new(async move {
                    match page.await {
                        Ok(content) => Either::Left(view! { <Results content search viewer /> }),
                        Err(error) => {
                            let why = sentence(&error);
                            Either::Right(view! {
                                <Notice title="Not shown" heading="This page can’t be shown">
                                    {why}
                                </Notice>
                            })
                        }
                    }
                })
            }}
        </Suspense>
    }
}

#[component]
fn Results(content: Content, search: Search, viewer: Option<ViewerId>) -> impl IntoView {
    let Content { total, found, pages, wanted, choice, films, dataset, edition, .. } = content;
    let heading = heading(&search);
    let nothing = found.is_empty();
    view! {
        <Head
            title=heading.clone()
            description=format!("{}, {}: films by name, genre and decade, as you would like them.", heading, in_words(total, &search))
        />
        <TopBar text=search.text.clone() view=viewer films />
        <main id="main">
            <div class="page search-page">
                <div class="page-head">
                    <h1>{heading}</h1>
                    <p class="number">{in_words(total, &search)}</p>
                </div>
                <Filters choice=choice.clone() search=search.clone() viewer />
                <Genres genres=choice.genres.clone() search=search.clone() viewer />
                <h2 class="visually-hidden">"Results"</h2>
                {if nothing {
                    Either::Left(view! { <Nothing search=search.clone() viewer choice /> })
                } else {
                    Either::Right(view! { <FoundFilms found wanted edition viewer /> })
                }}
                <Pages pages search viewer />
            </div>
        </main>
        <Footer dataset films />
    }
}

fn heading(search: &Search) -> String {
    let genre = search.filter.genre.as_ref().map(|genre| genre_name(genre));
    match (search.text.trim(), genre) {
        ("", None) => "All films".to_owned(),
        ("", Some(genre)) => format!("{genre} films"),
        (text, _) => format!("“{text}”"),
    }
}

fn in_words(total: u32, search: &Search) -> String {
    let films = match total {
        0 => return "No film".to_owned(),
        1 => return "1 film".to_owned(),
        more => format!("{} films", grouped(more)),
    };
    let first = match search.order {
        SearchOrder::Best if search.text.trim().is_empty() => "most rated first",
        SearchOrder::Best => "best fit first",
        SearchOrder::Match => "best match for you first",
        SearchOrder::Rating => "best average first",
        SearchOrder::Popular => "most rated first",
        SearchOrder::Newest => "newest first",
    };
    format!("{films}, {first}")
}

/// The address of another search.
pub(crate) fn address(search: &Search, viewer: Option<ViewerId>) -> String {
    in_address("/search", search.parts().into_iter(), viewer)
}

/// The address of all films of a genre.
pub(super) fn of_genre(genre: String, viewer: Option<ViewerId>) -> String {
    let filter = Filter { genre: Some(genre), ..Filter::default() };
    address(&Search { filter, ..Search::default() }, viewer)
}

#[component]
fn Genres(genres: Vec<String>, search: Search, viewer: Option<ViewerId>) -> impl IntoView {
    let chip = |genre: Option<String>| {
        let name = genre.as_ref().map_or_else(|| "All".to_owned(), |genre| genre_name(genre));
        let current = (search.filter.genre == genre).then_some("true");
        let filter = Filter { genre, ..search.filter.clone() };
        let to = address(&Search { filter, page: 0, ..search.clone() }, viewer);
        view! {
            <a href=to rel="external" aria-current=current>
                {name}
            </a>
        }
    };
    let all = std::iter::once(None).chain(genres.into_iter().map(Some));
    view! {
        <nav class="chips" aria-label="Genre">
            {all.map(chip).collect_view()}
        </nav>
    }
}

#[component]
fn Filters(choice: FilterChoice, search: Search, viewer: Option<ViewerId>) -> impl IntoView {
    let Search { text, filter, order, .. } = search;
    let sort = |of: SearchOrder| {
        view! {
            <option value=of.name() selected=order == of>
                {of.label()}
            </option>
        }
    };
    view! {
        <form class="filters" action="/search" aria-label="Filter results">
            {(!text.is_empty()).then(|| hidden("q", text))} {filter.genre.clone().map(|genre| hidden("genre", genre))}
            {viewer.map(|viewer| hidden("profile", viewer.to_string()))} {decade_field(&choice, filter.decade)}
            <label class="field">
                "Sort by" <select name="sort">{SearchOrder::ALL.into_iter().map(sort).collect_view()}</select>
            </label> {switches(&choice, &filter)} <button class="button" type="submit">
                "Show"
            </button>
        </form>
    }
}

/// The films of this page: with script their stars and marks are set in place.
#[island]
pub(super) fn FoundFilms(
    found: Vec<CardFilm>,
    wanted: Vec<MovieId>,
    edition: String,
    viewer: Option<ViewerId>,
) -> impl IntoView {
    let profile = Profile::without_page(viewer, &found);
    let marking = Marking::new(viewer, wanted, profile.voice);
    provide_context(profile);
    provide_context(marking);
    provide_context(Edition(edition));
    Effect::new(move |_| {
        profile.keep_when_left();
        marking.keep_when_left();
    });
    view! {
        <ul class="results" role="list">
            {found
                .into_iter()
                .enumerate()
                .map(|(place, film)| view! { <Card row="found" film first=place < SEEN_FIRST /> })
                .collect_view()}
        </ul>
        <Toast profile marking speaks=true />
    }
}

/// Nothing was found: what else to do.
#[component]
fn Nothing(search: Search, viewer: Option<ViewerId>, choice: FilterChoice) -> impl IntoView {
    let narrowed = !search.filter.is_off();
    let why = none_can_pass(&choice, &search.filter).unwrap_or_else(|| {
        let why = if narrowed {
            "No film fits all of that."
        } else {
            "No film here has a name like that, typos allowed for. Try fewer or other words."
        };
        why.to_owned()
    });
    let wider = address(&Search { text: search.text.clone(), ..Search::default() }, viewer);
    let all = address(&Search::default(), viewer);
    view! {
        <p class="quiet">{why}</p>
        <p class="page-links">
            {(narrowed && !search.text.is_empty())
                .then(|| {
                    view! {
                        <a class="button button-main" href=wider rel="external">
                            "Search all films"
                        </a>
                    }
                })}
            <a class="button" href=all rel="external">
                "Look through all films"
            </a>
        </p>
    }
}

#[component]
fn Pages(pages: u32, search: Search, viewer: Option<ViewerId>) -> impl IntoView {
    let at = search.page;
    let link = |page: Option<u32>, name: &'static str, rel: &'static str| {
        page.map(|page| {
            let to = address(&Search { page, ..search.clone() }, viewer);
            view! {
                <a class="button" href=to rel=rel>
                    {name}
                </a>
            }
        })
    };
    (pages > 1).then(|| {
        view! {
            <nav class="pages" aria-label="Pages">
                {link(at.checked_sub(1).map(|before| before.min(pages - 1)), "Back", "prev external")}
                <span class="number">{format!("Page {} of {}", grouped(at + 1), grouped(pages))}</span>
                {link((at + 1 < pages).then_some(at + 1), "Forward", "next external")}
            </nav>
        }
    })
}
