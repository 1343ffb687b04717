//! Users of the dashboard: agents and administrators.

use std::time::Duration;

use bson::{Bson, Document, doc};
use mongodb::IndexModel;
use mongodb::error::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::presence::{self, Lapsed, Presence};
use crate::db::{self, Db, Give, Missing, Projected, Stored, index, sparse, to_bson, unique};
use crate::passwords::PasswordHash;
use crate::{Id, Time};

/// The unique index on emails.
pub const EMAIL_INDEX: &str = "email";
/// The unique index that lets only one user be the first.
pub const FOUNDER_INDEX: &str = "founder";
/// The most sessions of one user; a login past it ends the oldest.
const MOST_SESSIONS: i32 = 50;

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

impl From<Role> for Bson {
    fn from(role: Role) -> Self {
        Bson::String(role.name().to_owned())
    }
}

/// Whether a user can be talked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "UserStatus")]
pub enum Status {
    /// There.
    Online,
    /// Not connected.
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

/// A login that has not ended. A token is good only while its session is here, so that a logout is
/// in force for the next call, at no extra round trip: the session is read with its user.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// The `jti` of its token.
    pub id: String,
    /// When the token expires.
    pub expires_at: Time,
}

impl Session {
    /// A session that begins now.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn begin(lifetime: Duration) -> crate::Result<Self> {
        Ok(Self { id: crate::tokens::new_token_id()?, expires_at: Time::now().plus(lifetime) })
    }
}

/// A user as stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: Id,
    /// Its name, 1 to 100 characters.
    pub name: String,
    /// Its email, trimmed and lower-cased; unique.
    pub email: String,
    /// Its password.
    pub password_hash: PasswordHash,
    /// What it may do.
    pub role: Role,
    /// Whether it may log in.
    #[serde(default = "yes")]
    pub active: bool,
    /// What the others see.
    pub status: Status,
    /// The status that a first connection brings back: the last one chosen, besides `offline`.
    pub chosen_status: Status,
    /// A picture's address.
    pub avatar: Option<String>,
    /// A part of the company.
    pub department: Option<String>,
    /// When it registered.
    pub created_at: Time,
    /// Its logins that have not ended.
    pub sessions: Vec<Session>,
    /// Its live connections.
    pub connections: Vec<Presence>,
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

/// What an administrator writes of a user; `None` leaves as it was.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// What it may do.
    pub role: Option<Role>,
    /// Whether it may log in.
    pub active: Option<bool>,
    /// Its name.
    pub name: Option<String>,
    /// A part of the company; `Some(None)` empties.
    pub department: Option<Option<String>>,
}

/// An agent inside a conversation.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields are the document's")]
pub struct AgentBrief {
    #[serde(rename = "_id")]
    pub id: Id,
    pub name: String,
    pub email: String,
    pub status: Status,
    pub avatar: Option<String>,
}

impl Projected for AgentBrief {
    fn fields() -> Document {
        doc! { "name": 1, "email": 1, "status": 1, "avatar": 1 }
    }
}

impl Stored for User {
    const COLLECTION: &'static str = "users";

    fn indexes() -> Vec<IndexModel> {
        vec![
            index(doc! { "createdAt": -1, "_id": -1 }),
            index(doc! { "role": 1, "createdAt": -1, "_id": -1 }),
            unique(EMAIL_INDEX, doc! { "email": 1 }, None),
            sparse(doc! { "connections.expiresAt": 1 }),
            unique(FOUNDER_INDEX, doc! { "founder": 1 }, Some(doc! { "founder": true })),
        ]
    }
}

