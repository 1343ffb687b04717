//! Conversations between a visitor and the company.

mod erasure;
mod history;
mod lifecycle;
mod list;
mod marks;
mod outbox;

use bson::{Bson, Document, doc};
use mongodb::IndexModel;
use mongodb::error::Result;
use mongodb::options::UpdateModifications;
use serde::{Deserialize, Serialize};

use super::participant::{Participant, Side};
use crate::db::{Cursor, Db, Paged, Stored, index, named, part, partial, sparse, unique, violates};
use crate::input::unchecked;
use crate::{Id, Time};

use history::without_history;

pub use erasure::Erasing;
pub use history::{Actor, Happened, Happening, History};
pub use lifecycle::{Action, HeldBy, Status};
pub use list::{Filter, Holder, Sort, WithPeople};
pub use marks::{Counts, Marker, Marks, Reached, SideMarks};
pub use outbox::{Guard, Look, Name, Outgoing};

/// The unique index on a visitor's `clientMessageId` of a start.
const START_INDEX: &str = "start";

named! {
    /// How urgent a conversation is.
    #[derive(Default)]
    pub enum Priority {
        /// It can wait.
        Low = "low",
        /// As most.
        #[default]
        Medium = "medium",
        /// First.
        High = "high",
    }
}

unchecked!(Priority);

/// A conversation as stored.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names say it")]
pub struct Conversation {
    /// Its id, random in all bits: knowing it is what lets its visitor rate it.
    #[serde(rename = "_id")]
    pub id: Id,
    pub visitor: Id,
    pub assigned_agent: Option<Id>,
    /// Who held it before the last hand-over.
    pub previous_agent: Option<Id>,
    /// Where it is in its life.
    pub status: Status,
    pub priority: Priority,
    pub tags: Vec<String>,
    pub notes: String,
    /// 1 to 5, once rated.
    pub rating: Option<i32>,
    /// What the visitor said with the rating.
    pub rating_comment: Option<String>,
    /// The `seq` of its last message, which is the number of its messages.
    pub seq: i64,
    /// The number of messages of each side.
    pub counts: Counts,
    /// How far each side has come.
    pub marks: Marks,
    /// The beginning of the last message.
    pub last_message: Option<String>,
    /// When the last message came; before there is one, when the conversation started.
    pub active_at: Time,
    pub first_visitor_message_at: Option<Time>,
    /// When an agent first wrote after that.
    pub first_response_at: Option<Time>,
    pub first_response_by: Option<Id>,
    /// When it was resolved, unless it was reopened.
    pub resolved_at: Option<Time>,
    pub closed_at: Option<Time>,
    pub created_at: Time,
    /// Grows with each change that is shown; 0 where an earlier build stored it and nothing has changed since.
    #[serde(default)]
    pub version: i64,
    /// When the visitor's first message came that no agent has answered.
    #[serde(default)]
    pub waiting_since: Option<Time>,
    /// The `clientMessageId` of its start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_key: Option<String>,
    /// Messages that are accepted, and not known to be stored among the messages and pushed.
    #[serde(default)]
    pub outbox: Vec<Outgoing>,
    /// The names of the last messages.
    #[serde(default)]
    pub names: Vec<Name>,
    /// What has happened to it, where it was read.
    #[serde(default)]
    pub events: Vec<Happened>,
    /// When what was said in it was erased, unless something has been said since.
    #[serde(default)]
    pub erased_at: Option<Time>,
}

part! {
    /// A conversation that is not closed.
    pub struct OpenBrief of Conversation {
        assigned_agent: Option<Id>,
    }
}

part! {
    /// With whom a conversation is.
    pub struct WhoseIs of Conversation {
        visitor: Id,
    }
}

impl Stored for Conversation {
    const COLLECTION: &'static str = "conversations";

