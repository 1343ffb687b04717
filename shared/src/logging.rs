//! Structured logs: readable on a terminal, JSON on Lambda.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Where the process runs, which decides the shape of its logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Lines for people.
    Readable,
    /// One JSON object a line, for CloudWatch.
    Json,
}

/// Starts logging to standard output. `RUST_LOG` chooses what is logged, `info` without it. A
/// second call changes nothing.
pub fn start(format: Format) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_target(false);
    // The only error is that logging has been started before.
    let _already_started = match format {
        Format::Readable => builder.with_ansi(std::io::stdout().is_terminal()).compact().try_init(),
        Format::Json => builder.json().flatten_event(true).without_time().try_init(),
    };
}
