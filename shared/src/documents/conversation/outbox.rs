//! The outbox in a conversation's document: the updates behind `use_cases::outbox`, which has the
//! promise.

use std::time::Duration;

use bson::{Bson, Document, doc};
use mongodb::error::Result;
use mongodb::options::WriteConcern;
use serde::{Deserialize, Serialize};

use super::history::{Happened, with_last_few, without_history};
use super::lifecycle::{Action, Status};
use super::list::without_inner;
use super::{Conversation, or_empty};
use crate::db::{Db, Projected, to_bson};
use crate::documents::message::{self, Message};
use crate::documents::participant::{Participant, Side};
use crate::{Id, Time};

/// The characters of the last message that a conversation shows.
const PREVIEW: usize = 200;
/// The most messages that an outbox holds.
const MOST_OUTGOING: usize = 200;
/// The names of messages that a conversation remembers: how many may come between a sender's look and
/// its message. Of most conversations these are all.
const MOST_NAMES: i32 = 200;
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

/// The name of one of the last messages: what its sender gave it, hashed to 12 bytes since each acceptance
/// writes all names anew, or else its id, which nobody can give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name(Id);

impl Name {
    fn given(by: Id, name: &str) -> Self {
        Self(Id::hashed(&[&by.to_string(), name]))
    }

    /// That of a message.
    pub fn of(message: &Message) -> Self {
        match &message.client_message_id {
            Some(name) => Self::given(message.sender_id, name),
            None => Self(message.id),
        }
    }
}

impl From<Name> for Bson {
    fn from(name: Name) -> Self {
        name.0.into()
    }
}

/// What a participant finds in a conversation before it sends.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Look {
    pub conversation: Conversation,
    /// The message that it has sent under the name, wherever that is by now.
    pub sent: Option<Message>,
    /// Whether the message that is to be followed has been accepted.
    pub is_followed: bool,
    /// Whether the conversation remembers all its messages.
    pub remembers_all: bool,
}

/// What makes sure that a message is accepted once, and after the one that it follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard<'a> {
    /// Nobody has looked: the conversation remembers all its messages, if this one has a name, and the one
    /// that is followed among them.
    Remembered {
        /// The name of the message that it follows.
        follows: Option<&'a str>,
    },
    /// Nothing of its name was found, and what it follows was, when the conversation's last number was
    /// this.
    Looked(i64),
}

impl Guard<'_> {
    /// What it asks of the conversation of a message.
    fn conditions(self, message: &Message) -> Vec<Document> {
        let has_name = message.client_message_id.is_some();
        let mut conditions = Vec::new();
        if has_name {
            conditions.push(doc! { "names": { "$ne": Name::of(message) } });
        }
        match self {
            Self::Looked(seq) => {
                conditions.push(doc! { "seq": { "$lte": seq.saturating_add(MOST_NAMES.into()) } });
            }
            Self::Remembered { follows } => {
                let name = follows.map(|follows| Name::given(message.sender_id, follows));
                conditions.extend(name.map(|name| doc! { "names": name }));
                if has_name {
                    let remembered = doc! { "$size": or_empty("names") };
                    conditions.push(doc! { "$expr": { "$eq": [remembered, "$seq"] } });
                }
            }
        }
        conditions
    }
}

impl Conversation {
    /// Notes in a new conversation that this message begins it.
    pub fn open_with(&mut self, message: &Message) {
        self.outbox = vec![Outgoing::new(message.clone())];
        self.seq = message.seq;
        let by_visitor = message.sender == Side::Visitor;
        match message.sender {
            Side::Visitor => self.counts.visitor = message.nth,
            Side::Agent => self.counts.agent = message.nth,
        }
        self.names = vec![Name::of(message)];
        self.last_message = Some(preview(&message.content));
        self.active_at = message.created_at;
        self.first_visitor_message_at = by_visitor.then_some(message.created_at);
        self.waiting_since = self.first_visitor_message_at;
    }

