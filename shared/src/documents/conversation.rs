//! Conversations between a visitor and the company.
//!
//! A message is accepted by one update of its conversation's document, which gives it its number and
//! puts it into the outbox. From then on it is never lost: whoever accepted it stores it among the
//! messages and tells it, and if that ends in the middle, whoever comes next does.

use std::time::Duration;

use bson::{Bson, Document, doc};
use mongodb::IndexModel;
use mongodb::error::Result;
use mongodb::options::WriteConcern;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::connection::Side;
use super::mark::Kind;
use super::message::Message;
use super::user::{AgentBrief, User};
use super::visitor::Visitor;
use crate::db::{self, Db, Give, Missing, Projected, Stored, index, sparse, to_bson, unique};
use crate::{Id, Time};

/// The unique index on a visitor's `clientMessageId` of a start.
pub const START_INDEX: &str = "start";
/// The characters of the last message that a conversation shows.
const PREVIEW: usize = 200;
/// The most messages that wait to be moved to their collection.
const MOST_OUTGOING: usize = 200;
/// The names of messages that a conversation remembers: how many may come between a sender's look
/// and its message.
const MOST_RECENT: i32 = 32;
/// After so long whoever finds an accepted message moves and tells it: the function that accepted it
/// has no more time, which ends after 28 seconds (`Timeout` in `template.yaml`).
const TAKE_OVER: Duration = Duration::from_secs(35);
/// The most conversations that are forgotten at once.
const MOST_FORGOTTEN: i64 = 20;
/// The most conversations whose messages are taken over at once.
const MOST_TAKEN_OVER: i64 = 10;

/// Where a conversation is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "ConversationStatus")]
pub enum Status {
    /// Nobody has taken it.
    Pending,
    /// An agent has.
    Active,
    /// The agent is done; the visitor may reopen it.
    Resolved,
    /// Over.
    Closed,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Active, Self::Resolved, Self::Closed];

    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
        }
    }

    /// What a conversation of this status, held by an agent or not, becomes when something is done
    /// to it; `None` when that cannot be done.
    pub fn after(self, held: bool, action: Action) -> Option<Self> {
        use Action::*;
        use Status::*;
        match (self, action) {
            (Closed, Close) => Some(Closed),
            (Closed, _) => None,
            (_, Assign) => Some(Active),
            (_, Transfer) => held.then_some(Active),
            (_, Resolve) => Some(Resolved),
            (_, Close) => Some(Closed),
            (Resolved, VisitorMessage) => Some(if held { Active } else { Pending }),
            (same, VisitorMessage | AgentMessage) => Some(same),
        }
    }
}

impl From<Status> for Bson {
    fn from(status: Status) -> Self {
        Bson::String(status.name().to_owned())
    }
}

/// What is done to a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// An agent gets it.
    Assign,
    /// Another agent gets it.
    Transfer,
    /// The matter is settled.
    Resolve,
    /// It ends for good.
    Close,
    /// Its visitor writes.
    VisitorMessage,
    /// An agent writes.
    AgentMessage,
}

impl Action {
    /// Matches the conversations to which it can be done.
    fn possible(self) -> Document {
        let states = states().filter(|(status, held)| status.after(*held, self).is_some());
        doc! { "$or": states.map(|(status, held)| {
            let agent = if held { doc! { "$ne": null } } else { doc! { "$eq": null } };
            Bson::Document(doc! { "status": status, "assignedAgent": agent })
        }).collect::<Vec<_>>() }
    }

    /// An expression for the status afterwards.
    fn status(self) -> Document {
        let branches: Vec<Bson> = states()
            .filter_map(|(status, held)| Some((status, held, status.after(held, self)?)))
            .map(|(status, held, then)| {
                let is_held = doc! { "$ne": ["$assignedAgent", null] };
                let case = doc! { "$and": [
                    { "$eq": ["$status", status] }, { "$eq": [is_held, held] },
                ] };
                Bson::Document(doc! { "case": case, "then": then })
            })
            .collect();
        doc! { "$switch": { "branches": branches, "default": "$status" } }
    }
}

