//! Visitors of whom something changed that those who watch are still to be told, and whose turn it is to
//! tell them.

use std::time::Duration;

use bson::{Bson, Document, doc};
use mongodb::IndexModel;
use mongodb::error::Result;
use serde::{Deserialize, Serialize};

use crate::db::{Db, Stored, expiring};
use crate::{Id, Time};

/// From one telling to the next.
const PAUSE: Duration = Duration::from_secs(1);
/// After so long it is no news any more: whoever watches has asked for the list meanwhile.
const LIFETIME: Duration = Duration::from_secs(60);

/// A visitor of whom something changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names say it")]
pub struct ChangedVisitor {
    #[serde(rename = "_id")]
    pub visitor: Id,
    /// Tells one change from the next.
    change: Id,
}

impl Stored for ChangedVisitor {
    const COLLECTION: &'static str = "changedVisitors";

    fn indexes() -> Vec<IndexModel> {
        vec![expiring("expiresAt")]
    }
}

impl ChangedVisitor {
    /// The most that are told at once.
    const MOST: i64 = 500;

    /// Notes that something changed of a visitor.
    pub async fn note(db: &Db, visitor: Id) -> Result<()> {
        let set = doc! { "change": Id::sequential(), "expiresAt": Time::now().plus(LIFETIME) };
        let update = doc! { "$set": set };
        db.upsert_unconfirmed::<Self>(doc! { "_id": visitor }, update, "_id_").await.map(drop)
    }

    /// Some who are still to be told of, 500 at most, those who wait longest first.
    pub async fn some(db: &Db) -> Result<Vec<Self>> {
        db.query(doc! {}).sort(doc! { "expiresAt": 1 }).limit(Self::MOST).unconfirmed().all().await
    }

    /// Forgets those who were told of, unless they have changed again.
    pub async fn told(db: &Db, them: &[Self]) -> Result<()> {
        let told: Vec<Document> =
            them.iter().map(|told| doc! { "_id": told.visitor, "change": told.change }).collect();
        db.of::<Self>().delete_many(doc! { "$or": told }).await.map(drop)
    }
}

/// Whose turn it is to tell. There is no timer on Lambda that would do it: the first change is told at
/// once, and whoever brings the next one waits until the second is over and tells all that came meanwhile.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Turn {
    #[serde(rename = "_id")]
    id: String,
    /// When the telling after those that are taken may begin.
    next_at: Time,
    /// How long the one who asked last is to wait, in milliseconds; `None` if somebody waits already.
    wait: Option<i64>,
}

impl Stored for Turn {
    const COLLECTION: &'static str = "turns";

    fn indexes() -> Vec<IndexModel> {
        Vec::new()
    }
}

impl Turn {
    /// How long the caller is to wait before it tells; `None` if somebody else will.
    pub async fn take(db: &Db) -> Result<Option<Duration>> {
        let pause = i64::try_from(PAUSE.as_millis()).unwrap_or(i64::MAX);
        let rest = doc! { "$max": [0_i64, { "$subtract": ["$nextAt", "$$NOW"] }] };
        // A clock that was wrong may have put it further away than two tellings.
        let wrong = doc! { "$gt": [{ "$subtract": ["$nextAt", "$$NOW"] }, 2 * pause] };
        let update = vec![
            doc! { "$set": { "nextAt": { "$ifNull": ["$nextAt", "$$NOW"] } } },
            doc! { "$set": { "nextAt": { "$cond": [wrong, "$$NOW", "$nextAt"] } } },
            doc! { "$set": { "wait": {
                "$cond": [{ "$lte": [&rest, pause] }, &rest, Bson::Null],
            } } },
            doc! { "$set": { "nextAt": { "$cond": [
                { "$eq": ["$wait", Bson::Null] },
                "$nextAt",
                { "$add": [{ "$max": ["$nextAt", "$$NOW"] }, pause] },
            ] } } },
        ];
        let turn: Self = db.upsert_unconfirmed(doc! { "_id": "visitors" }, update, "_id_").await?;
        Ok(turn.wait.map(|millis| Duration::from_millis(millis.try_into().unwrap_or(0))))
    }
}