    /// A conversation that the participant may see, with what it has sent under `name`, and whether what
    /// it sent under `follows` has been accepted. The messages are looked at after the conversation: one
    /// that has left the outbox is among them. One round trip, or two.
    pub async fn look(
        db: &Db,
        by: &Participant,
        id: Id,
        name: Option<&str>,
        follows: Option<&str>,
    ) -> Result<Option<Look>> {
        let found: Option<Self> =
            db.query(doc! { "_id": id }).fields(doc! { "events": 0 }).one().await?;
        let Some(conversation) = found.filter(|found| found.is_visible_to(by)) else {
            return Ok(None);
        };
        let remembers = |name: &str| conversation.remembers(by.id, name);
        let is_start =
            |name: &str| by.side == Side::Visitor && conversation.start_key.as_deref() == Some(name);
        let mut is_followed = follows.is_none_or(|name| remembers(name) || is_start(name));
        let mut unknown: Vec<&str> = Vec::new();
        unknown.extend(name.filter(|name| remembers(name) || !conversation.remembers_all()));
        unknown.extend(follows.filter(|_| !is_followed && !conversation.remembers_all()));
        let mut sent = None;
        if !unknown.is_empty() {
            let names = doc! { "$in": &unknown };
            let them = doc! { "conversation": id, "senderId": by.id, "clientMessageId": names };
            let found: Vec<Message> = db.query(them).fields(message::without_words()).all().await?;
            let named = |wanted: Option<&str>| {
                let of_name = |message: &&Message| message.client_message_id.as_deref() == wanted;
                wanted.and_then(|_| {
                    let own = conversation.accepted().filter(|message| message.sender_id == by.id);
                    found.iter().chain(own).find(of_name).cloned()
                })
            };
            sent = named(name);
            is_followed |= named(follows).is_some();
        }
        let remembers_all = conversation.remembers_all();
        Ok(Some(Look { conversation, sent, is_followed, remembers_all }))
    }

    /// Whether it remembers that somebody gave a message this name.
    fn remembers(&self, by: Id, name: &str) -> bool {
        self.names.contains(&Name::given(by, name))
    }

    /// Whether it remembers all its messages: none has been forgotten, and none is of an earlier build.
    fn remembers_all(&self) -> bool {
        i64::try_from(self.names.len()) == Ok(self.seq)
    }

    /// Accepts a message: one update gives it the next numbers and puts it into the outbox. The
    /// conversation as it was before and the message with its numbers, or `None` when the conversation
    /// takes no message, or its outbox is full, or the guard does not hold (any more).
    pub async fn accept(
        db: &Db,
        mut message: Message,
        guard: Guard<'_>,
    ) -> Result<Option<(Self, Message)>> {
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
                        "waitingSince": { "$ifNull": ["$waitingSince", at] },
                        "events": Happened::reopened_by(&message)
                            .noted_if(doc! { "$eq": ["$status", Status::Resolved] })?,
                    },
                )
            }
            Side::Agent => (Action::AgentMessage, answered(author, at)),
        };
        filter.insert(format!("outbox.{}", MOST_OUTGOING - 1), doc! { "$exists": false });
        let mut conditions = vec![action.possible()];
        conditions.extend(guard.conditions(&message));
        filter.insert("$and", conditions);
        let names = doc! { "$concatArrays": [or_empty("names"), [Name::of(&message)]] };
        set.insert("names", doc! { "$slice": [names, -MOST_NAMES] });
        // Of an earlier build.
        set.insert("recent", "$$REMOVE");
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
        let before: Option<Self> = db.update_before(filter, action.update(set), without_inner()).await?;
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

    /// Takes messages out of their outboxes that are stored among the messages and pushed.
    pub async fn drop_from_outboxes(db: &Db, messages: &[Message]) -> Result<()> {
        let ids: Vec<Id> = messages.iter().map(|message| message.id).collect();
        let them: Vec<Id> = messages.iter().map(|message| message.conversation).collect();
        let update = doc! { "$pull": { "outbox": { "message._id": { "$in": ids } } } };
        // Undone by a change of the primary, it is pushed twice, which clients know by its number.
        let soon = WriteConcern::nodes(1);
        let them = doc! { "_id": { "$in": them } };
        db.of::<Self>().update_many(them, update).write_concern(soon).await.map(drop)
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
        let found: Option<Self> = db.query(filter).fields(without_history()).one().await?;
        Ok(found.and_then(|found| found.accepted().find(|accepted| accepted.id == message).cloned()))
    }

    /// Some conversations with messages that are for anybody to take over, each with the last that happened to it.
    pub async fn with_due(db: &Db) -> Result<Vec<Self>> {
        let due = doc! { "outbox.due": { "$lte": Time::now() } };
        db.query(due).fields(with_last_few()).limit(MOST_TAKEN_OVER).all().await
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

/// Notes that an agent answers, and its first message after the visitor's first one.
fn answered(agent: Id, at: Time) -> Document {
    let due = doc! { "$and": [
        { "$ne": ["$firstVisitorMessageAt", null] },
        { "$eq": ["$firstResponseAt", null] },
    ] };
    doc! {
        "waitingSince": null,
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
