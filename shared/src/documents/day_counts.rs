//! How many conversations were started and messages sent in each quarter of an hour that is past. They
//! are counted once: erasing leaves the documents that are counted, and what comes late opens its
//! quarter-hour again.

use bson::spec::BinarySubtype;
use bson::{Binary, Document, doc};
use futures::future::{try_join, try_join_all};
use mongodb::IndexModel;
use mongodb::error::Result;
use serde::{Deserialize, Serialize};

use super::figures::QuarterHour;
use crate::Time;
use crate::db::{Db, Stored, violates};

const QUARTER_HOUR: i64 = 15 * 60 * 1000;
const DAY: i64 = 24 * 60 * 60 * 1000;
/// How long a quarter-hour has been over when it is counted: what began in it has been stored by then.
const MARGIN: i64 = 5 * 60 * 1000;
/// The first days that are ever counted: a chart's longest period, in every time zone.
const MOST_DAYS: i64 = 92;
/// The days that are counted at once.
const STEP: i64 = 31 * DAY;
/// What is stored so long after it began comes late; less than the margin.
const LATE: i64 = 60 * 1000;

/// The counts of a day of UTC, by quarter-hours.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Day {
    #[serde(rename = "_id")]
    start: Time,
    /// Until when it is counted, and of which generation of [`Progress`].
    up_to: Time,
    generation: i64,
    conversations: Counts,
    messages: Counts,
}

/// The counts of the 96 quarter-hours of a day, each in 4 bytes: an array of BSON takes long to read.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
struct Counts(Binary);

impl Counts {
    fn new(counts: &[i64]) -> Self {
        let bytes =
            counts.iter().flat_map(|count| u32::try_from(*count).unwrap_or(u32::MAX).to_le_bytes());
        Self(Binary { subtype: BinarySubtype::Generic, bytes: bytes.collect() })
    }

    fn iter(&self) -> impl Iterator<Item = i64> {
        let counts = self.0.bytes.chunks_exact(4).filter_map(|bytes| bytes.try_into().ok());
        counts.map(|bytes| i64::from(u32::from_le_bytes(bytes)))
    }
}

impl Stored for Day {
    const COLLECTION: &'static str = "dayCounts";

    fn indexes() -> Vec<IndexModel> {
        Vec::new()
    }
}

/// How far everything is counted.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Progress {
    #[serde(rename = "_id")]
    id: String,
    up_to: Time,
    /// Grows each time that it goes back.
    generation: i64,
}

impl Stored for Progress {
    const COLLECTION: &'static str = "countProgress";

    fn indexes() -> Vec<IndexModel> {
        Vec::new()
    }
}

const ID: &str = "dayCounts";

/// The conversations and the messages of each quarter-hour of a period in which there were any.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "the names say it")]
pub struct QuarterHours {
    pub conversations: Vec<QuarterHour>,
    pub messages: Vec<QuarterHour>,
}

/// Those of a period: what is past from the counts, the last minutes counted now. Once `stored` is done,
/// everything that was accepted before is among the messages.
pub async fn of_period(
    db: &Db,
    from: Time,
    to: Time,
    stored: impl Future<Output = Result<()>>,
) -> Result<QuarterHours> {
    let counted_to = count(db, Time::now(), stored).await?;
    let live = |from: Time| async move {
        let (conversations, messages) = try_join(
            QuarterHour::of_conversations(db, from, to),
            QuarterHour::of_messages(db, from, to),
        )
        .await?;
        Ok(QuarterHours { conversations, messages })
    };
    if counted_to <= from {
        return live(from).await;
    }
    let days = doc! { "_id": { "$gte": floor(from, DAY), "$lt": to.min(counted_to) } };
    let (days, mut found) = try_join(db.query::<Day>(days).all(), live(counted_to)).await?;
    for Day { start, conversations, messages, .. } in days {
        let past = |counts: &Counts| -> Vec<QuarterHour> {
            let quarter_hours = (0..).zip(counts.iter()).filter(|(_, count)| *count > 0);
            let quarter_hours = quarter_hours.map(|(number, count)| {
                let start = Time::from_millis(start.millis() + number * QUARTER_HOUR);
                QuarterHour { start, count }
            });
            quarter_hours.filter(|quarter| quarter.start >= from && quarter.start < counted_to).collect()
        };
        found.conversations.extend(past(&conversations));
        found.messages.extend(past(&messages));
    }
    Ok(found)
}

/// Opens the quarter-hour of `began` again for what was stored late, if it was.
pub async fn note_late(db: &Db, began: Time) -> Result<()> {
    if Time::now().millis() - began.millis() < LATE {
        return Ok(());
    }
    let start = floor(began, QUARTER_HOUR);
    let counted = doc! { "_id": ID, "upTo": { "$gt": start } };
    let update = doc! { "$set": { "upTo": start }, "$inc": { "generation": 1_i64 } };
    db.of::<Progress>().update_one(counted, update).await.map(drop)
}

