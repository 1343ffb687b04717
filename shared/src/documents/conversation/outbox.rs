//! The outbox in a conversation's document: the updates behind `use_cases::outbox`, which has the
//! promise.

use std::time::Duration;

use bson::{Bson, Document, doc};
use mongodb::error::Result;
use mongodb::options::{ReturnDocument, WriteConcern};
use serde::{Deserialize, Serialize};

use super::lifecycle::Action;
use super::{Conversation, or_empty, visible_to};
use crate::db::{Db, Projected, Stored, to_bson};
use crate::documents::message::Message;
use crate::documents::participant::{Participant, Side};
use crate::{Id, Time};

/// The characters of the last message that a conversation shows.
const PREVIEW: usize = 200;
/// The most messages that an outbox holds.
const MOST_OUTGOING: usize = 200;
/// The names of messages that a conversation remembers: how many may come between a sender's look and
/// its message.
const MOST_RECENT: i32 = 32;
/// After so long others take a message over: whoever accepted it has been stopped by then (`Timeout` in
/// `template.yaml`).
const TAKE_OVER: Duration = Duration::from_secs(35);
/// The most conversations whose messages are taken over at once.
const MOST_TAKEN_OVER: i64 = 10;

/// A message that has been accepted, and is not known to be stored among the messages and pushed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Outgoing {
    pub message: Message,
    /// When it is for anybody to take over.
    pub due: Time,
}

impl Outgoing {
    fn new(message: Message) -> Self {
        Self { message, due: Time::now().plus(TAKE_OVER) }
    }
}

/// The name that a sender gave to one of the last messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    by: Id,
    name: String,
}

/// A conversation, and what a participant has sent to it under a name.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct WithSent {
    pub conversation: Conversation,
    /// The message of that name, at most one.
    sent: Vec<Message>,
}

impl WithSent {
    /// The message of that name, wherever it is by now.
    pub fn sent(&self, by: Id, name: &str) -> Option<&Message> {
        self.sent.iter().chain(self.conversation.accepted()).find(|message| {
            message.sender_id == by && message.client_message_id.as_deref() == Some(name)
        })
    }
}

impl Conversation {
    /// Notes in a new conversation that the visitor's first message begins it.
    pub fn open_with(&mut self, message: &Message) {
        self.outbox = vec![Outgoing::new(message.clone())];
        self.seq = message.seq;
        self.counts.visitor = message.nth;
        self.last_message = Some(preview(&message.content));
        self.active_at = message.created_at;
        self.first_visitor_message_at = Some(message.created_at);
    }

    /// A conversation that the participant may see, and what it has sent to it under a name. The
    /// messages are looked at after the conversation: one that has left the outbox is among them.
    pub async fn with_sent(db: &Db, by: &Participant, id: Id, name: &str) -> Result<Option<WithSent>> {
        let named = doc! { "conversation": id, "senderId": by.id, "clientMessageId": { "$eq": name } };
        let pipeline = vec![
            doc! { "$match": { "_id": id, "$and": [visible_to(by)] } },
            doc! { "$project": { "_id": 0, "conversation": "$$ROOT" } },
            doc! { "$lookup": {
                "from": Message::COLLECTION, "as": "sent", "pipeline": [{ "$match": named }],
            } },
        ];
        Ok(db.aggregate(Self::COLLECTION, pipeline, None).await?.pop())
    }

    /// Accepts a message: one update gives it the next numbers and puts it into the outbox. The
    /// conversation as it was before and the message with its numbers, or `None` when the conversation
    /// takes no message, or its outbox is full, or a message of that name may have come since the
    /// conversation's last number was `seen` and there was none.
    pub async fn accept(db: &Db, mut message: Message, seen: i64) -> Result<Option<(Self, Message)>> {
        let (author, at) = (message.sender_id, message.created_at);
        let mut filter = doc! { "_id": message.conversation };
        let (action, mut set) = match message.sender {
            Side::Visitor => {
                filter.insert("visitor", author);
                (
                    Action::VisitorMessage,
                    doc! {
                        "firstVisitorMessageAt": { "$ifNull": ["$firstVisitorMessageAt", at] },
                        "resolvedAt": null,
                    },
                )
            }
            Side::Agent => (Action::AgentMessage, first_response(author, at)),
        };
        filter.insert("$and", [action.possible()]);
        filter.insert(format!("outbox.{}", MOST_OUTGOING - 1), doc! { "$exists": false });
        if let Some(name) = &message.client_message_id {
            let same = doc! { "by": author, "name": { "$eq": name } };
            filter.insert("recent", doc! { "$not": { "$elemMatch": same } });
            filter.insert("seq", doc! { "$lte": seen.saturating_add(MOST_RECENT.into()) });
            let name = doc! { "by": author, "name": { "$literal": name } };
            let names = doc! { "$concatArrays": [or_empty("recent"), [name]] };
            set.insert("recent", doc! { "$slice": [names, -MOST_RECENT] });
        }
        let count = format!("counts.{}", message.sender.name());
        let (seq, nth) =
            (doc! { "$add": ["$seq", 1_i64] }, doc! { "$add": [format!("${count}"), 1_i64] });
        let numbered = doc! { "$mergeObjects": [
            { "$literal": to_bson(&message)? }, { "seq": &seq, "nth": &nth },
        ] };
        let outgoing = doc! { "message": numbered, "due": Time::now().plus(TAKE_OVER) };
        set.insert("outbox", doc! { "$concatArrays": [or_empty("outbox"), [outgoing]] });
        set.insert("seq", seq);
        set.insert(count, nth);
        set.insert("lastMessage", doc! { "$literal": preview(&message.content) });
        set.insert("activeAt", doc! { "$max": ["$activeAt", at] });
        set.insert("erasedAt", Bson::Null);
        let before: Option<Self> = db.update(filter, action.update(set), ReturnDocument::Before).await?;
        Ok(before.map(|before| {
            message.seq = before.seq + 1;
            message.nth = before.counts.of(message.sender) + 1;
            (before, message)
        }))
    }

