//! Lists in pages: by number, or by an opaque cursor that stays fast however deep a reader goes.

use std::borrow::Cow;

use bson::{Document, doc};
use futures::future::try_join;
use mongodb::error::Error as MongoError;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::json;

use super::cursor::{Cursor, Sorting};
use super::{AnyId, Db, Stored};
use crate::{Error, Id, Result};

/// The most entries of one page (`docs/protocol.md`, Conventions).
pub const MOST: i64 = 100;

/// How far the entries of a list are counted (`docs/protocol.md`, Conventions).
const MOST_COUNTED: u64 = 1000;

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
    fn window<T>(&self, sorting: &Sorting<T>) -> Result<Window> {
        let (page, limit) = (self.page()?, self.limit(20)?);
        let (after, skip) = match &self.cursor {
            Some(cursor) => {
                let cursor = Cursor::read(cursor)
                    .ok_or_else(|| Error::invalid_field("cursor", "Is not one of ours"))?;
                (sorting.after(&cursor), 0)
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
    fn sorting() -> Sorting<Self> {
        Sorting::latest(Self::SORTED_BY, Self::place)
    }
}

/// The part of a list that a page shows.
#[derive(Clone, Debug)]
struct Window {
    after: Document,
    skip: i64,
    limit: i64,
    page: i64,
}

impl Window {
    /// `filter`, from where the page begins.
    fn within(&self, filter: &Document) -> Document {
        match (filter.is_empty(), self.after.is_empty()) {
            (_, true) => filter.clone(),
            (true, _) => self.after.clone(),
            (false, false) => doc! { "$and": [filter, &self.after] },
        }
    }

    /// Entries to read: one more than the page shows tells whether there is a next one.
    fn read(&self) -> i64 {
        self.limit + 1
    }

    /// Whether the page begins at a cursor.
    fn is_behind_a_cursor(&self) -> bool {
        !self.after.is_empty()
    }

    /// The page of what was read.
    fn page<T>(&self, mut read: Vec<T>, total: Option<Total>, place: impl Fn(&T) -> Cursor) -> Page<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let has_next = read.len() > limit;
        read.truncate(limit);
        let next_cursor = read.last().filter(|_| has_next).map(|last| place(last).opaque());
        let pages = Pages { current_page: self.page, limit: self.limit, total };
        Page { entries: read, pages, next_cursor, is_complete: None }
    }
}

/// The most entries of an index that a search looks at (`docs/protocol.md`, Conventions).
const MOST_EXAMINED: u64 = 10_000;

/// A search: what it matches on its index, of which it looks at 10,000 entries at most.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Search {
    pub filter: Document,
    /// Whether the index has the order of the list, so that the latest entries are looked at first.
    pub in_order: bool,
    /// Whether what it finds is counted.
    pub is_counted: bool,
}

impl Search {
    fn stages<T>(&self, sorting: &Sorting<T>, rest: Document) -> Vec<Document> {
        let order = doc! { "$sort": sorting.keys() };
        let examined = doc! { "$limit": i64::try_from(MOST_EXAMINED).unwrap_or(i64::MAX) };
        let mut stages = vec![doc! { "$match": &self.filter }];
        stages.extend(self.in_order.then(|| order.clone()));
        stages.push(examined);
        if !rest.is_empty() {
            stages.push(doc! { "$match": rest });
        }
        stages.extend((!self.in_order).then_some(order));
        stages
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
        self.page_in(&T::sorting(), filter, fields, paging).await
    }

    /// As [`Self::page`], in another order.
    pub async fn page_in<T: Stored>(
        &self,
        sorting: &Sorting<T>,
        filter: Document,
        fields: Document,
        paging: &Paging,
    ) -> Result<Page<T>> {
        let window = paging.window(sorting)?;
        let rows = self
            .query::<T>(window.within(&filter))
            .fields(fields)
            .sort(sorting.keys())
            .skip(u64::try_from(window.skip).unwrap_or(0))
            .limit(window.read());
        let total = async {
            match window.is_behind_a_cursor() {
                true => Ok(None),
                false => self.total::<T>(filter).await.map(Some),
            }
        };
        let (rows, total) = try_join(rows.all(), total).await?;
        Ok(window.page(rows, total, sorting.place))
    }

