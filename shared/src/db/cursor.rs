//! Opaque cursors: where a page of a list begins.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bson::{Document, doc};

use crate::{Id, Time};

/// The place of an entry in a list that is sorted by a time and then by id, both descending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    at: Time,
    pub(super) id: Id,
}

impl Cursor {
    /// The place of the entry with these values.
    pub fn new(at: Time, id: Id) -> Self {
        Self { at, id }
    }

    /// As the caller gets it.
    pub fn opaque(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}.{}", self.at.millis(), self.id))
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (millis, id) = text.split_once('.')?;
        Some(Self { at: Time::from_millis(millis.parse().ok()?), id: id.parse().ok()? })
    }

    /// Matches what comes after it in a list that is sorted by `field`.
    pub(super) fn after(&self, field: &str) -> Document {
        doc! { "$or": [
            { field: { "$lt": self.at } },
            { field: self.at, "_id": { "$lt": self.id } },
        ] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_journey() {
        let cursor = Cursor::new(Time::from_millis(1_769_851_800_123), Id::sequential());
        assert_eq!(Cursor::read(&cursor.opaque()), Some(cursor));
    }

    #[test]
    fn a_foreign_cursor_is_refused() {
        for text in ["", "x", "e30", "🦀", "MS4y"] {
            assert_eq!(Cursor::read(text), None, "{text}");
        }
    }

    #[test]
    fn what_comes_after_a_cursor_is_older_or_has_a_smaller_id() {
        let (at, id) = (Time::from_millis(7), Id::sequential());
        let after =
            doc! { "$or": [{ "lastSeen": { "$lt": at } }, { "lastSeen": at, "_id": { "$lt": id } }] };
        assert_eq!(Cursor::new(at, id).after("lastSeen"), after);
    }
}
