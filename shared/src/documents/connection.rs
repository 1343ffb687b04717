//! The open connections of the WebSocket: who is behind each, and which of them an event reaches.

use std::collections::HashMap;
use std::time::Duration;

use bson::{Bson, Document, doc};
use mongodb::IndexModel;
use mongodb::error::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::conversation::Conversation;
use super::tally::one_more;
use crate::db::{Db, Give, Missing, Projected, Stored, expiring, index, to_bson};
use crate::limits::{Counted, Limit, Rate};
use crate::{Id, Time};

/// How long a connection document lives: a little past the 2 hours after which API Gateway closes
/// every connection (its quotas for WebSocket APIs), for the day its `$disconnect` is lost.
pub const LIFETIME: Duration = Duration::from_secs(2 * 60 * 60 + 5 * 60);

/// The most conversations that one connection can have joined; the oldest are left.
const MOST_JOINED: i32 = 200;

/// The two sides of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The company's.
    Agent,
    /// The visitor's.
    Visitor,
}

impl Side {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Visitor => "visitor",
        }
    }

    /// The opposite one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Agent => Self::Visitor,
            Self::Visitor => Self::Agent,
        }
    }
}

impl From<Side> for Bson {
    fn from(side: Side) -> Self {
        Bson::String(side.name().to_owned())
    }
}

/// Somebody who takes part in conversations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Which side it is on.
    pub side: Side,
    /// The user's or visitor's id.
    pub id: Id,
    /// Its name.
    pub name: Option<String>,
    /// Its email.
    pub email: Option<String>,
}

/// How much an agent's connection is pushed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Watch {
    /// What concerns unassigned conversations, the agent's own and those it joined.
    #[default]
    Mine,
    /// Everything.
    All,
}

impl From<Watch> for Bson {
    fn from(watch: Watch) -> Self {
        let name = match watch {
            Watch::Mine => "mine",
            Watch::All => "all",
        };
        Bson::String(name.to_owned())
    }
}

/// A connection as stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    /// The id that the gateway gave it.
    #[serde(rename = "_id")]
    pub id: String,
    /// Who is behind it, once that is proved.
    pub person: Option<Person>,
    /// Of an agent's connection: the session of its token, and when that ends.
    pub session: Option<super::user::Session>,
    /// How much an agent's connection is pushed.
    pub watch: Watch,
    /// The conversations it joined.
    pub joined: Vec<Id>,
    /// When the gateway will have closed it at the latest.
    pub expires_at: Time,
    /// How often it sent what is limited.
    #[serde(default)]
    pub counts: HashMap<String, FrameCount>,
}

/// How often a connection sent frames of one kind.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FrameCount {
    count: i64,
    ends_at: Time,
}

/// Whom an event reaches. It follows from who people are, not from what a connection remembers,
/// except for the conversations that it joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience {
    reach: Reach,
    side: Option<Side>,
    except: Option<Id>,
    /// The one connection that has its answer.
    besides: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reach {
    Agents,
    Conversation { id: Id, visitor: Id, holders: Holders },
}

/// Who holds a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Holders {
    Nobody,
    Agents(Vec<Id>),
}

impl Audience {
    /// Every agent.
    pub fn agents() -> Self {
        Self { reach: Reach::Agents, side: None, except: None, besides: None }
    }

    /// Everybody whom a conversation concerns: its visitor, its agent (with none, all agents), who
    /// watches all and who joined it.
    pub fn of(conversation: &Conversation) -> Self {
        let holders = match conversation.assigned_agent {
            Some(agent) => Holders::Agents(vec![agent]),
            None => Holders::Nobody,
        };
        let (id, visitor) = (conversation.id, conversation.visitor);
        let reach = Reach::Conversation { id, visitor, holders };
        Self { reach, side: None, except: None, besides: None }
    }

