//! Indexes, as documents declare them.

use std::time::Duration;

use bson::{Document, doc};
use mongodb::IndexModel;
use mongodb::options::IndexOptions;

/// An index on `keys`, descending where the value is -1.
pub fn index(keys: Document) -> IndexModel {
    IndexModel::builder().keys(keys).build()
}

/// An index on `keys` of the documents that have them.
pub fn sparse(keys: Document) -> IndexModel {
    let options = IndexOptions::builder().sparse(true).build();
    IndexModel::builder().keys(keys).options(options).build()
}

/// An index on `keys` of the documents that match.
pub fn partial(keys: Document, only: Document) -> IndexModel {
    let options = IndexOptions::builder().partial_filter_expression(only).build();
    IndexModel::builder().keys(keys).options(options).build()
}

/// A unique index by the name that [`violates`](super::violates) asks for; `only` limits it to documents
/// that match.
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