impl User {
    /// What a conversation shows of a user.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn brief(db: &Db, id: Id) -> Result<Option<AgentBrief>> {
        db.query::<Self>(doc! { "_id": id }).part().one().await
    }

    /// The user of this email.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn with_email(db: &Db, email: &str) -> Result<Option<Self>> {
        db.query(doc! { "email": email }).one().await
    }

    /// The user of this id, if the session is still one of its own.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn with_session(db: &Db, id: Id, session: &str) -> Result<Option<Self>> {
        let live = doc! { "id": session, "expiresAt": { "$gt": Time::now() } };
        db.query(doc! { "_id": id, "sessions": { "$elemMatch": live } }).one().await
    }

    /// Whether there is any user.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn any(db: &Db) -> Result<bool> {
        db.query::<Self>(doc! {}).one().await.map(|user| user.is_some())
    }

    /// The user of this id.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn find(db: &Db, id: Id) -> Result<Option<Self>> {
        db.query(doc! { "_id": id }).one().await
    }

    /// The users that match, the latest first.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn list(db: &Db, filter: Document, skip: i64, limit: i64) -> Result<Vec<Self>> {
        db.query(filter)
            .sort(doc! { "createdAt": -1, "_id": -1 })
            .skip(u64::try_from(skip).unwrap_or(0))
            .limit(limit)
            .all()
            .await
    }

    /// How many users match.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn count(db: &Db, filter: Document) -> Result<u64> {
        db::count(&db.of::<Self>(), filter).await
    }

    /// Writes what an administrator changes, unless role or account were changed since they were looked at.
    /// Who is switched off is logged out. The user afterwards.
    ///
    /// # Errors
    /// When the database cannot answer.
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
        db.update(filter, doc! { "$set": set }, Give::After, Missing::Leave).await
    }

    /// Gives a user another password, and ends its sessions. The user as it was.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn set_password(db: &Db, id: Id, hash: &PasswordHash) -> Result<Option<Self>> {
        let update = doc! { "$set": { "passwordHash": to_bson(hash)?, "sessions": [] } };
        db.update(doc! { "_id": id }, update, Give::Before, Missing::Leave).await
    }

    /// Changes a user's own password, and ends its sessions but this one, if both are still as they were
    /// when the old password was checked. The user as it was.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn change_password(
        db: &Db,
        checked: &Self,
        hash: &PasswordHash,
        kept: &str,
    ) -> Result<Option<Self>> {
        let update = doc! {
            "$set": { "passwordHash": to_bson(hash)? },
            "$pull": { "sessions": { "id": { "$ne": kept } } },
        };
        let same = doc! {
            "_id": checked.id,
            "passwordHash": to_bson(&checked.password_hash)?,
            "sessions.id": kept,
        };
        db.update(same, update, Give::Before, Missing::Leave).await
    }

    /// Adds a session, drops the expired ones; whether the account is still as it was when the password was
    /// checked.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn add_session(db: &Db, checked: &Self, session: &Session) -> Result<bool> {
        let live = doc! { "$filter": {
            "input": "$sessions",
            "cond": { "$gt": ["$$this.expiresAt", Time::now()] },
        } };
        let new = doc! { "id": &session.id, "expiresAt": session.expires_at };
        let sessions = doc! { "$slice": [{ "$concatArrays": [live, [new]] }, -MOST_SESSIONS] };
        let update = vec![doc! { "$set": { "sessions": sessions } }];
        let same = doc! {
            "_id": checked.id,
            "passwordHash": to_bson(&checked.password_hash)?,
            "active": { "$ne": false },
        };
        Ok(db.of::<Self>().update_one(same, update).await?.matched_count > 0)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn end_session(db: &Db, id: Id, session: &str) -> Result<()> {
        let update = doc! { "$pull": { "sessions": { "id": session } } };
        db.of::<Self>().update_one(doc! { "_id": id }, update).await.map(drop)
    }

    /// Sets what the others see. `offline` lasts until the next first connection.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn set_status(db: &Db, id: Id, status: Status) -> Result<()> {
        let chosen = if status == Status::Offline { Status::Online } else { status };
        let update = doc! { "$set": { "status": status, "chosenStatus": chosen } };
        db.of::<Self>().update_one(doc! { "_id": id }, update).await.map(drop)
    }

    /// Counts a connection in; who was offline is what it chose last. The user afterwards, and whether it
    /// was absent before.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn arrive(db: &Db, id: Id, arriving: &Presence) -> Result<Option<(Self, bool)>> {
        let was_offline = doc! { "$eq": ["$status", Status::Offline] };
        let now = Time::now();
        let update = vec![
            doc! { "$set": { "connections": presence::living(now) } },
            doc! { "$set": {
                "wasAbsent": presence::if_absent(true, false),
                "connections": presence::with(arriving, now),
                "status": { "$cond": [was_offline, "$chosenStatus", "$status"] },
            } },
        ];
        let user: Option<Self> =
            db.update(doc! { "_id": id }, update, Give::After, Missing::Leave).await?;
        Ok(user.map(|user| {
            let came = user.was_absent;
            (user, came)
        }))
    }

    /// Those of whom a connection has passed its end.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn lapsed(db: &Db) -> Result<Vec<Lapsed>> {
        Lapsed::find::<Self>(db, Time::now()).await
    }

    /// Counts a connection out; without another one the user is offline. Whether it was the last.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn leave(db: &Db, id: Id, connection: &str) -> Result<bool> {
        let update = vec![
            doc! { "$set": { "connections": presence::others(connection, Time::now()) } },
            doc! { "$set": { "status": presence::if_absent(Status::Offline, "$status") } },
        ];
        let user: Option<Self> = db
            .update(
                doc! { "_id": id, "connections.id": connection },
                update,
                Give::After,
                Missing::Leave,
            )
            .await?;
        Ok(user.is_some_and(|user| user.connections.is_empty()))
    }
}
