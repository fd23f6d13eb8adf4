//! The browser's side. Every call copes with an element that is not there (any more).

use gloo_timers::future::TimeoutFuture;
use js_sys::Promise;
use wasm_bindgen::{JsCast, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AddEventListenerOptions, Document, DragEvent, Element, HtmlDocument, HtmlElement, HtmlInputElement, Node,
    RequestInit, Response, ScrollBehavior, ScrollToOptions, UrlSearchParams, VisibilityState,
};

use crate::pages::Theme;

/// A row counts as scrolled to its end when it is this close, in CSS pixels: sub-pixel layout never quite gets there.
const NEAR_END: i32 = 8;

/// Where nothing is painted, no paint is waited for any longer. Milliseconds.
const UNPAINTED: i32 = 100;

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

fn by_id(id: &str) -> Option<HtmlElement> {
    document()?.get_element_by_id(id)?.dyn_into().ok()
}

/// Waits.
pub(crate) async fn pause(milliseconds: u32) {
    TimeoutFuture::new(milliseconds).await;
}

/// Waits until what has changed so far is painted: what a visitor does shows before anything else is done about it. A tab in
/// the background paints nothing: it waits for [`UNPAINTED`], or as long as the browser makes its timers wait.
pub(crate) async fn painted() {
    let frame = Promise::new(&mut |resolve, _| {
        if let Some(window) = web_sys::window() {
            // Neither can fail; whichever comes first counts.
            let _ = window.request_animation_frame(&resolve);
            let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, UNPAINTED);
        }
    });
    let _ = JsFuture::from(frame).await;
    // A frame's callbacks run before it is painted.
    pause(0).await;
}

/// Whether the tab is in the background.
pub(crate) fn hidden() -> bool {
    document().is_some_and(|document| document.visibility_state() == VisibilityState::Hidden)
}

/// Waits until the tab is in the foreground.
pub(crate) async fn shown() {
    while hidden() {
        let changed = Promise::new(&mut |resolve, _| {
            let once = AddEventListenerOptions::new();
            once.set_once(true);
            if let Some(document) = document() {
                // It cannot fail: the event is a plain one and the promise's own function is the listener.
                let _ = document.add_event_listener_with_callback_and_add_event_listener_options(
                    "visibilitychange",
                    &resolve,
                    &once,
                );
            }
        });
        let _ = JsFuture::from(changed).await;
    }
}

/// Calls `leave` whenever the page is left. It stays for as long as the page does.
pub(crate) fn on_leave(leave: impl Fn() + 'static) {
    let Some(window) = web_sys::window() else { return };
    let leave = Closure::<dyn Fn()>::new(leave);
    // It cannot fail: the event is a plain one.
    let _ = window.add_event_listener_with_callback("pagehide", leave.as_ref().unchecked_ref());
    leave.forget();
}

/// Says on the page whether something is on its way to the server: links wait for it (`pages/hands.js`).
pub(crate) fn on_its_way(what: &str, is: bool) {
    let Some(root) = document().and_then(|document| document.document_element()) else { return };
    // It cannot fail: the name is one of ours.
    let _ = if is { root.set_attribute(what, "") } else { root.remove_attribute(what) };
}

fn form(fields: &[(&str, String)]) -> Option<UrlSearchParams> {
    let form = UrlSearchParams::new().ok()?;
    for (name, value) in fields {
        form.append(name, value);
    }
    Some(form)
}

/// Sends a form to a server function; an error is a sentence for a person, or nothing where the server said nothing.
pub(crate) async fn send(address: &str, fields: &[(&str, String)]) -> Result<(), Option<String>> {
    let Some((ok, text)) = answer_to(address, fields).await else { return Err(None) };
    if ok {
        return Ok(());
    }
    // How server_fn writes an error: its kind, a bar, and what it says.
    Err(text.split_once('|').map(|(_, why)| why.to_owned()))
}

