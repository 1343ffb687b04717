//! The way to MongoDB.

use std::marker::PhantomData;
use std::time::Duration;

use bson::{Bson, Document, RawDocumentBuf, doc};
use futures::TryStreamExt;
use futures::future::try_join_all;
use mongodb::error::{Error as MongoError, ErrorKind, WriteFailure};
use mongodb::options::{
    ClientOptions, FindOptions, IndexOptions, ReadConcern, ReturnDocument, UpdateModifications,
    WriteConcern,
};
use mongodb::{Client, Collection, Database, IndexModel};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::config::Config;
use crate::{Id, documents};

/// How long an operation waits for a server that can take it. With [`CONNECT_TIMEOUT`] it keeps a
/// call under 5 seconds when the database is away, where the driver's own 30 seconds are past
/// API Gateway's 29.
const SERVER_SELECTION_TIMEOUT: Duration = Duration::from_secs(3);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

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
    /// A handle that connects at its first use. Writes are acknowledged by a majority, and reads
    /// see only what a majority has, so that nothing seen is ever rolled back.
    ///
    /// # Errors
    /// When the connection string makes no sense or its host has no DNS record.
    pub async fn open(config: &Config) -> Result<Self, MongoError> {
        let mut options = ClientOptions::parse(config.mongodb_uri.reveal()).await?;
        options.app_name.get_or_insert_with(|| "livechat".to_owned());
        options.max_pool_size = Some(config.mongodb_max_pool_size);
        options.server_selection_timeout = Some(SERVER_SELECTION_TIMEOUT);
        options.connect_timeout = Some(CONNECT_TIMEOUT);
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
    ///
    /// # Errors
    /// When no server can be reached.
    pub async fn ping(&self) -> Result<(), MongoError> {
        self.database.run_command(doc! { "ping": 1 }).await.map(drop)
    }

    /// Sees to it that the indexes are those of this build. It costs one read, unless they are not: an
    /// empty database gets them at once, and one of another build in the background, since there the
    /// collections may be large and the old indexes serve meanwhile.
    ///
    /// # Errors
    /// When no server can be reached, or an index of the same name differs.
    pub async fn prepare(&self) -> Result<(), MongoError> {
        let wanted = Prepared::wanted()?;
        let found = self.database.collection::<Prepared>(Prepared::COLLECTION);
        match found.find_one(doc! { "_id": INDEXES }).await? {
            Some(found) if found.version == wanted.version => Ok(()),
            None => self.create_indexes(wanted).await,
            Some(_) => {
                let db = self.clone();
                tokio::spawn(async move {
                    if let Err(error) = db.create_indexes(wanted).await {
                        tracing::error!(%error, "the indexes of this build were not created");
                    }
                });
                Ok(())
            }
        }
    }

    async fn create_indexes(&self, wanted: Prepared) -> Result<(), MongoError> {
        self.ensure_indexes().await?;
        let prepared = self.database.collection::<Prepared>(Prepared::COLLECTION);
        prepared.replace_one(doc! { "_id": INDEXES }, wanted).upsert(true).await.map(drop)
    }

    async fn ensure_indexes(&self) -> Result<(), MongoError> {
        let each = documents::indexes().into_iter().map(|(collection, indexes)| async move {
            self.database.collection::<Document>(collection).create_indexes(indexes).await
        });
        try_join_all(each).await.map(drop)
    }
}

/// A value as it is stored. `bson::serialize_to_bson` will not do: it takes BSON for a format that
/// people read, in which ids and times are texts.
///
/// # Errors
/// When the value cannot be stored.
pub fn to_bson(value: &impl Serialize) -> Result<Bson, MongoError> {
    #[derive(Serialize)]
    struct Holder<'a, T> {
        value: &'a T,
    }
    let raw = bson::serialize_to_raw_document_buf(&Holder { value })?;
    let mut holder = Document::try_from(&raw)?;
    Ok(holder.remove("value").unwrap_or(Bson::Null))
}

/// The id of the document that says which indexes there are.
const INDEXES: &str = "indexes";

/// Which indexes the database has.
#[derive(Serialize, Deserialize)]
struct Prepared {
    #[serde(rename = "_id")]
    id: String,
    /// A hash of their definitions.
    version: String,
}

