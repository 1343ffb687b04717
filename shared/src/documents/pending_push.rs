//! Frames for connections that were not reached in time.

use std::time::Duration;

use bson::doc;
use bytes::Bytes;
use mongodb::IndexModel;
use mongodb::error::Result;
use mongodb::options::ReturnDocument;
use serde::{Deserialize, Serialize};

use crate::db::{Db, Stored, expiring, index, to_bson};
use crate::{Id, Time};

/// After so long others try again: whoever took it has been stopped by then (`Timeout` in
/// `template.yaml`).
const TAKE_OVER: Duration = Duration::from_secs(35);
/// How long connections are left alone that could not be reached.
const PAUSE: Duration = Duration::from_secs(5);
/// After so long the connections have been closed by the gateway.
const LIFETIME: Duration = Duration::from_secs(2 * 60 * 60);

/// A frame for connections that a function did not reach, or had no time left for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names say it")]
pub struct PendingPush {
    #[serde(rename = "_id")]
    pub id: Id,
    pub frame: String,
    /// The connections that are still to get it.
    pub to: Vec<String>,
    /// How often connections have been tried in vain.
    pub tries: i32,
    /// When it is for anybody to take.
    due: Time,
    expires_at: Time,
}

impl Stored for PendingPush {
    const COLLECTION: &'static str = "handedOn";

    fn indexes() -> Vec<IndexModel> {
        vec![index(doc! { "due": 1 }), expiring("expiresAt")]
    }
}

impl PendingPush {
    /// Stores a frame for whoever has time for it next.
    pub async fn store(db: &Db, frame: &Bytes, to: Vec<String>) -> Result<()> {
        let now = Time::now();
        let pending = Self {
            id: Id::sequential(),
            frame: String::from_utf8_lossy(frame).into_owned(),
            to,
            tries: 0,
            due: now,
            expires_at: now.plus(LIFETIME),
        };
        db.insert_if_missing(Self::COLLECTION, pending.id, to_bson(&pending)?).await
    }

    /// Takes one that is due, for this caller alone.
    pub async fn take(db: &Db) -> Result<Option<Self>> {
        let now = Time::now();
        let update = doc! { "$set": { "due": now.plus(TAKE_OVER) } };
        db.update(doc! { "due": { "$lte": now } }, update, ReturnDocument::After).await
    }

    /// Has it tried again after a while, for those whom it has not reached.
    pub async fn keep(db: &Db, id: Id, to: &[String], tries: i32) -> Result<()> {
        let due = Time::now().plus(PAUSE);
        let update = doc! { "$set": { "to": to, "tries": tries, "due": due } };
        db.of::<Self>().update_one(doc! { "_id": id }, update).await.map(drop)
    }

    /// Forgets it.
    pub async fn done(db: &Db, id: Id) -> Result<()> {
        db.of::<Self>().delete_one(doc! { "_id": id }).await.map(drop)
    }
}
