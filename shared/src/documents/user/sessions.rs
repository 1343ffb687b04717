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
const MOST_SESSIONS: usize = 50;
/// The most networks that are remembered of a user.
const MOST_NETWORKS: i32 = 10;

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

/// Which of a user's sessions one more ends.
fn pushed_out(mut sessions: Vec<Session>) -> Vec<Session> {
    sessions.retain(|session| session.expires_at > Time::now());
    sessions.truncate((sessions.len() + 1).saturating_sub(MOST_SESSIONS));
    sessions
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

    /// Whether it has logged in from this network.
    pub fn knows(&self, network: &str) -> bool {
        self.networks.iter().any(|known| known == network)
    }

    /// Adds a session and where it comes from, and drops the expired ones. The live ones that it ends,
    /// since there are too many; or `None` if the account is not as it was any more when the password was
    /// checked.
    pub async fn add_session(
        db: &Db,
        checked: &Self,
        session: &Session,
        network: &str,
    ) -> Result<Option<Vec<Session>>> {
        let live = doc! { "$filter": {
            "input": "$sessions",
            "cond": { "$gt": ["$$this.expiresAt", Time::now()] },
        } };
        let new = doc! { "id": &session.id, "expiresAt": session.expires_at };
        let most = -i32::try_from(MOST_SESSIONS).unwrap_or(i32::MAX);
        let sessions = doc! { "$slice": [{ "$concatArrays": [live, [new]] }, most] };
        let known = doc! { "$ifNull": ["$networks", []] };
        let network = doc! { "$literal": network };
        let others = doc! { "$filter": { "input": known, "cond": { "$ne": ["$$this", &network] } } };
        let networks = doc! { "$slice": [{ "$concatArrays": [others, [network]] }, -MOST_NETWORKS] };
        let update = vec![doc! { "$set": { "sessions": sessions, "networks": networks } }];
        let same = doc! {
            "_id": checked.id,
            "passwordHash": to_bson(&checked.password_hash)?,
            "active": { "$ne": false },
        };
        let before: Option<Self> = db.update(same, update, ReturnDocument::Before).await?;
        Ok(before.map(|before| pushed_out(before.sessions)))
    }

    /// Ends a session.
    pub async fn end_session(db: &Db, id: Id, session: &str) -> Result<()> {
        let update = doc! { "$pull": { "sessions": { "id": session } } };
        db.of::<Self>().update_one(doc! { "_id": id }, update).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_session_too_many_ends_the_oldest_that_is_live() {
        let sessions = |count: usize| -> Vec<Session> {
            let session = |number: usize| Session {
                id: number.to_string(),
                expires_at: Time::now().plus(Duration::from_secs(60)),
            };
            (0..count).map(session).collect()
        };
        assert!(pushed_out(sessions(MOST_SESSIONS - 1)).is_empty());
        let full = sessions(MOST_SESSIONS);
        assert_eq!(pushed_out(full.clone()).len(), 1);
        assert_eq!(pushed_out(full.clone())[0].id, "0");
        let mut one_expired = full;
        one_expired[0].expires_at = Time::default();
        assert!(pushed_out(one_expired).is_empty());
    }
}
