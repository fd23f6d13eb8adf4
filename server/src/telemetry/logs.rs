use std::io;

use tracing_subscriber::{EnvFilter, Layer, Registry, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// How a log line is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For a person.
    #[default]
    Text,
    /// An object a line, for a machine.
    Json,
}

/// To be kept until the process ends: what is not exported yet is sent when it is dropped.
#[must_use]
#[derive(Default)]
pub struct Telling {
    #[cfg(feature = "otel")]
    _exporting: Option<super::otel::Exporting>,
}

/// Logs to standard error; `MARQUEE_LOG` says what (as in `RUST_LOG`).
pub fn start_logging(format: LogFormat) -> Telling {
    let asked = std::env::var("MARQUEE_LOG").ok().filter(|asked| !asked.trim().is_empty());
    let asked = asked.map(EnvFilter::try_new).transpose();
    let unread = asked.as_ref().err().map(ToString::to_string);
    let filter = asked.ok().flatten().unwrap_or_else(|| EnvFilter::new("warn,server=info"));
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match format {
        LogFormat::Text => Box::new(
            fmt::layer()
                .with_writer(io::stderr)
                .with_ansi(io::IsTerminal::is_terminal(&io::stderr()))
                .with_filter(filter),
        ),
        LogFormat::Json => {
            Box::new(fmt::layer().json().flatten_event(true).with_writer(io::stderr).with_filter(filter))
        }
    };
    let subscriber = tracing_subscriber::registry().with(lines);
    // A second subscriber in one process (a test's) is no reason to fail.
    #[cfg(feature = "otel")]
    let telling = match super::otel::layer() {
        Ok(exported) => {
            let (layer, exporting) = exported.unzip();
            let _ = subscriber.with(layer).try_init();
            Telling { _exporting: exporting }
        }
        Err(error) => {
            let _ = subscriber.try_init();
            tracing::warn!(%error, "no traces are exported: see OTEL_EXPORTER_OTLP_ENDPOINT");
            Telling::default()
        }
    };
    #[cfg(not(feature = "otel"))]
    let telling = {
        let _ = subscriber.try_init();
        Telling::default()
    };
    if let Some(error) = unread {
        tracing::warn!(error, "MARQUEE_LOG is not understood, such as warn,server=debug is; it says nothing");
    }
    telling
}
