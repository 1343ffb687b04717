//! The figures, each computed by one aggregation on an index.

use std::collections::HashMap;

use bson::{Document, doc};
use futures::TryStreamExt;
use futures::future::{try_join, try_join4};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shared::db::{Db, Projected, Stored};
use shared::documents::connection::Side;
use shared::documents::conversation::{
    Conversation, Status as Stage, holders_index, overview_index, responders_index,
};
use shared::documents::message::Message;
use shared::documents::user::{AgentBrief, Status, User};
use shared::{Id, Result, Time};

use crate::calendar::Calendar;

/// The figures of all conversations.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    total_conversations: i64,
    active_chats: i64,
    pending_chats: i64,
    resolved_chats: i64,
    closed_chats: i64,
    avg_response_time: String,
    avg_response_seconds: Option<f64>,
    avg_resolution_seconds: Option<f64>,
    avg_rating: String,
    rated_conversations: i64,
}

#[derive(Default, Deserialize)]
struct Totals {
    total: i64,
    active: i64,
    pending: i64,
    resolved: i64,
    closed: i64,
    response: Option<f64>,
    resolution: Option<f64>,
    rating: Option<f64>,
    rated: i64,
}

/// One scan of the overview's index.
pub async fn overview(db: &Db) -> Result<Overview> {
    let in_stage = |stage: Stage| {
        let is = doc! { "$eq": ["$status", stage] };
        doc! { "$sum": { "$cond": [is, 1_i64, 0_i64] } }
    };
    let group = doc! { "$group": {
        "_id": null,
        "total": { "$sum": 1_i64 },
        "active": in_stage(Stage::Active),
        "pending": in_stage(Stage::Pending),
        "resolved": in_stage(Stage::Resolved),
        "closed": in_stage(Stage::Closed),
        "response": average_millis("$firstVisitorMessageAt", "$firstResponseAt"),
        "resolution": average_millis("$createdAt", "$resolvedAt"),
        "rating": { "$avg": "$rating" },
        "rated": count_of("$rating"),
    } };
    let rows = aggregate::<Conversation, Totals>(db, vec![group], Some(overview_index())).await?;
    let totals = rows.into_iter().next().unwrap_or_default();
    Ok(Overview {
        total_conversations: totals.total,
        active_chats: totals.active,
        pending_chats: totals.pending,
        resolved_chats: totals.resolved,
        closed_chats: totals.closed,
        avg_response_time: spoken(totals.response.unwrap_or(0.0)),
        avg_response_seconds: totals.response.map(seconds),
        avg_resolution_seconds: totals.resolution.map(seconds),
        avg_rating: one_decimal(totals.rating),
        rated_conversations: totals.rated,
    })
}

/// How many there were on a day.
#[derive(Serialize, JsonSchema)]
pub struct DayCount {
    #[serde(rename = "_id")]
    day: String,
    count: i64,
}

/// Conversations and messages of each day, counted side by side.
pub async fn days(db: &Db, calendar: &Calendar) -> Result<(Vec<DayCount>, Vec<DayCount>)> {
    Conversation::settle(db).await?;
    try_join(per_day::<Conversation>(db, calendar), per_day::<Message>(db, calendar)).await
}

async fn per_day<T: Stored>(db: &Db, calendar: &Calendar) -> Result<Vec<DayCount>> {
    #[derive(Deserialize)]
    struct Bucket {
        #[serde(rename = "_id")]
        start: Time,
        count: i64,
    }
    let boundaries = calendar.boundaries();
    let period = doc! { "$gte": boundaries.first().copied(), "$lt": boundaries.last().copied() };
    let pipeline = vec![
        doc! { "$match": { "createdAt": period } },
        doc! { "$bucket": {
            "groupBy": "$createdAt",
            "boundaries": boundaries,
            "output": { "count": { "$sum": 1_i64 } },
        } },
    ];
    let buckets = aggregate::<T, Bucket>(db, pipeline, None).await?;
    let counts: HashMap<i64, i64> =
        buckets.into_iter().map(|bucket| (bucket.start.millis(), bucket.count)).collect();
    Ok(calendar
        .days()
        .iter()
        .map(|(day, start)| DayCount {
            day: day.to_string(),
            count: counts.get(&start.millis()).copied().unwrap_or(0),
        })
        .collect())
}

/// What an agent did.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentFigures {
    id: Id,
    name: String,
    email: String,
    status: Status,
    assigned_conversations: i64,
    resolved_conversations: i64,
    avg_response_seconds: Option<f64>,
    avg_rating: String,
    messages_sent: i64,
}

#[derive(Default, Deserialize)]
struct Held {
    assigned: i64,
    resolved: i64,
    rating: Option<f64>,
}

#[derive(Deserialize)]
struct ByAgent<T> {
    #[serde(rename = "_id")]
    agent: Option<Id>,
    figures: T,
}

