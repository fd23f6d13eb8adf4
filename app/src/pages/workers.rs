//! The workers, for the operator: what waits, what runs, how long answers take, who computes.

use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_query_map;

use super::{head::Head, sentence};
use crate::{
    api,
    components::{
        bar::TopBar,
        charts::{Histogram, Line},
        footer::PlainFooter,
        words::{grouped, one_decimal},
    },
    views::{RecentRow, WorkerRow, WorkersPage},
};

/// A worker that was not heard of for longer is silent. Seconds.
const SILENT: u32 = 15;
/// How often the page asks. Milliseconds.
const EVERY: u32 = 1_000;

const AWAY: &str = "The queue is out of reach. Trying again…";

/// `/workers`.
#[component]
pub(super) fn Workers() -> impl IntoView {
    let page = Resource::new(|| (), |()| api::workers());
    view! {
        <Head title="Workers" description="What waits, what runs, how long answers take, and who computes them." />
        <TopBar />
        <main id="main" class="page">
            <Suspense>
                {move || Suspend::new(async move {
                    match page.await {
                        Ok(page) => Either::Left(view! { <LiveWorkers page /> }),
                        Err(error) => Either::Right(view! { <NotForYou why=sentence(&error) /> }),
                    }
                })}
            </Suspense>
        </main>
        <PlainFooter />
    }
}

/// Whoever is not the operator may say that they are.
#[component]
fn NotForYou(why: String) -> impl IntoView {
    let wrong = match use_query_map().with_untracked(|query| query.get("token")).as_deref() {
        Some("wrong") => Some("That is not the token. It is in the file that --operator-token-file names."),
        Some("later") => Some("Too many wrong tokens came from your address. Wait a minute, then try again."),
        _ => None,
    };
    view! {
        <div class="page-head">
            <h1>"Workers"</h1>
            <p>{why}</p>
            <form class="token" method="post" action="/operator">
                <label for="token">"The operator’s token"</label>
                <input
                    id="token"
                    name="token"
                    type="password"
                    autocomplete="current-password"
                    required=true
                    autofocus=wrong.is_some()
                    aria-invalid=wrong.map(|_| "true")
                    aria-describedby=wrong.map(|_| "token-problem")
                />
                {wrong.map(|wrong| view! { <p id="token-problem" role="alert">{wrong}</p> })}
                <button class="button button-main" type="submit">
                    "Show the workers"
                </button>
            </form>
        </div>
    }
}

