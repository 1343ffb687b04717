//! Canned responses: texts that agents use again and again.

use bson::{Document, doc};
use mongodb::IndexModel;
use mongodb::error::Result;
use mongodb::options::ReturnDocument;
use serde::{Deserialize, Serialize};

use super::user::{Author, User};
use crate::db::{Db, Stored, index, matching, unique, violates, words};
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

/// A canned response with its author.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct WithAuthor {
    pub response: CannedResponse,
    pub author: Vec<Author>,
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
    pub async fn list(db: &Db, category: Option<&str>, q: Option<&str>) -> Result<Vec<WithAuthor>> {
        let mut filter = matching(q.unwrap_or_default());
        if let Some(category) = category {
            filter.insert("category", category);
        }
        Self::with_authors(db, filter).await
    }

    /// The response of this id.
    pub async fn find(db: &Db, id: Id) -> Result<Option<WithAuthor>> {
        Ok(Self::with_authors(db, doc! { "_id": id }).await?.pop())
    }

    /// Stores a new response.
    /// Errors: when the database cannot answer, or the shortcut is taken.
    pub async fn insert(&self, db: &Db) -> Result<()> {
        db.insert(self).await
    }

    /// Writes what may change, unless somebody else changed it since `read_at`. The response afterwards.
    /// Errors: when the database cannot answer, or the shortcut is taken.
    pub async fn replace(&self, db: &Db, read_at: Time) -> Result<Option<Self>> {
        let update = doc! { "$set": {
            "title": &self.title, "content": &self.content, "shortcut": &self.shortcut,
            "category": &self.category, "updatedAt": self.updated_at, "words": &self.words,
        } };
        let same = doc! { "_id": self.id, "updatedAt": read_at };
        db.update(same, update, ReturnDocument::After).await
    }

    /// Removes a response. Whether there was one.
    pub async fn delete(db: &Db, id: Id) -> Result<bool> {
        let deleted = db.of::<Self>().delete_one(doc! { "_id": id }).await?;
        Ok(deleted.deleted_count == 1)
    }

    /// The words that a response is found by.
    pub fn searched(title: &str, shortcut: &str, content: &str) -> Vec<String> {
        words([title, shortcut, content]).into_iter().collect()
    }

    /// Whether a write failed since another response has the shortcut.
    pub fn is_shortcut_taken(error: &mongodb::error::Error) -> bool {
        violates(error, SHORTCUT_INDEX)
    }

    async fn with_authors(db: &Db, filter: Document) -> Result<Vec<WithAuthor>> {
        let pipeline = vec![
            doc! { "$match": filter },
            doc! { "$sort": { "createdAt": -1, "_id": -1 } },
            doc! { "$limit": MOST_LISTED },
            doc! { "$project": { "_id": 0, "response": "$$ROOT" } },
            doc! { "$lookup": {
                "from": User::COLLECTION, "as": "author",
                "localField": "response.createdBy", "foreignField": "_id",
                "pipeline": [{ "$project": { "name": 1, "email": 1 } }],
            } },
        ];
        db.aggregate(Self::COLLECTION, pipeline, None).await
    }
}
