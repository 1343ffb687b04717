//! Sending, reading, marking and finding messages.

mod history;
mod read;
mod search;
mod send;

use crate::Error;

pub use history::{Joined, Span, after, catch_up, list};
pub use read::{Marked, UpTo, mark, mark_read};
pub use search::{FoundMessages, search};
pub use send::{Draft, send, stored_view};

/// The answer to an id that no message has, or none that the caller may see.
pub(super) fn unknown() -> Error {
    Error::not_found("Message")
}

/// The answer where a conversation has ended.
pub(super) fn closed() -> Error {
    Error::conflict("The conversation is closed")
}
