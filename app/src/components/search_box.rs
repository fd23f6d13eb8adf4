//! The search field in the top bar: a form that works without script, and with it a list of films as one types (the
//! combobox pattern of the ARIA Authoring Practices Guide: the focus stays in the field).

use leptos::{ev, prelude::*, task::spawn_local};

use super::icons::Icon;
use crate::{browser, domain::ViewerId};

/// What stands in the list where the server says nothing.
const SILENT: &str =
    "<div role=option aria-disabled=true aria-selected=false><span>The server does not answer</span></div>";
/// How long the keys are still before the server is asked. Milliseconds.
const REST: u32 = 90;
const FIELD: &str = "q";
const LIST: &str = "suggestions";

/// The field and its list.
#[island]
pub(crate) fn SearchBox(
    /// What was searched for.
    text: String,
    /// What stands in the empty field.
    hint: String,
    /// The MovieLens viewer in whose shoes the visitor stands.
    view: Option<ViewerId>,
) -> impl IntoView {
    // The options as the server's HTML: the browser has no use for their parts.
    let options = RwSignal::new(String::new());
    let active = RwSignal::new(None::<u32>);
    let asked = StoredValue::new(0_u32);
    let is_open = move || options.with(|options| !options.is_empty());
    // The options' own HTML says which is chosen, and stays where a list comes again as it was.
    let choose = move |at: Option<u32>| {
        active.set(at);
        browser::select(LIST, at);
    };
    let close = move || {
        asked.update_value(|asked| *asked += 1);
        active.set(None);
        options.set(String::new());
    };
    let ask = move || {
        let text = browser::value(FIELD);
        asked.update_value(|asked| *asked += 1);
        choose(None);
        if text.trim().is_empty() {
            options.set(String::new());
            return;
        }
        let question = asked.get_value();
        spawn_local(async move {
            browser::pause(REST).await;
            if asked.try_get_value() != Some(question) {
                return;
            }
            let mut fields = vec![("q", text)];
            fields.extend(view.map(|view| ("profile", view.to_string())));
            let found = browser::read("/search/suggest", &fields).await;
            if asked.try_get_value() == Some(question) {
                // An arrow may have been pressed meanwhile, in the list of a shorter text: its place is another film now.
                choose(None);
                options.set(found.unwrap_or_else(|| SILENT.to_owned()));
            }
        });
    };
    // Who was quicker than the page's script has typed already.
    let first = text.clone();
    Effect::new(move |_| {
        if browser::has_focus(FIELD) && browser::value(FIELD) != first {
            ask();
        }
    });
    let key = move |event: ev::KeyboardEvent| {
        if !is_open() {
            if let "ArrowDown" | "ArrowUp" = event.key().as_str() {
                event.prevent_default();
                ask();
            }
            return;
        }
        let count = browser::count(LIST);
        let to = match event.key().as_str() {
            "ArrowDown" => active.get_untracked().map_or(0, |at| at + 1),
            "ArrowUp" => active.get_untracked().map_or(count, |at| at).wrapping_sub(1),
            "Enter" => {
                if let Some(at) = active.get_untracked() {
                    event.prevent_default();
                    browser::follow(LIST, at);
                }
                return;
            }
            "Escape" => {
                event.prevent_default();
                close();
                return;
            }
            _ => return,
        };
        event.prevent_default();
        // Beyond either end is the field itself.
        choose((to < count).then_some(to));
    };
    view! {
        <form class="search" role="search" action="/search" on:focusout=move |_| close()>
            <Icon name="#search" />
            {view.map(|view| view! { <input type="hidden" name="profile" value=view.to_string() /> })}
            <input
                id=FIELD
                name=FIELD
                type="search"
                placeholder=hint
                aria-label="Search films"
                autocomplete="off"
                maxlength="200"
                value=text
                role="combobox"
                aria-autocomplete="list"
                aria-controls=LIST
                aria-expanded=move || is_open().to_string()
                aria-activedescendant=move || active.get().map(|at| format!("suggestion-{at}"))
                on:input=move |_| ask()
                on:keydown=key
            />
            <div
                class="suggestions"
                id=LIST
                role="listbox"
                aria-label="Films"
                hidden=move || !is_open()
                // The focus stays in the field, so that a press here does not close what it presses.
                on:pointerdown=|event| event.prevent_default()
                inner_html=move || options.get()
            ></div>
        </form>
    }
}
