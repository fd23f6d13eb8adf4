//! What is reachable over HTTP: the pages, the server functions behind them, the JSON API, files.
//!
//! HTTP ends here: the rooms below know no status codes. Nothing in here computes a prediction or runs SQL; both are
//! asked for over channels, and no handler of a page waits for a prediction.
//!
//! - [`site`]: everything a request may need, made once at start
//! - [`router`]: addresses, layers, limits
//! - [`listening`]: connections, and their bounds
//! - [`serving`]: from the first connection to the last answer
//! - [`port`]: what the pages need of the world
//! - [`api`]: the JSON API
//! - [`error`]: how an error reads on the wire
//! - [`visitor`]: who asks
//! - [`household`]: several profiles in one browser, one in several
//! - [`upload`]: files that visitors send
//! - [`arrival`]: how long they may take, and their room
//! - [`importing`]: what becomes of them
//! - [`workers`]: what the operator sees of the workers
//! - [`operator`]: who may see how it works
//! - [`files`]: scripts, styles, posters
//! - [`headers`]: what a browser may do with an answer

pub mod api;
mod arrival;
pub mod error;
pub mod files;
mod guesses;
pub mod headers;
mod household;
pub mod importing;
pub mod listening;
pub mod operator;
pub mod pages;
pub mod port;
pub mod router;
pub mod serving;
pub mod site;
pub mod upload;
pub mod visitor;
pub mod workers;
