//! Sending, reading and marking messages.

mod history;
mod read;
mod send;

pub use history::{Joined, Span, after, catch_up, list};
pub use read::{Marked, UpTo, mark, mark_read};
pub use send::{Draft, send, stored_view};