impl Prepared {
    const COLLECTION: &'static str = "prepared";

    fn wanted() -> Result<Self, MongoError> {
        let mut hash = Sha256::new();
        for (collection, indexes) in documents::indexes() {
            hash.update(collection);
            for index in indexes {
                hash.update(bson::serialize_to_vec(&index)?);
            }
        }
        let version = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { id: INDEXES.to_owned(), version })
    }
}

/// A part of a document that is read without the rest.
pub trait Projected: DeserializeOwned + Send + Sync {
    /// The projection that reads no more than this part.
    fn fields() -> Document;
}

/// Which state of a document an update gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Give {
    /// As it was.
    Before,
    /// As it became.
    After,
}

/// What an update does with a document that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Nothing.
    Leave,
    /// Makes it.
    Insert,
}

/// A look at the documents of a collection that match, read as `T`.
#[must_use]
pub struct Query<'a, T> {
    db: &'a Db,
    collection: &'static str,
    filter: Document,
    options: FindOptions,
    read_as: PhantomData<T>,
}

impl<'a, T: DeserializeOwned> Query<'a, T> {
    /// Reads no more than a part of each document.
    pub fn part<P: Projected>(self) -> Query<'a, P> {
        let Self { db, collection, filter, mut options, .. } = self;
        options.projection = Some(P::fields());
        Query { db, collection, filter, options, read_as: PhantomData }
    }

    /// Leaves out, or reads only, some fields.
    pub fn fields(mut self, projection: Document) -> Self {
        self.options.projection = Some(projection);
        self
    }

    /// In this order.
    pub fn sort(mut self, keys: Document) -> Self {
        self.options.sort = Some(keys);
        self
    }

    /// Without the first ones.
    pub fn skip(mut self, count: u64) -> Self {
        self.options.skip = Some(count);
        self
    }

    /// So many at most.
    pub fn limit(mut self, most: i64) -> Self {
        self.options.limit = Some(most);
        self
    }

    /// The first of them. One round trip.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn one(self) -> Result<Option<T>, MongoError> {
        // A negative limit asks for a single batch.
        Ok(self.limit(-1).all().await?.pop())
    }

    /// All of them. One round trip for every 16 MB.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn all(self) -> Result<Vec<T>, MongoError> {
        let Self { db, collection, filter, options, .. } = self;
        read(&Box::pin(db.find_raw(collection, filter, options)).await?)
    }
}

fn read<T: DeserializeOwned>(raw: &[RawDocumentBuf]) -> Result<Vec<T>, MongoError> {
    raw.iter().map(|raw| Ok(bson::deserialize_from_slice(raw.as_bytes())?)).collect()
}