    /// The messages that are accepted, and not known to be stored among the messages.
    pub fn accepted(&self) -> impl Iterator<Item = &Message> {
        self.outbox.iter().map(|outgoing| &outgoing.message)
    }

    /// Takes a message out of the outbox that is stored among the messages and pushed.
    pub async fn drop_from_outbox(db: &Db, message: &Message) -> Result<()> {
        let update = doc! { "$pull": { "outbox": { "message._id": message.id } } };
        // Undone by a change of the primary, it is pushed twice, which clients know by its number.
        let soon = WriteConcern::nodes(1);
        let conversation = doc! { "_id": message.conversation };
        db.of::<Self>().update_one(conversation, update).write_concern(soon).await.map(drop)
    }

    /// The messages that are in any outbox.
    pub async fn all_accepted(db: &Db) -> Result<Vec<Message>> {
        #[derive(Deserialize)]
        struct OnlyOutbox {
            outbox: Vec<Outgoing>,
        }
        impl Projected for OnlyOutbox {
            fn fields() -> Document {
                doc! { "outbox": 1 }
            }
        }
        let filled = db.query::<Self>(doc! { "outbox.due": { "$exists": true } });
        let filled = filled.part::<OnlyOutbox>().all().await?;
        let accepted = filled.into_iter().flat_map(|only| only.outbox);
        Ok(accepted.map(|outgoing| outgoing.message).collect())
    }

    /// The message of this id that is in an outbox.
    pub async fn outgoing(db: &Db, message: Id) -> Result<Option<Message>> {
        // The first condition is for its index, which has the few conversations with something in it.
        let filter = doc! { "outbox.due": { "$exists": true }, "outbox.message._id": message };
        let found: Option<Self> = db.query(filter).one().await?;
        Ok(found.and_then(|found| found.accepted().find(|accepted| accepted.id == message).cloned()))
    }

    /// Some conversations with messages that are for anybody to take over.
    pub async fn with_due(db: &Db) -> Result<Vec<Self>> {
        let due = doc! { "outbox.due": { "$lte": Time::now() } };
        db.query(due).limit(MOST_TAKEN_OVER).all().await
    }

    /// Takes a message over, if it is due; whether it is this caller who has it now.
    pub async fn take_over(db: &Db, Outgoing { message, due }: &Outgoing) -> Result<bool> {
        let now = Time::now();
        if *due > now {
            return Ok(false);
        }
        let left = doc! { "$elemMatch": { "message._id": message.id, "due": due } };
        let update = doc! { "$set": { "outbox.$.due": now.plus(TAKE_OVER) } };
        let filter = doc! { "_id": message.conversation, "outbox": left };
        Ok(db.of::<Self>().update_one(filter, update).await?.modified_count > 0)
    }
}

/// Notes the agent's first message after the visitor's first one.
fn first_response(agent: Id, at: Time) -> Document {
    let due = doc! { "$and": [
        { "$ne": ["$firstVisitorMessageAt", null] },
        { "$eq": ["$firstResponseAt", null] },
    ] };
    doc! {
        "firstResponseAt": { "$cond": [due.clone(), at, "$firstResponseAt"] },
        "firstResponseBy": { "$cond": [due, agent, "$firstResponseBy"] },
    }
}

fn preview(content: &str) -> String {
    content.chars().take(PREVIEW).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_ends_between_characters() {
        assert_eq!(preview(&"ä".repeat(300)), "ä".repeat(200));
    }
}