/// The page, asked for again every second. Lazy: whoever looks for films does not download it.
#[island(lazy)]
fn LiveWorkers(page: WorkersPage) -> impl IntoView {
    let page = RwSignal::new(page);
    let trouble = RwSignal::new(page.with_untracked(|page| page.late.then_some(AWAY)));
    Effect::new(move |_| {
        leptos::task::spawn_local(async move {
            // Ends when the page is left: its signals are gone then.
            while page.try_get_untracked().is_some() {
                crate::browser::pause(EVERY).await;
                if crate::browser::hidden() {
                    crate::browser::shown().await;
                }
                match api::workers().await {
                    // What was known stays.
                    Ok(now) if now.late => {
                        trouble.try_set(Some(AWAY));
                    }
                    Ok(now) => {
                        page.try_set(now);
                        trouble.try_set(None);
                    }
                    Err(_) => {
                        trouble.try_set(Some("The server does not answer. Trying again…"));
                    }
                }
            }
        });
    });
    let live = move || trouble.get().unwrap_or("Updated every second");
    let known = move || page.with(|page| !page.late);
    let times = Memo::new(move |_| page.with(|page| page.times.clone()));
    let batches = Memo::new(move |_| page.with(|page| page.batches.clone()));
    view! {
        <div class="page-head">
            <h1>"Workers"</h1>
            <p class="status" role="status">
                <span class="with-script">{live}</span>
                <span class="without-script">
                    {move || if known() { "As of now; reload for a newer picture" } else { "The queue is out of reach; reload in a moment" }}
                </span>
            </p>
        </div>
        <div class="grid grid-four">
            <Gauge label="Waiting" value=move || grouped(page.with(|page| page.waiting)) unit="predictions" />
            <Gauge label="Running" value=move || grouped(page.with(|page| page.running)) unit="predictions" />
            <Gauge
                label="Answered"
                value=move || one_decimal(f64::from(page.with(|page| page.last_ten)) / 10.0)
                unit="a second, over the last ten"
            />
            <Gauge
                label="Turned away"
                value=move || grouped(page.with(|page| page.refused + page.failed))
                unit="refused or failed in 5 min"
            />
        </div>
        <div class="grid grid-wide">
            <section class="panel" aria-labelledby="times">
                <div class="line">
                    <h2 id="times">"Time to answer"</h2>
                    <p class="key">{move || overall(page.with(|page| page.overall))}</p>
                </div>
                <Line times />
            </section>
            <section class="panel" aria-labelledby="batches">
                <h2 id="batches">"Batch sizes"</h2>
                <Histogram batches />
            </section>
        </div>
        <div class="grid grid-half">
            <section class="panel" aria-labelledby="workers">
                <h2 id="workers">"Workers"</h2>
                <div class="table-wrap" tabindex="0" role="group" aria-labelledby="workers">
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">"Name"</th>
                                <th scope="col">"State"</th>
                                <th scope="col" class="end">
                                    "Heard of"
                                </th>
                                <th scope="col" class="end">
                                    "Done"
                                </th>
                            </tr>
                        </thead>
                        <tbody>{move || page.with(|page| page.workers.iter().map(worker).collect_view())}</tbody>
                    </table>
                </div>
                {move || {
                    (known() && page.with(|page| page.workers.is_empty()))
                        .then_some(view! { <p class="note">"No worker was heard of in the last ten minutes. "<code>"marquee worker"</code>" starts one."</p> })
                }}
            </section>
            <section class="panel" aria-labelledby="recent">
                <h2 id="recent">"Last predictions"</h2>
                <div class="table-wrap" tabindex="0" role="group" aria-labelledby="recent">
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">"Prediction"</th>
                                <th scope="col">"State"</th>
                                <th scope="col" class="end">
                                    "Asked"
                                </th>
                                <th scope="col" class="end">
                                    "Took"
                                </th>
                            </tr>
                        </thead>
                        <tbody>{move || page.with(|page| page.recent.iter().map(recent).collect_view())}</tbody>
                    </table>
                </div>
                {move || {
                    (known() && page.with(|page| page.recent.is_empty()))
                        .then_some(view! { <p class="note">"None yet. Open the home page, and one is here."</p> })
                }}
            </section>
        </div>
    }
}

#[component]
fn Gauge<F>(label: &'static str, value: F, unit: &'static str) -> impl IntoView
where
    F: Fn() -> String + Send + 'static,
{
    view! {
        <section class="panel gauge">
            <h2>{label}</h2>
            <p class="number">
                {value} " " <small>{unit}</small>
            </p>
        </section>
    }
}

fn overall(times: Option<(u32, u32)>) -> impl IntoView {
    times.map(|(p50, p99)| {
        view! {
            <span>
                <i class="second"></i>
                "p99 "
                <strong class="number">{duration(p99)}</strong>
            </span>
            <span>
                <i></i>
                "p50 "
                <strong class="number">{duration(p50)}</strong>
            </span>
        }
    })
}

fn worker(worker: &WorkerRow) -> impl IntoView + use<> {
    let (class, state) = match worker {
        WorkerRow { heard, .. } if *heard > SILENT => ("state state-bad", "Silent"),
        WorkerRow { running: 0, .. } => ("state state-good", "Ready"),
        _ => ("state state-run", "Working"),
    };
    view! {
        <tr>
            <th scope="row">{worker.name.clone()}</th>
            <td>
                <span class=class>{state}</span>
            </td>
            <td class="end number">{ago(worker.heard)}</td>
            <td class="end number">{grouped(worker.done)}</td>
        </tr>
    }
}

fn recent(recent: &RecentRow) -> impl IntoView + use<> {
    let (class, state) =
        if recent.succeeded { ("state state-good", "SUCCESS") } else { ("state state-bad", "FAILURE") };
    view! {
        <tr>
            <th scope="row">{recent.what.clone()}</th>
            <td>
                <span class=class>{state}</span>
            </td>
            <td class="end number">{ago(recent.asked)}</td>
            <td class="end number">{duration(recent.took)}</td>
        </tr>
    }
}

/// "just now", "12 s ago", "3 min ago".
fn ago(seconds: u32) -> String {
    match seconds {
        0 => "just now".to_owned(),
        1..60 => format!("{seconds} s ago"),
        _ => format!("{} min ago", seconds / 60),
    }
}

/// "38 ms", "2.1 s".
fn duration(ms: u32) -> String {
    if ms < 1_000 { format!("{ms} ms") } else { format!("{} s", one_decimal(f64::from(ms) / 1_000.0)) }
}
