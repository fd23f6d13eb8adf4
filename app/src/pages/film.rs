//! A film's page: what everyone thinks of it, what this visitor would, and why.

use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_params_map;

use super::{
    head::{About, Head},
    notice::Notice,
    sentence, set_status, viewer_in_address,
};
use crate::{
    api,
    components::{
        bar::TopBar,
        card::{Edition, Face, address},
        film_tools::FilmTools,
        footer::Footer,
        icons::Icon,
        words::{genre_name, grouped, one_decimal, ratings, signed, three_decimals, two_decimals},
    },
    domain::{MovieId, ViewerId},
    views::{FilmCard, FilmPage as Content, PredictedStars, Pull},
};

/// `/movie/858`, and `/movie/858?profile=414`.
#[component]
pub(super) fn FilmPage() -> impl IntoView {
    let number = use_params_map().with_untracked(|params| params.get("id").and_then(|id| id.parse::<MovieId>().ok()));
    let view = viewer_in_address();
    let viewer = view.clone().ok().flatten();
    let page = Resource::new(
        || (),
        move |()| {
            let view = view.clone();
            async move {
                match (number, view) {
                    (Some(number), Ok(view)) => api::film(number, view).await,
                    (_, view) => {
                        set_status(404);
                        let why = view.err().unwrap_or_else(|| "There is no such film.".to_owned());
                        Err(ServerFnError::ServerError(why))
                    }
                }
            }
        },
    );
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match page.await {
                    Ok(content) => Either::Left(view! { <Film content viewer /> }),
                    Err(error) => {
                        let why = sentence(&error);
                        Either::Right(view! {
                            <Notice title="Not shown" heading="This film can’t be shown">
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
fn Film(content: Content, viewer: Option<ViewerId>) -> impl IntoView {
    let Content { film, genres, aliases, histogram, imdb, tmdb, predicted, similar, films, dataset, edition, marks } =
        content;
    let name = film.year.map_or_else(|| film.title.clone(), |year| format!("{} ({year})", film.title));
    let description = match &predicted {
        Some(_) => format!("{name}: predicted stars, and the films of yours that speak for and against it."),
        None => format!("{name}: what {} people thought of it.", grouped(film.ratings)),
    };
    let poster = format!("/poster/{}.svg?{edition}", film.id);
    provide_context(Edition(edition));
    let here = predicted.as_ref().map(|predicted| predicted.stars);
    let elsewhere = [(imdb, "IMDb"), (tmdb, "TMDB")];
    let links = elsewhere.map(|(address, place)| address.map(|address| view! { <a href=address>{place}</a> }));
    view! {
        <Head title=name description about=About::Film />
        <TopBar view=viewer films />
        <main id="main">
            <div class="page">
                <article class="film" aria-labelledby="film-title">
                    <span class="poster">
                        <img src=poster alt="" width="200" height="300" fetchpriority="high" />
                    </span>
                    <div>
                        <h1 id="film-title">{film.title.clone()}</h1>
                        <p class="film-facts quiet">
                            <span class="number">{film.year.map(|year| year.to_string())}</span>
                            {genres
                                .into_iter()
                                .map(|genre| {
                                    let to = super::search::of_genre(genre.clone(), viewer);
                                    view! {
                                        <a href=to rel="external">
                                            {genre_name(&genre)}
                                        </a>
                                    }
                                })
                                .collect_view()}
                            {links.collect_view()}
                        </p>
                        {(!aliases.is_empty())
                            .then(|| view! { <p class="quiet">{format!("Also known as {}", aliases.join(" · "))}</p> })}
                        <dl class="verdict">
                            <Predicted predicted=predicted.clone() viewer />
                            <Everyone average=film.average count=film.ratings />
                            {(film.ratings > 0)
                                .then(|| {
                                    view! {
                                        <div>
                                            <dt id="spread">"How everyone rated it"</dt>
                                            <dd>
                                                <Histogram histogram here />
                                            </dd>
                                        </div>
                                    }
                                })}
                        </dl>
                        <div class="film-tools">
                            <FilmTools movie=film.id title=film.title.clone() stars=film.stars marks viewer />
                        </div>
                        {predicted.map(|predicted| view! { <Why predicted viewer /> })}
                    </div>
                </article>
            </div>
            {(!similar.is_empty()).then(|| view! { <Similar films=similar viewer /> })}
        </main>
        <Footer dataset films />
    }
}

/// Whom the prediction is for.
fn whom(viewer: Option<ViewerId>) -> String {
    viewer.map_or_else(|| "you".to_owned(), |viewer| format!("Viewer {viewer}"))
}

#[component]
fn Predicted(predicted: Option<PredictedStars>, viewer: Option<ViewerId>) -> impl IntoView {
    predicted.map(|PredictedStars { stars, between, .. }| {
        let [stars, low, high] = [stars, between.0, between.1].map(|stars| one_decimal(f64::from(stars)));
        view! {
            <div>
                <dt>{format!("Predicted for {}", whom(viewer))}</dt>
                <dd>
                    <span class="figure-big predicted">{stars}</span>
                    <span>{format!("likely between {low} and {high}")}</span>
                </dd>
            </div>
        }
    })
}

#[component]
fn Everyone(average: Option<f32>, count: u32) -> impl IntoView {
    let average = average.map_or_else(|| "–".to_owned(), |average| one_decimal(f64::from(average)));
    let of = if count == 0 { "Nobody has rated it".to_owned() } else { format!("average of {}", ratings(count)) };
    view! {
        <div>
            <dt>"Everyone"</dt>
            <dd>
                <span class="figure-big">{average}</span>
                <span class="number">{of}</span>
            </dd>
        </div>
    }
}

/// A bar for each half star; the one nearest to the prediction stands out.
#[component]
fn Histogram(histogram: [u32; 10], here: Option<f32>) -> impl IntoView {
    let most = histogram.into_iter().max().unwrap_or_default().max(1);
    let nearest = here.map(|stars| (stars * 2.0).round().clamp(1.0, 10.0) as usize - 1);
    let bars = histogram.into_iter().enumerate().map(|(at, count)| {
        let height = f64::from(count) / f64::from(most) * 100.0;
        let stars = one_decimal((at + 1) as f64 / 2.0);
        let stars = stars.strip_suffix(".0").unwrap_or(&stars).to_owned();
        let labelled = at % 2 == 1 || nearest == Some(at);
        let said = if nearest == Some(at) { ", closest to the prediction" } else { "" };
        view! {
            <li class:here=nearest == Some(at)>
                <svg viewBox="0 0 1 100" preserveAspectRatio="none" aria-hidden="true">
                    <rect width="1" height=height.max(1.0).to_string() y=(100.0 - height.max(1.0)).to_string() />
                </svg>
                <span class:unlabelled=!labelled>{stars}</span>
                <span class="visually-hidden">{format!(" stars: {}{said}", ratings(count))}</span>
            </li>
        }
    });
    view! {
        <ol class="histogram" role="list" aria-labelledby="spread">
            {bars.collect_view()}
        </ol>
    }
}

/// The prediction as the sum that it is.
#[component]
fn Why(predicted: PredictedStars, viewer: Option<ViewerId>) -> impl IntoView {
    let PredictedStars { stars, everyone, generosity, because, others, .. } = predicted;
    let own = viewer.is_none();
    let widest = because.iter().map(|pull| pull.stars.abs()).fold(0.01, f32::max);
    let nothing = because.is_empty();
    let pulls = because.into_iter().map(|pull| view! { <PullRow pull widest own viewer /> }).collect_view();
    let line = |what: String, stars: String| {
        view! {
            <li>
                <span></span>
                <span>{what}</span>
                <span></span>
                <span class="number">{stars}</span>
            </li>
        }
    };
    let generous = if own { "How you rate".to_owned() } else { format!("How {} rates", whom(viewer)) };
    view! {
        <section class="why" aria-labelledby="why">
            <h2 id="why">{if own { "Why you" } else { "Why they" }} " would give it that"</h2>
            <p class="quiet">
                {match (nothing, own) {
                    (true, true) => "It is what everyone thinks. Rate films, and this number becomes yours.",
                    (_, true) => "We start from what everyone thinks, then move the number by how your own ratings agree with it.",
                    (_, false) => "We start from what everyone thinks, then move the number by how their ratings agree with it.",
                }}
            </p>
            <ul class="reasons" role="list">
                {line("Everyone, by what is known of the film".to_owned(), two_decimals(f64::from(everyone)))}
                {(!nothing).then(|| line(generous, signed(f64::from(generosity), two_decimals)))} {pulls}
                {(others.0 > 0)
                    .then(|| {
                        let films = if others.0 == 1 { "1 other film".to_owned() } else { format!("{} other films", grouped(others.0)) };
                        line(films, signed(f64::from(others.1), two_decimals))
                    })}
                <li class="sum">
                    <span></span>
                    <strong>{format!("Predicted for {}", whom(viewer))}</strong>
                    <span></span>
                    <span class="number match">{two_decimals(f64::from(stars))}</span>
                </li>
            </ul>
        </section>
    }
}

/// Where no film moves the number further than this, two decimals would say little. In stars.
const SMALL: f32 = 0.05;

/// A rated film and how far it moves the number.
#[component]
fn PullRow(pull: Pull, widest: f32, own: bool, viewer: Option<ViewerId>) -> impl IntoView {
    let Edition(edition) = expect_context();
    let Pull { film, stars } = pull;
    let rated = film
        .stars
        .map(|given| format!("{} rated it {}", if own { "You" } else { "They" }, one_decimal(f64::from(given.get()))));
    view! {
        <li>
            <span class="poster">
                <img src=format!("/poster/{}.svg?{edition}", film.id) alt="" width="200" height="300" loading="lazy" />
            </span>
            <span>
                <a href=address(film.id, viewer) rel="external">
                    {film.title}
                </a>
                <small>{rated}</small>
            </span>
            <svg class="pull" class:pull-down=stars < 0.0 viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                <path d=format!("M0 .5h{}", stars.abs() / widest * 100.0) />
            </svg>
            <span class="number">{signed(f64::from(stars), if widest < SMALL { three_decimals } else { two_decimals })}</span>
        </li>
    }
}

/// Films like this one.
#[component]
fn Similar(films: Vec<FilmCard>, viewer: Option<ViewerId>) -> impl IntoView {
    let card = |film: FilmCard| {
        let stars = film.stars.map(|stars| f64::from(stars.get())).or(film.average.map(f64::from));
        let whose = if film.stars.is_some() { " stars from you" } else { " stars on average" };
        let facts = move || {
            stars.map(|stars| {
                view! {
                    <span class="aside">
                        <Icon name="#star" class="icon icon-star" />
                        {one_decimal(stars)}
                        <span class="visually-hidden">{whose}</span>
                    </span>
                }
            })
        };
        view! {
            <li class="card">
                <a class="card-link" href=address(film.id, viewer) rel="external">
                    <Face id=film.id title=film.title year=film.year reason="" aside=facts />
                </a>
            </li>
        }
    };
    view! {
        <section class="row" aria-labelledby="similar">
            <div class="row-head">
                <div>
                    <h2 id="similar">"Similar films"</h2>
                    <p class="status">"Closest in who likes them, and in kind"</p>
                </div>
            </div>
            <ul class="row-track row-all" role="list">
                {films.into_iter().map(card).collect_view()}
            </ul>
        </section>
    }
}
