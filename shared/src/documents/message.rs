//! Messages.

use std::ops::RangeInclusive;

use bson::doc;
use mongodb::IndexModel;
use mongodb::error::Result;
use serde::{Deserialize, Serialize};

use super::participant::Side;
use crate::db::{Db, Stored, index, named, to_bson, unique};
use crate::input::unchecked;
use crate::{Id, Time};

named! {
    /// What a message carries.
    #[derive(Default)]
    #[schemars(rename = "MessageType")]
    pub enum Kind {
        /// Text.
        #[default]
        Text = "text",
        /// A file, at `fileUrl`.
        File = "file",
        /// A picture, at `fileUrl`.
        Image = "image",
    }
}

unchecked!(Kind);

/// A message as stored. It never changes: whether it was read is in the conversation's markers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names say it")]
pub struct Message {
    #[serde(rename = "_id")]
    pub id: Id,
    pub conversation: Id,
    /// 1, 2, 3… in each conversation.
    pub seq: i64,
    /// 1, 2, 3… among the messages of its side in the conversation.
    pub nth: i64,
    pub sender: Side,
    pub sender_id: Id,
    pub content: String,
    #[serde(rename = "type")]
    pub kind: Kind,
    pub file_url: Option<String>,
    /// The name that its sender gave it, which makes the send repeatable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_message_id: Option<String>,
    pub created_at: Time,
}

impl Stored for Message {
    const COLLECTION: &'static str = "messages";

    fn indexes() -> Vec<IndexModel> {
        vec![
            unique("seq", doc! { "conversation": 1, "seq": 1 }, None),
            unique(
                "clientMessageId",
                doc! { "conversation": 1, "senderId": 1, "clientMessageId": 1 },
                Some(doc! { "clientMessageId": { "$exists": true } }),
            ),
            index(doc! { "conversation": 1, "sender": 1, "seq": -1 }),
            index(doc! { "createdAt": 1 }),
            index(doc! { "sender": 1, "senderId": 1 }),
        ]
    }
}

impl Message {
    /// The message of this id.
    pub async fn find(db: &Db, id: Id) -> Result<Option<Self>> {
        db.query(doc! { "_id": id }).one().await
    }

    /// The last message of `sender` up to the number `seq`.
    pub async fn last_of(db: &Db, conversation: Id, sender: Side, seq: i64) -> Result<Option<Self>> {
        let filter = doc! { "conversation": conversation, "sender": sender, "seq": { "$lte": seq } };
        db.query(filter).sort(doc! { "seq": -1 }).one().await
    }

    /// Stores messages that are in an outbox. Those that are there already stay as they are, so that
    /// anybody may do it for anybody.
    pub async fn store(db: &Db, accepted: impl IntoIterator<Item = &Self>) -> Result<()> {
        for message in accepted {
            db.insert_if_missing(Self::COLLECTION, message.id, to_bson(message)?).await?;
        }
        Ok(())
    }

    /// Stores a message that is in an outbox, and is about to be dropped from it: by a majority, since a
    /// new primary that did not have it would take the drop all the same.
    pub async fn store_before_drop(&self, db: &Db) -> Result<()> {
        db.insert_or_keep(self).await
    }

    /// Erases what the messages of a conversation up to a number say.
    pub async fn erase(db: &Db, conversation: Id, up_to: i64) -> Result<()> {
        let them = doc! { "conversation": conversation, "seq": { "$lte": up_to } };
        let update = doc! {
            "$set": { "content": "", "fileUrl": null },
            "$unset": { "clientMessageId": "" },
        };
        db.of::<Self>().update_many(them, update).await.map(drop)
    }

    /// The messages of a conversation with these numbers, the oldest first.
    pub async fn numbered(
        db: &Db,
        conversation: Id,
        numbers: &RangeInclusive<i64>,
    ) -> Result<Vec<Self>> {
        let range = doc! { "$gte": numbers.start(), "$lte": numbers.end() };
        let them = doc! { "conversation": conversation, "seq": range };
        db.query(them).sort(doc! { "seq": 1 }).all().await
    }
}
