//! The browser's entry: attach to the HTML that the server sent. Nothing else lives here.

// Its islands are exported to the boot script by name; nothing here calls them.
use app as _;
use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the page's boot script once the module is loaded, before it attaches the islands.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