fn states() -> impl Iterator<Item = (Status, bool)> {
    Status::ALL.into_iter().flat_map(|status| [(status, false), (status, true)])
}

/// How urgent a conversation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// It can wait.
    Low,
    /// As most.
    Medium,
    /// First.
    High,
}

/// How far a side has come in what the other side wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// The `seq` of the last message of the other side that is covered; 0 for none.
    pub seq: i64,
    /// The number of the other side's messages that are covered.
    pub nth: i64,
    /// When the mark came here.
    pub at: Option<Time>,
}

/// The two marks of a side; they only move forward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideMarks {
    /// What its clients said they have received.
    pub delivered: Reached,
    /// What it has read.
    pub read: Reached,
}

/// The marks of both sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// The company's.
    pub agent: SideMarks,
    /// The visitor's.
    pub visitor: SideMarks,
}

impl Marks {
    /// The marks of one side.
    pub fn of(&self, side: Side) -> &SideMarks {
        match side {
            Side::Agent => &self.agent,
            Side::Visitor => &self.visitor,
        }
    }
}

/// The number of messages of each side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// By agents.
    pub agent: i64,
    /// By the visitor.
    pub visitor: i64,
}

impl Counts {
    /// Those of one side.
    pub fn of(self, side: Side) -> i64 {
        match side {
            Side::Agent => self.agent,
            Side::Visitor => self.visitor,
        }
    }
}

/// A message that has been accepted, and is not known to be stored among the messages and told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outgoing {
    /// The message.
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

/// A conversation, and what a person has sent to it under a name.
#[derive(Clone, Debug, Deserialize)]
pub struct WithSent {
    /// The conversation.
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

/// A conversation as stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Conversation {
    /// Its id, random in all bits: knowing it is what lets its visitor rate it.
    #[serde(rename = "_id")]
    pub id: Id,
    /// Whose it is.
    pub visitor: Id,
    /// Who holds it.
    pub assigned_agent: Option<Id>,
    /// Who held it before the last hand-over, and is told of that.
    pub previous_agent: Option<Id>,
    /// Where it is in its life.
    pub status: Status,
    /// How urgent it is.
    pub priority: Priority,
    /// Labels.
    pub tags: Vec<String>,
    /// For agents' eyes only.
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
    /// When the visitor first wrote.
    pub first_visitor_message_at: Option<Time>,
    /// When an agent first wrote after that.
    pub first_response_at: Option<Time>,
    /// That agent.
    pub first_response_by: Option<Id>,
    /// When it was resolved, unless it was reopened.
    pub resolved_at: Option<Time>,
    /// When it was closed.
    pub closed_at: Option<Time>,
    /// When it was started.
    pub created_at: Time,
    /// The `clientMessageId` of its start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_key: Option<String>,
    /// Messages that are accepted, and not known to be stored among the messages and told.
    #[serde(default)]
    pub outbox: Vec<Outgoing>,
    /// The names of the last messages that have one.
    #[serde(default)]
    pub recent: Vec<Recent>,
    /// When what was said in it was forgotten, unless something has been said since.
    #[serde(default)]
    pub erased_at: Option<Time>,
}

/// Of which conversation what was said is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgetting {
    /// Of any, which ends with it.
    Ends,
    /// Of one that ended before a time.
    EndedBefore(Time),
}

impl Stored for Conversation {
    const COLLECTION: &'static str = "conversations";