async fn answer_to(address: &str, fields: &[(&str, String)]) -> Option<(bool, String)> {
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_body(form(fields)?.as_ref());
    let answer = JsFuture::from(web_sys::window()?.fetch_with_str_and_init(address, &request)).await.ok()?;
    let answer: Response = answer.dyn_into().ok()?;
    let text = JsFuture::from(answer.text().ok()?).await.ok()?;
    Some((answer.ok(), text.as_string()?))
}

/// What the server says at an address with these fields, if it says anything.
pub(crate) async fn read(address: &str, fields: &[(&str, String)]) -> Option<String> {
    let address = format!("{address}?{}", form(fields)?.to_string().as_string()?);
    let answer = JsFuture::from(web_sys::window()?.fetch_with_str(&address)).await.ok()?;
    let answer: Response = answer.dyn_into().ok()?;
    let text = answer.ok().then(|| answer.text().ok()).flatten()?;
    JsFuture::from(text).await.ok()?.as_string()
}

/// Gives a field for one file what was dropped, as if it had been chosen there; `false` if that was more than one, which stay
/// away.
pub(crate) fn dropped(event: &DragEvent, field: &str) -> bool {
    let files = event.data_transfer().and_then(|carried| carried.files());
    let field = by_id(field).and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
    let (Some(files), Some(field)) = (files, field) else { return true };
    if files.length() == 1 {
        field.set_files(Some(&files));
        let _ = field.focus();
    }
    files.length() <= 1
}

/// Whether what is dragged has left a part of a field's panel, and not the panel.
pub(crate) fn stays_in(event: &DragEvent, field: &str) -> bool {
    let to = event.related_target().and_then(|to| to.dyn_into::<Node>().ok());
    let panel = by_id(field).and_then(|field| field.closest(".drop-target").ok().flatten());
    to.is_some() && panel.is_some_and(|panel| panel.contains(to.as_ref()))
}

/// How many links a list has.
pub(crate) fn count(list: &str) -> u32 {
    by_id(list).map_or(0, |list| list.get_elements_by_tag_name("a").length())
}

/// Marks one option of a list as the selected one, and no other.
pub(crate) fn select(list: &str, at: Option<u32>) {
    let Some(list) = by_id(list) else { return };
    let options = list.children();
    for place in 0..options.length() {
        if let Some(option) = options.item(place) {
            let _ = option.set_attribute("aria-selected", if at == Some(place) { "true" } else { "false" });
        }
    }
}

/// Goes where an option of a list leads.
pub(crate) fn follow(list: &str, at: u32) {
    let option = by_id(list).and_then(|list| list.children().item(at));
    if let Some(option) = option.and_then(|option| option.dyn_into::<HtmlElement>().ok()) {
        option.click();
    }
}

/// Sends a form that arrives even if the page is gone by then; nobody hears the answer.
pub(crate) fn send_while_leaving(address: &str, fields: &[(&str, String)]) {
    let (Some(window), Some(form)) = (web_sys::window(), form(fields)) else { return };
    let _ = window.navigator().send_beacon_with_opt_url_search_params(address, Some(&form));
}

/// Milliseconds since the page was asked for.
pub(crate) fn now() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}

/// Whether the page is dark: by the visitor's choice, else by the system's.
pub(crate) fn is_dark() -> bool {
    let chosen = document().and_then(|document| document.document_element()?.get_attribute("data-theme"));
    match chosen.as_deref().and_then(Theme::from_name) {
        Some(theme) => theme == Theme::Dark,
        None => web_sys::window()
            .and_then(|window| window.match_media("(prefers-color-scheme: dark)").ok()?)
            .is_some_and(|query| query.matches()),
    }
}

/// Sets the theme now, and for the server's next pages in a cookie.
pub(crate) fn choose_theme(theme: Theme) {
    let Some(document) = document() else { return };
    if let Some(root) = document.document_element() {
        let _ = root.set_attribute("data-theme", theme.name());
    }
    remember("theme", theme.name());
}

