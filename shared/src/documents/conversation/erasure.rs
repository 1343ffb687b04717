//! Erasing what was said. That there was a conversation, and how many messages it had, stays.

use bson::{Bson, Document, doc};
use mongodb::error::Result;

use super::history::without_notes;
use super::lifecycle::Status;
use super::{Conversation, Happened, next_version, or_empty};
use crate::db::{AnyId, Db};
use crate::{Id, Time};

/// The most conversations that are erased at once.
const MOST_ERASED: i64 = 20;

/// Of which conversation what was said is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erasing {
    /// Of any, which ends with it.
    Ends,
    /// Of one that ended before a time.
    EndedBefore(Time),
}

impl Conversation {
    /// Some conversations that ended before a time, and of which something is left.
    pub async fn ended_before(db: &Db, time: Time) -> Result<Vec<Id>> {
        Self::ids(db, ended_before(time), MOST_ERASED).await
    }

    /// Some conversations of a visitor that go on, or of which something is left.
    pub async fn to_erase(db: &Db, visitor: Id, most: i64) -> Result<Vec<Id>> {
        let goes_on = doc! { "status": { "$ne": Status::Closed } };
        let filter = doc! { "visitor": visitor, "$or": [{ "erasedAt": null }, goes_on] };
        Self::ids(db, filter, most).await
    }

    async fn ids(db: &Db, filter: Document, most: i64) -> Result<Vec<Id>> {
        let found = db.query::<Self>(filter).part::<AnyId<Id>>().limit(most).all().await?;
        Ok(found.into_iter().map(|conversation| conversation.id).collect())
    }

    /// Erases what a conversation's document says of what was said. The conversation afterwards, or
    /// `None` when it is none of those.
    pub async fn erase(db: &Db, id: Id, which: Erasing, event: &Happened) -> Result<Option<Self>> {
        let now = Time::now();
        let nothing = doc! { "content": "", "fileUrl": null, "clientMessageId": null };
        let mut set = doc! {
            "notes": "",
            "tags": [],
            "ratingComment": null,
            "lastMessage": null,
            "names": [],
            "version": next_version(),
            "events": event.noted_over(&without_notes())?,
            "outbox": { "$map": { "input": or_empty("outbox"), "in": { "$mergeObjects": [
                "$$this", { "message": { "$mergeObjects": ["$$this.message", nothing] } },
            ] } } },
        };
        let mut filter = doc! { "_id": id };
        match which {
            Erasing::Ends => {
                set.insert("status", Status::Closed);
                set.insert("waitingSince", Bson::Null);
                set.insert("closedAt", doc! { "$ifNull": ["$closedAt", now] });
            }
            Erasing::EndedBefore(time) => filter.extend(ended_before(time)),
        }
        let update = vec![doc! { "$set": set }, doc! { "$unset": ["startKey", "recent"] }];
        Self::change(db, filter, update).await
    }

    /// Notes that everything has been erased, unless the conversation has changed since that version.
    pub async fn erased(db: &Db, id: Id, version: i64) -> Result<()> {
        let update = doc! { "$set": { "erasedAt": Time::now() } };
        db.of::<Self>().update_one(doc! { "_id": id, "version": version }, update).await.map(drop)
    }
}

/// Matches what ended before a time, of which something is left.
fn ended_before(time: Time) -> Document {
    let before = doc! { "$lte": time };
    doc! {
        "erasedAt": null,
        "status": { "$in": [Status::Resolved, Status::Closed] },
        "activeAt": &before,
        "$or": [{ "closedAt": &before }, { "status": Status::Resolved, "resolvedAt": &before }],
    }
}
