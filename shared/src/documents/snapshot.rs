//! Figures of so much that they are computed once a minute, for all who ask on whatever instance.

use std::sync::Arc;
use std::time::Duration;

use bson::{Bson, doc};
use futures::future::try_join3;
use mongodb::IndexModel;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::time::sleep;

use super::conversation::Conversation;
use super::message::Message;
use crate::background::Background;
use crate::db::{Db, Stored, to_bson, violates};
use crate::single_flight::SingleFlight;
use crate::{Result, Time};

/// Up to so many conversations and messages figures are of the moment.
const MOST_CONVERSATIONS: u64 = 10_000;
const MOST_MESSAGES: u64 = 100_000;
/// How old a snapshot may be, and from which age on the next is made behind the answer to one who asks.
const MOST_AGE: Duration = Duration::from_secs(60);
const RENEW_AGE: Duration = Duration::from_secs(45);
/// How long it is left to one to make a snapshot.
const LEASE: Duration = Duration::from_secs(30);
/// How often those who wait for a snapshot look whether it is there.
const LOOK: Duration = Duration::from_millis(100);

/// Figures as they were at a time.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct AsOf<T> {
    pub as_of: Time,
    pub figures: T,
}

impl<T> AsOf<T> {
    /// One from the future was made by a clock that was wrong, and is too old.
    fn age(&self) -> Duration {
        let millis = Time::now().millis().saturating_sub(self.as_of.millis());
        millis.try_into().map_or(Duration::MAX, Duration::from_millis)
    }
}

const COLLECTION: &str = "figures";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Snapshot<T> {
    #[serde(rename = "_id")]
    name: String,
    as_of: Option<Time>,
    figures: Option<T>,
    /// Until when somebody makes the next one.
    leased_until: Option<Time>,
}

impl<T: Serialize + DeserializeOwned + Send + Sync> Stored for Snapshot<T> {
    const COLLECTION: &'static str = COLLECTION;

    fn indexes() -> Vec<IndexModel> {
        Vec::new()
    }
}

/// Figures of one kind, shared by all who ask for them; cheap to clone.
#[derive(Debug)]
pub struct Figures<T> {
    /// The snapshot's id.
    name: &'static str,
    flight: Arc<SingleFlight<AsOf<T>>>,
}

impl<T> Clone for Figures<T> {
    fn clone(&self) -> Self {
        Self { name: self.name, flight: self.flight.clone() }
    }
}

impl<T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static> Figures<T> {
    /// Those whose snapshot has this id.
    pub fn named(name: &'static str) -> Self {
        Self { name, flight: Arc::default() }
    }

    /// What `compute` computes: of this moment, or where there are many documents as the snapshot has
    /// it, 60 seconds old at most.
    /// Errors: those of `compute`.
    pub async fn get(
        &self,
        db: &Db,
        background: &Background,
        compute: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<AsOf<T>> {
        self.flight.get(async || figures(db, background, self.name, compute).await).await
    }
}

async fn figures<T>(
    db: &Db,
    background: &Background,
    name: &'static str,
    compute: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<AsOf<T>>
where
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    let as_of = Time::now();
    let (conversations, messages, mut kept) =
        try_join3(db.estimate::<Conversation>(), db.estimate::<Message>(), find(db, name)).await?;
    if conversations < MOST_CONVERSATIONS && messages < MOST_MESSAGES {
        return Ok(AsOf { as_of, figures: compute.await? });
    }
    loop {
        let is_due = kept.as_ref().is_none_or(|kept| kept.age() >= RENEW_AGE);
        let is_leased = is_due && lease(db, name, kept.as_ref().map(|kept| kept.as_of)).await?;
        match kept.filter(|kept| kept.age() < MOST_AGE) {
            Some(kept) => {
                if is_leased {
                    let db = db.clone();
                    background.spawn(async move {
                        if let Err(error) = renew(&db, name, compute).await {
                            error.log();
                        }
                    });
                }
                return Ok(kept);
            }
            None if is_leased => return renew(db, name, compute).await,
            None => {}
        }
        sleep(LOOK).await;
        kept = find(db, name).await?;
    }
}

async fn find<T>(db: &Db, name: &str) -> mongodb::error::Result<Option<AsOf<T>>>
where
    T: Serialize + DeserializeOwned + Send + Sync,
{
    let found: Option<Snapshot<T>> = db.query(doc! { "_id": name }).one().await?;
    Ok(found.and_then(|found| Some(AsOf { as_of: found.as_of?, figures: found.figures? })))
}

/// Whether it is now up to the caller to make the one after the snapshot of `seen`.
async fn lease(db: &Db, name: &str, seen: Option<Time>) -> mongodb::error::Result<bool> {
    let now = Time::now();
    let until = now.plus(LEASE);
    // Clocks differ a little; what ends later than that was leased by one that was wrong.
    let leased = doc! { "$gt": now, "$lte": until.plus(LEASE) };
    let free = doc! { "_id": name, "asOf": seen, "leasedUntil": { "$not": leased } };
    let snapshots = db.raw(COLLECTION);
    let taking = snapshots.update_one(free, doc! { "$set": { "leasedUntil": until } });
    match taking.upsert(true).await {
        Err(error) if violates(&error, "_id_") => Ok(false),
        taken => taken.map(|_| true),
    }
}

/// Makes the snapshot, and gives the lease back.
async fn renew<T: Serialize>(
    db: &Db,
    name: &str,
    compute: impl Future<Output = Result<T>>,
) -> Result<AsOf<T>> {
    let as_of = Time::now();
    let computed = compute.await;
    let mut set = doc! { "leasedUntil": Bson::Null };
    if let Ok(figures) = &computed {
        set.insert("asOf", as_of);
        set.insert("figures", to_bson(figures)?);
    }
    // Not over a newer one, if this has taken so long.
    let present = doc! { "_id": name, "asOf": { "$not": { "$gt": as_of } } };
    let written = db.raw(COLLECTION).update_one(present, doc! { "$set": set }).await;
    let figures = computed?;
    written?;
    Ok(AsOf { as_of, figures })
}
