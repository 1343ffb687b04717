//! The way to MongoDB: reading, writing, indexes, pages and search.
//!
//! Every operation fails when no server can be reached, which is said here once and for all.

mod cursor;
mod index;
mod named;
mod page;
mod part;
mod query;
mod search;

use std::time::Duration;

use bson::{Bson, Document, RawDocumentBuf, doc};
use futures::TryStreamExt;
use mongodb::error::{Error as MongoError, ErrorKind, IndexedWriteError, InsertManyError, WriteFailure};
use mongodb::options::{
    AggregateOptions, ClientOptions, FindOneAndUpdateOptions, FindOptions, Hint, ReadConcern,
    ReturnDocument, UpdateModifications, WriteConcern,
};
use mongodb::{Client, Collection, Database, IndexModel};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use cursor::{Cursor, Sorting};
pub use index::{expiring, index, partial, sparse, unique};
pub(crate) use named::named;
pub use page::{Listed, Page, Paged, Pages, Paging, Search, Total};
pub(crate) use part::part;
pub use query::{AnyId, Projected, Query};
pub use search::{first_words, matching, search_words};

use query::read;

use crate::Id;
use crate::config::Config;

/// How long an operation waits for a server that can take it. With [`CONNECT_TIMEOUT`] it keeps a call
/// under 5 seconds when the database is away, where the driver's own 30 seconds are past API Gateway's
/// 29.
const SERVER_SELECTION_TIMEOUT: Duration = Duration::from_secs(3);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// After so long an unused connection is not used again: whatever is between may have dropped it while
/// the instance was frozen (a NAT gateway does after 350 seconds).
const MOST_IDLE: Duration = Duration::from_secs(120);

/// Documents in one answer of the server, besides its own bound of 16 MB; left alone, it gives 101 first.
const BATCH: u32 = 1000;

/// A document that has a collection of its own.
pub trait Stored: Serialize + DeserializeOwned + Send + Sync {
    /// The collection's name.
    const COLLECTION: &'static str;
    /// The collection's indexes, besides the one on `_id`.
    fn indexes() -> Vec<IndexModel>;
}

/// A handle to the database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    database: Database,
}

impl Db {
    /// A handle that connects at its first use. Writes are acknowledged by a majority, and reads see
    /// only what a majority has, so that nothing seen is ever rolled back.
    /// Errors: when the connection string makes no sense or its host has no DNS record.
    pub async fn open(config: &Config) -> Result<Self, MongoError> {
        let mut options = ClientOptions::parse(config.mongodb_uri.reveal()).await?;
        options.app_name.get_or_insert_with(|| "livechat".to_owned());
        options.max_pool_size = Some(config.mongodb_max_pool_size);
        options.server_selection_timeout = Some(SERVER_SELECTION_TIMEOUT);
        options.connect_timeout = Some(CONNECT_TIMEOUT);
        options.max_idle_time = Some(MOST_IDLE);
        options.write_concern = Some(WriteConcern::majority());
        options.read_concern = Some(ReadConcern::majority());
        let name = options.default_database.clone().unwrap_or_else(|| "livechat".to_owned());
        Ok(Self { database: Client::with_options(options)?.database(&name) })
    }

    /// The collection of `T`.
    pub fn of<T: Stored>(&self) -> Collection<T> {
        self.database.collection(T::COLLECTION)
    }

    /// Asks the server for a sign of life.
    pub async fn ping(&self) -> Result<(), MongoError> {
        self.database.run_command(doc! { "ping": 1 }).await.map(drop)
    }

    /// A collection of any documents.
    pub(crate) fn raw(&self, collection: &str) -> Collection<Document> {
        self.database.collection(collection)
    }

    /// The documents of a collection that match.
    pub(crate) fn query<T: Stored>(&self, filter: Document) -> Query<'_, T> {
        Query::new(self, T::COLLECTION, filter)
    }

    /// How many documents match, counted no further than `most`.
    pub async fn count_up_to<T: Stored>(&self, filter: Document, most: u64) -> Result<u64, MongoError> {
        // Any condition, so that an index is counted and no document.
        let filter = if filter.is_empty() {
            doc! { "_id": { "$gt": Bson::MinKey } }
        } else {
            filter
        };
        self.raw(T::COLLECTION).count_documents(filter).limit(most).await
    }

    /// How many documents a collection has, by the server's own books: off by a few after a crash.
    pub async fn estimate<T: Stored>(&self) -> Result<u64, MongoError> {
        self.raw(T::COLLECTION).estimated_document_count().await
    }
}

