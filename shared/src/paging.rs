//! Lists in pages: by number, or by an opaque cursor that stays fast however deep a reader goes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bson::{Document, doc};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{Error, Id, Result, Time};

/// The most entries of one page (contract, Conventions).
pub const MOST: i64 = 100;

/// Which page is asked for.
#[derive(Clone, Debug, Default)]
pub struct Paging {
    page: Option<u32>,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// Where a page is in its list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pages {
    /// The number of pages.
    pub total_pages: i64,
    /// This page's number, from 1.
    pub current_page: i64,
    /// The number of entries on all pages.
    pub total: i64,
}

/// The place of an entry in a list that is sorted by a time and then by id, both descending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    at: Time,
    id: Id,
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

    fn read(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (millis, id) = text.split_once('.')?;
        Some(Self { at: Time::from_millis(millis.parse().ok()?), id: id.parse().ok()? })
    }

    /// Matches what comes after it in a list that is sorted by `field`.
    fn after(&self, field: &str) -> Document {
        doc! { "$or": [
            { field: { "$lt": self.at } },
            { field: self.at, "_id": { "$lt": self.id } },
        ] }
    }
}

impl Paging {
    /// What a query says of it.
    pub fn new(page: Option<u32>, limit: Option<u32>, cursor: Option<String>) -> Self {
        Self { page, limit, cursor }
    }

    /// The number of entries on a page.
    ///
    /// # Errors
    /// Validation failed for 0.
    pub fn limit(&self, default: i64) -> Result<i64> {
        match self.limit {
            Some(0) => Err(Error::invalid_field("limit", "Must be 1 or more")),
            Some(limit) => Ok(i64::from(limit).min(MOST)),
            None => Ok(default),
        }
    }

    /// The page's number, from 1.
    ///
    /// # Errors
    /// Validation failed for 0.
    pub fn page(&self) -> Result<i64> {
        match self.page {
            Some(0) => Err(Error::invalid_field("page", "Must be 1 or more")),
            page => Ok(i64::from(page.unwrap_or(1))),
        }
    }

    /// What to read of a list that is sorted by the time in `field`: a condition, and how many
    /// entries to skip and to read; one more than the page has tells whether there is a next one.
    ///
    /// # Errors
    /// Validation failed for a page or limit of 0, or a cursor that is none of ours.
    pub fn window(&self, field: &str) -> Result<Window> {
        let (page, limit) = (self.page()?, self.limit(20)?);
        let (after, skip) = match &self.cursor {
            Some(cursor) => {
                let cursor = Cursor::read(cursor)
                    .ok_or_else(|| Error::invalid_field("cursor", "Is not one of ours"))?;
                (cursor.after(field), 0)
            }
            None => (doc! {}, (page - 1) * limit),
        };
        Ok(Window { after, skip, limit, page })
    }
}

/// The part of a list that a page shows.
#[derive(Clone, Debug)]
pub struct Window {
    after: Document,
    /// Entries before the page.
    pub skip: i64,
    limit: i64,
    page: i64,
}

impl Window {
    /// `filter`, from where the page begins.
    pub fn within(&self, filter: &Document) -> Document {
        match (filter.is_empty(), self.after.is_empty()) {
            (_, true) => filter.clone(),
            (true, _) => self.after.clone(),
            (false, false) => doc! { "$and": [filter, &self.after] },
        }
    }

    /// Entries to read: one more than the page shows.
    pub fn read(&self) -> i64 {
        self.limit + 1
    }

    /// Cuts what was read down to the page, and gives the cursor of the next one.
    pub fn cut<T>(&self, entries: &mut Vec<T>, place: impl Fn(&T) -> Cursor) -> Option<String> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        if entries.len() <= limit {
            return None;
        }
        entries.truncate(limit);
        entries.last().map(|last| place(last).opaque())
    }

    /// Where the page is in a list of `total` entries.
    pub fn pages(&self, total: u64) -> Pages {
        Pages::of(i64::try_from(total).unwrap_or(i64::MAX), self.page, self.limit)
    }
}

impl Pages {
    /// Page `page` of a list of `total` entries, `limit` on each page.
    pub fn of(total: i64, page: i64, limit: i64) -> Self {
        Self { total_pages: (total + limit - 1) / limit, current_page: page, total }
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
            let paging = Paging { cursor: Some(text.to_owned()), ..Paging::default() };
            assert!(paging.window("at").is_err(), "{text}");
        }
    }

    #[test]
    fn limits_are_capped_and_zero_is_refused() {
        let limit = |limit| Paging { limit: Some(limit), ..Paging::default() }.limit(20);
        assert_eq!(limit(1000).unwrap(), 100);
        assert_eq!(Paging::default().limit(20).unwrap(), 20);
        assert!(limit(0).is_err());
    }

    #[test]
    fn pages_are_counted_up() {
        let pages = |total| Pages::of(total, 1, 20).total_pages;
        assert_eq!([pages(0), pages(1), pages(20), pages(21)], [0, 1, 1, 2]);
    }
}
