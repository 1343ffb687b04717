//! Lists in pages: by number, or by an opaque cursor that stays fast however deep a reader goes.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bson::{Document, doc};
use futures::future::try_join;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Db, Stored};
use crate::{Error, Id, Result, Time};

/// The most entries of one page (`docs/protocol.md`, Conventions).
pub const MOST: i64 = 100;

/// Which page a query asks for.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub struct Paging {
    #[schemars(with = "Option<u32>", range(min = 1, max = 4_294_967_295_u32))]
    #[serde(default, deserialize_with = "number")]
    page: Option<u32>,
    #[schemars(with = "Option<u32>", range(min = 1, max = 4_294_967_295_u32))]
    #[serde(default, deserialize_with = "number")]
    limit: Option<u32>,
    cursor: Option<String>,
}

/// Reads a number from the text that a query has.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let text = Option::<Cow<'de, str>>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(de::Error::custom)).transpose()
}

impl Paging {
    /// The number of entries on a page.
    /// Errors: validation failed for 0.
    pub fn limit(&self, default: i64) -> Result<i64> {
        match self.limit {
            Some(0) => Err(Error::invalid_field("limit", "Must be 1 or more")),
            Some(limit) => Ok(i64::from(limit).min(MOST)),
            None => Ok(default),
        }
    }

    /// The page's number, from 1.
    /// Errors: validation failed for 0.
    pub fn page(&self) -> Result<i64> {
        match self.page {
            Some(0) => Err(Error::invalid_field("page", "Must be 1 or more")),
            page => Ok(i64::from(page.unwrap_or(1))),
        }
    }

    /// The part of the list of `T` that the page shows.
    /// Errors: validation failed for a page or limit of 0, or a cursor that is none of ours.
    pub fn window<T: Paged>(&self) -> Result<Window> {
        let (page, limit) = (self.page()?, self.limit(20)?);
        let (after, skip) = match &self.cursor {
            Some(cursor) => {
                let cursor = Cursor::read(cursor)
                    .ok_or_else(|| Error::invalid_field("cursor", "Is not one of ours"))?;
                (cursor.after(T::SORTED_BY), 0)
            }
            None => (doc! {}, (page - 1) * limit),
        };
        Ok(Window { after, skip, limit, page })
    }
}

/// A document that is listed: the latest first, then by id.
pub trait Paged: Stored {
    /// The time that lists are sorted by.
    const SORTED_BY: &'static str;

    /// Where it is in the list.
    fn place(&self) -> Cursor;

    /// The order of the list.
    fn order() -> Document {
        doc! { Self::SORTED_BY: -1, "_id": -1 }
    }
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

/// The part of a list that a page shows.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Window {
    after: Document,
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

    /// Entries to read: one more than the page shows tells whether there is a next one.
    pub fn read(&self) -> i64 {
        self.limit + 1
    }

    /// The page of what was read, in a list of `total` entries.
    pub fn page<T>(&self, mut read: Vec<T>, total: u64, place: impl Fn(&T) -> Cursor) -> Page<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let has_next = read.len() > limit;
        read.truncate(limit);
        let next_cursor = read.last().filter(|_| has_next).map(|last| place(last).opaque());
        let total = i64::try_from(total).unwrap_or(i64::MAX);
        Page { entries: read, pages: Pages::of(total, self.page, self.limit), next_cursor }
    }
}

impl Db {
    /// A page of the documents that match, and the number of all, side by side. `fields` may leave out,
    /// or read only, some of each document.
    pub async fn page<T: Paged>(
        &self,
        filter: Document,
        fields: Document,
        paging: &Paging,
    ) -> Result<Page<T>> {
        let window = paging.window::<T>()?;
        let rows = self
            .query::<T>(window.within(&filter))
            .fields(fields)
            .sort(T::order())
            .skip(u64::try_from(window.skip).unwrap_or(0))
            .limit(window.read());
        let (rows, total) = try_join(rows.all(), self.count::<T>(filter)).await?;
        Ok(window.page(rows, total, T::place))
    }
}

