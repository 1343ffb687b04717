//! Users of the dashboard: agents and administrators.

mod sessions;

use std::collections::{BTreeSet, HashMap};

use bson::{Bson, doc};
use mongodb::IndexModel;
use mongodb::error::Result;
use mongodb::options::ReturnDocument;
use serde::{Deserialize, Serialize};

use crate::auth::passwords::PasswordHash;
use crate::db::{Cursor, Db, Page, Paged, Paging, Stored, index, named, part, sparse, unique, violates};
use crate::documents::audit::Party;
use crate::documents::live_connection::{self, Expired, LiveConnection};
use crate::documents::participant::{Participant, Side};
use crate::input::unchecked;
use crate::{Id, Time};

pub use sessions::Session;

/// The unique index on emails.
const EMAIL_INDEX: &str = "email";
/// The unique index that lets only one user be the first.
const FOUNDER_INDEX: &str = "founder";

named! {
    /// What a user may do; a later role may all that an earlier one may.
    #[derive(PartialOrd, Ord)]
    pub enum Role {
        /// Talks with visitors.
        Agent = "agent",
        /// Runs the team.
        Admin = "admin",
        /// Makes administrators.
        SuperAdmin = "super_admin",
    }
}

unchecked!(Role, Status);

named! {
    /// Whether a user can be talked to.
    #[derive(Default)]
    #[schemars(rename = "UserStatus")]
    pub enum Status {
        /// There.
        Online = "online",
        /// Not connected.
        #[default]
        Offline = "offline",
        /// Connected, not looking.
        Away = "away",
        /// Connected, not to be disturbed.
        Busy = "busy",
    }
}

/// A user as stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names say it")]
pub struct User {
    #[serde(rename = "_id")]
    pub id: Id,
    pub name: String,
    /// Its email, trimmed and lower-cased; unique.
    pub email: String,
    pub password_hash: PasswordHash,
    pub role: Role,
    #[serde(default = "yes")]
    pub active: bool,
    pub status: Status,
    /// The status that a first connection brings back: the last one chosen, besides `offline`.
    pub chosen_status: Status,
    pub avatar: Option<String>,
    pub department: Option<String>,
    pub created_at: Time,
    /// Its logins that have not ended.
    pub sessions: Vec<Session>,
    pub connections: Vec<LiveConnection>,
    /// Where its last logins came from.
    #[serde(default)]
    pub networks: Vec<String>,
    /// Whether it had none before the last one came.
    #[serde(default)]
    pub was_absent: bool,
    /// Those that the last one pushed out.
    #[serde(default)]
    pub pushed_out: Vec<LiveConnection>,
    /// Set for the very first user only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub founder: Option<bool>,
}

/// Documents of an earlier build do not say whether they are active.
fn yes() -> bool {
    true
}

/// What became of a new user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Inserted {
    New,
    EmailIsTaken,
    IsNotTheFirst,
}

/// Which users are asked for.
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Filter {
    pub role: Option<Role>,
    /// Those who may log in, or those who may not.
    pub active: Option<bool>,
}

/// What an administrator writes of a user; `None` leaves as it was.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Changes {
    pub role: Option<Role>,
    pub active: Option<bool>,
    pub name: Option<String>,
    /// A part of the company; `Some(None)` empties.
    pub department: Option<Option<String>>,
}

part! {
    /// An agent inside a conversation.
    pub struct AgentBrief of User {
        name: String,
        email: String,
        status: Status,
        avatar: Option<String>,
    }
}

part! {
    /// Who wrote a message or a text.
    pub struct Author of User {
        name: String,
        email: String,
    }
}

impl Author {
    /// Authors by their ids. One round trip, unless there are none.
    pub async fn by_id(db: &Db, ids: BTreeSet<Id>) -> Result<HashMap<Id, Self>> {
        let authors = db.parts::<User, Self>(ids).await?;
        Ok(authors.into_iter().map(|author| (author.id, author)).collect())
    }
}

impl Stored for User {
    const COLLECTION: &'static str = "users";

    fn indexes() -> Vec<IndexModel> {
        vec![
            index(doc! { "createdAt": -1, "_id": -1 }),
            index(doc! { "role": 1, "createdAt": -1, "_id": -1 }),
            index(doc! { "name": 1, "_id": 1 }),
            unique(EMAIL_INDEX, doc! { "email": 1 }, None),
            sparse(doc! { "connections.expiresAt": 1 }),
            sparse(doc! { "networks": 1 }),
            unique(FOUNDER_INDEX, doc! { "founder": 1 }, Some(doc! { "founder": true })),
        ]
    }
}

impl Paged for User {
    const SORTED_BY: &'static str = "createdAt";

    fn place(&self) -> Cursor {
        Cursor::new(self.created_at, self.id)
    }
}

impl User {
    /// As somebody who takes part in conversations.
    pub fn participant(&self) -> Participant {
        Participant {
            side: Side::Agent,
            id: self.id,
            name: Some(self.name.clone()),
            email: Some(self.email.clone()),
        }
    }

    /// As somebody in the security log.
    pub fn party(&self) -> Party {
        Party { id: Some(self.id), email: Some(self.email.clone()) }
    }

    /// What a conversation shows of a user.
    pub async fn brief(db: &Db, id: Id) -> Result<Option<AgentBrief>> {
        db.query::<Self>(doc! { "_id": id }).part().one().await
    }