/// A value as it is stored. `bson::serialize_to_bson` will not do: it takes BSON for a format that
/// people read, in which ids and times are texts.
/// Errors: when the value cannot be stored.
pub fn to_bson(value: &impl Serialize) -> Result<Bson, MongoError> {
    #[derive(Serialize)]
    struct Holder<'a, T> {
        value: &'a T,
    }
    let raw = bson::serialize_to_raw_document_buf(&Holder { value })?;
    let mut holder = Document::try_from(&raw)?;
    Ok(holder.remove("value").unwrap_or(Bson::Null))
}

/// What is done with documents. All collections share the code below, which reads and writes raw
/// documents: the driver's is compiled anew for each type, which makes functions larger.
impl Db {
    /// What an aggregation of a collection gives, on the index with these keys if they are named.
    pub async fn aggregate<T: DeserializeOwned>(
        &self,
        collection: &str,
        pipeline: Vec<Document>,
        index: Option<Document>,
    ) -> Result<Vec<T>, MongoError> {
        read(&Box::pin(self.aggregate_raw(collection, pipeline, index)).await?)
    }

    /// Inserts a document.
    /// Errors: when no server can be reached, or a unique index is violated.
    pub async fn insert<T: Stored>(&self, document: &T) -> Result<(), MongoError> {
        let raw = bson::serialize_to_raw_document_buf(document)?;
        let collection = self.database.collection::<RawDocumentBuf>(T::COLLECTION);
        Box::pin(async move { collection.insert_one(raw).await }).await.map(drop)
    }

    /// Updates the one document that matches and gives it back.
    /// Errors: when a unique index is violated, too.
    pub async fn update<T: Stored>(
        &self,
        filter: Document,
        update: impl Into<UpdateModifications>,
        returned: ReturnDocument,
    ) -> Result<Option<T>, MongoError> {
        self.find_and_update(filter, update.into(), How { returned, ..How::default() }).await
    }

    /// Updates the one document that matches and gives it as it is then, with some fields in part.
    pub async fn update_after<T: Stored>(
        &self,
        filter: Document,
        update: impl Into<UpdateModifications>,
        fields: Document,
    ) -> Result<Option<T>, MongoError> {
        let how = How { returned: ReturnDocument::After, fields: Some(fields), ..How::default() };
        self.find_and_update(filter, update.into(), how).await
    }

    /// Updates the one document that matches and gives it as it was, without some fields.
    pub async fn update_before<T: Stored>(
        &self,
        filter: Document,
        update: impl Into<UpdateModifications>,
        fields: Document,
    ) -> Result<Option<T>, MongoError> {
        let how = How { returned: ReturnDocument::Before, fields: Some(fields), ..How::default() };
        self.find_and_update(filter, update.into(), how).await
    }

    /// Inserts documents, unless there is one of the same id, which stays as it is. The places of those that
    /// violate the unique index `other`, and are not inserted. One round trip, or none without documents.
    /// Errors: when another unique index is violated, too; some may be inserted all the same.
    pub async fn insert_or_keep<T: Stored>(
        &self,
        documents: &[T],
        other: &str,
    ) -> Result<Vec<usize>, MongoError> {
        if documents.is_empty() {
            return Ok(Vec::new());
        }
        let raw: Result<Vec<_>, _> = documents.iter().map(bson::serialize_to_raw_document_buf).collect();
        let (raw, collection) = (raw?, self.database.collection::<RawDocumentBuf>(T::COLLECTION));
        let inserting = Box::pin(async move { collection.insert_many(raw).ordered(false).await });
        let Err(error) = inserting.await else { return Ok(Vec::new()) };
        let ErrorKind::InsertMany(InsertManyError {
            write_errors: Some(failed),
            write_concern_error: None,
            ..
        }) = &*error.kind
        else {
            return Err(error);
        };
        let mut violating = Vec::new();
        for IndexedWriteError { index, code, message, .. } in failed {
            match () {
                () if is_violation(*code, message, "_id_") => {}
                () if is_violation(*code, message, other) => violating.push(*index),
                () => return Err(error.clone()),
            }
        }
        Ok(violating)
    }

    /// Updates the one document that matches, or inserts it; the document afterwards. Of two that insert
    /// it at the same time, the unique index `meeting` lets one through, and the other one updates.
    /// Errors: when another unique index is violated, too.
    pub async fn upsert<T: Stored>(
        &self,
        filter: Document,
        update: impl Into<UpdateModifications>,
        meeting: &str,
    ) -> Result<T, MongoError> {
        self.upsert_by(WriteConcern::majority(), filter, update.into(), meeting).await
    }