/// Four aggregations side by side: the agents, what they hold, how fast they answer, what they wrote.
pub async fn agents(db: &Db) -> Result<Vec<AgentFigures>> {
    Conversation::settle(db).await?;
    let held = doc! {
        "assigned": { "$sum": 1_i64 },
        "resolved": count_of("$resolvedAt"),
        "rating": { "$avg": "$rating" },
    };
    let response = doc! { "response": average_millis("$firstVisitorMessageAt", "$firstResponseAt") };
    let (users, held, response, sent) = try_join4(
        aggregate::<User, AgentBrief>(
            db,
            vec![doc! { "$sort": { "name": 1, "_id": 1 } }, doc! { "$project": AgentBrief::fields() }],
            None,
        ),
        by_agent::<Conversation, Held>(db, "assignedAgent", doc! {}, held, holders_index()),
        by_agent::<Conversation, Response>(db, "firstResponseBy", doc! {}, response, responders_index()),
        by_agent::<Message, Sent>(
            db,
            "senderId",
            doc! { "sender": Side::Agent },
            doc! { "sent": { "$sum": 1_i64 } },
            doc! { "sender": 1, "senderId": 1 },
        ),
    )
    .await?;
    Ok(users
        .into_iter()
        .map(|user| {
            let none = Held::default();
            let held = held.get(&user.id).unwrap_or(&none);
            AgentFigures {
                id: user.id,
                name: user.name,
                email: user.email,
                status: user.status,
                assigned_conversations: held.assigned,
                resolved_conversations: held.resolved,
                avg_response_seconds: response
                    .get(&user.id)
                    .and_then(|response| response.response)
                    .map(seconds),
                avg_rating: one_decimal(held.rating),
                messages_sent: sent.get(&user.id).map_or(0, |sent| sent.sent),
            }
        })
        .collect())
}

#[derive(Deserialize)]
struct Response {
    response: Option<f64>,
}

#[derive(Deserialize)]
struct Sent {
    sent: i64,
}

/// Figures of the documents that match, grouped by the agent in `field`.
async fn by_agent<T: Stored, R: DeserializeOwned + Send + Sync>(
    db: &Db,
    field: &str,
    mut matching: Document,
    figures: Document,
    index: Document,
) -> Result<HashMap<Id, R>> {
    matching.insert(field, doc! { "$ne": null });
    let names: Document = figures.keys().map(|name| (name.clone(), format!("${name}").into())).collect();
    let mut group = doc! { "_id": format!("${field}") };
    group.extend(figures);
    let pipeline = vec![
        doc! { "$match": matching },
        doc! { "$group": group },
        doc! { "$project": { "figures": names } },
    ];
    let rows = aggregate::<T, ByAgent<R>>(db, pipeline, Some(index)).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.agent?, row.figures))).collect())
}

async fn aggregate<T: Stored, R: DeserializeOwned + Send + Sync>(
    db: &Db,
    pipeline: Vec<Document>,
    index: Option<Document>,
) -> Result<Vec<R>> {
    let collection = db.of::<T>();
    let mut aggregation = collection.aggregate(pipeline);
    if let Some(keys) = index {
        aggregation = aggregation.hint(mongodb::options::Hint::Keys(keys));
    }
    Ok(aggregation.with_type::<R>().await?.try_collect().await?)
}

/// The average milliseconds between two times, of the documents that have both.
fn average_millis(from: &str, to: &str) -> Document {
    doc! { "$avg": { "$subtract": [to, from] } }
}

/// How many documents have a value in `field`.
fn count_of(field: &str) -> Document {
    doc! { "$sum": { "$cond": [{ "$gt": [field, null] }, 1_i64, 0_i64] } }
}

fn seconds(millis: f64) -> f64 {
    millis.round() / 1000.0
}

fn one_decimal(average: Option<f64>) -> String {
    format!("{:.1}", average.unwrap_or(0.0))
}

/// A duration as people say it: `45s`, `2m 30s`, `1h 5m`.
fn spoken(millis: f64) -> String {
    let duration = std::time::Duration::from_millis(millis.max(0.0).round() as u64);
    let seconds = (duration.as_secs_f64()).round() as u64;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, seconds) => format!("{minutes}m {seconds}s"),
        (hours, minutes, _) => format!("{hours}h {minutes}m"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_spoken() {
        for (seconds, text) in [(0.0, "0s"), (45.0, "45s"), (150.0, "2m 30s"), (3900.0, "1h 5m")] {
            assert_eq!(spoken(seconds * 1000.0), text);
        }
    }

    #[test]
    fn a_rating_has_one_decimal() {
        assert_eq!(one_decimal(Some(4.46)), "4.5");
        assert_eq!(one_decimal(None), "0.0");
    }
}
