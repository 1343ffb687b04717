//! The figures, each computed by one aggregation that reads an index and no document.

use std::collections::HashMap;

use bson::{Bson, Document, doc};
use mongodb::error::Result;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::conversation::{Conversation, Status, holders_index, overview_index, responders_index};
use super::message::Message;
use super::participant::Side;
use crate::db::{Db, Stored};
use crate::{Id, Time};

/// The figures of all conversations; times are averages in milliseconds.
#[derive(Debug, Default, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Totals {
    pub total: i64,
    pub active: i64,
    pub pending: i64,
    pub resolved: i64,
    pub closed: i64,
    pub response: Option<f64>,
    pub resolution: Option<f64>,
    pub rating: Option<f64>,
    pub rated: i64,
}

impl Totals {
    /// Computes them.
    pub async fn compute(db: &Db) -> Result<Self> {
        let in_status = |status: Status| {
            let is = doc! { "$eq": ["$status", status] };
            doc! { "$sum": { "$cond": [is, 1_i64, 0_i64] } }
        };
        let group = doc! { "$group": {
            "_id": null,
            "total": { "$sum": 1_i64 },
            "active": in_status(Status::Active),
            "pending": in_status(Status::Pending),
            "resolved": in_status(Status::Resolved),
            "closed": in_status(Status::Closed),
            "response": average_millis("$firstVisitorMessageAt", "$firstResponseAt"),
            "resolution": average_millis("$createdAt", "$resolvedAt"),
            "rating": { "$avg": "$rating" },
            "rated": count_of("$rating"),
        } };
        let index = Some(overview_index());
        let mut rows = db.aggregate(Conversation::COLLECTION, vec![group], index).await?;
        Ok(rows.pop().unwrap_or_default())
    }
}

/// How many documents were created between two boundaries, by the earlier one in milliseconds.
async fn per_period<T: Stored>(db: &Db, boundaries: &[Time]) -> Result<HashMap<i64, i64>> {
    #[derive(Deserialize)]
    struct Bucket {
        #[serde(rename = "_id")]
        start: Time,
        count: i64,
    }
    let period = doc! { "$gte": boundaries.first().copied(), "$lt": boundaries.last().copied() };
    let pipeline = vec![
        doc! { "$match": { "createdAt": period } },
        doc! { "$bucket": {
            "groupBy": "$createdAt",
            "boundaries": boundaries.to_vec(),
            "output": { "count": { "$sum": 1_i64 } },
        } },
    ];
    let buckets: Vec<Bucket> = db.aggregate(T::COLLECTION, pipeline, None).await?;
    Ok(buckets.into_iter().map(|bucket| (bucket.start.millis(), bucket.count)).collect())
}

/// How many conversations were started between two boundaries, by the earlier one in milliseconds.
pub async fn conversations_per_period(db: &Db, boundaries: &[Time]) -> Result<HashMap<i64, i64>> {
    per_period::<Conversation>(db, boundaries).await
}

/// How many messages were sent between two boundaries, by the earlier one in milliseconds.
pub async fn messages_per_period(db: &Db, boundaries: &[Time]) -> Result<HashMap<i64, i64>> {
    per_period::<Message>(db, boundaries).await
}

/// What an agent holds.
#[derive(Debug, Default, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Held {
    pub assigned: i64,
    pub resolved: i64,
    pub rating: Option<f64>,
}

/// What each agent holds.
pub async fn held_by_agent(db: &Db) -> Result<HashMap<Id, Held>> {
    let figures = doc! {
        "assigned": { "$sum": 1_i64 },
        "resolved": count_of("$resolvedAt"),
        "rating": { "$avg": "$rating" },
    };
    by_agent(db, Conversation::COLLECTION, "assignedAgent", doc! {}, figures, holders_index()).await
}

/// The milliseconds in which each agent first answers, on average.
pub async fn response_by_agent(db: &Db) -> Result<HashMap<Id, f64>> {
    #[derive(Deserialize)]
    struct Response {
        response: Option<f64>,
    }
    let figures = doc! { "response": average_millis("$firstVisitorMessageAt", "$firstResponseAt") };
    let index = responders_index();
    let found: HashMap<Id, Response> =
        by_agent(db, Conversation::COLLECTION, "firstResponseBy", doc! {}, figures, index).await?;
    Ok(found.into_iter().filter_map(|(id, figures)| Some((id, figures.response?))).collect())
}

/// How many messages each agent sent.
pub async fn sent_by_agent(db: &Db) -> Result<HashMap<Id, i64>> {
    #[derive(Deserialize)]
    struct Sent {
        sent: i64,
    }
    let (agents, figures) = (doc! { "sender": Side::Agent }, doc! { "sent": { "$sum": 1_i64 } });
    let index = doc! { "sender": 1, "senderId": 1 };
    let found: HashMap<Id, Sent> =
        by_agent(db, Message::COLLECTION, "senderId", agents, figures, index).await?;
    Ok(found.into_iter().map(|(id, figures)| (id, figures.sent)).collect())
}

/// Figures of the documents that match, grouped by the agent in `field`.
async fn by_agent<R: DeserializeOwned>(
    db: &Db,
    collection: &str,
    field: &str,
    mut matching: Document,
    figures: Document,
    index: Document,
) -> Result<HashMap<Id, R>> {
    #[derive(Deserialize)]
    struct ByAgent<T> {
        #[serde(rename = "_id")]
        agent: Option<Id>,
        figures: T,
    }
    matching.insert(field, doc! { "$ne": null });
    let names: Document =
        figures.keys().map(|name| (name.clone(), Bson::from(format!("${name}")))).collect();
    let mut group = doc! { "_id": format!("${field}") };
    group.extend(figures);
    let pipeline = vec![
        doc! { "$match": matching },
        doc! { "$group": group },
        doc! { "$project": { "figures": names } },
    ];
    let rows: Vec<ByAgent<R>> = db.aggregate(collection, pipeline, Some(index)).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.agent?, row.figures))).collect())
}

/// The average milliseconds between two times, of the documents that have both.
fn average_millis(from: &str, to: &str) -> Document {
    doc! { "$avg": { "$subtract": [to, from] } }
}

/// How many documents have a value in `field`.
fn count_of(field: &str) -> Document {
    doc! { "$sum": { "$cond": [{ "$gt": [field, null] }, 1_i64, 0_i64] } }
}
