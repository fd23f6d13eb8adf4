use std::io;

use tracing_subscriber::{EnvFilter, fmt};

/// How a log line is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For a person.
    #[default]
    Text,
    /// An object a line, for a machine.
    Json,
}

/// Logs to standard error; `MARQUEE_LOG` says what (as in `RUST_LOG`).
pub fn start_logging(format: LogFormat) {
    let filter = EnvFilter::try_from_env("MARQUEE_LOG").unwrap_or_else(|_| EnvFilter::new("warn,server=info"));
    let lines = fmt().with_env_filter(filter).with_writer(io::stderr);
    // A second subscriber in one process (a test's) is no reason to fail.
    let _ = match format {
        LogFormat::Text => lines.with_ansi(io::IsTerminal::is_terminal(&io::stderr())).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
}
