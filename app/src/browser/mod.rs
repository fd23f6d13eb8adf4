//! What the pages need of a browser beyond Leptos: time, visibility, focus, scrolling, the chosen theme.
//!
//! This is the one place where the two sides differ for the pages' sake: with `hydrate` it is the browser, else nothing
//! that is ever reached (effects and event handlers do not run on the server).

#[cfg_attr(feature = "hydrate", path = "window.rs")]
#[cfg_attr(not(feature = "hydrate"), path = "nowhere.rs")]
mod side;

pub(crate) use side::{
    choose_theme, count, dropped, focus, focus_place, focused_place, follow, has_focus, hidden, is_dark, is_rating,
    load_anew, now, on_its_way, on_leave, painted, pause, read, remember, row_ends, scroll_row, select, send,
    send_while_leaving, shown, stays_in, unfocus, value, write,
};
