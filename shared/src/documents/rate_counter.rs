//! How often somebody did something lately (see [`crate::rate_limit`]). It is counted in the database,
//! so that a limit holds across all instances.

use std::time::Duration;

use bson::{Bson, Document, doc};
use mongodb::IndexModel;
use mongodb::error::Result;
use mongodb::options::WriteConcern;
use serde::{Deserialize, Serialize};

use crate::Time;
use crate::db::{Db, Stored, expiring};
use crate::rate_limit::Counted;

/// A count that ends by itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names say it")]
pub struct RateCounter {
    /// What is counted, and of whom.
    #[serde(rename = "_id")]
    pub id: String,
    pub count: i64,
    pub ends_at: Time,
}

impl Stored for RateCounter {
    const COLLECTION: &'static str = "tallies";

    fn indexes() -> Vec<IndexModel> {
        vec![expiring("endsAt")]
    }
}

impl RateCounter {
    /// Counts once more what is called `id`. A count that a change of the primary undoes is no loss.
    pub async fn consume(db: &Db, id: &str, window: Duration) -> Result<Counted> {
        let [count, ends_at] = one_more("$count", "$endsAt", window);
        let update = vec![doc! { "$set": { "count": count, "endsAt": ends_at } }];
        let counter: Self = db.upsert_unconfirmed(doc! { "_id": id }, update, "_id_").await?;
        Ok(counter.counted())
    }

    /// Takes back one that was counted.
    pub async fn give_back(db: &Db, id: &str) -> Result<()> {
        let counted = doc! { "_id": id, "count": { "$gt": 0 } };
        let update = doc! { "$inc": { "count": -1_i64 } };
        db.of::<Self>().update_one(counted, update).write_concern(WriteConcern::nodes(1)).await.map(drop)
    }

    /// How often what is called `id` was counted, unless that has ended.
    pub async fn look(db: &Db, id: &str, window: Duration) -> Result<Option<Counted>> {
        let counter = db.query::<Self>(doc! { "_id": id }).unconfirmed().one().await?;
        let now = Time::now();
        let lasts = |counter: &Self| now < counter.ends_at && counter.ends_at <= latest_end(now, window);
        Ok(counter.filter(lasts).map(|counter| counter.counted()))
    }

    fn counted(&self) -> Counted {
        Counted { count: self.count, ends_at: self.ends_at }
    }
}

/// The latest end that a count can have: clocks differ a little, and one that was wrong by more must lock
/// nobody out.
fn latest_end(now: Time, window: Duration) -> Time {
    now.plus(2 * window)
}

/// Expressions for a count and its end, counted once more; past its end it begins anew, and where a clock
/// that was wrong has put the end further away than it can be.
fn one_more(count: &str, ends_at: &str, window: Duration) -> [Document; 2] {
    let now = Time::now();
    let goes_on = doc! { "$and": [
        { "$gt": [{ "$ifNull": [ends_at, now] }, now] },
        { "$lte": [ends_at, latest_end(now, window)] },
    ] };
    let then = |goes_on_as: Bson, anew: Bson| {
        doc! { "$cond": [&goes_on, goes_on_as, anew] }
    };
    [
        then(doc! { "$add": [count, 1_i64] }.into(), 1_i64.into()),
        then(ends_at.into(), now.plus(window).into()),
    ]
}