    /// As [`Self::upsert`], for what may be lost: it does not wait for a majority.
    /// Errors: when another unique index is violated, too.
    pub async fn upsert_unconfirmed<T: Stored>(
        &self,
        filter: Document,
        update: impl Into<UpdateModifications>,
        meeting: &str,
    ) -> Result<T, MongoError> {
        self.upsert_by(WriteConcern::nodes(1), filter, update.into(), meeting).await
    }

    async fn upsert_by<T: Stored>(
        &self,
        written_by: WriteConcern,
        filter: Document,
        update: UpdateModifications,
        meeting: &str,
    ) -> Result<T, MongoError> {
        let how = || {
            let written_by = written_by.clone();
            How { returned: ReturnDocument::After, upsert: true, written_by, ..How::default() }
        };
        let upserted = match self.find_and_update(filter.clone(), update.clone(), how()).await {
            Err(error) if violates(&error, meeting) => {
                self.find_and_update(filter, update, how()).await?
            }
            other => other?,
        };
        upserted.ok_or_else(|| MongoError::custom("an upsert that returns its document returned none"))
    }

    /// Inserts a document, unless there is one of this id, which stays as it is.
    /// Errors: when a unique index besides the one of ids is violated, too.
    pub async fn insert_if_missing(
        &self,
        collection: &str,
        id: Id,
        document: Bson,
    ) -> Result<(), MongoError> {
        let Bson::Document(mut fields) = document else {
            return Err(MongoError::custom("only a document can be inserted"));
        };
        fields.remove("_id");
        let update = UpdateModifications::Document(doc! { "$setOnInsert": fields });
        let how = How { upsert: true, ..How::default() };
        match Box::pin(self.update_raw(collection, doc! { "_id": id }, update, how)).await {
            // Another one inserted it at the same time.
            Err(error) if violates(&error, "_id_") => Ok(()),
            inserted => inserted.map(drop),
        }
    }

    async fn find_and_update<T: Stored>(
        &self,
        filter: Document,
        update: UpdateModifications,
        how: How,
    ) -> Result<Option<T>, MongoError> {
        let raw = Box::pin(self.update_raw(T::COLLECTION, filter, update, how)).await?;
        Ok(raw.map(|raw| bson::deserialize_from_slice(raw.as_bytes())).transpose()?)
    }

    async fn find_raw(
        &self,
        collection: &str,
        filter: Document,
        options: FindOptions,
    ) -> Result<Vec<RawDocumentBuf>, MongoError> {
        let collection = self.database.collection::<RawDocumentBuf>(collection);
        collection.find(filter).with_options(options).await?.try_collect().await
    }

    async fn aggregate_raw(
        &self,
        collection: &str,
        pipeline: Vec<Document>,
        index: Option<Document>,
    ) -> Result<Vec<RawDocumentBuf>, MongoError> {
        let collection = self.database.collection::<RawDocumentBuf>(collection);
        let options = AggregateOptions::builder().hint(index.map(Hint::Keys)).batch_size(BATCH).build();
        let aggregation = collection.aggregate(pipeline).with_options(options);
        aggregation.with_type::<RawDocumentBuf>().await?.try_collect().await
    }

    async fn update_raw(
        &self,
        collection: &str,
        filter: Document,
        update: UpdateModifications,
        how: How,
    ) -> Result<Option<RawDocumentBuf>, MongoError> {
        let collection = self.database.collection::<RawDocumentBuf>(collection);
        let mut options = FindOneAndUpdateOptions::default();
        options.return_document = Some(how.returned);
        options.upsert = Some(how.upsert);
        options.write_concern = Some(how.written_by);
        options.projection = how.fields;
        collection.find_one_and_update(filter, update).with_options(options).await
    }
}

/// How a document is updated.
struct How {
    returned: ReturnDocument,
    upsert: bool,
    written_by: WriteConcern,
    /// What of the document is given.
    fields: Option<Document>,
}

impl Default for How {
    fn default() -> Self {
        let written_by = WriteConcern::majority();
        Self { returned: ReturnDocument::Before, upsert: false, written_by, fields: None }
    }
}

/// Whether `error` is a violation of the unique index `name`.
pub fn violates(error: &MongoError, name: &str) -> bool {
    match &*error.kind {
        ErrorKind::Write(WriteFailure::WriteError(write)) => {
            is_violation(write.code, &write.message, name)
        }
        ErrorKind::Command(command) => is_violation(command.code, &command.message, name),
        _ => false,
    }
}

fn is_violation(code: i32, message: &str, name: &str) -> bool {
    const DUPLICATE_KEY: i32 = 11000;
    code == DUPLICATE_KEY && message.contains(&format!("index: {name} "))
}