    /// As [`Self::page_in`], of what a search finds and `filter` matches, too. Two round trips.
    pub async fn found<T: Stored>(
        &self,
        sorting: &Sorting<T>,
        search: &Search,
        filter: Document,
        fields: Document,
        paging: &Paging,
    ) -> Result<Page<T>> {
        let window = paging.window(sorting)?;
        let is_counted = search.is_counted && !window.is_behind_a_cursor();
        let counted = if is_counted { MOST_COUNTED + 1 } else { 0 };
        let most = (window.skip + window.read()).max(i64::try_from(counted).unwrap_or(i64::MAX));
        let (ids, is_complete) = self.found_ids(sorting, search, window.within(&filter), most).await?;
        let total = is_counted.then(|| Total::of(ids.len() as u64));
        let [skip, read] = [window.skip, window.read()].map(|count| usize::try_from(count).unwrap_or(0));
        let ids: Vec<Id> = ids.into_iter().skip(skip).take(read).collect();
        let rows = self.query::<T>(doc! { "_id": { "$in": &ids } }).fields(fields);
        let mut rows = if ids.is_empty() { Vec::new() } else { rows.all().await? };
        rows.sort_by_cached_key(|row| ids.iter().position(|id| *id == (sorting.place)(row).id));
        let page = window.page(rows, total, sorting.place);
        Ok(Page { is_complete: Some(is_complete), ..page })
    }

    /// The first ids of what a search finds and `filter` matches, too, in the order of the list, so many at
    /// most; and whether the search has looked at everything.
    pub async fn found_ids<T: Stored>(
        &self,
        sorting: &Sorting<T>,
        search: &Search,
        filter: Document,
        most: i64,
    ) -> Result<(Vec<Id>, bool), MongoError> {
        let mut stages = search.stages(sorting, filter);
        stages.extend([doc! { "$limit": most }, doc! { "$project": { "_id": 1 } }]);
        let examined = self.count_up_to::<T>(search.filter.clone(), MOST_EXAMINED + 1);
        let ids = self.aggregate::<AnyId<Id>>(T::COLLECTION, stages, None);
        let (ids, examined) = try_join(ids, examined).await?;
        Ok((ids.into_iter().map(|found| found.id).collect(), examined <= MOST_EXAMINED))
    }

    /// How many documents match, counted to [`MOST_COUNTED`].
    async fn total<T: Stored>(&self, filter: Document) -> Result<Total, MongoError> {
        // The books are off by little: what is near the end of counting is counted.
        if filter.is_empty() && self.estimate::<T>().await? > MOST_COUNTED + MOST_COUNTED / 2 {
            return Ok(Total::of(MOST_COUNTED + 1));
        }
        self.count_up_to::<T>(filter, MOST_COUNTED + 1).await.map(Total::of)
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
    /// Of a search: whether it has looked at everything.
    pub is_complete: Option<bool>,
}

impl<T> Page<T> {
    /// The page with other entries.
    pub fn map<U>(self, view: impl FnMut(T) -> U) -> Page<U> {
        let Self { entries, pages, next_cursor, is_complete } = self;
        Page { entries: entries.into_iter().map(view).collect(), pages, next_cursor, is_complete }
    }
}

impl<T: Listed + Serialize> Serialize for Page<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(T::NAME, &self.entries)?;
        map.serialize_entry("totalPages", &self.pages.total_pages())?;
        map.serialize_entry("currentPage", &self.pages.current_page)?;
        map.serialize_entry("total", &self.pages.total.map(|total| total.count))?;
        map.serialize_entry("totalIsExact", &self.pages.total.is_some_and(|total| total.is_exact))?;
        if T::HAS_CURSOR {
            map.serialize_entry("nextCursor", &self.next_cursor)?;
        }
        if let Some(is_complete) = self.is_complete {
            map.serialize_entry("isComplete", &is_complete)?;
        }
        map.end()
    }
}

