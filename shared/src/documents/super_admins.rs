//! The super administrators who are let in, in one document: of two that remove each other at the same
//! moment, one update comes first, so that one of them stays.

use bson::{Bson, doc};
use mongodb::IndexModel;
use mongodb::error::Result;
use serde::{Deserialize, Serialize};

use super::user::{Role, User};
use crate::Id;
use crate::db::{AnyId, Db, Stored};

/// The only document's id.
const ID: &str = "superAdmins";

/// The list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SuperAdmins {
    #[serde(rename = "_id")]
    id: String,
    ids: Vec<Id>,
}

impl Stored for SuperAdmins {
    const COLLECTION: &'static str = "team";

    fn indexes() -> Vec<IndexModel> {
        Vec::new()
    }
}

impl SuperAdmins {
    /// Notes that somebody has become one.
    pub async fn add(db: &Db, user: Id) -> Result<()> {
        Self::begin(db).await?;
        let update = doc! { "$addToSet": { "ids": user } };
        db.of::<Self>().update_one(doc! { "_id": ID }, update).await.map(drop)
    }

    /// Notes that somebody is about to be none any more; whether there is another one, without whom it
    /// must not happen.
    pub async fn remove(db: &Db, user: Id) -> Result<bool> {
        Self::begin(db).await?;
        let with_another = doc! { "_id": ID, "ids": { "$elemMatch": { "$ne": user } } };
        let update = doc! { "$pull": { "ids": user } };
        Ok(db.of::<Self>().update_one(with_another, update).await?.matched_count > 0)
    }

    /// Makes the list when there is none: nobody has been removed then.
    async fn begin(db: &Db) -> Result<()> {
        let found: Option<Self> = db.query(doc! { "_id": ID }).one().await?;
        if found.is_some() {
            return Ok(());
        }
        let them = doc! { "role": Bson::from(Role::SuperAdmin), "active": { "$ne": false } };
        let them = db.query::<User>(them).part::<AnyId<Id>>().all().await?;
        let ids: Vec<Id> = them.into_iter().map(|user| user.id).collect();
        let update = doc! { "$setOnInsert": { "ids": ids } };
        db.upsert::<Self>(doc! { "_id": ID }, update, "_id_").await.map(drop)
    }
}