    fn indexes() -> Vec<IndexModel> {
        vec![
            index(doc! { "activeAt": -1, "_id": -1 }),
            index(doc! { "status": 1, "activeAt": -1, "_id": -1 }),
            index(doc! { "visitor": 1, "activeAt": -1, "_id": -1 }),
            index(doc! { "tags": 1, "activeAt": -1, "_id": -1 }),
            index(doc! { "createdAt": 1 }),
            index(doc! { "erasedAt": 1, "status": 1, "activeAt": 1 }),
            unique(
                START_INDEX,
                doc! { "visitor": 1, "startKey": 1 },
                Some(doc! { "startKey": { "$exists": true } }),
            ),
            sparse(doc! { "outbox.due": 1 }),
            partial(doc! { "waitingSince": 1, "_id": 1 }, list::waiting()),
            partial(doc! { "priority": 1, "activeAt": -1, "_id": -1 }, list::of_unusual_priority()),
            index(overview_index()),
            index(holders_index()),
            index(responders_index()),
        ]
    }
}

/// The keys of the index behind the figures of all conversations.
pub fn overview_index() -> Document {
    doc! {
        "status": 1, "createdAt": 1, "resolvedAt": 1, "rating": 1,
        "firstVisitorMessageAt": 1, "firstResponseAt": 1,
    }
}

/// The keys of the index on who holds conversations: behind lists, and behind the figures with its last
/// two.
pub fn holders_index() -> Document {
    doc! { "assignedAgent": 1, "status": 1, "activeAt": -1, "_id": -1, "resolvedAt": 1, "rating": 1 }
}

/// The keys of the index behind the figures of who answers first.
pub fn responders_index() -> Document {
    doc! { "firstResponseBy": 1, "firstVisitorMessageAt": 1, "firstResponseAt": 1 }
}

/// What an agent may write on a conversation; `None` leaves as it was.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Changes {
    pub notes: Option<String>,
    pub tags: Option<Vec<String>>,
    pub priority: Option<Priority>,
}

impl Paged for Conversation {
    const SORTED_BY: &'static str = "activeAt";

    fn place(&self) -> Cursor {
        Cursor::new(self.active_at, self.id)
    }
}

impl Conversation {
    /// A conversation that its visitor begins now, without a message.
    pub fn begin(visitor: Id, start_key: Option<String>) -> crate::Result<Self> {
        let started = Happened::by_visitor(Happening::Started);
        let now = started.at;
        let times = Self { active_at: now, created_at: now, ..Self::default() };
        let id = Id::random()?;
        Ok(Self { id, visitor, start_key, version: 1, events: vec![started], ..times })
    }

    /// Whether somebody may see it: a visitor its own, an agent all.
    fn is_visible_to(&self, by: &Participant) -> bool {
        by.side == Side::Agent || self.visitor == by.id
    }

    /// How many of the visitor's messages no agent has read.
    pub fn unread_count(&self) -> i64 {
        self.counts.visitor - self.marks.agent.read.nth
    }

    /// Stores a new conversation. Whether it is new: not if its visitor started one with its key or its id
    /// before.
    pub async fn insert(&self, db: &Db) -> Result<bool> {
        match db.insert(self).await {
            Err(error) if violates(&error, START_INDEX) || violates(&error, "_id_") => Ok(false),
            inserted => inserted.map(|()| true),
        }
    }

    /// The conversation of this id, whoever asks.
    pub async fn find(db: &Db, id: Id) -> Result<Option<Self>> {
        db.query(doc! { "_id": id }).fields(without_history()).one().await
    }

    /// The conversation of this id, if the participant may see it.
    pub async fn seen_by(db: &Db, by: &Participant, id: Id) -> Result<Option<Self>> {
        // By its id alone, which the server finds without a plan.
        let found = Self::find(db, id).await?;
        Ok(found.filter(|found| found.is_visible_to(by)))
    }

