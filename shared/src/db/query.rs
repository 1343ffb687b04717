//! Reading documents, whole or in part.

use std::collections::BTreeSet;
use std::marker::PhantomData;

use bson::{Document, RawDocumentBuf, doc};
use mongodb::error::Error as MongoError;
use mongodb::options::{FindOptions, ReadConcern};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{BATCH, Db, Stored};
use crate::Id;

/// A part of a document that is read without the rest.
pub trait Projected: DeserializeOwned + Send + Sync {
    /// The projection that reads no more than this part.
    fn fields() -> Document;
}

/// A document's id, where nothing else of it is asked.
#[derive(Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct AnyId<I> {
    #[serde(rename = "_id")]
    pub id: I,
}

impl<I: DeserializeOwned + Send + Sync> Projected for AnyId<I> {
    fn fields() -> Document {
        doc! { "_id": 1 }
    }
}

impl Db {
    /// A part of the documents with these ids. One round trip, unless there are none.
    pub async fn parts<T: Stored, P: Projected>(&self, ids: BTreeSet<Id>) -> Result<Vec<P>, MongoError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<Id> = ids.into_iter().collect();
        self.query::<T>(doc! { "_id": { "$in": ids } }).part().all().await
    }
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
    pub(super) fn new(db: &'a Db, collection: &'static str, filter: Document) -> Self {
        let options = FindOptions::builder().batch_size(BATCH).build();
        Self { db, collection, filter, options, read_as: PhantomData }
    }

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

    /// As the server has it now, perhaps not by a majority.
    pub fn unconfirmed(mut self) -> Self {
        self.options.read_concern = Some(ReadConcern::local());
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
    pub async fn one(self) -> Result<Option<T>, MongoError> {
        // A negative limit asks for a single batch.
        Ok(self.limit(-1).all().await?.pop())
    }

    /// All of them. One round trip for every 16 MB.
    pub async fn all(self) -> Result<Vec<T>, MongoError> {
        let Self { db, collection, filter, options, .. } = self;
        read(&Box::pin(db.find_raw(collection, filter, options)).await?)
    }
}

pub(super) fn read<T: DeserializeOwned>(raw: &[RawDocumentBuf]) -> Result<Vec<T>, MongoError> {
    raw.iter().map(|raw| Ok(bson::deserialize_from_slice(raw.as_bytes())?)).collect()
}