    fn indexes() -> Vec<IndexModel> {
        vec![
            index(doc! { "activeAt": -1, "_id": -1 }),
            index(doc! { "status": 1, "activeAt": -1, "_id": -1 }),
            index(doc! { "assignedAgent": 1, "activeAt": -1, "_id": -1 }),
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
            // The figures read these three and no document.
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

/// The keys of the index behind the figures of who holds conversations.
pub fn holders_index() -> Document {
    doc! { "assignedAgent": 1, "resolvedAt": 1, "rating": 1 }
}

/// The keys of the index behind the figures of who answers first.
pub fn responders_index() -> Document {
    doc! { "firstResponseBy": 1, "firstVisitorMessageAt": 1, "firstResponseAt": 1 }
}

/// What an agent may write on a conversation; `None` leaves as it was.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// For agents' eyes only.
    pub notes: Option<String>,
    /// Labels.
    pub tags: Option<Vec<String>>,
    /// How urgent it is.
    pub priority: Option<Priority>,
}

/// A conversation with the people in it, as one aggregation brings them; `V` is how much of the
/// visitor is read.
#[derive(Clone, Debug, Deserialize)]
#[serde(bound = "V: DeserializeOwned")]
pub struct WithPeople<V> {
    /// The conversation.
    pub conversation: Conversation,
    /// Its visitor, at most one.
    pub visitor: Vec<V>,
    /// Its agent, at most one.
    pub agent: Vec<AgentBrief>,
}

impl Conversation {
    /// A conversation that begins now, without a message.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn begin(visitor: Id, start_key: Option<String>) -> crate::Result<Self> {
        let now = Time::now();
        Ok(Self {
            id: Id::random()?,
            visitor,
            assigned_agent: None,
            previous_agent: None,
            status: Status::Pending,
            priority: Priority::Medium,
            tags: Vec::new(),
            notes: String::new(),
            rating: None,
            rating_comment: None,
            seq: 0,
            counts: Counts::default(),
            marks: Marks::default(),
            last_message: None,
            active_at: now,
            first_visitor_message_at: None,
            first_response_at: None,
            first_response_by: None,
            resolved_at: None,
            closed_at: None,
            created_at: now,
            start_key,
            outbox: Vec::new(),
            recent: Vec::new(),
            erased_at: None,
        })
    }

    /// Notes in a new conversation that the visitor's first message begins it.
    pub fn open_with(&mut self, message: &Message) {
        self.outbox = vec![Outgoing::new(message.clone())];
        self.seq = message.seq;
        self.counts.visitor = message.nth;
        self.last_message = Some(preview(&message.content));
        self.active_at = message.created_at;
        self.first_visitor_message_at = Some(message.created_at);
    }

    /// The conversation of this id.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn find(db: &Db, id: Id) -> Result<Option<Self>> {
        db.query(doc! { "_id": id }).one().await
    }