/// Counts what is past at `now` and not counted yet; until when everything is counted. What was accepted late
/// before has opened its quarter-hour again by then, so that the progress may be read while the rest is
/// stored.
async fn count(db: &Db, now: Time, stored: impl Future<Output = Result<()>>) -> Result<Time> {
    let end = floor(Time::from_millis(now.millis() - MARGIN), QUARTER_HOUR);
    let (mut reached, ()) = try_join(progress(db, now), stored).await?;
    while reached.up_to < end {
        count_step(db, &reached, end).await?;
        reached = progress(db, now).await?;
    }
    Ok(reached.up_to)
}

async fn progress(db: &Db, now: Time) -> Result<Progress> {
    if let Some(progress) = db.query(doc! { "_id": ID }).one().await? {
        return Ok(progress);
    }
    let first = floor(Time::from_millis(now.millis() - MOST_DAYS * DAY), DAY);
    let start = doc! { "$setOnInsert": { "upTo": first, "generation": 0_i64 } };
    db.upsert(doc! { "_id": ID }, start, "_id_").await
}

/// Counts from the beginning of the day that was reached: a day is written whole. Of several at once the
/// furthest wins, and none past a quarter-hour that was opened meanwhile.
async fn count_step(db: &Db, progress: &Progress, end: Time) -> Result<()> {
    let from = floor(progress.up_to, DAY);
    let to = end.min(Time::from_millis(from.millis() + STEP));
    let (conversations, messages) =
        try_join(QuarterHour::of_conversations(db, from, to), QuarterHour::of_messages(db, from, to))
            .await?;
    let generation = progress.generation;
    let days = (from.millis()..to.millis()).step_by(DAY as usize).map(|start| {
        let start = Time::from_millis(start);
        let up_to = to.min(Time::from_millis(start.millis() + DAY));
        let [conversations, messages] = [&conversations, &messages].map(|counts| within(start, counts));
        Day {
            start,
            up_to,
            generation,
            conversations: Counts::new(&conversations),
            messages: Counts::new(&messages),
        }
    });
    // A day without anything needs no document, and counts never shrink.
    let days =
        days.filter(|day| day.conversations.iter().chain(day.messages.iter()).any(|count| count > 0));
    try_join_all(days.map(|day| write(db, day))).await?;
    let same = doc! { "_id": ID, "generation": generation, "upTo": progress.up_to };
    db.of::<Progress>().update_one(same, doc! { "$set": { "upTo": to } }).await.map(drop)
}

async fn write(db: &Db, day: Day) -> Result<()> {
    let Day { start, up_to, generation, conversations, messages } = day;
    let older: Document = doc! { "_id": start, "$or": [
        { "generation": { "$lt": generation } },
        { "generation": generation, "upTo": { "$lt": up_to } },
    ] };
    let set = doc! {
        "upTo": up_to, "generation": generation,
        "conversations": conversations.0, "messages": messages.0,
    };
    let written = db.of::<Day>().update_one(older, doc! { "$set": set }).upsert(true).await;
    match written {
        // Somebody has counted as far.
        Err(error) if violates(&error, "_id_") => Ok(()),
        written => written.map(drop),
    }
}

/// The counts of the 96 quarter-hours of a day.
fn within(start: Time, counted: &[QuarterHour]) -> Vec<i64> {
    let mut day = vec![0; (DAY / QUARTER_HOUR) as usize];
    for quarter in counted {
        let number = (quarter.start.millis() - start.millis()).div_euclid(QUARTER_HOUR);
        if let Some(count) = usize::try_from(number).ok().and_then(|number| day.get_mut(number)) {
            *count += quarter.count;
        }
    }
    day
}

fn floor(time: Time, unit: i64) -> Time {
    Time::from_millis(time.millis().div_euclid(unit) * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_cut_to_their_quarter_hour_and_day() {
        let at = |hour: i64, minute: i64| Time::from_millis(5 * DAY + (hour * 60 + minute) * 60_000);
        assert_eq!(floor(at(13, 44), QUARTER_HOUR), at(13, 30));
        assert_eq!(floor(at(13, 45), QUARTER_HOUR), at(13, 45));
        assert_eq!(floor(at(23, 59), DAY), at(0, 0));
        assert_eq!(floor(Time::from_millis(-1), DAY), Time::from_millis(-DAY));
    }

    #[test]
    fn a_day_has_the_counts_of_its_own_quarter_hours() {
        let start = Time::from_millis(5 * DAY);
        let quarter = |number: i64, count| QuarterHour {
            start: Time::from_millis(start.millis() + number * QUARTER_HOUR),
            count,
        };
        let day = within(start, &[quarter(-1, 9), quarter(0, 1), quarter(95, 2), quarter(96, 9)]);
        assert_eq!((day.len(), day[0], day[95], day.iter().sum::<i64>()), (96, 1, 2, 3));
        assert!(Counts::new(&day).iter().eq(day));
    }
}