    /// The user of this email.
    pub async fn with_email(db: &Db, email: &str) -> Result<Option<Self>> {
        db.query(doc! { "email": email }).one().await
    }

    /// Stores a new user.
    /// Errors: when the database cannot answer.
    pub async fn insert(&self, db: &Db) -> Result<Inserted> {
        match db.insert(self).await {
            Err(error) if violates(&error, EMAIL_INDEX) => Ok(Inserted::EmailIsTaken),
            Err(error) if violates(&error, FOUNDER_INDEX) => Ok(Inserted::IsNotTheFirst),
            inserted => inserted.map(|()| Inserted::New),
        }
    }

    /// Whether there is any user.
    pub async fn any(db: &Db) -> Result<bool> {
        db.query::<Self>(doc! {}).one().await.map(|user| user.is_some())
    }

    /// The user of this id.
    pub async fn find(db: &Db, id: Id) -> Result<Option<Self>> {
        db.query(doc! { "_id": id }).one().await
    }

    /// A page of the users, the latest first.
    pub(crate) async fn page(db: &Db, filter: &Filter, paging: &Paging) -> crate::Result<Page<Self>> {
        let mut matching = doc! {};
        let Filter { role, active } = filter;
        if let Some(role) = role {
            matching.insert("role", *role);
        }
        if let Some(active) = active {
            // Documents of an earlier build do not say it.
            matching.insert("active", doc! { "$ne": !active });
        }
        db.page(matching, doc! {}, paging).await
    }

    /// Every user, by name.
    pub async fn briefs(db: &Db) -> Result<Vec<AgentBrief>> {
        db.query::<Self>(doc! {}).part().sort(doc! { "name": 1, "_id": 1 }).all().await
    }

    /// Writes what an administrator changes, unless role or account were changed since they were looked
    /// at. Who is switched off is logged out. The user afterwards.
    pub async fn change(db: &Db, looked_at: &Self, changes: Changes) -> Result<Option<Self>> {
        let Changes { role, active, name, department } = changes;
        let mut set = doc! {
            "role": role.unwrap_or(looked_at.role),
            "active": active.unwrap_or(looked_at.active),
        };
        if let Some(name) = name {
            set.insert("name", name);
        }
        if let Some(department) = department {
            set.insert("department", department);
        }
        if active == Some(false) {
            set.insert("sessions", Bson::Array(Vec::new()));
        }
        let same = doc! { "role": looked_at.role, "active": { "$ne": !looked_at.active } };
        let filter = doc! { "_id": looked_at.id, "$and": [same] };
        db.update(filter, doc! { "$set": set }, ReturnDocument::After).await
    }

    /// Sets what the others see. `offline` lasts until the next first connection.
    pub async fn set_status(db: &Db, id: Id, status: Status) -> Result<()> {
        let chosen = if status == Status::Offline { Status::Online } else { status };
        let update = doc! { "$set": { "status": status, "chosenStatus": chosen } };
        db.of::<Self>().update_one(doc! { "_id": id }, update).await.map(drop)
    }

    /// Counts a connection in; who was offline is what it chose last. The user afterwards, and whether
    /// it was absent before.
    pub async fn arrive(db: &Db, id: Id, arriving: &LiveConnection) -> Result<Option<(Self, bool)>> {
        let was_offline = doc! { "$eq": ["$status", Status::Offline] };
        let now = Time::now();
        let update = vec![
            doc! { "$set": { "connections": live_connection::living(now) } },
            doc! { "$set": {
                "wasAbsent": live_connection::if_absent(true, false),
                "connections": live_connection::with(arriving, now),
                "pushedOut": live_connection::pushed_out_by(arriving, now),
                "status": { "$cond": [was_offline, "$chosenStatus", "$status"] },
            } },
        ];
        let user: Option<Self> = db.update(doc! { "_id": id }, update, ReturnDocument::After).await?;
        Ok(user.map(|user| {
            let came = user.was_absent;
            (user, came)
        }))
    }

    /// Whether anybody is connected from a network.
    pub async fn is_connected_from(db: &Db, network: &str) -> Result<bool> {
        let there = doc! { "network": network, "expiresAt": { "$gt": Time::now() } };
        let there = doc! { "connections": { "$elemMatch": there } };
        db.query::<Self>(there).one().await.map(|user| user.is_some())
    }

    /// Whether anybody is connected who answers: neither away nor shown as offline.
    pub async fn any_answers(db: &Db) -> Result<bool> {
        let statuses = [Status::Online, Status::Busy];
        let there =
            doc! { "connections.expiresAt": { "$gt": Time::now() }, "status": { "$in": statuses } };
        db.query::<Self>(there).one().await.map(|user| user.is_some())
    }

    /// Those of whom a connection has expired.
    pub async fn with_expired(db: &Db) -> Result<Vec<Expired>> {
        Expired::find::<Self>(db, Time::now()).await
    }

    /// Counts a connection out; without another one the user is offline. Whether it was the last.
    pub async fn leave(db: &Db, id: Id, connection: &str) -> Result<bool> {
        let update = vec![
            doc! { "$set": { "connections": live_connection::others(connection, Time::now()) } },
            doc! { "$set": { "status": live_connection::if_absent(Status::Offline, "$status") } },
        ];
        let there = doc! { "_id": id, "connections.id": connection };
        let user: Option<Self> = db.update(there, update, ReturnDocument::After).await?;
        Ok(user.is_some_and(|user| user.connections.is_empty()))
    }
}
