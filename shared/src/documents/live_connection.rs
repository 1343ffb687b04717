//! Who is there: a person is present while one of its connections is.
//!
//! The connections are kept in the person's own document, so that arriving, leaving and what follows
//! from them is one atomic update: of two connections that close at the same moment, exactly one update
//! finds the list empty.

use bson::{Bson, Document, doc};
use mongodb::error::Result;
use serde::{Deserialize, Serialize};

use crate::db::{Db, Projected, Stored};
use crate::{Id, Time};

/// The most connections that one person may have: each newer one pushes the oldest out.
pub const MOST: u8 = 30;

/// A live connection of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names say it")]
pub struct LiveConnection {
    pub id: String,
    /// When the gateway will have closed it at the latest.
    pub expires_at: Time,
    /// Of an agent's: the network that it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
}

/// Somebody of whom a connection has passed its end.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Expired {
    #[serde(rename = "_id")]
    pub id: Id,
    pub connections: Vec<LiveConnection>,
}

impl Projected for Expired {
    fn fields() -> Document {
        doc! { "connections": 1 }
    }
}

impl Expired {
    /// The most that are found at once.
    const MOST: i64 = 100;

    /// Those of whom a connection has passed its end at `now`.
    pub async fn find<T: Stored>(db: &Db, now: Time) -> Result<Vec<Self>> {
        let past = db.query::<T>(doc! { "connections.expiresAt": { "$lte": now } });
        let found = past.part::<Self>().limit(Self::MOST).all().await?;
        let only_past = |mut expired: Self| {
            expired.connections.retain(|connection| connection.expires_at <= now);
            expired
        };
        Ok(found.into_iter().map(only_past).collect())
    }
}

/// An expression for those of the stored connections that live on at `now`, besides `id`.
pub fn others(id: &str, now: Time) -> Document {
    doc! { "$filter": {
        "input": { "$ifNull": ["$connections", []] },
        "cond": { "$and": [
            { "$ne": ["$$this.id", { "$literal": id }] },
            { "$gt": ["$$this.expiresAt", now] },
        ] },
    } }
}

/// An expression for those of the stored connections that live on at `now`.
pub fn living(now: Time) -> Document {
    doc! { "$filter": {
        "input": { "$ifNull": ["$connections", []] },
        "cond": { "$gt": ["$$this.expiresAt", now] },
    } }
}

/// An expression for the connections with `arriving` among them, the last [`MOST`].
pub fn with(arriving: &LiveConnection, now: Time) -> Document {
    doc! { "$slice": [all_with(arriving, now), -i32::from(MOST)] }
}

/// An expression for the connections that `arriving` pushes out.
pub fn pushed_out_by(arriving: &LiveConnection, now: Time) -> Document {
    let (all, most) = (all_with(arriving, now), i32::from(MOST));
    doc! { "$let": {
        "vars": { "all": all },
        "in": { "$cond": [
            { "$gt": [{ "$size": "$$all" }, most] },
            { "$slice": ["$$all", { "$subtract": [{ "$size": "$$all" }, most] }] },
            [],
        ] },
    } }
}

fn all_with(arriving: &LiveConnection, now: Time) -> Document {
    let mut arrived = doc! { "id": { "$literal": &arriving.id }, "expiresAt": arriving.expires_at };
    arrived.extend(arriving.network.as_ref().map(|network| ("network".to_owned(), network.into())));
    doc! { "$concatArrays": [others(&arriving.id, now), [arrived]] }
}

/// An expression for `then` if nobody is left in the stored connections, else for `otherwise`.
pub fn if_absent(then: impl Into<Bson>, otherwise: impl Into<Bson>) -> Document {
    doc! { "$cond": [
        { "$eq": [{ "$size": { "$ifNull": ["$connections", []] } }, 0] },
        then.into(),
        otherwise.into(),
    ] }
}