    /// With those who were concerned while `agent` held the conversation, or nobody did.
    #[must_use]
    pub fn and_formerly_of(mut self, agent: Option<Id>) -> Self {
        if let Reach::Conversation { holders, .. } = &mut self.reach {
            match (holders, agent) {
                (Holders::Agents(agents), Some(agent)) => agents.push(agent),
                (holders, _) => *holders = Holders::Nobody,
            }
        }
        self
    }

    /// Only those on one side.
    #[must_use]
    pub fn only(mut self, side: Side) -> Self {
        self.side = Some(side);
        self
    }

    /// Without the connections of one person.
    #[must_use]
    pub fn except(mut self, person: Id) -> Self {
        self.except = Some(person);
        self
    }

    /// Without one connection, which has an answer of its own.
    #[must_use]
    pub fn besides(self, connection: &str) -> Self {
        Self { besides: Some(connection.to_owned()), ..self }
    }

    fn filter(&self) -> Document {
        let agents = |watch: Option<Watch>| {
            let mut filter = doc! { "person.side": Side::Agent };
            if let Some(watch) = watch {
                filter.insert("watch", watch);
            }
            filter
        };
        let mut conditions = vec![match &self.reach {
            Reach::Agents => agents(None),
            Reach::Conversation { id, visitor, holders } => {
                let mut concerned = vec![doc! { "person.id": visitor }, doc! { "joined": id }];
                match holders {
                    Holders::Nobody => concerned.push(agents(None)),
                    Holders::Agents(holders) => {
                        concerned.push(doc! { "person.id": { "$in": holders } });
                        concerned.push(agents(Some(Watch::All)));
                    }
                }
                doc! { "$or": concerned }
            }
        }];
        conditions.extend(self.side.map(|side| doc! { "person.side": side }));
        conditions.extend(self.except.map(|id| doc! { "person.id": { "$ne": id } }));
        conditions.extend(self.besides.as_ref().map(|id| doc! { "_id": { "$ne": id } }));
        living(conditions)
    }
}

/// Matches the connections that meet conditions and are good for something yet.
fn living(conditions: Vec<Document>) -> Document {
    let now = Time::now();
    doc! {
        "$and": conditions,
        "expiresAt": { "$gt": now },
        "session.expiresAt": { "$not": { "$lte": now } },
    }
}

impl Stored for Connection {
    const COLLECTION: &'static str = "connections";

    fn indexes() -> Vec<IndexModel> {
        vec![
            index(doc! { "person.id": 1 }),
            index(doc! { "person.side": 1, "watch": 1 }),
            index(doc! { "joined": 1 }),
            index(doc! { "session.id": 1 }),
            expiring("expiresAt"),
        ]
    }
}

/// A connection's id, where nothing else of it is asked.
#[derive(Deserialize)]
struct OnlyId {
    #[serde(rename = "_id")]
    id: String,
}

impl Projected for OnlyId {
    fn fields() -> Document {
        doc! { "_id": 1 }
    }
}

