//! The functions as `cargo lambda build --release` has built them, and what their processes take.

#![allow(dead_code, reason = "each program uses a part")]

use std::path::PathBuf;

/// The program of a function.
pub fn program(function: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/lambda").join(function).join("bootstrap")
}

/// What `/proc` says of a process after `name`, while there is one.
fn status(process: u32, name: &str) -> Option<String> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix(name)).map(|rest| rest.trim().to_owned())
}

/// The most memory that a process has had resident.
pub fn peak_memory_kib(process: u32) -> Option<u64> {
    status(process, "VmHWM:")?.split_whitespace().next()?.parse().ok()
}

/// Whether a process is frozen, as one is that waits for its next event, or has ended.
pub fn is_frozen(process: u32) -> bool {
    status(process, "State:").is_none_or(|state| state.starts_with(['T', 'Z']))
}