/// What is done with documents. All collections share the code below, which reads and writes raw
/// documents: the driver's is compiled anew for each type, which makes functions larger.
impl Db {
    /// The documents of a collection that match.
    pub fn query<T: Stored>(&self, filter: Document) -> Query<'_, T> {
        let (collection, options) = (T::COLLECTION, FindOptions::default());
        Query { db: self, collection, filter, options, read_as: PhantomData }
    }

    /// What an aggregation of a collection gives.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn aggregate<T: DeserializeOwned>(
        &self,
        collection: &str,
        pipeline: Vec<Document>,
    ) -> Result<Vec<T>, MongoError> {
        read(&Box::pin(self.aggregate_raw(collection, pipeline)).await?)
    }

    /// Inserts a document.
    ///
    /// # Errors
    /// When no server can be reached, or a unique index is violated.
    pub async fn insert<T: Stored>(&self, document: &T) -> Result<(), MongoError> {
        let raw = bson::serialize_to_raw_document_buf(document)?;
        let collection = self.database.collection::<RawDocumentBuf>(T::COLLECTION);
        Box::pin(async move { collection.insert_one(raw).await }).await.map(drop)
    }

    /// Updates the one document that matches and gives it back.
    ///
    /// # Errors
    /// When no server can be reached, or a unique index is violated.
    pub async fn update<T: Stored>(
        &self,
        filter: Document,
        update: impl Into<UpdateModifications>,
        give: Give,
        missing: Missing,
    ) -> Result<Option<T>, MongoError> {
        let (update, all) = (update.into(), WriteConcern::majority());
        let raw = Box::pin(self.update_raw(T::COLLECTION, filter, update, give, missing, all)).await?;
        Ok(raw.map(|raw| bson::deserialize_from_slice(raw.as_bytes())).transpose()?)
    }

    /// Notes something that may be lost on the one document that matches, and gives that back: it does not
    /// wait for a majority.
    ///
    /// # Errors
    /// When no server can be reached.
    pub async fn note<T: Stored>(
        &self,
        filter: Document,
        update: impl Into<UpdateModifications>,
    ) -> Result<Option<T>, MongoError> {
        let (update, one) = (update.into(), WriteConcern::nodes(1));
        let updating = self.update_raw(T::COLLECTION, filter, update, Give::After, Missing::Leave, one);
        let raw = Box::pin(updating).await?;
        Ok(raw.map(|raw| bson::deserialize_from_slice(raw.as_bytes())).transpose()?)
    }

    /// Inserts a document, unless there is one of this id, which stays as it is.
    ///
    /// # Errors
    /// When no server can be reached, or a unique index besides the one of ids is violated.
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
        let filter = doc! { "_id": id };
        let (missing, all) = (Missing::Insert, WriteConcern::majority());
        let inserting = self.update_raw(collection, filter, update, Give::Before, missing, all);
        match Box::pin(inserting).await {
            // Another one inserted it at the same time.
            Err(error) if violates(&error, "_id_") => Ok(()),
            inserted => inserted.map(drop),
        }
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
    ) -> Result<Vec<RawDocumentBuf>, MongoError> {
        let collection = self.database.collection::<RawDocumentBuf>(collection);
        let aggregation = collection.aggregate(pipeline).with_type::<RawDocumentBuf>();
        aggregation.await?.try_collect().await
    }

    async fn update_raw(
        &self,
        collection: &str,
        filter: Document,
        update: UpdateModifications,
        give: Give,
        missing: Missing,
        written_by: WriteConcern,
    ) -> Result<Option<RawDocumentBuf>, MongoError> {
        let collection = self.database.collection::<RawDocumentBuf>(collection);
        let give = match give {
            Give::Before => ReturnDocument::Before,
            Give::After => ReturnDocument::After,
        };
        let upsert = missing == Missing::Insert;
        let updating = collection.find_one_and_update(filter, update);
        updating.return_document(give).upsert(upsert).write_concern(written_by).await
    }
}

/// How many documents match; of all documents, what the server's own books say, since counting them would read an entry
/// for each.
///
/// # Errors
/// When no server can be reached.
pub async fn count<T: Stored>(collection: &Collection<T>, filter: Document) -> Result<u64, MongoError> {
    if filter.is_empty() {
        return collection.estimated_document_count().await;
    }
    collection.count_documents(filter).await
}

/// An index on `keys`, descending where the value is -1.
pub fn index(keys: Document) -> IndexModel {
    IndexModel::builder().keys(keys).build()
}

/// An index on `keys` of the documents that have them.
pub fn sparse(keys: Document) -> IndexModel {
    let options = IndexOptions::builder().sparse(true).build();
    IndexModel::builder().keys(keys).options(options).build()
}

/// A unique index by the name that [`violates`] asks for; `only` limits it to documents that match.
pub fn unique(name: &str, keys: Document, only: Option<Document>) -> IndexModel {
    let options = IndexOptions::builder()
        .name(name.to_owned())
        .unique(true)
        .partial_filter_expression(only)
        .build();
    IndexModel::builder().keys(keys).options(options).build()
}

/// An index that removes a document once the time in `field` has come.
pub fn expiring(field: &str) -> IndexModel {
    let options = IndexOptions::builder().expire_after(Duration::ZERO).build();
    IndexModel::builder().keys(doc! { field: 1 }).options(options).build()
}

/// Whether `error` is a violation of the unique index `name`.
pub fn violates(error: &MongoError, name: &str) -> bool {
    const DUPLICATE_KEY: i32 = 11000;
    let (code, message) = match &*error.kind {
        ErrorKind::Write(WriteFailure::WriteError(write)) => (write.code, &write.message),
        ErrorKind::Command(command) => (command.code, &command.message),
        _ => return false,
    };
    code == DUPLICATE_KEY && message.contains(&format!("index: {name} "))
}
