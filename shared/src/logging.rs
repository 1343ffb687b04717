//! Structured logs: readable on a terminal, JSON on Lambda.

use std::io::IsTerminal;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Where the process runs, which decides the shape of its logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Lines for people.
    Readable,
    /// One JSON object a line, for CloudWatch.
    Json,
}

/// Starts logging to standard output. `RUST_LOG` chooses what is logged (as in `info,mongodb=debug`),
/// `info` without it or when it makes no sense. A second call changes nothing.
pub fn start(format: Format) {
    let chosen = std::env::var("RUST_LOG").ok().and_then(|text| text.parse::<Targets>().ok());
    let filter = chosen.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer().with_target(false);
    let registry = tracing_subscriber::registry().with(filter);
    // The only error is that logging has been started before.
    let _already_started = match format {
        Format::Readable => {
            let ansi = std::io::stdout().is_terminal();
            registry.with(lines.with_ansi(ansi).compact()).try_init()
        }
        Format::Json => registry.with(lines.json().flatten_event(true).without_time()).try_init(),
    };
}