    /// The visitor's conversation that is not closed, the latest if there are more.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn open_of(db: &Db, visitor: Id) -> Result<Option<Self>> {
        let open = doc! { "visitor": visitor, "status": { "$ne": Status::Closed } };
        db.query(open).sort(doc! { "activeAt": -1 }).one().await
    }

    /// Conversations of a visitor in the order of their ids, from one on.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn of_visitor(db: &Db, visitor: Id, from: Option<Id>, most: i64) -> Result<Vec<Self>> {
        let mut filter = doc! { "visitor": visitor };
        if let Some(from) = from {
            filter.insert("_id", doc! { "$gte": from });
        }
        db.query(filter).sort(doc! { "_id": 1 }).limit(most).all().await
    }

    /// Some conversations that ended before a time, and of which something is remembered.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn ended_before(db: &Db, time: Time) -> Result<Vec<Id>> {
        Self::ids(db, ended_before(time), MOST_FORGOTTEN).await
    }

    /// Some conversations of a visitor that go on, or of which something is remembered.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn to_forget(db: &Db, visitor: Id, most: i64) -> Result<Vec<Id>> {
        let goes_on = doc! { "status": { "$ne": Status::Closed } };
        let filter = doc! { "visitor": visitor, "$or": [{ "erasedAt": null }, goes_on] };
        Self::ids(db, filter, most).await
    }

    async fn ids(db: &Db, filter: Document, most: i64) -> Result<Vec<Id>> {
        #[derive(Deserialize)]
        struct OnlyId {
            #[serde(rename = "_id")]
            id: Id,
        }
        impl Projected for OnlyId {
            fn fields() -> Document {
                doc! { "_id": 1 }
            }
        }
        let found = db.query::<Self>(filter).part::<OnlyId>().limit(most).all().await?;
        Ok(found.into_iter().map(|conversation| conversation.id).collect())
    }

    /// Forgets what a conversation's document says of what was said. The conversation afterwards, or
    /// `None` when it is none of those.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn forget(db: &Db, id: Id, which: Forgetting) -> Result<Option<Self>> {
        let now = Time::now();
        let nothing = doc! { "content": "", "fileUrl": null, "clientMessageId": null };
        let mut set = doc! {
            "notes": "",
            "tags": [],
            "ratingComment": null,
            "lastMessage": null,
            "recent": [],
            "outbox": { "$map": { "input": or_empty("outbox"), "in": { "$mergeObjects": [
                "$$this", { "message": { "$mergeObjects": ["$$this.message", nothing] } },
            ] } } },
        };
        let mut filter = doc! { "_id": id };
        match which {
            Forgetting::Ends => {
                set.insert("status", Status::Closed);
                set.insert("closedAt", doc! { "$ifNull": ["$closedAt", now] });
            }
            Forgetting::EndedBefore(time) => filter.extend(ended_before(time)),
        }
        let update = vec![doc! { "$set": set }, doc! { "$unset": ["startKey"] }];
        Self::change(db, filter, update).await
    }

    /// Notes that everything up to a number has been forgotten.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn forgotten(db: &Db, id: Id, up_to: i64) -> Result<()> {
        let update = doc! { "$set": { "erasedAt": Time::now() } };
        db.of::<Self>().update_one(doc! { "_id": id, "seq": up_to }, update).await.map(drop)
    }

    /// The visitor's conversation that was started with this `clientMessageId`.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn started_with(db: &Db, visitor: Id, key: &str) -> Result<Option<Self>> {
        db.query(doc! { "visitor": visitor, "startKey": key }).one().await
    }

    /// Does `action` to a conversation if it can be done and `guard` matches, with `set` (an
    /// aggregation's `$set`) beside the status. The conversation afterwards.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn act(
        db: &Db,
        id: Id,
        action: Action,
        guard: Document,
        set: Document,
    ) -> Result<Option<Self>> {
        let filter = doc! { "_id": id, "$and": [action.possible(), guard] };
        Self::change(db, filter, action_update(action, set)).await
    }

    /// A conversation of those that `visible` matches, and what a person has sent to it under a name.
    /// The messages are looked at after the conversation: one that has left the outbox is among them.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn with_sent(
        db: &Db,
        id: Id,
        visible: Document,
        by: Id,
        name: &str,
    ) -> Result<Option<WithSent>> {
        let named = doc! { "conversation": id, "senderId": by, "clientMessageId": { "$eq": name } };
        let pipeline = vec![
            doc! { "$match": { "_id": id, "$and": [visible] } },
            doc! { "$project": { "_id": 0, "conversation": "$$ROOT" } },
            doc! { "$lookup": {
                "from": Message::COLLECTION, "as": "sent", "pipeline": [{ "$match": named }],
            } },
        ];
        Ok(db.aggregate(Self::COLLECTION, pipeline).await?.pop())
    }

    /// Accepts a message: one update gives it the next numbers and puts it into the outbox. The
    /// conversation as it was before and the message with its numbers, or `None` when the conversation
    /// takes no message, or its outbox is full, or a message of that name may have come since the
    /// conversation's last number was `seen` and there was none.
    ///
    /// # Errors
    /// When the database cannot answer.
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
        let update = action_update(action, set);
        let before: Option<Self> = db.update(filter, update, Give::Before, Missing::Leave).await?;
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

    /// Notes that a message is stored among the messages and told.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn dispatched(db: &Db, message: &Message) -> Result<()> {
        let update = doc! { "$pull": { "outbox": { "message._id": message.id } } };
        // Undone by a change of the primary, it is told twice, which clients know by its number.
        let soon = WriteConcern::nodes(1);
        let conversation = doc! { "_id": message.conversation };
        db.of::<Self>().update_one(conversation, update).write_concern(soon).await.map(drop)
    }

    /// Has the messages that are accepted by now where they are counted.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn settle(db: &Db) -> Result<()> {
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
        let accepted = filled.iter().flat_map(|only| &only.outbox).map(|outgoing| &outgoing.message);
        Message::store(db, accepted).await
    }

    /// The message of this id that is in an outbox.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn outgoing(db: &Db, message: Id) -> Result<Option<Message>> {
        // The first condition is for its index, which has the few conversations with something in it.
        let filter = doc! { "outbox.due": { "$exists": true }, "outbox.message._id": message };
        let found: Option<Self> = db.query(filter).one().await?;
        Ok(found.and_then(|found| found.accepted().find(|accepted| accepted.id == message).cloned()))
    }

    /// Some conversations with messages that are for anybody to take over.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn with_due(db: &Db) -> Result<Vec<Self>> {
        let due = doc! { "outbox.due": { "$lte": Time::now() } };
        db.query(due).limit(MOST_TAKEN_OVER).all().await
    }

    /// Takes a message over, if it is due; whether it is this caller who has it now.
    ///
    /// # Errors
    /// When the database cannot answer.
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

    /// Moves a mark of `side` forward to `reached`. What it was, or `None` when it was there already.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn advance(
        db: &Db,
        id: Id,
        side: Side,
        kind: Kind,
        reached: Reached,
    ) -> Result<Option<Self>> {
        let mark = |kind: Kind| format!("marks.{}.{}", side.name(), kind.name());
        let filter = doc! { "_id": id, format!("{}.seq", mark(kind)): { "$lt": reached.seq } };
        let reached_here = to_bson(&reached)?;
        let mut set = doc! { mark(kind): &reached_here };
        if kind == Kind::Read {
            // What is read has been received.
            let delivered = mark(Kind::Delivered);
            let behind = doc! { "$lt": [format!("${delivered}.seq"), reached.seq] };
            let further = doc! { "$cond": [behind, &reached_here, format!("${delivered}")] };
            set.insert(delivered, further);
        }
        let update = vec![doc! { "$set": set }];
        db.update(filter, update, Give::Before, Missing::Leave).await
    }

    /// Writes an agent's notes, tags and priority.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn update(db: &Db, id: Id, changes: &Changes) -> Result<Option<Self>> {
        let mut set = doc! {};
        if let Some(notes) = &changes.notes {
            set.insert("notes", notes);
            set.insert("erasedAt", Bson::Null);
        }
        if let Some(tags) = &changes.tags {
            set.insert("tags", tags);
            set.insert("erasedAt", Bson::Null);
        }
        if let Some(priority) = &changes.priority {
            set.insert("priority", to_bson(priority)?);
        }
        if set.is_empty() {
            return Self::find(db, id).await;
        }
        Self::change(db, doc! { "_id": id }, doc! { "$set": set }).await
    }

    /// Rates a conversation that has ended; what was said in it being forgotten, nothing is said with it.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn rate(db: &Db, id: Id, rating: i32, comment: Option<&str>) -> Result<Option<Self>> {
        let ended = doc! { "$in": [Status::Resolved, Status::Closed] };
        let remembered = doc! { "$eq": [{ "$ifNull": ["$erasedAt", null] }, null] };
        let comment = doc! { "$cond": [remembered, { "$literal": comment }, null] };
        let update = vec![doc! { "$set": { "rating": rating, "ratingComment": comment } }];
        Self::change(db, doc! { "_id": id, "status": ended }, update).await
    }

    /// Conversations with their people, the latest first.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn list<V: Projected>(
        db: &Db,
        filter: Document,
        skip: i64,
        limit: i64,
    ) -> Result<Vec<WithPeople<V>>> {
        let pipeline = vec![
            doc! { "$match": filter },
            doc! { "$sort": { "activeAt": -1, "_id": -1 } },
            doc! { "$skip": skip },
            doc! { "$limit": limit },
            doc! { "$unset": ["outbox", "recent"] },
            doc! { "$project": { "_id": 0, "conversation": "$$ROOT" } },
            doc! { "$lookup": {
                "from": Visitor::COLLECTION, "as": "visitor",
                "localField": "conversation.visitor", "foreignField": "_id",
                "pipeline": [{ "$project": V::fields() }],
            } },
            doc! { "$lookup": {
                "from": User::COLLECTION, "as": "agent",
                "localField": "conversation.assignedAgent", "foreignField": "_id",
                "pipeline": [{ "$project": AgentBrief::fields() }],
            } },
        ];
        db.aggregate(Self::COLLECTION, pipeline).await
    }

    /// How many conversations match.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn count(db: &Db, filter: Document) -> Result<u64> {
        db::count(&db.of::<Self>(), filter).await
    }

    async fn change(
        db: &Db,
        filter: Document,
        update: impl Into<mongodb::options::UpdateModifications>,
    ) -> Result<Option<Self>> {
        db.update(filter, update, Give::After, Missing::Leave).await
    }
}