impl<T: Listed + JsonSchema> JsonSchema for Page<T> {
    fn schema_name() -> Cow<'static, str> {
        T::LIST.into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let counted = if T::HAS_CURSOR { "null with a `cursor`, where nothing is counted." } else { "" };
        let kind = if T::HAS_CURSOR { json!(["integer", "null"]) } else { json!("integer") };
        let number = |text: &str| json!({ "type": kind, "description": format!("{text} {counted}") });
        let mut schema = json_schema!({
            "type": "object",
            "description": "A page of a list.",
            "required": [T::NAME, "totalPages", "currentPage", "total", "totalIsExact"],
            "properties": {
                T::NAME: { "type": "array", "items": generator.subschema_for::<T>() },
                "totalPages": number("The number of pages of what was counted;"),
                "currentPage": { "type": "integer", "description": "This page's number, from 1." },
                "total": number("The number of entries on all pages, counted to 1,000;"),
                "totalIsExact": { "type": "boolean", "description": "Whether there are no more than `total`." },
            },
        });
        if T::HAS_CURSOR
            && let Some(properties) = schema.get_mut("properties")
        {
            properties["nextCursor"] = json!({
                "type": ["string", "null"], "description": "Where the next page begins, if there is one.",
            });
            properties["isComplete"] = json!({
                "type": "boolean",
                "description": "Of a search: whether it has looked at everything; false past 10,000 entries.",
            });
        }
        schema
    }
}

/// How many entries a list has, as far as they were counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Total {
    pub count: u64,
    /// Whether there are no more.
    pub is_exact: bool,
}

impl Total {
    /// Of a list of which `counted` entries were counted, [`MOST_COUNTED`] and one at most.
    fn of(counted: u64) -> Self {
        Self { count: counted.min(MOST_COUNTED), is_exact: counted <= MOST_COUNTED }
    }

    /// Of a list that is known to have so many entries.
    pub fn exactly(count: i64) -> Self {
        Self { count: u64::try_from(count).unwrap_or(0), is_exact: true }
    }
}

/// Where a page is in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Pages {
    /// This page's number, from 1.
    pub current_page: i64,
    /// The entries on each page.
    pub limit: i64,
    /// The entries on all pages; behind a cursor they are not counted.
    pub total: Option<Total>,
}

impl Pages {
    fn total_pages(&self) -> Option<u64> {
        let limit = u64::try_from(self.limit).unwrap_or(1).max(1);
        self.total.map(|total| total.count.div_ceil(limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Time;

    fn asked(json: serde_json::Value) -> Paging {
        serde_json::from_value(json).unwrap()
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
        let pages = |total| {
            let total = Some(Total::exactly(total));
            Pages { current_page: 1, limit: 20, total }.total_pages().unwrap()
        };
        assert_eq!([pages(0), pages(1), pages(20), pages(21)], [0, 1, 1, 2]);
    }

    #[test]
    fn entries_are_counted_to_a_thousand() {
        assert_eq!(Total::of(1000), Total { count: 1000, is_exact: true });
        assert_eq!(Total::of(1001), Total { count: 1000, is_exact: false });
    }

    #[test]
    fn a_page_is_of_what_matches_and_comes_after_its_cursor() {
        let (one, other) = (doc! { "a": 1 }, doc! { "b": 2 });
        let from = |after: &Document| Window { after: after.clone(), skip: 0, limit: 2, page: 1 };
        assert_eq!(from(&doc! {}).within(&one), one);
        assert_eq!(from(&other).within(&doc! {}), other);
        assert_eq!(from(&other).within(&one), doc! { "$and": [&one, &other] });
    }

    #[test]
    fn only_a_page_with_more_behind_it_has_a_cursor() {
        let window = Window { after: doc! {}, skip: 0, limit: 2, page: 1 };
        let place = |_: &i32| Cursor::new(Time::from_millis(0), Id::sequential());
        let page = window.page(vec![1, 2, 3], None, place);
        assert_eq!((page.entries, page.next_cursor.is_some()), (vec![1, 2], true));
        assert_eq!(window.page(vec![1, 2], None, place).next_cursor, None);
    }
}
