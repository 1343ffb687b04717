//! Opaque cursors: where a page of a list begins.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bson::{Document, doc};

use crate::{Id, Time};

/// The place of an entry in a list that is sorted by a time and then by id.
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
}

/// The order of a list of `T`: by a time and then by id, both descending or both ascending.
#[derive(Debug)]
pub struct Sorting<T> {
    by: &'static str,
    is_ascending: bool,
    pub(super) place: fn(&T) -> Cursor,
}

impl<T> Sorting<T> {
    /// The latest first.
    pub const fn latest(by: &'static str, place: fn(&T) -> Cursor) -> Self {
        Self { by, is_ascending: false, place }
    }

    /// The oldest first.
    pub const fn oldest(by: &'static str, place: fn(&T) -> Cursor) -> Self {
        Self { by, is_ascending: true, place }
    }

    pub(super) fn keys(&self) -> Document {
        let direction = if self.is_ascending { 1 } else { -1 };
        doc! { self.by: direction, "_id": direction }
    }

    /// Matches what comes after a place.
    pub(super) fn after(&self, Cursor { at, id }: &Cursor) -> Document {
        let beyond = if self.is_ascending { "$gt" } else { "$lt" };
        doc! { "$or": [{ self.by: { beyond: at } }, { self.by: at, "_id": { beyond: id } }] }
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
    fn what_comes_after_a_cursor_is_further_on_or_has_an_id_that_is() {
        let (at, id) = (Time::from_millis(7), Id::sequential());
        let place = |(): &()| Cursor::new(Time::from_millis(0), Id::sequential());
        let after = |beyond: &str| {
            doc! { "$or": [{ "lastSeen": { beyond: at } }, { "lastSeen": at, "_id": { beyond: id } }] }
        };
        let latest = Sorting::latest("lastSeen", place);
        assert_eq!(latest.after(&Cursor::new(at, id)), after("$lt"));
        assert_eq!(latest.keys(), doc! { "lastSeen": -1, "_id": -1 });
        let oldest = Sorting::oldest("lastSeen", place);
        assert_eq!(oldest.after(&Cursor::new(at, id)), after("$gt"));
        assert_eq!(oldest.keys(), doc! { "lastSeen": 1, "_id": 1 });
    }
}
