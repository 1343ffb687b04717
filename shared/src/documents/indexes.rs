//! The indexes of all collections, and the making of them.

use bson::doc;
use futures::future::try_join_all;
use mongodb::IndexModel;
use mongodb::error::Error;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::audit::Entry;
use super::canned_response::CannedResponse;
use super::changed_visitor::ChangedVisitor;
use super::connection::Connection;
use super::conversation::Conversation;
use super::failed_logins::FailedLogins;
use super::kept_ban::KeptBan;
use super::message::Message;
use super::pending_push::PendingPush;
use super::rate_counter::RateCounter;
use super::read_history::Move;
use super::user::User;
use super::visitor::Visitor;
use crate::db::{Db, Stored};
use crate::id::hex;

/// Every collection with its indexes.
pub fn all() -> Vec<(&'static str, Vec<IndexModel>)> {
    fn of<T: Stored>() -> (&'static str, Vec<IndexModel>) {
        (T::COLLECTION, T::indexes())
    }
    vec![
        of::<Entry>(),
        of::<CannedResponse>(),
        of::<ChangedVisitor>(),
        of::<Connection>(),
        of::<Conversation>(),
        of::<FailedLogins>(),
        of::<KeptBan>(),
        of::<PendingPush>(),
        of::<Move>(),
        of::<Message>(),
        of::<RateCounter>(),
        of::<User>(),
        of::<Visitor>(),
    ]
}

/// Sees to it that the indexes are those of this build. It costs one read, unless they are not: an empty
/// database gets them at once, and one of another build in the background, since there the collections
/// may be large and the old indexes serve meanwhile.
/// Errors: when an index of the same name differs, too.
pub async fn prepare(db: &Db) -> Result<(), Error> {
    let wanted = Prepared::wanted()?;
    let found: Option<Prepared> = db.query(doc! { "_id": ID }).one().await?;
    match found {
        Some(found) if found.version == wanted.version => Ok(()),
        None => create(db, wanted).await,
        Some(_) => {
            let db = db.clone();
            tokio::spawn(async move {
                if let Err(error) = create(&db, wanted).await {
                    tracing::error!(%error, "the indexes of this build were not created");
                }
            });
            Ok(())
        }
    }
}

async fn create(db: &Db, wanted: Prepared) -> Result<(), Error> {
    let each = all()
        .into_iter()
        .map(|(collection, indexes)| async move { db.raw(collection).create_indexes(indexes).await });
    try_join_all(each).await?;
    db.of::<Prepared>().replace_one(doc! { "_id": ID }, wanted).upsert(true).await.map(drop)
}

/// The only document's id.
const ID: &str = "indexes";

/// Which indexes the database has.
#[derive(Serialize, Deserialize)]
struct Prepared {
    #[serde(rename = "_id")]
    id: String,
    /// A hash of their definitions.
    version: String,
}

impl Stored for Prepared {
    const COLLECTION: &'static str = "prepared";

    fn indexes() -> Vec<IndexModel> {
        Vec::new()
    }
}

impl Prepared {
    fn wanted() -> Result<Self, Error> {
        let mut hash = Sha256::new();
        for (collection, indexes) in all() {
            hash.update(collection);
            for index in indexes {
                hash.update(bson::serialize_to_vec(&index)?);
            }
        }
        Ok(Self { id: ID.to_owned(), version: hex(hash.finalize()) })
    }
}