/// What a list shows: the name of its entries, and whether it gives a cursor.
pub trait Listed {
    /// The name of the entries in the answer.
    const NAME: &'static str;
    /// The name of the list in the description.
    const LIST: &'static str;
    /// Whether the answer has a `nextCursor`.
    const HAS_CURSOR: bool = true;
}

/// A page of a list.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Page<T> {
    pub entries: Vec<T>,
    /// Where it is in its list.
    pub pages: Pages,
    /// Where the next page begins, if there is one.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// The page with other entries.
    pub fn map<U>(self, view: impl FnMut(T) -> U) -> Page<U> {
        let Self { entries, pages, next_cursor } = self;
        Page { entries: entries.into_iter().map(view).collect(), pages, next_cursor }
    }
}

impl<T: Listed + Serialize> Serialize for Page<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Pages { total_pages, current_page, total } = self.pages;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(T::NAME, &self.entries)?;
        map.serialize_entry("totalPages", &total_pages)?;
        map.serialize_entry("currentPage", &current_page)?;
        map.serialize_entry("total", &total)?;
        if T::HAS_CURSOR {
            map.serialize_entry("nextCursor", &self.next_cursor)?;
        }
        map.end()
    }
}

impl<T: Listed + JsonSchema> JsonSchema for Page<T> {
    fn schema_name() -> Cow<'static, str> {
        T::LIST.into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let number = |description: &str| json_schema!({ "type": "integer", "description": description });
        let mut schema = json_schema!({
            "type": "object",
            "description": "A page of a list.",
            "required": [T::NAME, "totalPages", "currentPage", "total"],
            "properties": {
                T::NAME: { "type": "array", "items": generator.subschema_for::<T>() },
                "totalPages": number("The number of pages."),
                "currentPage": number("This page's number, from 1."),
                "total": number("The number of entries on all pages."),
            },
        });
        if T::HAS_CURSOR
            && let Some(properties) = schema.get_mut("properties")
        {
            properties["nextCursor"] = serde_json::json!({
                "type": ["string", "null"], "description": "Where the next page begins, if there is one.",
            });
        }
        schema
    }
}

/// Where a page is in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Pages {
    pub total_pages: i64,
    /// This page's number, from 1.
    pub current_page: i64,
    /// The number of entries on all pages.
    pub total: i64,
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

    fn asked(json: serde_json::Value) -> Paging {
        serde_json::from_value(json).unwrap()
    }

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
    fn limits_are_capped_and_zero_is_refused() {
        let limit = |limit: &str| asked(serde_json::json!({ "limit": limit })).limit(20);
        assert_eq!(limit("1000").unwrap(), 100);
        assert_eq!(Paging::default().limit(20).unwrap(), 20);
        assert!(limit("0").is_err());
        assert!(asked(serde_json::json!({ "page": "0" })).page().is_err());
    }

    #[test]
    fn a_page_is_a_number_in_the_text_of_a_query() {
        for text in ["-1", "x", "", "1.5", "4294967296"] {
            let read = serde_json::from_value::<Paging>(serde_json::json!({ "page": text }));
            assert!(read.is_err(), "{text}");
        }
    }

    #[test]
    fn pages_are_counted_up() {
        let pages = |total| Pages::of(total, 1, 20).total_pages;
        assert_eq!([pages(0), pages(1), pages(20), pages(21)], [0, 1, 1, 2]);
    }

    #[test]
    fn only_a_page_with_more_behind_it_has_a_cursor() {
        let window = Window { after: doc! {}, skip: 0, limit: 2, page: 1 };
        let place = |_: &i32| Cursor::new(Time::from_millis(0), Id::sequential());
        let page = window.page(vec![1, 2, 3], 3, place);
        assert_eq!((page.entries, page.next_cursor.is_some()), (vec![1, 2], true));
        assert_eq!(window.page(vec![1, 2], 2, place).next_cursor, None);
    }
}