    /// The visitor's conversation in which something was said last, closed or not.
    pub async fn latest_of(db: &Db, visitor: Id) -> Result<Option<Self>> {
        let them = db.query(doc! { "visitor": visitor }).fields(without_history());
        them.sort(doc! { "activeAt": -1, "_id": -1 }).one().await
    }

    /// Which conversation a visitor has open, the latest if there are more, and who holds it.
    pub async fn open_brief_of(db: &Db, visitor: Id) -> Result<Option<OpenBrief>> {
        db.query::<Self>(open_with(visitor)).sort(doc! { "activeAt": -1 }).part().one().await
    }

    /// Conversations of a visitor in the order of their ids, from one on.
    pub async fn of_visitor(db: &Db, visitor: Id, from: Option<Id>, most: i64) -> Result<Vec<Self>> {
        let mut filter = doc! { "visitor": visitor };
        if let Some(from) = from {
            filter.insert("_id", doc! { "$gte": from });
        }
        let them = db.query(filter).fields(without_history());
        them.sort(doc! { "_id": 1 }).limit(most).all().await
    }

    /// The visitor's conversation that was started with this `clientMessageId`.
    pub async fn started_with(db: &Db, visitor: Id, key: &str) -> Result<Option<Self>> {
        let it = db.query(doc! { "visitor": visitor, "startKey": key });
        it.fields(without_history()).one().await
    }

    /// Writes an agent's notes, tags and priority.
    pub async fn update(db: &Db, id: Id, changes: &Changes) -> Result<Option<Self>> {
        let mut set = doc! {};
        let Changes { notes, tags, priority } = changes;
        if let Some(notes) = notes {
            set.insert("notes", notes);
            set.insert("erasedAt", Bson::Null);
        }
        if let Some(tags) = tags {
            set.insert("tags", tags);
            set.insert("erasedAt", Bson::Null);
        }
        if let Some(priority) = priority {
            set.insert("priority", *priority);
        }
        if set.is_empty() {
            return Self::find(db, id).await;
        }
        let update = doc! { "$set": set, "$inc": { "version": 1_i64 } };
        Self::change(db, doc! { "_id": id }, update).await
    }

    /// Rates a conversation that has ended; what was said in it being erased, nothing is said with it.
    pub async fn rate(
        db: &Db,
        id: Id,
        rating: i32,
        comment: Option<&str>,
        event: &Happened,
    ) -> Result<Option<Self>> {
        let ended = doc! { "$in": [Status::Resolved, Status::Closed] };
        let remembered = doc! { "$eq": [{ "$ifNull": ["$erasedAt", null] }, null] };
        let comment = doc! { "$cond": [remembered, { "$literal": comment }, null] };
        let set = doc! {
            "rating": rating,
            "ratingComment": comment,
            "version": next_version(),
            "events": event.noted_over(&or_empty("events"))?,
        };
        let update = vec![doc! { "$set": set }];
        Self::change(db, doc! { "_id": id, "status": ended }, update).await
    }

    /// Changes a conversation; as it is afterwards, with the last that happened to it.
    async fn change(
        db: &Db,
        filter: Document,
        update: impl Into<UpdateModifications>,
    ) -> Result<Option<Self>> {
        db.update_after(filter, update, history::with_last()).await
    }
}

fn open_with(visitor: Id) -> Document {
    doc! { "visitor": visitor, "status": { "$ne": Status::Closed } }
}

/// Matches the conversations that somebody [may see](Conversation::is_visible_to).
fn visible_to(by: &Participant) -> Document {
    match by.side {
        Side::Visitor => doc! { "visitor": by.id },
        Side::Agent => doc! {},
    }
}

/// An expression for the version after a change.
fn next_version() -> Document {
    doc! { "$add": [{ "$ifNull": ["$version", 0_i64] }, 1_i64] }
}

/// An expression for an array that documents of an earlier build do not have.
fn or_empty(field: &str) -> Document {
    doc! { "$ifNull": [format!("${field}"), []] }
}
