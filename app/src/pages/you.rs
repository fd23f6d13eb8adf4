//! What is the visitor's own: their lists, their profiles, what they take away; and the way to be forgotten. Plain forms.

use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_query_map;

use super::{head::Head, notice::Notice, sentence};
use crate::{
    api,
    components::{
        bar::TopBar,
        footer::Footer,
        words::{counted, grouped},
    },
    domain::FilmList,
    views::YouPage as Content,
};

/// What the browser's cookies say of its profiles. The server provides it in context.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Names of the profiles in this browser; empty where none was given.
    pub names: Vec<String>,
    /// Which of them is active, if any is.
    pub active: Option<usize>,
    /// The active one's code.
    pub code: Option<String>,
    /// The same as an address.
    pub link: Option<String>,
    /// Whether there may be more of them.
    pub may_grow: bool,
}

impl Account {
    /// The active profile's name; `None` where it was never named.
    pub(crate) fn own_name(&self) -> Option<&str> {
        self.names.get(self.active?).map(String::as_str).filter(|name| !name.is_empty())
    }

    pub(crate) fn name(&self, at: usize) -> String {
        match self.names.get(at).map(String::as_str) {
            Some("") | None if at == 0 => "You".to_owned(),
            Some("") | None => format!("Profile {}", at + 1),
            Some(name) => name.to_owned(),
        }
    }
}

