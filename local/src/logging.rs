//! Logs for people.

use std::io::IsTerminal;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging to standard output. A second call changes nothing.
pub fn start() {
    let ansi = std::io::stdout().is_terminal();
    let lines = tracing_subscriber::fmt::layer().with_target(false).with_ansi(ansi).compact();
    // The only error is that logging has been started before.
    let _already_started =
        tracing_subscriber::registry().with(shared::logging::filter()).with(lines).try_init();
}
