//! Messages.

use std::ops::RangeInclusive;

use bson::{Document, doc};
use mongodb::IndexModel;
use mongodb::error::Result;
use serde::{Deserialize, Serialize};

use super::participant::Side;
use crate::db::{
    Cursor, Db, Page, Paging, Search, Sorting, Stored, first_words, index, named, partial, unique,
};
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

/// The index of the names that senders gave to messages.
const NAMES: &str = "clientMessageId";

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
    /// The words that it is found by, once it is stored among the messages; read by nobody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
}

impl Stored for Message {
    const COLLECTION: &'static str = "messages";

    fn indexes() -> Vec<IndexModel> {
        vec![
            unique("seq", doc! { "conversation": 1, "seq": 1 }, None),
            unique(
                NAMES,
                doc! { "conversation": 1, "senderId": 1, "clientMessageId": 1 },
                Some(doc! { "clientMessageId": { "$exists": true } }),
            ),
            index(doc! { "conversation": 1, "sender": 1, "seq": -1 }),
            index(doc! { "createdAt": 1 }),
            index(doc! { "sender": 1, "senderId": 1 }),
            partial(doc! { "words": 1, "createdAt": -1 }, doc! { "words": { "$exists": true } }),
        ]
    }
}

impl Message {
    /// The message of this id.
    pub async fn find(db: &Db, id: Id) -> Result<Option<Self>> {
        db.query(doc! { "_id": id }).fields(without_words()).one().await
    }

    /// The last message of `sender` up to the number `seq`.
    pub async fn last_of(db: &Db, conversation: Id, sender: Side, seq: i64) -> Result<Option<Self>> {
        let filter = doc! { "conversation": conversation, "sender": sender, "seq": { "$lte": seq } };
        db.query(filter).fields(without_words()).sort(doc! { "seq": -1 }).one().await
    }

    /// Stores messages that are in an outbox, by a majority: a new primary that did not have them would take
    /// it all the same that they are dropped from there. Those that are stored already stay as they are,
    /// so that anybody may do it for anybody. One round trip, unless there are none.
    pub async fn store(db: &Db, accepted: &[Self]) -> Result<()> {
        let findable: Vec<Self> = accepted.iter().map(Self::findable).collect();
        let twice = db.insert_or_keep(&findable, NAMES).await?;
        // No name is accepted twice. If one is ever, this must not be in the way of all others.
        let nameless = |message: &Self| Self { client_message_id: None, ..message.clone() };
        let nameless: Vec<Self> =
            twice.into_iter().filter_map(|place| findable.get(place)).map(nameless).collect();
        db.insert_or_keep(&nameless, NAMES).await.map(drop)
    }

    /// With the words that it is found by. In an outbox it has none, where each update would carry them.
    pub fn findable(&self) -> Self {
        Self { words: first_words(&self.content), ..self.clone() }
    }

    /// A page of the messages in which each of these [words](first_words) begins one, the newest first; `None`
    /// for none.
    pub async fn found(
        db: &Db,
        words: Vec<String>,
        paging: &Paging,
    ) -> crate::Result<Option<Page<Self>>> {
        let sorting =
            Sorting::latest("createdAt", |message: &Self| Cursor::new(message.created_at, message.id));
        let Some((search, rest)) = db.search_for::<Self>(words).await? else {
            return Ok(None);
        };
        let search = Search { is_counted: false, ..search };
        db.found(&sorting, &search, rest, without_words(), paging).await.map(Some)
    }

    /// Erases what the messages of a conversation up to a number say.
    pub async fn erase(db: &Db, conversation: Id, up_to: i64) -> Result<()> {
        let them = doc! { "conversation": conversation, "seq": { "$lte": up_to } };
        let update = doc! {
            "$set": { "content": "", "fileUrl": null },
            "$unset": { "clientMessageId": "", "words": "" },
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
        db.query(them).fields(without_words()).sort(doc! { "seq": 1 }).all().await
    }
}

/// All but what it is found by.
pub(super) fn without_words() -> Document {
    doc! { "words": 0 }
}
