//! Users of the dashboard: agents and administrators.

mod sessions;

use bson::{Bson, doc};
use mongodb::IndexModel;
use mongodb::error::Result;
use mongodb::options::ReturnDocument;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::auth::passwords::PasswordHash;
use crate::db::{Cursor, Db, Page, Paged, Paging, Stored, index, part, sparse, unique};
use crate::documents::audit::Party;
use crate::documents::live_connection::{self, Expired, LiveConnection};
use crate::documents::participant::{Participant, Side};
use crate::input::unchecked;
use crate::{Id, Time};

pub use sessions::Session;

/// The unique index on emails.
pub const EMAIL_INDEX: &str = "email";
/// The unique index that lets only one user be the first.
pub const FOUNDER_INDEX: &str = "founder";

/// What a user may do; a later role may all that an earlier one may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Talks with visitors.
    Agent,
    /// Runs the team.
    Admin,
    /// Makes administrators.
    SuperAdmin,
}

impl Role {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Admin => "admin",
            Self::SuperAdmin => "super_admin",
        }
    }
}

unchecked!(Role, Status);

impl From<Role> for Bson {
    fn from(role: Role) -> Self {
        Bson::String(role.name().to_owned())
    }
}

/// Whether a user can be talked to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "UserStatus")]
pub enum Status {
    /// There.
    Online,
    /// Not connected.
    #[default]
    Offline,
    /// Connected, not looking.
    Away,
    /// Connected, not to be disturbed.
    Busy,
}

impl From<Status> for Bson {
    fn from(status: Status) -> Self {
        let name = match status {
            Status::Online => "online",
            Status::Offline => "offline",
            Status::Away => "away",
            Status::Busy => "busy",
        };
        Bson::String(name.to_owned())
    }
}

/// A user as stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names say it")]
pub struct User {
    #[serde(rename = "_id")]
    pub id: Id,
    /// Its name, 1 to 100 characters.
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
    /// Whether it had none before the last one came.
    #[serde(default)]
    pub was_absent: bool,
    /// Set for the very first user only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub founder: Option<bool>,
}

/// Documents of an earlier build do not say whether they are active.
fn yes() -> bool {
    true
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

/// Who wrote a message or a text.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Author {
    pub name: String,
    pub email: String,
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

    /// Whether there is any user.
    pub async fn any(db: &Db) -> Result<bool> {
        db.query::<Self>(doc! {}).one().await.map(|user| user.is_some())
    }

    /// The user of this id.
    pub async fn find(db: &Db, id: Id) -> Result<Option<Self>> {
        db.query(doc! { "_id": id }).one().await
    }

    /// A page of the users, the latest first.
    pub async fn page(db: &Db, filter: &Filter, paging: &Paging) -> crate::Result<Page<Self>> {
        let mut matching = doc! {};
        if let Some(role) = filter.role {
            matching.insert("role", role);
        }
        if let Some(active) = filter.active {
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
        let mut set = doc! {
            "role": changes.role.unwrap_or(looked_at.role),
            "active": changes.active.unwrap_or(looked_at.active),
        };
        if let Some(name) = changes.name {
            set.insert("name", name);
        }
        if let Some(department) = changes.department {
            set.insert("department", department);
        }
        if changes.active == Some(false) {
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
                "status": { "$cond": [was_offline, "$chosenStatus", "$status"] },
            } },
        ];
        let user: Option<Self> = db.update(doc! { "_id": id }, update, ReturnDocument::After).await?;
        Ok(user.map(|user| {
            let came = user.was_absent;
            (user, came)
        }))
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
