//! Logins that failed one after the other, with an email from a network: each one makes the next wait longer.

use std::time::Duration;

use bson::doc;
use mongodb::IndexModel;
use mongodb::error::Result;
use serde::{Deserialize, Serialize};

use crate::Time;
use crate::db::{Db, Stored, expiring};

/// So many may fail without a wait; it is 1 second then, and twice as long each time.
const MOST_AT_ONCE: i64 = 5;
/// The longest wait, in seconds.
const LONGEST: i64 = 300;
/// After so long without another one they are forgotten.
const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// Logins that failed, since the last that did not.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedLogins {
    #[serde(rename = "_id")]
    id: String,
    count: i64,
    /// When the next one may come.
    not_before: Time,
    expires_at: Time,
}

impl Stored for FailedLogins {
    const COLLECTION: &'static str = "failedLogins";

    fn indexes() -> Vec<IndexModel> {
        vec![expiring("expiresAt")]
    }
}

impl FailedLogins {
    /// Those that are called `id`, if any failed.
    pub async fn find(db: &Db, id: &str) -> Result<Option<Self>> {
        db.query(doc! { "_id": id }).unconfirmed().one().await
    }

    /// How long the next one must wait, if it must.
    pub fn wait(&self) -> Option<Duration> {
        let millis = self.not_before.millis() - Time::now().millis();
        // A clock that was wrong may have put it further away than the longest wait.
        let wait = Some(millis).filter(|millis| (1..=LONGEST * 1000).contains(millis))?;
        u64::try_from(wait).ok().map(Duration::from_millis)
    }

    /// Notes that one more has failed.
    pub async fn note(db: &Db, id: &str) -> Result<()> {
        let now = Time::now();
        let doublings = doc! { "$min": [doc! { "$subtract": ["$count", MOST_AT_ONCE] }, 10] };
        let wait = doc! { "$cond": [
            { "$lt": ["$count", MOST_AT_ONCE] },
            0,
            { "$min": [LONGEST, { "$pow": [2, doublings] }] },
        ] };
        let not_before = doc! { "$dateAdd": { "startDate": now, "unit": "second", "amount": wait } };
        let update = vec![
            doc! { "$set": {
                "count": { "$add": [{ "$ifNull": ["$count", 0_i64] }, 1_i64] },
                "expiresAt": now.plus(LIFETIME),
            } },
            doc! { "$set": { "notBefore": not_before } },
        ];
        db.upsert_unconfirmed::<Self>(doc! { "_id": id }, update, "_id_").await.map(drop)
    }

    /// Forgets those that failed: one did not.
    pub async fn forget(db: &Db, id: &str) -> Result<()> {
        db.of::<Self>().delete_one(doc! { "_id": id }).await.map(drop)
    }
}
