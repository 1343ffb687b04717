//! How often somebody did something lately (see [`crate::limits`]).

use std::time::Duration;

use bson::{Bson, Document, doc};
use mongodb::IndexModel;
use mongodb::error::Result;
use serde::{Deserialize, Serialize};

use crate::Time;
use crate::db::{Db, Give, Missing, Stored, expiring, violates};
use crate::limits::Counted;

/// A count that ends by itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// What is counted, and of whom.
    #[serde(rename = "_id")]
    pub id: String,
    /// How often it was done.
    pub count: i64,
    /// When counting begins anew.
    pub ends_at: Time,
}

impl Stored for Tally {
    const COLLECTION: &'static str = "tallies";

    fn indexes() -> Vec<IndexModel> {
        vec![expiring("endsAt")]
    }
}

impl Tally {
    /// Counts once more what is called `id`.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn count(db: &Db, id: &str, window: Duration) -> Result<Counted> {
        let count = || {
            let [count, ends_at] = one_more("$count", "$endsAt", window);
            let update = vec![doc! { "$set": { "count": count, "endsAt": ends_at } }];
            db.update(doc! { "_id": id }, update, Give::After, Missing::Insert)
        };
        let tally: Option<Self> = match count().await {
            // Two first times met: the other one has inserted it by now.
            Err(error) if violates(&error, "_id_") => count().await?,
            other => other?,
        };
        tally.map(|tally| Counted { count: tally.count, ends_at: tally.ends_at }).ok_or_else(|| {
            mongodb::error::Error::custom("an upsert that returns its document returned none")
        })
    }
}

/// Expressions for a count and its end, counted once more; past its end it begins anew.
pub fn one_more(count: &str, ends_at: &str, window: Duration) -> [Document; 2] {
    let now = Time::now();
    let goes_on = doc! { "$gt": [{ "$ifNull": [ends_at, now] }, now] };
    let then = |goes_on_as: Bson, anew: Bson| {
        doc! { "$cond": [&goes_on, goes_on_as, anew] }
    };
    [
        then(doc! { "$add": [count, 1_i64] }.into(), 1_i64.into()),
        then(ends_at.into(), now.plus(window).into()),
    ]
}