/// Matches what ended before a time, of which something is remembered.
fn ended_before(time: Time) -> Document {
    let before = doc! { "$lte": time };
    doc! {
        "erasedAt": null,
        "status": { "$in": [Status::Resolved, Status::Closed] },
        "activeAt": &before,
        "$or": [{ "closedAt": &before }, { "status": Status::Resolved, "resolvedAt": &before }],
    }
}

fn action_update(action: Action, mut set: Document) -> Vec<Document> {
    set.insert("status", action.status());
    vec![doc! { "$set": set }]
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

/// An expression for an array that documents of an earlier build do not have.
fn or_empty(field: &str) -> Document {
    doc! { "$ifNull": [format!("${field}"), []] }
}

fn preview(content: &str) -> String {
    content.chars().take(PREVIEW).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_life_of_a_conversation() {
        use Action::*;
        use Status::*;
        let held_and_not = [
            // action, then what pending, active, resolved and closed become: unheld, held
            (
                Assign,
                [
                    (Some(Active), Some(Active)),
                    (Some(Active), Some(Active)),
                    (Some(Active), Some(Active)),
                    (None, None),
                ],
            ),
            (Transfer, [(None, Some(Active)), (None, Some(Active)), (None, Some(Active)), (None, None)]),
            (
                Resolve,
                [
                    (Some(Resolved), Some(Resolved)),
                    (Some(Resolved), Some(Resolved)),
                    (Some(Resolved), Some(Resolved)),
                    (None, None),
                ],
            ),
            (
                Close,
                [
                    (Some(Closed), Some(Closed)),
                    (Some(Closed), Some(Closed)),
                    (Some(Closed), Some(Closed)),
                    (Some(Closed), Some(Closed)),
                ],
            ),
            (
                VisitorMessage,
                [
                    (Some(Pending), Some(Pending)),
                    (Some(Active), Some(Active)),
                    (Some(Pending), Some(Active)),
                    (None, None),
                ],
            ),
            (
                AgentMessage,
                [
                    (Some(Pending), Some(Pending)),
                    (Some(Active), Some(Active)),
                    (Some(Resolved), Some(Resolved)),
                    (None, None),
                ],
            ),
        ];
        for (action, row) in held_and_not {
            for (status, (unheld, held)) in Status::ALL.into_iter().zip(row) {
                assert_eq!(status.after(false, action), unheld, "{action:?} on unheld {status:?}");
                assert_eq!(status.after(true, action), held, "{action:?} on held {status:?}");
            }
        }
    }

    #[test]
    fn a_preview_ends_between_characters() {
        assert_eq!(preview(&"ä".repeat(300)), "ä".repeat(200));
    }
}
