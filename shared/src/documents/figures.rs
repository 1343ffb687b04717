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

/// How many documents were created in a quarter of an hour, which every time zone's days begin with.
#[derive(Debug, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct QuarterHour {
    #[serde(rename = "_id")]
    pub start: Time,
    pub count: i64,
}

impl QuarterHour {
    /// Those between two times in which there was a conversation started.
    pub async fn of_conversations(db: &Db, from: Time, to: Time) -> Result<Vec<Self>> {
        Self::count::<Conversation>(db, from, to).await
    }

    /// Those between two times in which there was a message sent.
    pub async fn of_messages(db: &Db, from: Time, to: Time) -> Result<Vec<Self>> {
        Self::count::<Message>(db, from, to).await
    }

    async fn count<T: Stored>(db: &Db, from: Time, to: Time) -> Result<Vec<Self>> {
        let start = doc! { "$dateTrunc": { "date": "$createdAt", "unit": "minute", "binSize": 15 } };
        let pipeline = vec![
            doc! { "$match": { "createdAt": { "$gte": from, "$lt": to } } },
            doc! { "$group": { "_id": start, "count": { "$sum": 1_i64 } } },
        ];
        db.aggregate(T::COLLECTION, pipeline, None).await
    }
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
