//! What has happened to a conversation. It is kept in its document, so that the update that does something notes it,
//! too; only who asks for it reads it.

use bson::{Document, doc};
use mongodb::error::Result;
use serde::{Deserialize, Serialize};

use super::{Conversation, or_empty};
use crate::db::{Db, Projected, named, to_bson};
use crate::documents::message::Message;
use crate::documents::participant::{Participant, Side};
use crate::{Id, Time};

/// The first ones that are kept.
const FIRST: i32 = 20;
/// The most that are kept: of more, the first and the last ones.
const MOST: i32 = 200;
/// The last ones among which those who take a message over look for what it did.
const LAST: i32 = 10;

named! {
    /// What may happen to a conversation.
    #[schemars(rename = "ConversationEventType")]
    pub enum Happening {
        /// It began.
        Started = "started",
        /// An agent took it, or was given it.
        Assigned = "assigned",
        /// Who held it, or an administrator, handed it on.
        Transferred = "transferred",
        /// The matter was settled.
        Resolved = "resolved",
        /// Its visitor wrote again.
        Reopened = "reopened",
        /// It ended for good.
        Closed = "closed",
        /// Its visitor rated it.
        Rated = "rated",
        /// What was said in it was erased.
        Erased = "erased",
    }
}

named! {
    /// Who does something to a conversation.
    pub enum Actor {
        /// A user of the dashboard.
        Agent = "agent",
        /// The conversation's visitor.
        Visitor = "visitor",
        /// Nobody: its time had come.
        System = "system",
    }
}

/// Something that happened, as stored: people by their ids only, so that no name has to be erased.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Happened {
    #[serde(rename = "_id")]
    pub id: Id,
    #[serde(rename = "type")]
    pub kind: Happening,
    pub at: Time,
    pub sender: Actor,
    /// Which agent did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Id>,
    /// Which agent has it then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Id>,
    /// What who handed it on said to the next one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<i32>,
}

impl Happened {
    /// That something happens now, by nobody.
    pub fn by_itself(kind: Happening) -> Self {
        let (id, at) = (Id::sequential(), Time::now());
        Self { id, kind, at, sender: Actor::System, by: None, agent: None, note: None, rating: None }
    }

    /// That somebody does something now.
    pub fn by(kind: Happening, who: &Participant) -> Self {
        let now = Self::by_itself(kind);
        match who.side {
            Side::Agent => Self { sender: Actor::Agent, by: Some(who.id), ..now },
            Side::Visitor => Self::by_visitor(kind),
        }
    }

    /// That the conversation's visitor does something now.
    pub fn by_visitor(kind: Happening) -> Self {
        Self { sender: Actor::Visitor, ..Self::by_itself(kind) }
    }

    /// That a message of the visitor reopens its conversation.
    pub fn reopened_by(message: &Message) -> Self {
        let (id, at) = (message.id, message.created_at);
        Self { id, at, ..Self::by_visitor(Happening::Reopened) }
    }

    /// An expression for a conversation's history with it, where `condition` holds.
    pub(super) fn noted_if(&self, condition: Document) -> Result<Document> {
        let noted = self.noted_after(or_empty("events"))?;
        Ok(doc! { "$cond": [condition, noted, or_empty("events")] })
    }

    /// An expression for a history with it, in the place of the last one if that is of the same kind: what a
    /// visitor does again and again must not displace what agents did.
    pub(super) fn noted_over(&self, history: &Document) -> Result<Document> {
        let last = doc! { "$arrayElemAt": [history, -1] };
        let is_same = doc! { "$let": {
            "vars": { "last": last }, "in": { "$eq": ["$$last.type", self.kind] },
        } };
        let all_but_one = doc! { "$subtract": [{ "$size": history }, 1] };
        let without = doc! { "$slice": [history, { "$max": [all_but_one, 0] }] };
        self.noted_after(doc! { "$cond": [is_same, without, history] })
    }

    fn noted_after(&self, history: Document) -> Result<Document> {
        let this = doc! { "$literal": to_bson(self)? };
        let first = doc! { "$slice": ["$$history", FIRST] };
        let last = doc! { "$slice": ["$$history", FIRST + 1 - MOST] };
        Ok(doc! { "$let": { "vars": { "history": history }, "in": { "$cond": [
            { "$lt": [{ "$size": "$$history" }, MOST] },
            { "$concatArrays": ["$$history", [&this]] },
            { "$concatArrays": [first, last, [&this]] },
        ] } } })
    }
}

/// An expression for a history in which nobody says anything.
pub(super) fn without_notes() -> Document {
    let silent = doc! { "$mergeObjects": ["$$this", { "note": null }] };
    let says_nothing = doc! { "$eq": [{ "$type": "$$this.note" }, "missing"] };
    doc! { "$map": { "input": or_empty("events"), "in": { "$cond": [says_nothing, "$$this", silent] } } }
}

/// All but what has happened.
pub(super) fn without_history() -> Document {
    doc! { "events": 0, "names": 0 }
}

/// A conversation with the last that happened, by which one sees whether that has.
pub(super) fn with_last() -> Document {
    doc! { "events": { "$slice": -1 } }
}

/// A conversation with the last few things that happened.
pub(super) fn with_last_few() -> Document {
    doc! { "events": { "$slice": -LAST } }
}

/// What has happened to a conversation, and whose it is.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct History {
    pub visitor: Id,
    /// The oldest first.
    #[serde(default)]
    pub events: Vec<Happened>,
}

impl Projected for History {
    fn fields() -> Document {
        doc! { "visitor": 1, "events": 1 }
    }
}

impl Conversation {
    /// What has happened to the conversation of this id, whoever asks.
    pub async fn history(db: &Db, id: Id) -> Result<Option<History>> {
        db.query::<Self>(doc! { "_id": id }).part().one().await
    }

    /// Whether something is among the last that happened, as far as they were read.
    pub fn has_noted(&self, id: Id) -> bool {
        self.events.iter().any(|event| event.id == id)
    }
}
