//! The browser's entry: attach to the HTML that the server sent. Nothing else lives here.

use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the page's boot script once the module is loaded.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