/// Keeps what the visitor has chosen for the pages, for a year.
pub(crate) fn remember(name: &str, value: &str) {
    if let Some(document) = document().and_then(|document| document.dyn_into::<HtmlDocument>().ok()) {
        let _ = document.set_cookie(&format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax"));
    }
}

/// What an input field holds.
pub(crate) fn value(id: &str) -> String {
    let field = by_id(id).and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
    field.map(|field| field.value()).unwrap_or_default()
}

/// Gives an element the focus.
pub(crate) fn focus(id: &str) {
    if let Some(element) = by_id(id) {
        let _ = element.focus();
    }
}

/// Whether the element has the focus.
pub(crate) fn has_focus(id: &str) -> bool {
    document().and_then(|document| document.active_element()).is_some_and(|focused| focused.id() == id)
}

/// Takes the focus from what has it.
pub(crate) fn unfocus() {
    let focused = document().and_then(|document| document.active_element()?.dyn_into::<HtmlElement>().ok());
    if let Some(focused) = focused {
        let _ = focused.blur();
    }
}

/// Which place of a list has the focus, if one has.
pub(crate) fn focused_place(list: &str) -> Option<u32> {
    let list = by_id(list)?;
    let focused = document()?.active_element()?;
    let places = list.children();
    (0..places.length()).find(|&place| places.item(place).is_some_and(|item| item.contains(Some(&focused))))
}

/// Gives the focus to a place of a list (or its last), unless something else has it meanwhile.
pub(crate) fn focus_place(list: &str, place: u32) {
    let moved_on = document().and_then(|document| document.active_element()).is_some_and(|at| at.tag_name() != "BODY");
    let Some(list) = by_id(list).filter(|_| !moved_on) else { return };
    let places = list.children();
    let item = places.item(place.min(places.length().saturating_sub(1)));
    // The place itself, not its slider: the next arrow key was meant for the film that was here.
    if let Some(item) = item.and_then(|element: Element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = item.focus();
    }
}

/// Whether the visitor is setting the stars of a predicted film key by key (`pages/hands.js` marks the slider).
pub(crate) fn is_rating() -> bool {
    let slider = document().and_then(|document| document.query_selector(".card-arrived [data-held]").ok()?);
    slider.is_some()
}

/// Loads the page anew, scrolled as it is.
pub(crate) fn load_anew() {
    if let Some(window) = web_sys::window() {
        // Where it is refused the page stays, and says what it said.
        let _ = window.location().reload();
    }
}

/// Writes a text into each element that a selector finds.
pub(crate) fn write(selector: &str, text: &str) {
    let Some(found) = document().and_then(|document| document.query_selector_all(selector).ok()) else { return };
    for element in (0..found.length()).filter_map(|at| found.item(at)) {
        element.set_text_content(Some(text));
    }
}

/// Whether a row is scrolled to its beginning, and to its end.
pub(crate) fn row_ends(list: &str) -> (bool, bool) {
    let Some(list) = by_id(list) else { return (true, false) };
    let seen_to = list.scroll_left() + list.client_width();
    (list.scroll_left() < NEAR_END, seen_to > list.scroll_width() - NEAR_END)
}

/// Scrolls a row by most of what is in view, so that the last card seen stays in sight.
pub(crate) fn scroll_row(list: &str, forward: bool) {
    let Some(list) = by_id(list) else { return };
    let by = f64::from(list.client_width()) * if forward { 0.8 } else { -0.8 };
    let calm = web_sys::window()
        .and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok()?)
        .is_some_and(|query| query.matches());
    let options = ScrollToOptions::new();
    options.set_left(by);
    options.set_behavior(if calm { ScrollBehavior::Auto } else { ScrollBehavior::Smooth });
    list.scroll_by_with_scroll_to_options(&options);
}
