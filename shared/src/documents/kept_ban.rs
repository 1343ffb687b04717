//! Bans of visitors who were erased: of the person nothing is left but a hash, which keeps it out.

use bson::doc;
use mongodb::IndexModel;
use mongodb::error::Result;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::visitor::{KnownBy, Visitor};
use crate::db::{Db, Stored, expiring, index};
use crate::id::hex;
use crate::{Id, Time};

/// A ban that outlives its visitor.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeptBan {
    /// The SHA-256 of what the visitor was known by.
    #[serde(rename = "_id")]
    key: String,
    visitor: Id,
    /// For good if it does not say.
    until: Option<Time>,
}

impl Stored for KeptBan {
    const COLLECTION: &'static str = "keptBans";

    fn indexes() -> Vec<IndexModel> {
        vec![index(doc! { "visitor": 1 }), expiring("until")]
    }
}

impl KeptBan {
    /// Keeps the ban of a visitor who is about to be erased, if it has one.
    pub async fn keep(db: &Db, visitor: &Visitor) -> Result<()> {
        if !visitor.is_banned() {
            return Ok(());
        }
        let until = visitor.ban.as_ref().and_then(|ban| ban.until);
        let ban = Self { key: hash(&visitor.session_hash), visitor: visitor.id, until };
        let bans = db.of::<Self>();
        bans.replace_one(doc! { "_id": &ban.key }, &ban).upsert(true).await.map(drop)
    }

    /// Whether somebody was banned and erased.
    pub async fn holds(db: &Db, who: &KnownBy) -> Result<bool> {
        let ban: Option<Self> = db.query(doc! { "_id": hash(&who.key()) }).one().await?;
        Ok(ban.is_some_and(|ban| ban.until.is_none_or(|until| until > Time::now())))
    }

    /// Lets a visitor in again who was erased. Whether there was a ban.
    pub async fn lift(db: &Db, visitor: Id) -> Result<bool> {
        let deleted = db.of::<Self>().delete_many(doc! { "visitor": visitor }).await?;
        Ok(deleted.deleted_count > 0)
    }
}

fn hash(key: &str) -> String {
    hex(Sha256::digest(key))
}
