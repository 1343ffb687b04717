//! Reports: figures computed from the stored data. Of many documents they are up to a minute old.

use std::collections::HashMap;

use futures::future::try_join;
use schemars::JsonSchema;
use serde::Serialize;

use super::calendar::Calendar;
use super::caller::Agent;
use super::outbox;
use crate::documents::day_counts::{self, QuarterHours};
use crate::documents::figures::{AgentTotals, QuarterHour, Totals};
use crate::documents::snapshot::AsOf;
use crate::documents::user::{Status, User};
use crate::{App, Error, Id, Result, Time};

/// The figures of all conversations.
#[derive(Debug, Serialize, JsonSchema)]
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
    as_of: Time,
}

/// The figures of all conversations.
pub async fn overview(app: &App, _: &Agent) -> Result<Overview> {
    let db = app.db.clone();
    let compute = async move { Ok(Totals::compute(&db).await?) };
    let AsOf { as_of, figures: totals } = app.totals.get(&app.db, &app.background, compute).await?;
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
        as_of,
    })
}

/// The days of a period, each with how much there was of something.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Charts {
    conversations: Vec<DayCount>,
    messages: Vec<DayCount>,
    as_of: Time,
}

/// How many there were on a day.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DayCount {
    #[serde(rename = "_id")]
    day: String,
    count: i64,
}

/// Conversations and messages of each of the last days in a time zone.
/// Errors: validation failed for a time zone that nobody knows.
pub async fn charts(app: &App, _: &Agent, days: i64, zone: &str) -> Result<Charts> {
    let calendar = Calendar::until_today(zone, days)
        .map_err(|_| Error::invalid_field("tz", "Must be a time zone such as Europe/Berlin"))?;
    let as_of = Time::now();
    let (stored, (from, to)) = (outbox::flush(app), calendar.period());
    let QuarterHours { conversations, messages } =
        day_counts::of_period(&app.db, from, to, stored).await?;
    Ok(Charts {
        conversations: by_day(&calendar, &conversations),
        messages: by_day(&calendar, &messages),
        as_of,
    })
}

fn by_day(calendar: &Calendar, counted: &[QuarterHour]) -> Vec<DayCount> {
    let mut days: Vec<DayCount> =
        calendar.days().map(|day| DayCount { day: day.to_string(), count: 0 }).collect();
    for QuarterHour { start, count } in counted {
        if let Some(day) = calendar.index_of(*start).and_then(|index| days.get_mut(index)) {
            day.count += count;
        }
    }
    days
}

/// What an agent did.
#[derive(Debug, Serialize, JsonSchema)]
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
    as_of: Time,
}

/// The figures of each agent, by name: who they are now, and what they hold, how fast they answer and
/// what they wrote.
pub async fn agents(app: &App, _: &Agent) -> Result<Vec<AgentFigures>> {
    let computing = app.clone();
    let compute = async move {
        outbox::flush(&computing).await?;
        Ok(AgentTotals::compute(&computing.db).await?)
    };
    let users = async { Ok(User::briefs(&app.db).await?) };
    let figures = app.agent_totals.get(&app.db, &app.background, compute);
    let (users, AsOf { as_of, figures }) = try_join(users, figures).await?;
    let figures: HashMap<Id, AgentTotals> =
        figures.into_iter().map(|totals| (totals.agent, totals)).collect();
    let none = AgentTotals::default();
    Ok(users
        .into_iter()
        .map(|user| {
            let totals = figures.get(&user.id).unwrap_or(&none);
            AgentFigures {
                id: user.id,
                name: user.name,
                email: user.email,
                status: user.status,
                assigned_conversations: totals.assigned,
                resolved_conversations: totals.resolved,
                avg_response_seconds: totals.response.map(seconds),
                avg_rating: one_decimal(totals.rating),
                messages_sent: totals.sent,
                as_of,
            }
        })
        .collect())
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
