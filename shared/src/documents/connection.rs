//! The open connections of the WebSocket, and who is behind each.

use std::time::Duration;

use bson::{Document, doc};
use mongodb::IndexModel;
use mongodb::error::Result;
use mongodb::options::ReturnDocument;
use serde::{Deserialize, Serialize};

use super::participant::Participant;
use super::user::Session;
use crate::db::{AnyId, Db, Stored, expiring, index, named, to_bson};
use crate::input::unchecked;
use crate::{Id, Time};

/// How long a connection document lives: a little past the 2 hours after which API Gateway closes every
/// connection (its quotas for WebSocket APIs), for the day its `$disconnect` is lost.
pub const LIFETIME: Duration = Duration::from_secs(2 * 60 * 60 + 5 * 60);

/// The most conversations that one connection can have joined; the oldest are left.
const MOST_JOINED: i32 = 200;

named! {
    /// How much an agent's connection is pushed.
    #[derive(Default)]
    pub enum Watch {
        /// What concerns unassigned conversations, the agent's own and those it joined.
        #[default]
        Mine = "mine",
        /// Everything.
        All = "all",
    }
}

unchecked!(Watch);

/// What an agent's connection wants to be pushed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Of the conversations.
    pub watch: Watch,
    /// Whether it hears of all visitors who are there.
    pub visitors: bool,
}

/// A connection as stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names say it")]
pub struct Connection {
    /// The id that the gateway gave it.
    #[serde(rename = "_id")]
    pub id: String,
    /// Who is behind it, once authenticated.
    pub person: Option<Participant>,
    /// Of an agent's connection: the session of its token, and when that ends.
    pub session: Option<Session>,
    /// How much an agent's connection is pushed.
    pub watch: Watch,
    /// Whether an agent's connection hears of all visitors who are there.
    #[serde(default)]
    pub visitors: bool,
    pub joined: Vec<Id>,
    /// When the gateway will have closed it at the latest.
    pub expires_at: Time,
}

/// Matches the connections that meet conditions and have not expired.
pub fn living(conditions: Vec<Document>) -> Document {
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
            index(doc! { "visitors": 1 }),
            index(doc! { "joined": 1 }),
            index(doc! { "session.id": 1 }),
            expiring("expiresAt"),
        ]
    }
}

impl Connection {
    /// Stores a connection that has just been opened.
    pub async fn open(db: &Db, id: &str, connected_at: Time) -> Result<()> {
        let connection = Self {
            id: id.to_owned(),
            person: None,
            session: None,
            watch: Watch::Mine,
            visitors: false,
            joined: Vec::new(),
            expires_at: connected_at.plus(LIFETIME),
        };
        db.insert(&connection).await
    }

    /// The connection of this id.
    pub async fn find(db: &Db, id: &str) -> Result<Option<Self>> {
        db.query(doc! { "_id": id }).one().await
    }

    /// Removes a connection.
    pub async fn remove(db: &Db, id: &str) -> Result<()> {
        db.of::<Self>().delete_one(doc! { "_id": id }).await.map(drop)
    }

    /// Authenticates a connection as a person's, unless somebody else is behind it. `None` when
    /// there is no such connection.
    pub async fn authenticate(
        db: &Db,
        id: &str,
        person: &Participant,
        session: Option<&Session>,
        wishes: Wishes,
    ) -> Result<Option<Self>> {
        let free = doc! { "$or": [{ "person": null }, { "person.id": person.id }] };
        let update = doc! { "$set": {
            "person": to_bson(person)?,
            "session": to_bson(&session)?,
            "watch": wishes.watch,
            "visitors": wishes.visitors,
        } };
        db.update(doc! { "_id": id, "$and": [free] }, update, ReturnDocument::After).await
    }

    /// Changes what a connection is pushed: one thing or both.
    pub async fn wish(db: &Db, id: &str, watch: Option<Watch>, visitors: Option<bool>) -> Result<()> {
        let mut set = doc! {};
        set.extend(watch.map(|watch| ("watch".to_owned(), watch.into())));
        set.extend(visitors.map(|visitors| ("visitors".to_owned(), visitors.into())));
        db.of::<Self>().update_one(doc! { "_id": id }, doc! { "$set": set }).await.map(drop)
    }

    /// The ids of the connections that hear of all visitors.
    pub async fn watching_visitors(db: &Db) -> Result<Vec<String>> {
        Self::ids(db, living(vec![doc! { "visitors": true }])).await
    }

    /// Joins a conversation.
    pub async fn join(db: &Db, id: &str, conversation: Id) -> Result<()> {
        let others = doc! { "$filter": {
            "input": "$joined", "cond": { "$ne": ["$$this", conversation] },
        } };
        let joined = doc! { "$slice": [{ "$concatArrays": [others, [conversation]] }, -MOST_JOINED] };
        let update = vec![doc! { "$set": { "joined": joined } }];
        db.of::<Self>().update_one(doc! { "_id": id }, update).await.map(drop)
    }

    /// Leaves a conversation.
    pub async fn leave(db: &Db, id: &str, conversation: Id) -> Result<()> {
        let update = doc! { "$pull": { "joined": conversation } };
        db.of::<Self>().update_one(doc! { "_id": id }, update).await.map(drop)
    }

    /// Those of some connections that have not expired.
    pub async fn still_open(db: &Db, ids: &[String]) -> Result<Vec<String>> {
        Self::ids(db, living(vec![doc! { "_id": { "$in": ids } }])).await
    }

    /// The ids of a person's connections.
    pub async fn of_person(db: &Db, person: Id) -> Result<Vec<String>> {
        Self::ids(db, doc! { "person.id": person }).await
    }

    /// The ids of a user's connections that other sessions than this one opened.
    pub async fn of_person_but(db: &Db, person: Id, session: &str) -> Result<Vec<String>> {
        Self::ids(db, doc! { "person.id": person, "session.id": { "$ne": session } }).await
    }

    /// The ids of the connections that a session opened.
    pub async fn of_session(db: &Db, session: &str) -> Result<Vec<String>> {
        Self::ids(db, doc! { "session.id": session }).await
    }

    /// Writes a person's new name and email wherever it is connected.
    pub async fn rename(db: &Db, person: &Participant) -> Result<()> {
        let update = doc! { "$set": { "person": to_bson(person)? } };
        db.of::<Self>().update_many(doc! { "person.id": person.id }, update).await.map(drop)
    }

    /// The ids of the connections that match.
    pub async fn ids(db: &Db, filter: Document) -> Result<Vec<String>> {
        let found = db.query::<Self>(filter).part::<AnyId<String>>().all().await?;
        Ok(found.into_iter().map(|connection| connection.id).collect())
    }
}
