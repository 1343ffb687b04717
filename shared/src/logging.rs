//! Structured logs: one JSON object a line, for CloudWatch.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// What is logged: what `RUST_LOG` chooses (as in `info,mongodb=debug`), `info` without it or when it
/// makes no sense.
pub fn filter() -> Targets {
    let chosen = std::env::var("RUST_LOG").ok().and_then(|text| text.parse::<Targets>().ok());
    chosen.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO))
}

/// Starts logging to standard output. A second call changes nothing.
pub fn start() {
    // Each byte is paid for: CloudWatch adds the time, and the innermost span is the last of the list.
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true);
    let lines = lines.with_target(false).with_current_span(false).without_time();
    // The only error is that logging has been started before.
    let _already_started = tracing_subscriber::registry().with(filter()).with(lines).try_init();
}
