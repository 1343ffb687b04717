//! Canned responses: texts that agents use again and again.

use bson::{Document, doc};
use mongodb::IndexModel;
use mongodb::error::Result;
use mongodb::options::ReturnDocument;
use serde::{Deserialize, Serialize};

use super::user::Author;
use crate::db::{Db, Stored, index, matching, search_words, unique, violates};
use crate::{Id, Time};

/// The unique index on shortcuts.
const SHORTCUT_INDEX: &str = "shortcut";
/// The most responses that one list shows.
const MOST_LISTED: i64 = 1000;

/// A canned response as stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names say it")]
pub struct CannedResponse {
    #[serde(rename = "_id")]
    pub id: Id,
    pub title: String,
    pub content: String,
    /// What is typed to get it; unique unless empty.
    pub shortcut: String,
    pub category: String,
    pub created_by: Id,
    pub created_at: Time,
    pub updated_at: Time,
    /// The words it is found by.
    pub words: Vec<String>,
}

/// Which responses are asked for.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Filter {
    pub category: Option<String>,
    /// Beginnings of words of title, shortcut and content.
    pub q: Option<String>,
}

/// What became of a change.
#[derive(Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Replaced {
    By(CannedResponse),
    ShortcutIsTaken,
    ChangedMeanwhile,
}

/// A canned response with its author.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct WithAuthor {
    pub response: CannedResponse,
    pub author: Option<Author>,
}

impl Stored for CannedResponse {
    const COLLECTION: &'static str = "cannedResponses";

    fn indexes() -> Vec<IndexModel> {
        vec![
            unique(SHORTCUT_INDEX, doc! { "shortcut": 1 }, Some(doc! { "shortcut": { "$gt": "" } })),
            index(doc! { "createdAt": -1, "_id": -1 }),
            index(doc! { "category": 1, "createdAt": -1, "_id": -1 }),
            index(doc! { "words": 1, "createdAt": -1, "_id": -1 }),
        ]
    }
}

impl CannedResponse {
    /// The responses that match, the newest first.
    pub(crate) async fn list(db: &Db, filter: &Filter) -> Result<Vec<WithAuthor>> {
        let Filter { category, q } = filter;
        let mut them = matching(q.as_deref().unwrap_or_default());
        if let Some(category) = category.as_deref().filter(|category| !category.is_empty()) {
            them.insert("category", category);
        }
        Self::with_authors(db, them).await
    }

    /// The response of this id.
    pub async fn find(db: &Db, id: Id) -> Result<Option<WithAuthor>> {
        Ok(Self::with_authors(db, doc! { "_id": id }).await?.pop())
    }

    /// Whether there are as many as are listed.
    pub async fn are_enough(db: &Db) -> Result<bool> {
        let count = db.estimate::<Self>().await?;
        Ok(i64::try_from(count).is_ok_and(|count| count >= MOST_LISTED))
    }

    /// Stores a new response. Whether its shortcut was free.
    pub async fn insert(&self, db: &Db) -> Result<bool> {
        match db.insert(self).await {
            Err(error) if violates(&error, SHORTCUT_INDEX) => Ok(false),
            inserted => inserted.map(|()| true),
        }
    }

    /// Writes what may change, unless somebody else changed it since `read_at`.
    pub async fn replace(&self, db: &Db, read_at: Time) -> Result<Replaced> {
        let update = doc! { "$set": {
            "title": &self.title, "content": &self.content, "shortcut": &self.shortcut,
            "category": &self.category, "updatedAt": self.updated_at, "words": &self.words,
        } };
        let same = doc! { "_id": self.id, "updatedAt": read_at };
        match db.update(same, update, ReturnDocument::After).await {
            Err(error) if violates(&error, SHORTCUT_INDEX) => Ok(Replaced::ShortcutIsTaken),
            replaced => Ok(replaced?.map_or(Replaced::ChangedMeanwhile, Replaced::By)),
        }
    }

    /// Removes a response. Whether there was one.
    pub async fn delete(db: &Db, id: Id) -> Result<bool> {
        let deleted = db.of::<Self>().delete_one(doc! { "_id": id }).await?;
        Ok(deleted.deleted_count == 1)
    }

    /// The words that a response is found by.
    pub fn searched(title: &str, shortcut: &str, content: &str) -> Vec<String> {
        search_words([title, shortcut, content]).into_iter().collect()
    }

    /// Two round trips: the responses, and who wrote them.
    async fn with_authors(db: &Db, filter: Document) -> Result<Vec<WithAuthor>> {
        let found = db.query::<Self>(filter).sort(doc! { "createdAt": -1, "_id": -1 });
        let responses = found.limit(MOST_LISTED).all().await?;
        let authors = responses.iter().map(|response| response.created_by).collect();
        let authors = Author::by_id(db, authors).await?;
        let with_author =
            |response: Self| WithAuthor { author: authors.get(&response.created_by).cloned(), response };
        Ok(responses.into_iter().map(with_author).collect())
    }
}