/// `/you`.
#[component]
pub(super) fn YouPage() -> impl IntoView {
    let account = use_context::<Account>().unwrap_or_default();
    let query = use_query_map();
    let asked = move |name: &'static str| query.with_untracked(|query| query.get(name));
    let said = asked("problem").map(|problem| (true, problem)).or_else(|| asked("done").map(|done| (false, done)));
    let code = asked("code");
    let page = Resource::new(|| (), |()| api::you());
    view! {
        <Suspense>
            {move || {
                let (account, said, code) = (account.clone(), said.clone(), code.clone());
                Suspend::new(async move {
                    match page.await {
                        Ok(content) => Either::Left(view! { <You content account said code /> }),
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
fn You(content: Content, account: Account, said: Option<(bool, String)>, code: Option<String>) -> impl IntoView {
    let Content { counts, films, dataset } = content;
    let name = account.name(account.active.unwrap_or_default());
    let any = counts.iter().any(|&count| count > 0);
    view! {
        <Head
            title="Your films"
            description="Your lists, your profiles, and everything that you said, to take away or to have deleted."
        />
        <TopBar />
        <main id="main" class="page you">
            <div class="page-head">
                <h1>"Your films"</h1>
                <p class="quiet">"Profile: " <bdi>{name}</bdi></p>
            </div>
            {said.and_then(|(problem, of)| in_words(problem, &of)).map(|words| view! { <p class="panel" role="status">{words}</p> })}
            {code.map(|code| view! { <Carry code /> })}
            <ul class="grid grid-four lists" role="list">
                {FilmList::ALL
                    .into_iter()
                    .zip(counts)
                    .map(|(list, count)| {
                        view! {
                            <li class="panel">
                                <a href=format!("/films/{}", list.name()) rel="external">
                                    <strong>{list.label()}</strong>
                                    <span class="quiet number">{counted(count, "film")}</span>
                                </a>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
            <div class="grid grid-half">
                <Profiles account=account.clone() />
                <Elsewhere account any />
                <TakeAway any />
                <Forget />
            </div>
        </main>
        <Footer dataset films />
    }
}

fn in_words(problem: bool, of: &str) -> Option<&'static str> {
    Some(match (problem, of) {
        (true, "code") => {
            "This code leads to no profile: it has a typo, or was replaced by a newer one. Nothing was changed."
        }
        (true, "full") => "A browser holds six profiles at most. Let one leave first.",
        (true, "name") => "A profile needs a name.",
        (true, "confirm") => "Tick the box first, so that nothing happens by accident.",
        (true, "renewed") => {
            "The profile that was open here has a new code, made in another browser. This browser now has one of its own, which is empty; nothing of the other was changed, and nothing that was sent from here since then was kept. To go on with that one, type its new code below."
        }
        (true, "deleted") => {
            "The profile that was open here was deleted in another browser, with everything that it ever said, and has left this one too. Nothing that was sent from here since then was kept. The one below is another."
        }
        (true, "late") => "This was not done: what keeps the profiles is out of reach. Try again in a moment.",
        (true, _) => "This was not understood, and nothing was changed.",
        (false, "renew") => {
            "The profile has a new code. The old one, and every other browser that had it, is a stranger now."
        }
        (false, "leave") => "The profile has left this browser.",
        (false, "forget") => {
            "Everything that the profile ever said is deleted, and it has left this browser. The one below is another."
        }
        (false, _) => return None,
    })
}

/// Somebody followed a private link: nothing happens before they say so.
#[component]
fn Carry(code: String) -> impl IntoView {
    view! {
        <form class="panel stack" method="post" action="/you">
            <h2>"Use this profile here?"</h2>
            <p class="quiet">"The link that you followed carries a profile with its ratings to this browser, beside those that are here."</p>
            <input type="hidden" name="do" value="carry" />
            <input type="hidden" name="code" value=code />
            <label class="field">
                "What it is called here" <input name="name" maxlength="30" autocomplete="off" />
            </label>
            <button class="button button-main" type="submit">
                "Use it"
            </button>
        </form>
    }
}

#[component]
fn Profiles(account: Account) -> impl IntoView {
    let profiles = (0..account.names.len()).map(|at| {
        let name = account.name(at);
        let is_active = Some(at) == account.active;
        let label = format!("Switch to {name}");
        view! {
            <li>
                <bdi>{name}</bdi>
                {if is_active {
                    Either::Left(view! { <span class="quiet">"active"</span> })
                } else {
                    Either::Right(view! {
                        <form method="post" action="/you">
                            <input type="hidden" name="do" value="switch" />
                            <input type="hidden" name="at" value=at.to_string() />
                            <button class="button" type="submit" aria-label=label>
                                "Switch"
                            </button>
                        </form>
                    })
                }}
            </li>
        }
    });
    let profiles = profiles.collect_view();
    let has_active = account.active.is_some();
    view! {
        <section class="panel stack" aria-labelledby="profiles-here">
            <h2 id="profiles-here">"Profiles in this browser"</h2>
            <p class="quiet">"Each has its own ratings, lists and rows."</p>
            <ul class="profiles-here" role="list">
                {profiles}
            </ul>
            {has_active
                .then(|| {
                    view! {
                        <form class="line-form" method="post" action="/you">
                            <input type="hidden" name="do" value="rename" />
                            <label class="field">
                                "Name of this profile" <input name="name" required=true maxlength="30" autocomplete="off" />
                            </label>
                            <button class="button" type="submit">
                                "Rename"
                            </button>
                        </form>
                    }
                })}
            {account
                .may_grow
                .then(|| {
                    view! {
                        <form class="line-form" method="post" action="/you">
                            <input type="hidden" name="do" value="add" />
                            <label class="field">
                                "Somebody else" <input name="name" required=true maxlength="30" autocomplete="off" />
                            </label>
                            <button class="button" type="submit">
                                "Add a profile"
                            </button>
                        </form>
                    }
                })}
        </section>
    }
}

#[component]
fn Elsewhere(
    account: Account,
    /// Whether the profile has said anything.
    any: bool,
) -> impl IntoView {
    let Account { code, link, .. } = account;
    // Of a profile that never said anything nothing is kept, so its code would lead to none.
    let code = code.filter(|_| any);
    view! {
        <section class="panel stack" aria-labelledby="elsewhere">
            <h2 id="elsewhere">"This profile in another browser"</h2>
            {(!any)
                .then(|| {
                    view! {
                        <p class="quiet">"As soon as this profile has rated a film, or has one on a list, a code stands here that carries it over."</p>
                    }
                })}
            {code
                .map(|code| {
                    view! {
                        <p class="quiet">"Open this private link there, or type the code on this page there. Whoever has it is this profile: keep it to yourself."</p>
                        <label class="field">"Private link" <input readonly=true value=link.unwrap_or_default() /></label>
                        <p>
                            <code class="code">{code}</code>
                        </p>
                        <Confirmed
                            what="renew"
                            confirm="The code and the link above stop working, and every other browser that has this profile loses it."
                            button="Make a new code"
                        />
                    }
                })}
            <form class="line-form" method="post" action="/you">
                <input type="hidden" name="do" value="carry" />
                <label class="field">
                    "A code from another browser" <input name="code" required=true maxlength="200" autocomplete="off" />
                </label>
                <button class="button" type="submit">
                    "Use it here"
                </button>
            </form>
        </section>
    }
}

#[component]
fn TakeAway(any: bool) -> impl IntoView {
    view! {
        <section class="panel stack" aria-labelledby="take-away">
            <h2 id="take-away">"Bring, and take away"</h2>
            <p class="quiet">
                {if any {
                    "What you said is yours: as a file that Marquee reads again, or as a table that Letterboxd takes."
                } else {
                    "Nothing is here yet. Bring your ratings from Letterboxd, IMDb, Trakt or MovieLens, or rate a few films."
                }}
            </p>
            <p class="page-links">
                <a class="button" href="/import" rel="external">
                    "Import ratings"
                </a>
                {any
                    .then(|| {
                        view! {
                            <a class="button" href="/api/export" download="marquee.json" rel="external">
                                "Everything, as JSON"
                            </a>
                            <a class="button" href="/api/export/ratings.csv" download="ratings.csv" rel="external">
                                "Ratings, as CSV"
                            </a>
                        }
                    })}
                <a class="button" href="/rows" rel="external">
                    "Arrange the home page"
                </a>
            </p>
        </section>
    }
}

#[component]
fn Forget() -> impl IntoView {
    view! {
        <section class="panel stack" aria-labelledby="forget">
            <h2 id="forget">"Leave, or be forgotten"</h2>
            <Confirmed
                what="leave"
                confirm="This browser forgets the profile; without its code nobody gets back to it."
                button="Leave this browser"
            />
            <Confirmed
                what="forget"
                confirm="All ratings and lists of this profile are deleted, everywhere, for good."
                button="Forget me"
            />
        </section>
    }
}

/// What cannot be undone is done only when a box is ticked that says what it does.
#[component]
fn Confirmed(what: &'static str, confirm: &'static str, button: &'static str) -> impl IntoView {
    view! {
        <form class="stack" method="post" action="/you">
            <input type="hidden" name="do" value=what />
            <label class="check">
                <input type="checkbox" name="confirm" value="yes" required=true />
                <span>{confirm}</span>
            </label>
            <button class="button" type="submit">
                {button}
            </button>
        </form>
    }
}

/// The number of films as the page's heading says it.
pub(super) fn of_list(total: u32, list: FilmList) -> String {
    let last = if list == FilmList::Rated { "rated" } else { "added" };
    match total {
        0 => "No film yet".to_owned(),
        1 => "1 film".to_owned(),
        more => format!("{} films, the last {last} first", grouped(more)),
    }
}