impl Connection {
    /// Stores a connection that has just been opened.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn open(db: &Db, id: &str, connected_at: Time) -> Result<()> {
        let connection = Self {
            id: id.to_owned(),
            person: None,
            session: None,
            watch: Watch::Mine,
            joined: Vec::new(),
            expires_at: connected_at.plus(LIFETIME),
            counts: HashMap::new(),
        };
        db.insert(&connection).await
    }

    /// The connection of this id.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn find(db: &Db, id: &str) -> Result<Option<Self>> {
        db.query(doc! { "_id": id }).one().await
    }

    /// The connection of this id, and how often it has sent frames of a kind, this one included. One round
    /// trip; a count that a change of the primary undoes is no loss.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn count_frame(
        db: &Db,
        id: &str,
        limit: Limit,
        rate: Rate,
    ) -> Result<Option<(Self, Counted)>> {
        let (kind, field) = (limit.name(), format!("counts.{}", limit.name()));
        let [count, ends_at] =
            one_more(&format!("${field}.count"), &format!("${field}.endsAt"), rate.window);
        let update = vec![doc! { "$set": { field: { "count": count, "endsAt": ends_at } } }];
        let found: Option<Self> = db.note(doc! { "_id": id }, update).await?;
        Ok(found.and_then(|connection| {
            let FrameCount { count, ends_at } = *connection.counts.get(kind)?;
            Some((connection, Counted { count, ends_at }))
        }))
    }

    /// Removes a connection.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn remove(db: &Db, id: &str) -> Result<()> {
        db.of::<Self>().delete_one(doc! { "_id": id }).await.map(drop)
    }

    /// Notes who has been proved to be behind a connection, unless somebody else was before.
    /// `None` when there is no such connection (any more).
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn prove(
        db: &Db,
        id: &str,
        person: &Person,
        session: Option<&super::user::Session>,
        watch: Watch,
    ) -> Result<Option<Self>> {
        let free = doc! { "$or": [{ "person": null }, { "person.id": person.id }] };
        let update = doc! { "$set": {
            "person": to_bson(person)?,
            "session": to_bson(&session)?,
            "watch": watch,
        } };
        db.update(doc! { "_id": id, "$and": [free] }, update, Give::After, Missing::Leave).await
    }

    /// Changes what a connection is pushed.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn watch(db: &Db, id: &str, watch: Watch) -> Result<()> {
        db.of::<Self>().update_one(doc! { "_id": id }, doc! { "$set": { "watch": watch } }).await?;
        Ok(())
    }

    /// Joins a conversation.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn join(db: &Db, id: &str, conversation: Id) -> Result<()> {
        let others = doc! { "$filter": {
            "input": "$joined", "cond": { "$ne": ["$$this", conversation] },
        } };
        let joined = doc! { "$slice": [{ "$concatArrays": [others, [conversation]] }, -MOST_JOINED] };
        let update = vec![doc! { "$set": { "joined": joined } }];
        db.of::<Self>().update_one(doc! { "_id": id }, update).await.map(drop)
    }

    /// Leaves a conversation.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn leave(db: &Db, id: &str, conversation: Id) -> Result<()> {
        let update = doc! { "$pull": { "joined": conversation } };
        db.of::<Self>().update_one(doc! { "_id": id }, update).await.map(drop)
    }

    /// The ids of the connections that an audience has now.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn reached_by(db: &Db, audience: &Audience) -> Result<Vec<String>> {
        Self::ids(db, audience.filter()).await
    }

    /// Those of some connections that may be pushed something yet.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn still(db: &Db, ids: &[String]) -> Result<Vec<String>> {
        Self::ids(db, living(vec![doc! { "_id": { "$in": ids } }])).await
    }

    /// The ids of a person's connections.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn of_person(db: &Db, person: Id) -> Result<Vec<String>> {
        Self::ids(db, doc! { "person.id": person }).await
    }

    /// The ids of a user's connections that other sessions than this one opened.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn of_person_but(db: &Db, person: Id, session: &str) -> Result<Vec<String>> {
        Self::ids(db, doc! { "person.id": person, "session.id": { "$ne": session } }).await
    }

    /// The ids of the connections that a session opened.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn of_session(db: &Db, session: &str) -> Result<Vec<String>> {
        Self::ids(db, doc! { "session.id": session }).await
    }

    /// Writes a person's new name and email wherever it is connected.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn rename(db: &Db, person: &Person) -> Result<()> {
        let update = doc! { "$set": { "person": to_bson(person)? } };
        db.of::<Self>().update_many(doc! { "person.id": person.id }, update).await.map(drop)
    }

    async fn ids(db: &Db, filter: Document) -> Result<Vec<String>> {
        let found = db.query::<Self>(filter).part::<OnlyId>().all().await?;
        Ok(found.into_iter().map(|connection| connection.id).collect())
    }
}
