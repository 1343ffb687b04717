//! A user's logins and passwords.

use std::time::Duration;

use bson::doc;
use mongodb::error::Result;
use mongodb::options::ReturnDocument;
use serde::{Deserialize, Serialize};

use super::User;
use crate::auth::passwords::PasswordHash;
use crate::db::{Db, to_bson};
use crate::{Id, Time, id};

/// The most sessions of one user; a login past it ends the oldest.
const MOST_SESSIONS: i32 = 50;

/// A login that has not ended. A token is good only while its session is here, so that a logout is in
/// force for the next call, at no extra round trip: the session is read with its user.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names say it")]
pub struct Session {
    /// The `jti` of its token.
    pub id: String,
    pub expires_at: Time,
}

impl Session {
    /// A session that begins now.
    pub fn begin(lifetime: Duration) -> crate::Result<Self> {
        Ok(Self { id: id::random_hex()?, expires_at: Time::now().plus(lifetime) })
    }
}

impl User {
    /// The user of this id, if the session is still one of its own.
    pub async fn with_session(db: &Db, id: Id, session: &str) -> Result<Option<Self>> {
        let live = doc! { "id": session, "expiresAt": { "$gt": Time::now() } };
        db.query(doc! { "_id": id, "sessions": { "$elemMatch": live } }).one().await
    }

    /// Gives a user another password, and ends its sessions. The user as it was.
    pub async fn set_password(db: &Db, id: Id, hash: &PasswordHash) -> Result<Option<Self>> {
        let update = doc! { "$set": { "passwordHash": to_bson(hash)?, "sessions": [] } };
        db.update(doc! { "_id": id }, update, ReturnDocument::Before).await
    }

    /// Changes a user's own password, and ends its sessions but this one, if both are still as they were
    /// when the old password was checked. The user as it was.
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
        db.update(same, update, ReturnDocument::Before).await
    }

    /// Adds a session, drops the expired ones; whether the account is still as it was when the password
    /// was checked.
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
    pub async fn end_session(db: &Db, id: Id, session: &str) -> Result<()> {
        let update = doc! { "$pull": { "sessions": { "id": session } } };
        db.of::<Self>().update_one(doc! { "_id": id }, update).await.map(drop)
    }
}
