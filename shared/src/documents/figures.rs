//! The figures, each computed by one aggregation that reads an index and no document.

use std::collections::HashMap;

use bson::{Bson, Document, doc};
use futures::future::{try_join, try_join3};
use futures::{StreamExt, TryStreamExt, stream};
use mongodb::error::Result;
use mongodb::options::Hint;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::conversation::{Conversation, Status, holders_index, overview_index, responders_index};
use super::message::Message;
use super::participant::Side;
use super::user::User;
use crate::db::{Db, Stored};
use crate::{Id, Time};

/// With more messages for each user, they are counted for each.
const WORTH_A_COUNT: u64 = 1000;
const COUNTS_AT_ONCE: usize = 4;

/// The figures of all conversations; times are averages in milliseconds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
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

/// What an agent holds, how fast it first answers (milliseconds, on average) and how much it wrote.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct AgentTotals {
    pub agent: Id,
    pub assigned: i64,
    pub resolved: i64,
    pub rating: Option<f64>,
    pub response: Option<f64>,
    pub sent: i64,
}

impl AgentTotals {
    /// Computes those of every agent of whom there are any: three aggregations side by side.
    pub async fn compute(db: &Db) -> Result<Vec<Self>> {
        let (held, response, sent) =
            try_join3(held_by_agent(db), response_by_agent(db), sent_by_agent(db)).await?;
        let mut all = HashMap::<Id, Self>::new();
        let mut of = |agent: Id, fill: &dyn Fn(&mut Self)| {
            fill(all.entry(agent).or_insert_with(|| Self { agent, ..Self::default() }));
        };
        for (agent, Held { assigned, resolved, rating }) in held {
            of(agent, &|totals| {
                (totals.assigned, totals.resolved, totals.rating) = (assigned, resolved, rating);
            });
        }
        for (agent, Response { response }) in response {
            of(agent, &|totals| totals.response = response);
        }
        for (agent, Sent { sent }) in sent {
            of(agent, &|totals| totals.sent = sent);
        }
        Ok(all.into_values().collect())
    }
}

#[derive(Deserialize)]
struct Held {
    assigned: i64,
    resolved: i64,
    rating: Option<f64>,
}

async fn held_by_agent(db: &Db) -> Result<Vec<(Id, Held)>> {
    let figures = doc! {
        "assigned": { "$sum": 1_i64 },
        "resolved": count_of("$resolvedAt"),
        "rating": { "$avg": "$rating" },
    };
    by_agent(db, Conversation::COLLECTION, "assignedAgent", doc! {}, figures, holders_index()).await
}

#[derive(Deserialize)]
struct Response {
    response: Option<f64>,
}

async fn response_by_agent(db: &Db) -> Result<Vec<(Id, Response)>> {
    let figures = doc! { "response": average_millis("$firstVisitorMessageAt", "$firstResponseAt") };
    let index = responders_index();
    by_agent(db, Conversation::COLLECTION, "firstResponseBy", doc! {}, figures, index).await
}

#[derive(Deserialize)]
struct Sent {
    sent: i64,
}

/// What each wrote: of many messages by a count for each agent, which takes a quarter of the time that
/// grouping takes.
async fn sent_by_agent(db: &Db) -> Result<Vec<(Id, Sent)>> {
    let (users, messages) = try_join(User::briefs(db), db.estimate::<Message>()).await?;
    let index = doc! { "sender": 1, "senderId": 1 };
    if messages <= WORTH_A_COUNT * users.len() as u64 {
        let (agents, figures) = (doc! { "sender": Side::Agent }, doc! { "sent": { "$sum": 1_i64 } });
        return by_agent(db, Message::COLLECTION, "senderId", agents, figures, index).await;
    }
    let counting = users.into_iter().map(|agent| {
        let sent = doc! { "sender": Side::Agent, "senderId": agent.id };
        let index = index.clone();
        async move {
            let count = db.of::<Message>().count_documents(sent).hint(Hint::Keys(index)).await?;
            Ok((agent.id, Sent { sent: i64::try_from(count).unwrap_or(i64::MAX) }))
        }
    });
    stream::iter(counting).buffer_unordered(COUNTS_AT_ONCE).try_collect().await
}

/// Figures of the documents that match, grouped by the agent in `field`.
async fn by_agent<R: DeserializeOwned>(
    db: &Db,
    collection: &str,
    field: &str,
    mut matching: Document,
    figures: Document,
    index: Document,
) -> Result<Vec<(Id, R)>> {
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
