//! The server's side: there is no browser, and nothing here is ever called.

use leptos::ev::DragEvent;

use crate::pages::Theme;

pub(crate) async fn pause(_milliseconds: u32) {
    std::future::pending::<()>().await;
}

pub(crate) async fn painted() {
    std::future::pending::<()>().await;
}

pub(crate) async fn shown() {
    std::future::pending::<()>().await;
}

pub(crate) fn hidden() -> bool {
    false
}

pub(crate) fn now() -> f64 {
    0.0
}

pub(crate) fn is_dark() -> bool {
    false
}

pub(crate) fn choose_theme(_theme: Theme) {}

pub(crate) fn focus(_id: &str) {}

pub(crate) fn has_focus(_id: &str) -> bool {
    false
}

pub(crate) fn unfocus() {}

pub(crate) fn focused_place(_list: &str) -> Option<u32> {
    None
}

pub(crate) fn focus_place(_list: &str, _place: u32) {}

pub(crate) fn is_rating() -> bool {
    false
}

pub(crate) fn load_anew() {}

pub(crate) fn write(_selector: &str, _text: &str) {}

pub(crate) fn row_ends(_list: &str) -> (bool, bool) {
    (true, false)
}

pub(crate) fn scroll_row(_list: &str, _forward: bool) {}

pub(crate) fn on_its_way(_what: &str, _is: bool) {}

pub(crate) fn on_leave(_leave: impl Fn() + 'static) {}

pub(crate) fn send_while_leaving(_address: &str, _fields: &[(&str, String)]) {}

pub(crate) async fn send(_address: &str, _fields: &[(&str, String)]) -> Result<(), Option<String>> {
    std::future::pending().await
}

pub(crate) fn remember(_name: &str, _value: &str) {}

pub(crate) async fn read(_address: &str, _fields: &[(&str, String)]) -> Option<String> {
    std::future::pending().await
}

pub(crate) fn count(_list: &str) -> u32 {
    0
}

pub(crate) fn select(_list: &str, _at: Option<u32>) {}

pub(crate) fn follow(_list: &str, _at: u32) {}

pub(crate) fn dropped(_event: &DragEvent, _field: &str) -> bool {
    true
}

pub(crate) fn stays_in(_event: &DragEvent, _field: &str) -> bool {
    false
}

pub(crate) fn value(_id: &str) -> String {
    String::new()
}
