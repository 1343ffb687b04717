//! Messages.

use std::ops::RangeInclusive;

use bson::doc;
use mongodb::IndexModel;
use mongodb::error::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::participant::Side;
use super::user::{Author, User};
use crate::db::{Db, Stored, index, to_bson, unique};
use crate::input::unchecked;
use crate::{Id, Time};

/// What a message carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "MessageType")]
pub enum Kind {
    /// Text.
    #[default]
    Text,
    /// A file, at `fileUrl`.
    File,
    /// A picture, at `fileUrl`.
    Image,
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

/// A message with the agent who wrote it, if one did.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct WithAuthor {
    pub message: Message,
    pub agent: Vec<Author>,
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
    ) -> Result<Vec<WithAuthor>> {
        let range = doc! { "$gte": numbers.start(), "$lte": numbers.end() };
        let pipeline = vec![
            doc! { "$match": { "conversation": conversation, "seq": range } },
            doc! { "$sort": { "seq": 1 } },
            doc! { "$project": { "_id": 0, "message": "$$ROOT" } },
            doc! { "$lookup": {
                "from": User::COLLECTION, "as": "agent",
                "localField": "message.senderId", "foreignField": "_id",
                "pipeline": [{ "$project": { "name": 1, "email": 1 } }],
            } },
        ];
        db.aggregate(Self::COLLECTION, pipeline, None).await
    }
}
